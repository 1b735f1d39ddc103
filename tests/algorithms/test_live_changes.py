"""Every algorithm can be tweaked while it learns, and a run made again with the same changes gives the same returns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from job_harness import FakeChannel, at_step, story, train_inline
from learners import TRIALS, home_of

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.catalogue import algorithms
from rlstudio.core import messages as m
from rlstudio.core.params import ParamInfo, describe

STEPS = 300


def live_params(spec: AlgorithmSpec) -> list[ParamInfo]:
    return [info for info in describe(spec.params) if info.live != "no"]


TWEAKED = [key for key in sorted(TRIALS) if live_params(algorithms()[key])]
NOTHING_TO_TWEAK = {"random", "scripted", "user_policy"}
"""Algorithms that have no parameter which could change while they run."""


def another(info: ParamInfo, value: Any) -> Any:
    """An allowed value other than `value`."""
    if info.kind == "bool":
        return not value
    if info.kind == "choice":
        return next(choice for choice in info.choices if choice != value)
    low = 0.0 if info.low is None else info.low
    if info.kind == "int":
        return int(value) + 1 if info.high is None or value + 1 <= info.high else int(value) - 1
    start = low + 1.0 if value is None else value
    halved = 0.5 * start + 0.5 * low
    return halved if halved != value else low + 0.5 * ((info.high or low + 1.0) - low)


def test_what_cannot_be_tweaked_is_known() -> None:
    assert set(TRIALS) - set(TWEAKED) == NOTHING_TO_TWEAK


@pytest.mark.usefixtures("attentive")
@pytest.mark.parametrize("key", TWEAKED)
def test_the_same_changes_give_the_same_run(key: str, tmp_path: Path) -> None:
    """Everything that can be changed is, by a person at some moment; then that run is made again from its events."""
    spec = algorithms()[key]
    params = {**{info.name: info.default for info in describe(spec.params)}, **TRIALS[key].params}
    changes = [m.SetParam(info.name, another(info, params[info.name])) for info in live_params(spec)]
    asked: dict[str, Any] = {
        "env": home_of(key),
        "algorithm": key,
        "preset": "none",
        "params": TRIALS[key].params,
        "steps": STEPS,
        "seed": 3,
        "eval_every": 0,
    }
    tweaked, channel = train_inline(tmp_path, FakeChannel(at_step(120, *changes)), **asked)
    assert not channel.of(m.ParamRefused)
    made = [event for event in tweaked.read_events() if event["kind"] == "param"]
    assert {event["name"] for event in made} == {change.name for change in changes}
    assert all(120 <= event["step"] < STEPS for event in made)
    script = [{name: event[name] for name in ("step", "name", "value")} for event in made]
    again, _ = train_inline(tmp_path, events=script, **asked)
    assert story(again) == story(tweaked)
    assert [(event["step"], event["name"], event["value"]) for event in again.read_events()] == [
        (event["step"], event["name"], event["value"]) for event in made
    ]

"""RunConfig: JSON both ways, and every fault named by its field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rlstudio.core.params import ParamError
from rlstudio.core.run_config import ParamChange, RunConfig

GOOD: dict[str, Any] = {"env": "CartPole-v1", "algorithm": "ppo", "steps": 1000}


def test_json_both_ways() -> None:
    config = RunConfig(
        **GOOD,
        env_kwargs={"gravity": -9.5},
        params={"learning_rate": 0.1 + 0.2, "hidden": [64, 64]},
        stop_at=475.0,
        seed=5,
        events=(ParamChange(step=40, name="learning_rate", value=1e-4),),
    )
    text = json.dumps(config.model_dump(mode="json"))
    assert RunConfig.parse(json.loads(text)) == config
    assert json.loads(text)["version"] == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": 0}, "steps: 0 is not allowed; it takes a whole number of at least 1 and at most 10000000000"),
        ({"steps": "many"}, "steps: 'many' is not allowed; it takes a whole number"),
        ({"episodes": -1}, "episodes: -1 is not allowed; it takes a whole number"),
        ({"seed": -1}, "seed: -1 is not allowed; it takes a whole number of at least 0 and at most 2147483647"),
        ({"seed": 2**31}, "seed: 2147483648 is not allowed; it takes a whole number"),
        ({"window": 0}, "window: 0 is not allowed; it takes a whole number"),
        ({"stop_at": float("nan")}, "stop_at: nan is not allowed; it takes a number, or nothing"),
        ({"env": ""}, "env: '' is not allowed; it takes a name"),
        ({"env": None}, "env: None is not allowed; it takes a name"),
        ({"params": [1]}, "params: [1] is not allowed; it takes an object with named values"),
        ({"device": "tpu"}, "device: 'tpu' is not allowed; it takes one of auto, cpu, cuda, mps"),
        ({"version": 2}, "version: 2 is not allowed; it takes one of 1"),
        ({"eval_episodes": 0}, "eval_episodes: 0 is not allowed; it takes a whole number"),
        ({"events": 3}, "events: 3 is not allowed; it takes a list of objects with step, name and value"),
        ({"events": [3]}, "events.0: 3 is not allowed; it takes an object with step, name and value"),
        ({"events": [{"step": -1, "name": "x", "value": 1}]}, "events.0.step: -1 is not allowed; it takes a whole"),
        ({"events": [{"step": 1, "value": 1}]}, "events.0.name: None is not allowed; it takes text"),
        ({"events": [{"step": 1, "name": "x", "value": [1]}]}, "events.0.value: [1] is not allowed; it takes a number"),
        ({"events": [{"step": 1, "name": "x", "value": 1, "stp": 2}]}, "events.0.stp: 2 is not allowed; it takes no"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamError) as caught:
        RunConfig.parse({**GOOD, **change})
    (fault,) = caught.value.faults
    assert str(fault).startswith(words)
    assert "Input should" not in str(fault)


def test_unknown_fields_are_refused_with_those_there_are() -> None:
    with pytest.raises(ParamError, match=r"gama: 0\.9 is not allowed; it takes no such field; there are version, env"):
        RunConfig.parse({**GOOD, "gama": 0.9})


def test_how_often_to_evaluate_may_be_left_to_the_program() -> None:
    config = RunConfig.parse({**GOOD, "eval_every": None})
    assert config.eval_every is None
    assert RunConfig.parse(json.loads(json.dumps(config.model_dump(mode="json")))) == config
    assert RunConfig.parse({**GOOD, "eval_every": 30}).eval_every == 30
    with pytest.raises(ParamError, match="eval_every: -1 is not allowed; it takes a whole number of at least 0"):
        RunConfig.parse({**GOOD, "eval_every": -1})


def test_a_budget_is_needed() -> None:
    with pytest.raises(ParamError, match="steps, episodes or both"):
        RunConfig.parse({"env": "E", "algorithm": "a"})
    assert RunConfig.parse({"env": "E", "algorithm": "a", "episodes": 3}).steps is None


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_what_is_no_object_is_refused(data: Any) -> None:
    with pytest.raises(ParamError, match="an object with named fields"):
        RunConfig.parse(data)


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        RunConfig(**GOOD).seed = 1  # type: ignore[misc]


@pytest.mark.parametrize("run", ["../elsewhere", "a/b", ".trash", "a\\b", "", "a\x00b"])
def test_a_parent_is_named_by_its_folder_alone(run: str) -> None:
    with pytest.raises(ParamError, match=r"parent\.run: .* the name of a run's folder"):
        RunConfig.parse({"env": "CartPole-v1", "algorithm": "ppo", "steps": 1, "parent": {"run": run, "step": 3}})


def test_a_parent_is_kept_as_plain_data() -> None:
    config = RunConfig.parse({"env": "e", "algorithm": "a", "steps": 9, "parent": {"run": "2026-11-22_x", "step": 3}})
    assert config.model_dump(mode="json")["parent"] == {"run": "2026-11-22_x", "step": 3}
    assert RunConfig.parse(config.model_dump(mode="json")) == config

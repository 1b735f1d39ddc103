"""The events of a run folder as the marks that a plot shows. A row that lacks something is left out, never fatal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from rlstudio.core.messages import Change, Evaluation
from rlstudio.core.run_config import ParamChange, RunConfig


def marks_of(events: Iterable[Mapping[str, Any]]) -> tuple[list[Evaluation], list[Change]]:
    """Greedy evaluations and live changes among the rows of events.jsonl, in order."""
    evaluations, changes = [], []
    for event in events:
        try:
            step, seconds = int(event["step"]), float(event["seconds"])
            if event["kind"] == "evaluation":
                returns = tuple(float("nan") if value is None else float(value) for value in event["returns"])
                evaluations.append(Evaluation(step, seconds, returns, bool(event.get("best", False))))
            elif event["kind"] == "param":
                changes.append(Change(step, seconds, str(event["name"]), event.get("old"), event["value"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
    return evaluations, changes


def as_lived(config: RunConfig, changes: Iterable[Change]) -> RunConfig:
    """The run as it went: what a person changed while it trained is among its events, in the order of steps.

    Two runs begun alike are not the same run when one of them was changed on the way.
    """
    made = {(each.step, each.name): each for each in config.events}
    for change in changes:
        with suppress(ValidationError):  # a stranger's, that says nothing
            made[change.step, change.name] = ParamChange(step=change.step, name=change.name, value=change.new)
    return config.model_copy(update={"events": tuple(sorted(made.values(), key=lambda each: each.step))})

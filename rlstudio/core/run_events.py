"""The events of a run folder as the marks that a plot shows. A row that lacks something is left out, never fatal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rlstudio.core.messages import Change, Evaluation


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

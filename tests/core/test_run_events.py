"""Events on disk become marks on a plot, and a damaged row costs nothing but itself."""

from __future__ import annotations

import math

from rlstudio.core.messages import Change, Evaluation
from rlstudio.core.run_events import marks_of


def test_evaluations_and_changes_are_found_in_order() -> None:
    events = [
        {"kind": "pause", "step": 5, "seconds": 0.1},
        {"kind": "param", "step": 10, "seconds": 0.2, "name": "learning_rate", "old": 3e-4, "value": 1e-3},
        {"kind": "evaluation", "step": 20, "seconds": 0.4, "returns": [1.0, 3.0], "best": True},
        {"kind": "evaluation", "step": 30, "seconds": 0.6, "returns": [2.0]},
    ]
    evaluations, changes = marks_of(events)
    assert evaluations == [Evaluation(20, 0.4, (1.0, 3.0), True), Evaluation(30, 0.6, (2.0,))]
    assert changes == [Change(10, 0.2, "learning_rate", 3e-4, 1e-3)]


def test_damaged_rows_are_left_out() -> None:
    events = [
        {},
        {"kind": "evaluation", "step": 1, "seconds": 0.0},
        {"kind": "evaluation", "step": "soon", "seconds": 0.0, "returns": []},
        {"kind": "param", "step": 1, "seconds": None, "name": "epsilon", "value": 1},
        {"kind": "param", "step": math.inf, "seconds": 1, "name": "epsilon", "value": 1},
        {"kind": "param", "step": 1, "seconds": 1, "value": 1},
    ]
    assert marks_of(events) == ([], [])


def test_a_return_that_json_could_not_hold_is_missing() -> None:
    (evaluation,), _ = marks_of([{"kind": "evaluation", "step": 1, "seconds": 0, "returns": [None, 2.0]}])
    assert math.isnan(evaluation.returns[0])

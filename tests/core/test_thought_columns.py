"""Thoughts: columns that read like a list; and the fields of an episode that older files do not have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_episode import make

from rlstudio.core.episode import Thought
from rlstudio.core.episode_data import episode_from_data, episode_to_data
from rlstudio.core.thoughts import THOUGHT_ARRAYS, Thoughts


def some() -> list[Thought]:
    first = Thought(q_values=np.array([1.0, 2.0], np.float32), value=2.0, note="greedy")
    return [first, Thought(), Thought(q_values=np.array([3.0, 5.0], np.float32))]


def test_columns_are_filled_up_with_nan_and_each_step_gets_its_own_back() -> None:
    thoughts = Thoughts.of(some())
    column = thoughts.column("q_values")
    assert column is not None
    np.testing.assert_array_equal(column, [[1, 2], [np.nan, np.nan], [3, 5]])
    assert thoughts.column("probabilities") is None
    np.testing.assert_array_equal(thoughts.values, [2, np.nan, np.nan])
    assert len(thoughts) == 3
    assert thoughts[1] == Thought()
    assert thoughts[-1].q_values is not None
    assert thoughts[-1].q_values.tolist() == [3, 5]
    assert [thought.note for thought in thoughts[:2]] == ["greedy", ""]
    with pytest.raises(IndexError):
        thoughts[3]
    joined = thoughts.__radd__([Thought(value=1.0)])  # as a list does with "+"
    assert [thought.value for thought in joined] == [1.0, 2.0, None, None]


def test_columns_that_do_not_fit_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="q_values: 2"):
        Thoughts({"q_values": np.zeros((2, 2), np.float32)}, np.zeros(3), ["", "", ""])


def test_marks_and_discount_go_with_an_episode_and_may_be_missing() -> None:
    episode = replace(make(3), discount=0.99, marks=(1, 3))
    back = episode_from_data(episode_to_data(episode))
    assert (back.discount, back.marks) == (0.99, (1, 3))
    data = episode_to_data(episode)
    del data["discount"], data["marks"]  # as a file of an earlier version
    older = episode_from_data(data)
    assert (older.discount, older.marks) == (None, ())


UNMARKABLE = [{"marks": (4,)}, {"marks": (-1,)}, {"marks": (1.5,)}, {"marks": (2, 1)}, {"marks": (1, 1)}]


@pytest.mark.parametrize("fields", [*UNMARKABLE, {"discount": 1.5}])
def test_marks_and_discounts_that_cannot_be_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"mark|discount"):
        replace(make(3), **fields).check()  # type: ignore[arg-type]


@pytest.mark.parametrize("name", THOUGHT_ARRAYS)
def test_a_kind_of_another_shape_is_refused(name: str) -> None:
    tables = ("quantiles", "candidates", "tree", "tree_actions")
    wrong = np.ones((2, 3) if name in tables else (2, 3, 4), np.float32)
    with pytest.raises(ValueError, match=f"thoughts: {name} of"):
        Thoughts({name: wrong}, np.full(2, np.nan), ["", ""]).check()

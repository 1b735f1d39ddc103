"""Thoughts: what a policy thought at each step, one array a kind; a step's Thought is made when it is asked for.

A long episode has a hundred thousand steps: as many objects of a dozen fields each cost a second and 60 MB, their
arrays a few megabytes, and whoever plots a kind over time needs the array anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.episode import Thought

THOUGHT_ARRAYS = tuple(f.name for f in fields(Thought) if f.name not in ("value", "note"))

_ROWS_EACH = ("quantiles", "candidates", "tree", "tree_actions")
"""Kinds that are a table at each step; the others are a row of numbers."""


class Thoughts(Sequence[Thought]):
    """Reads like a list of T thoughts.

    Attributes:
        values: the estimated value of each state, shape (T,), NaN where the policy had none.
        notes: a line in words for each step, "" where there is none.
    """

    def __init__(
        self, columns: Mapping[str, NDArray[np.float32]], values: NDArray[np.float64], notes: Sequence[str]
    ) -> None:
        """`columns` are arrays (T, …) by the name of a Thought's field, filled up with NaN.

        Raises:
            ValueError: where their lengths differ.
        """
        self._columns = dict(columns)
        self.values = np.asarray(values, np.float64)
        self.notes = list(notes)
        self._last: tuple[int, Thought] | None = None
        lengths = {name: len(column) for name, column in self._columns.items()} | {"value": len(values)}
        wrong = [f"{name}: {length}" for name, length in lengths.items() if length != len(self.notes)]
        if wrong:
            raise ValueError(f"the thoughts of {len(self.notes)} steps do not fit: " + ", ".join(wrong))

    @classmethod
    def of(cls, thoughts: Iterable[Thought] | Thoughts) -> Thoughts:
        """The same thoughts as columns."""
        if isinstance(thoughts, Thoughts):
            return thoughts
        given = list(thoughts)
        stacks = {name: _stacked([getattr(thought, name) for thought in given]) for name in THOUGHT_ARRAYS}
        values = np.array([np.nan if thought.value is None else thought.value for thought in given], np.float64)
        found = {name: stack for name, stack in stacks.items() if stack is not None}
        return cls(found, values, [thought.note for thought in given])

    def column(self, name: str) -> NDArray[np.float32] | None:
        """One kind of all steps, shape (T, longest, …), NaN where a step had less or none; None where no step had."""
        return self._columns.get(name)

    @property
    def columns(self) -> dict[str, NDArray[np.float32]]:
        """All kinds there are, by the name of a Thought's field."""
        return dict(self._columns)

    def check(self) -> None:
        """Raise ValueError for a kind that has not the shape that Thought says, and for a search tree that is none."""
        for name, column in self._columns.items():
            sides = 3 if name in _ROWS_EACH else 2
            if column.ndim != sides:
                raise ValueError(f"thoughts: {name} of {column.ndim - 1} dimensions a step; it takes {sides - 1}")
        if "tree" in self._columns:
            for thought in self:
                thought.check()

    def __len__(self) -> int:
        return len(self.notes)

    @overload
    def __getitem__(self, index: int) -> Thought: ...

    @overload
    def __getitem__(self, index: slice) -> list[Thought]: ...

    def __getitem__(self, index: int | slice) -> Thought | list[Thought]:
        if isinstance(index, slice):
            return [self._at(each) for each in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        if self._last is None or self._last[0] != place:  # several views ask for the step that is shown
            self._last = place, self._at(place)
        return self._last[1]

    def __radd__(self, before: list[Thought]) -> list[Thought]:
        """Those of a beginning, and then these: what came of an episode that went on from one of its frames."""
        return before + list(self)

    def _at(self, index: int) -> Thought:
        arrays: dict[str, Any] = {name: _row(column[index]) for name, column in self._columns.items()}
        value = float(self.values[index])
        return Thought(**arrays, value=None if np.isnan(value) else value, note=self.notes[index])


def _stacked(rows: list[NDArray[np.float32] | None]) -> NDArray[np.float32] | None:
    """One array (T, longest, …) of rows of equal shape but for their length; None when there is no row."""
    found = [np.asarray(row, np.float32) for row in rows if row is not None and len(row)]
    if not found:
        return None
    stacked = np.full((len(rows), max(map(len, found)), *found[0].shape[1:]), np.nan, np.float32)
    for index, row in enumerate(rows):
        if row is not None:
            stacked[index, : len(row)] = row
    return stacked


def _row(filled: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """A step's own part of a stacked array; None where it had none. A row of NaN ends it."""
    there = ~np.isnan(filled.reshape(len(filled), -1)).all(axis=1)
    return filled[: int(np.flatnonzero(there)[-1]) + 1] if there.any() else None

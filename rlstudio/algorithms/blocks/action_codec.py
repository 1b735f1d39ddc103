"""ActionCodec: actions of any plain space as rows of numbers that planners draw and networks read.

A Box action is drawn as numbers in ±1, stretched to its bounds; a choice (Discrete, MultiDiscrete, MultiBinary) is
drawn as whole numbers counted from 0 and read by networks one-hot.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.layout import Array

MAX_CHOICES = 4096
"""Combinations of choices that are still listed one by one."""


class ActionCodec:
    """Rows (…, `size`) of an action space.

    Attributes:
        counts: number of choices of each number, empty for a Box.
        size: numbers of one row.
        n_inputs: numbers a network reads of one row.

    Raises:
        ValueError: for a space without such rows, or a Box without bounds.
    """

    def __init__(self, space: gym.Space[Any]) -> None:
        self._space = space
        self.counts: tuple[int, ...] = ()
        self._start: NDArray[Any] = np.zeros(1, np.int64)
        if isinstance(space, gym.spaces.Discrete):
            self.counts, self._start = (int(space.n),), np.array([int(space.start)])
        elif isinstance(space, gym.spaces.MultiDiscrete) and space.nvec.ndim == 1:
            self.counts, self._start = tuple(space.nvec.tolist()), space.start
        elif isinstance(space, gym.spaces.MultiBinary) and len(space.shape) == 1:
            self.counts = (2,) * space.shape[0]
        elif not isinstance(space, gym.spaces.Box) or not np.isfinite([space.low, space.high]).all():
            raise ValueError(f"no candidate actions can be drawn from the space {space}")
        if isinstance(space, gym.spaces.Box):
            low, high = space.low.reshape(-1).astype(np.float32), space.high.reshape(-1).astype(np.float32)
            self._middle, self._reach = (low + high) / 2, (high - low) / 2
            self.size = self.n_inputs = len(low)
        else:
            self.size, self.n_inputs = len(self.counts), sum(self.counts)
            self._first = np.concatenate([[0], np.cumsum(self.counts)[:-1]]).astype(np.int64)

    @property
    def continuous(self) -> bool:
        """Whether rows are numbers in ±1 rather than choices."""
        return not self.counts

    def all_choices(self) -> Array | None:
        """Every action there is, (n, size); None where there are too many, or infinitely many."""
        if self.continuous or np.prod(self.counts) > MAX_CHOICES:
            return None
        return np.array(list(product(*map(range, self.counts))), np.float32)

    def uniform(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Rows drawn evenly, (*shape, size)."""
        if self.continuous:
            return rng.random((*shape, self.size), np.float32) * np.float32(2.0) - np.float32(1.0)
        return (rng.random((*shape, self.size), np.float32) * np.array(self.counts, np.float32)).astype(np.int64) * (
            np.float32(1.0)
        )

    def candidates(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Rows to choose from, (*shape, size): evenly drawn, half of a Box's shrunk towards the middle by a factor of
        their own. Of several numbers drawn evenly hardly any row has all of them small, as a body that stands needs.
        """
        rows = self.uniform(shape, rng)
        if self.continuous and self.size > 1:
            factors = np.minimum(rng.random((*shape, 1), np.float32) * np.float32(2.0), np.float32(1.0))
            rows *= factors
        return rows

    def inputs(self, rows: Array) -> Array:
        """What a network reads of rows (…, size): (…, n_inputs)."""
        if self.continuous:
            return rows
        hot: Array = np.zeros((*rows.shape[:-1], self.n_inputs), np.float32)
        np.put_along_axis(hot, rows.astype(np.int64) + self._first, np.float32(1.0), axis=-1)
        return hot

    def from_inputs(self, inputs: Array) -> Array:
        """The rows that `inputs` (…, n_inputs) was made from."""
        if self.continuous:
            return inputs
        parts = np.split(inputs, self._first[1:], axis=-1)
        return np.stack([part.argmax(axis=-1) for part in parts], axis=-1).astype(np.float32)

    def action(self, row: Array) -> Any:
        """One row (size,) as an action of the space."""
        if isinstance(self._space, gym.spaces.Box):
            own = np.clip(row * self._reach + self._middle, self._space.low.reshape(-1), self._space.high.reshape(-1))
            return own.astype(self._space.dtype).reshape(self._space.shape)
        if isinstance(self._space, gym.spaces.Discrete):
            return int(row[0]) + int(self._start[0])
        return (row.astype(np.int64) + self._start).astype(self._space.dtype)

    def numbers(self, rows: Array) -> NDArray[np.float32]:
        """Rows (n, size) in the action space's own numbers, for people and for samples."""
        if self.continuous:
            return np.asarray(rows * self._reach + self._middle, np.float32)
        return np.asarray(rows + self._start, np.float32)

    def rows(self, numbers: NDArray[np.float32]) -> Array:
        """The rows that `numbers` was made from."""
        if self.continuous:
            return (numbers - self._middle) / np.where(self._reach > 0, self._reach, np.float32(1.0))
        return np.asarray(numbers - self._start, np.float32)

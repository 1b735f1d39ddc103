"""ValueMap: what a policy thinks states are worth, over the cells of a grid or a plane through its observations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GRIDS = ("FrozenLake", "FrozenLake8x8", "CliffWalking", "CliffWalkingSlippery", "Taxi")
"""Environments, all versions alike, whose pictures show a grid of cells that values can be drawn over."""


@dataclass(frozen=True)
class Coordinate:
    """One number by which a state is told, as a readable observation holds it.

    Attributes:
        label: its name with its unit.
        low, high: the range that a map over it covers.
        at: its place in the observation; of an angle the places of its cosine and its sine.
    """

    label: str
    low: float
    high: float
    at: tuple[int, ...]

    def read(self, row: Sequence[float] | NDArray[np.float32]) -> float:
        """This number of a readable observation."""
        if len(self.at) == 2:
            return math.atan2(float(row[self.at[1]]), float(row[self.at[0]]))
        return float(row[self.at[0]])

    def write(self, rows: NDArray[np.float32], values: NDArray[np.float32] | float) -> None:
        """Set this number in each of `rows` (n, n_numbers)."""
        if len(self.at) == 2:
            rows[:, self.at[0]], rows[:, self.at[1]] = np.cos(values), np.sin(values)
        else:
            rows[:, self.at[0]] = values


@dataclass(frozen=True)
class Cells:
    """Where the cells of a grid lie in the environment's picture, as shares of its width and height.

    `width` and `height` are of one cell; the first one's corner is at `left`, `top`.
    """

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class ValueMap:
    """Values over two of the coordinates of a state, all others held.

    Attributes:
        title: what the values are, in words.
        coordinates: all there are; `x` and `y` say which of them lie along the map's sides.
        held: the others' values by their index.
        values: shape (n_rows, n_columns). Of a plane row 0 is at the low end of y; of a grid row 0 is on top. NaN
            where no state is, the policy was never there, or it values no states.
        best: whether each action is among the best in each cell, shape (n_rows, n_columns, n_actions); nowhere where
            all are alike. None for a plane.
        directions: of each action as (right, down), (0, 0) for one that does not move.
        actions: their names.
        cells: of a grid; None for a plane.
        step: training step of the policy, None for an untrained one.
    """

    env: str
    title: str
    coordinates: tuple[Coordinate, ...]
    x: int
    y: int
    held: dict[int, float]
    values: NDArray[np.float32]
    best: NDArray[np.bool_] | None = None
    directions: tuple[tuple[int, int], ...] = ()
    actions: tuple[str, ...] = ()
    cells: Cells | None = None
    step: int | None = None

    @property
    def is_grid(self) -> bool:
        """Whether its cells are those of the environment's picture."""
        return self.cells is not None

    def range(self) -> tuple[float, float] | None:
        """Lowest and highest value; None where there is none."""
        known = self.values[np.isfinite(self.values)]
        return (float(known.min()), float(known.max())) if known.size else None

    def place(self, row: Sequence[float] | NDArray[np.float32]) -> tuple[float, float]:
        """A readable observation on the map, as shares of its width from the left and of its height from the top."""
        x, y = self.coordinates[self.x], self.coordinates[self.y]
        if self.is_grid:
            n_rows, n_columns = self.values.shape
            return (x.read(row) - x.low + 0.5) / n_columns, (y.read(row) - y.low + 0.5) / n_rows
        return (x.read(row) - x.low) / (x.high - x.low), 1.0 - (y.read(row) - y.low) / (y.high - y.low)

"""Running mean and variance of what was seen, to bring observations and rewards to one scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.layout import Array

LIMIT = 10.0
"""Normalised numbers are cut at ±10, so that one outlier moves no weight far."""
_TINY = 1e-8


class RunningMeanStd:
    """Mean and variance over all rows given so far, shape (size,).

    Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances"
    (1979), eq. 2.1.
    """

    def __init__(self, size: int) -> None:
        self.mean: NDArray[np.float64] = np.zeros(size)
        self.variance: NDArray[np.float64] = np.ones(size)
        self.count = 1e-4
        self._shift: Array = np.zeros(size, np.float32)
        self._scale: Array = np.ones(size, np.float32)
        self._refresh()

    def update(self, rows: NDArray[Any]) -> None:
        """Take in `rows` (n, size)."""
        n = len(rows)
        if n == 0:
            return
        rows = rows.astype(np.float64)
        mean, variance = rows.mean(axis=0), rows.var(axis=0)
        delta, total = mean - self.mean, self.count + n
        squares = self.variance * self.count + variance * n + delta**2 * self.count * n / total
        self.mean = self.mean + delta * n / total
        self.variance = squares / total
        self.count = total
        self._refresh()

    def _refresh(self) -> None:
        self._shift[:] = self.mean
        self._scale[:] = 1.0 / np.sqrt(self.variance + _TINY)

    def normalise(self, rows: NDArray[Any]) -> Array:
        """(rows − mean) / std, cut at ±10, as float32; (n, size) or (size,)."""
        found: Array = (np.asarray(rows, np.float32) - self._shift) * self._scale
        return np.clip(found, -LIMIT, LIMIT, out=found)

    def slope(self, row: NDArray[Any]) -> Array:
        """Derivative of `normalise` at `row` (size,): 1 / std, and 0 where it cuts."""
        found: Array = np.where(np.abs(self.normalise(row)) < LIMIT, self._scale, np.float32(0.0))
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What `load_arrays` needs."""
        return {"mean": self.mean, "variance": self.variance, "count": np.array([self.count])}

    def load_arrays(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take over what `arrays` gave. Raises ValueError where it does not fit."""
        for name in ("mean", "variance", "count"):
            wanted = (1,) if name == "count" else self.mean.shape
            if name not in arrays or arrays[name].shape != wanted:
                raise ValueError(f"the saved observation statistics {name!r} do not fit {self.mean.size} numbers")
        self.mean = np.array(arrays["mean"], np.float64)
        self.variance = np.array(arrays["variance"], np.float64)
        self.count = float(arrays["count"][0])
        self._refresh()


class RewardScale:
    """Divides rewards by the standard deviation of the running discounted return; their mean stays.

    Source: Engstrom et al., "Implementation Matters in Deep Policy Gradients" (2020), section 3, optimisation 2.
    """

    def __init__(self, n_envs: int) -> None:
        self.statistics = RunningMeanStd(1)
        self._running: NDArray[np.float64] = np.zeros(n_envs)

    def scale(self, rewards: Array, ended: NDArray[np.bool_], real: NDArray[np.bool_], discount: float) -> Array:
        """Scaled rewards (T, n_envs), cut at ±10; takes their returns into the statistics first."""
        running = np.empty(rewards.shape)
        for t in range(len(rewards)):
            self._running = self._running * discount + rewards[t]
            running[t] = self._running
            self._running[ended[t]] = 0.0
        self.statistics.update(running[real][:, None])
        scaled: Array = rewards / np.float32(np.sqrt(self.statistics.variance[0] + _TINY))
        return np.clip(scaled, -LIMIT, LIMIT, out=scaled)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What `load_arrays` needs."""
        return {**self.statistics.arrays(), "running": self._running}

    def forget(self) -> None:
        """New episodes begin, and with them the running returns."""
        self._running = np.zeros_like(self._running)

    def load_arrays(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take over what `arrays` gave. Raises ValueError where it does not fit."""
        self.statistics.load_arrays(arrays)
        if "running" in arrays:  # an older checkpoint kept none
            if arrays["running"].shape != self._running.shape:
                raise ValueError(f"the saved running returns do not fit {len(self._running)} copies")
            self._running = np.array(arrays["running"], np.float64)

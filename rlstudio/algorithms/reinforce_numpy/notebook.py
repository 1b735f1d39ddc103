"""Notebook: what happened in each copy's episode so far, in arrays that grow to the longest episode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PlayedEpisode:
    """A whole episode of T steps: observations (T, size), actions (T,), rewards (T,)."""

    observations: NDArray[np.float32]
    actions: NDArray[np.int64]
    rewards: NDArray[np.float64]


class Notebook:
    """One page a copy; `lengths` (n_envs,) says how many steps stand on each."""

    def __init__(self, n_envs: int, size: int) -> None:
        self._copies = np.arange(n_envs)
        self.lengths: NDArray[np.int64] = np.zeros(n_envs, np.int64)
        self._observations: NDArray[np.float32] = np.zeros((n_envs, 256, size), np.float32)
        self._actions: NDArray[np.int64] = np.zeros((n_envs, 256), np.int64)
        self._rewards: NDArray[np.float64] = np.zeros((n_envs, 256))

    def clear(self) -> None:
        """All pages are empty: the environment was reset."""
        self.lengths[:] = 0

    def write(self, observations: Any, actions: Any, rewards: Any, *, reset: NDArray[np.bool_]) -> None:
        """One step of every copy; those that `reset` (n_envs,) marks were only reset, and nothing is kept of them."""
        if self.lengths.max() == self._actions.shape[1]:
            self._observations = np.concatenate([self._observations, np.zeros_like(self._observations)], axis=1)
            self._actions = np.concatenate([self._actions, np.zeros_like(self._actions)], axis=1)
            self._rewards = np.concatenate([self._rewards, np.zeros_like(self._rewards)], axis=1)
        here = (self._copies, self.lengths)
        self._observations[here] = observations
        self._actions[here] = actions
        self._rewards[here] = rewards
        self.lengths += ~reset  # a reset's line is written over by the first step

    def tear_out(self, copy: int) -> PlayedEpisode:
        """That copy's episode is over: a copy of its page, which is empty then."""
        n = int(self.lengths[copy])
        self.lengths[copy] = 0
        return PlayedEpisode(
            self._observations[copy, :n].copy(), self._actions[copy, :n].copy(), self._rewards[copy, :n].copy()
        )

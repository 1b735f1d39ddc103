"""Notebook: what happened in each copy's episode so far, in arrays that grow to the longest episode."""

from __future__ import annotations

from collections.abc import Mapping
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


def bound(episodes: list[PlayedEpisode], size: int) -> dict[str, NDArray[Any]]:
    """Episodes end to end, and the length of each; observations have `size` numbers."""
    empty = PlayedEpisode(np.zeros((0, size), np.float32), np.zeros(0, np.int64), np.zeros(0))
    every = [empty, *episodes]
    return {
        "lengths": np.array([len(episode.rewards) for episode in episodes], np.int64),
        "observations": np.concatenate([episode.observations for episode in every]),
        "actions": np.concatenate([episode.actions for episode in every]),
        "rewards": np.concatenate([episode.rewards for episode in every]),
    }


def unbound(arrays: Mapping[str, NDArray[Any]]) -> list[PlayedEpisode]:
    """The episodes that `bound` was given. Raises KeyError."""
    cuts = np.cumsum(arrays["lengths"])[:-1] if len(arrays["lengths"]) else np.zeros(0, np.int64)
    parts = [np.split(arrays[name], cuts) for name in ("observations", "actions", "rewards")]
    return [PlayedEpisode(*columns) for columns in zip(*parts, strict=True)] if len(arrays["lengths"]) else []


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

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All pages up to the longest, for a learner's state; nothing where nothing of these episodes stands."""
        n = int(self.lengths.max())
        written = np.arange(n) < self.lengths[:, None]
        return {
            "lengths": self.lengths,
            "observations": np.where(written[..., None], self._observations[:, :n], np.float32(0.0)),
            "actions": np.where(written, self._actions[:, :n], 0),
            "rewards": np.where(written, self._rewards[:, :n], 0.0),
        }

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `arrays` gave. Raises ValueError, KeyError where it does not fit."""
        lengths = np.array(arrays["lengths"], np.int64)
        if lengths.shape != self.lengths.shape or lengths.min() < 0:
            raise ValueError(f"the saved episodes do not fit: {len(self.lengths)} copies are needed here")
        n = int(lengths.max())
        size = self._observations.shape[2]
        if arrays["observations"].shape != (len(lengths), n, size) or arrays["actions"].shape != (len(lengths), n):
            raise ValueError(f"the saved episodes do not fit: observations of {size} numbers are needed here")
        room = max(256, n)
        self._observations = np.zeros((len(lengths), room, size), np.float32)
        self._actions, self._rewards = np.zeros((len(lengths), room), np.int64), np.zeros((len(lengths), room))
        self._observations[:, :n], self._actions[:, :n] = arrays["observations"], arrays["actions"]
        self._rewards[:, :n] = arrays["rewards"]
        self.lengths[:] = lengths

    def tear_out(self, copy: int) -> PlayedEpisode:
        """That copy's episode is over: a copy of its page, which is empty then."""
        n = int(self.lengths[copy])
        self.lengths[copy] = 0
        return PlayedEpisode(
            self._observations[copy, :n].copy(), self._actions[copy, :n].copy(), self._rewards[copy, :n].copy()
        )

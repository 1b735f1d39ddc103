"""EpisodeCounter: returns and lengths of the episodes that a training environment's copies go through."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray


@dataclass(frozen=True)
class EndedEpisode:
    """One finished episode and the step and training second it ended at."""

    total_reward: float
    length: int
    end_step: int
    end_seconds: float


class EpisodeCounter:
    """Adds up rewards in order, so that the sum is the very number that any other sum in order gives.

    With autoreset (vector environments) the step after an episode's end is a reset whose reward, 0, is nobody's: the
    length starts at −1 so that this step is not counted.
    """

    def __init__(self, n_envs: int, window: int, *, autoreset: bool) -> None:
        self.returns: NDArray[np.float64] = np.zeros(n_envs)
        self.lengths: NDArray[np.int64] = np.zeros(n_envs, np.int64)
        self._after_end = -1 if autoreset else 0
        self._recent: deque[float] = deque(maxlen=window)
        self._fresh: list[tuple[float, int]] = []
        self.episodes = 0
        self.best_mean: float | None = None

    def restore(self, returns: NDArray[np.float64]) -> None:
        """Go on counting after the episodes of an earlier part of the run, with these returns."""
        self.episodes = len(returns)
        window = self._recent.maxlen or 1
        self._recent.extend(returns[-window:].tolist())
        if len(returns) >= window:
            self.best_mean = float(sliding_window_view(returns, window).mean(axis=1).max())

    def add(self, rewards: Any, terminated: Any, truncated: Any) -> bool:
        """One step of every copy, arrays (n_envs,), or scalars for a single environment. True if an episode ended."""
        if isinstance(terminated, np.ndarray):
            self.returns += rewards
            self.lengths += 1
            done = terminated | truncated
            if not done.any():
                return False
            for index in np.flatnonzero(done):
                self._end(int(index))
            return True
        self.returns[0] += rewards  # a third of the time that adding whole arrays of one takes
        self.lengths[0] += 1
        if not (terminated or truncated):
            return False
        self._end(0)
        return True

    def _end(self, index: int) -> None:
        self._fresh.append((float(self.returns[index]), int(self.lengths[index])))
        self.returns[index] = 0.0
        self.lengths[index] = self._after_end

    def take_ended(self, step: int, seconds: float) -> list[EndedEpisode]:
        """The episodes that ended since the last call, stamped with where the run is now."""
        ended = [EndedEpisode(total, length, step, seconds) for total, length in self._fresh]
        self._fresh.clear()
        for episode in ended:
            self.episodes += 1
            self._recent.append(episode.total_reward)
            if self.window_full:
                mean = self.mean
                if mean is not None and (self.best_mean is None or mean > self.best_mean):
                    self.best_mean = mean
        return ended

    @property
    def window_full(self) -> bool:
        """Whether as many episodes as the window holds have ended."""
        return len(self._recent) == self._recent.maxlen

    @property
    def mean(self) -> float | None:
        """Mean return of the last `window` episodes (of all, while there are fewer); None before the first."""
        return sum(self._recent) / len(self._recent) if self._recent else None

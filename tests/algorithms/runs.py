"""A minimal Run: counts, remembers what was logged and said, and stops where a test wants it to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from rlstudio.algorithms.base import StopTraining


class PlainRun:
    """Ends after `steps` environment steps, `episodes` episodes, `updates` updates, or a mean return of `stop_at`.

    `watch` is called at each tick and each breath with "tick" or "breathe"; it may raise StopTraining.
    """

    def __init__(
        self,
        steps: int | None = None,
        episodes: int | None = None,
        updates: int | None = None,
        stop_at: float | None = None,
        window: int = 25,
        watch: Callable[[str], None] | None = None,
    ) -> None:
        self.step = 0
        self.episode = 0
        self.progress = 0.0
        self.updates = 0
        self.returns: list[float] = []
        self.lengths: list[int] = []
        self.logged: list[dict[str, float]] = []
        self.words: list[str] = []
        self.solved_at: tuple[int, int] | None = None
        self._limits = (steps, episodes, updates, stop_at)
        self._window = window
        self._watch = watch
        self.has_reset_steps = True
        self._sums = np.zeros(0)
        self._counts = np.zeros(0, int)
        self._ended = np.zeros(0, bool)

    def tick(self, n_steps: int = 1) -> None:
        self.step += n_steps
        steps, episodes, _, stop_at = self._limits
        self.progress = max(self.step / steps if steps else 0.0, self.episode / episodes if episodes else 0.0)
        if self._watch is not None:
            self._watch("tick")
        if stop_at is not None and len(self.returns) >= self._window and self.mean() >= stop_at:
            self.solved_at = self.solved_at or (self.step, self.episode)
            raise StopTraining
        if self.progress >= 1.0:
            raise StopTraining

    def breathe(self) -> None:
        if self._watch is not None:
            self._watch("breathe")

    def record(self, rewards: Any, terminated: Any, truncated: Any) -> None:
        rewards, ended = np.atleast_1d(rewards), np.atleast_1d(np.logical_or(terminated, truncated))
        if not len(self._sums):
            self._sums = np.zeros(len(rewards))
            self._counts, self._ended = np.zeros(len(rewards), int), np.zeros(len(rewards), bool)
        single = len(rewards) == 1 and np.ndim(terminated) == 0
        real = np.ones(len(rewards), bool) if single or not self.has_reset_steps else ~self._ended
        self._sums[real] += rewards[real]
        self._counts[real] += 1
        self._ended = ended
        for i in np.flatnonzero(ended & real):
            self.returns.append(float(self._sums[i]))
            self.lengths.append(int(self._counts[i]))
            self._sums[i] = self._counts[i] = 0
            self.episode += 1

    def log(self, **metrics: float) -> None:
        self.logged.append(metrics)
        self.updates += 1
        limit = self._limits[2]
        if limit is not None and self.updates >= limit:
            raise StopTraining

    @property
    def rows(self) -> list[dict[str, float]]:
        """What was logged, without the updates whose diagnostics were held back."""
        return [row for row in self.logged if row]

    def say(self, words: str) -> None:
        self.words.append(words)

    def mean(self) -> float:
        """Mean return of the last episodes."""
        return float(np.mean(self.returns[-self._window :])) if self.returns else float("nan")


def learn(learner: Any, run: PlainRun) -> PlainRun:
    """Let the learner learn until the run ends it. Of a vector environment the step after an end is a reset, unless
    the learner resets its copies itself."""
    run.has_reset_steps = getattr(learner, "has_reset_steps", True)
    with suppress(StopTraining):
        learner.learn(run)
    return run

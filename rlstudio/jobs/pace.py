"""Pace: how fast training goes, from the environment's real time to as fast as it can."""

from __future__ import annotations

import time

_LARGEST_DEBT_SECONDS = 0.25


class Pace:
    """Keeps a run to so many environment steps a second; None is full speed."""

    def __init__(self, steps_per_second: float | None) -> None:
        self._seconds_per_step = 0.0
        self._due = time.perf_counter()
        self.set(steps_per_second)

    def set(self, steps_per_second: float | None) -> None:
        """A new speed from now on."""
        self._seconds_per_step = 1.0 / steps_per_second if steps_per_second else 0.0
        self._due = time.perf_counter()

    @property
    def limited(self) -> bool:
        """Whether there is anything to wait for."""
        return self._seconds_per_step > 0.0

    def wait_seconds(self, n_steps: int, now: float) -> float:
        """How long to wait after `n_steps` steps, given `now` (perf_counter); 0 when late."""
        self._due += n_steps * self._seconds_per_step
        if now - self._due > _LARGEST_DEBT_SECONDS:  # a long update is not made up for by a rush of steps
            self._due = now
        return max(0.0, self._due - now)

"""Pace: how fast training goes, from the environment's real time to as fast as it can."""

from __future__ import annotations

import time

_LARGEST_DEBT_SECONDS = 0.25


class Pace:
    """Keeps a run to so many environment steps a second; None is full speed. Times are of `time.perf_counter`."""

    def __init__(self, steps_per_second: float | None) -> None:
        self._seconds_per_step = 0.0
        self._due = 0.0
        self.set(steps_per_second)

    def set(self, steps_per_second: float | None) -> None:
        """A new speed from now on; what was still to be waited for at the old one is dropped."""
        self._seconds_per_step = 1.0 / steps_per_second if steps_per_second else 0.0
        self.restart()

    def restart(self) -> None:
        """The next step is due now, as after a pause."""
        self._due = time.perf_counter()

    @property
    def limited(self) -> bool:
        """Whether there is anything to wait for."""
        return self._seconds_per_step > 0.0

    def took(self, n_steps: int, now: float) -> None:
        """`n_steps` steps were taken: put off the next."""
        self._due += n_steps * self._seconds_per_step
        if now - self._due > _LARGEST_DEBT_SECONDS:  # a long update is not made up for by a rush of steps
            self._due = now

    def seconds_left(self, now: float) -> float:
        """How long the next step has to wait; 0 or less when it is due."""
        return self._due - now

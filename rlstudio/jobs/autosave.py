"""Autosave: when a training run saves all that going on with it needs, by the clock and at steps."""

from __future__ import annotations

CHECKPOINT_EVERY_SECONDS = 15.0
SHARE_FOR_CHECKPOINTS = 1 / 30  # a large replay buffer is saved less often rather than all the time
_FIRST_AFTER = 0.2
"""The share of the time between two after which the first is due: a run that dies young has something to go on from."""


class Autosave:
    """Times are those of `time.perf_counter`; the run looks at both at every step.

    Attributes:
        due_second: when the next checkpoint is due by the clock.
        due_step: the step from which on the next one is due; infinite where it goes by the clock alone.
    """

    def __init__(self, seconds: float | None, steps: int | None, first_step: int, now: float) -> None:
        """Save every so many `seconds` (None: as usual) and at every multiple of so many `steps` (None: at none)."""
        self._seconds = CHECKPOINT_EVERY_SECONDS if seconds is None else seconds
        self._steps = steps
        self.due_second = now + self._seconds * _FIRST_AFTER
        self._move_on(first_step)

    def saved(self, step: int, took_seconds: float, now: float) -> None:
        """A checkpoint was saved at `step`, which took so long."""
        self.due_second = now + max(self._seconds, took_seconds / SHARE_FOR_CHECKPOINTS)
        self._move_on(step)

    def refused(self, step: int, took_seconds: float, now: float, retry_seconds: float) -> None:
        """The disk refused one: it is tried again after `retry_seconds`, or later where trying takes long."""
        self.due_second = now + max(retry_seconds, took_seconds / SHARE_FOR_CHECKPOINTS)
        self._move_on(step)

    def _move_on(self, step: int) -> None:
        self.due_step: float = (step // self._steps + 1) * self._steps if self._steps else float("inf")

"""TrainingClock: seconds of training, standing still while the run pauses or is evaluated."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class TrainingClock:
    """Runs from when it is made; goes on from `first_seconds` where an earlier part of the run left off."""

    def __init__(self, first_seconds: float = 0.0) -> None:
        self._zero = time.perf_counter() - first_seconds
        self._stopped_at: float | None = None

    @property
    def seconds(self) -> float:
        """Training time so far."""
        now = time.perf_counter() if self._stopped_at is None else self._stopped_at
        return now - self._zero

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Inside, no training time passes. May be nested."""
        if self._stopped_at is not None:
            yield
            return
        self._stopped_at = time.perf_counter()
        try:
            yield
        finally:
            self._zero += time.perf_counter() - self._stopped_at
            self._stopped_at = None

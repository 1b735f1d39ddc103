"""TimeLeft: how long a job still takes, from the share that is done, told so that it falls and does not flicker."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

_SMOOTHED_SECONDS, _SMOOTHED_SHARE = 3.0, 0.3
"""How long it takes until a change of pace is believed: seconds, at first this share of those that are over."""
_RISE, _RISE_SECONDS = 1.3, 3.0
"""What is told rises only where it takes so many times as long as was told, and so many seconds longer. Where it takes
a little longer, what is told stands still meanwhile."""


class TimeLeft:
    """Begins with the job. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = self._asked = clock()
        self._end: float | None = None
        self._told_end = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the job began."""
        return self._clock() - self._began

    def seconds(self, share: float) -> float | None:
        """Seconds left where `share` of the job's time is over, 0 to 1; None where nothing can be told yet."""
        now = self._clock()
        if not 0.0 < share < 1.0 or now <= self._began:
            return None
        estimate = now + (now - self._began) * (1 - share) / share
        passed, self._asked = now - self._asked, now
        if self._end is None:
            self._end = self._told_end = estimate
        believed = min(_SMOOTHED_SECONDS, _SMOOTHED_SHARE * (now - self._began))
        self._end += (estimate - self._end) * (1 - math.exp(-passed / believed))
        left, told = self._end - now, max(0.0, self._told_end - now)
        if left > told * _RISE + _RISE_SECONDS:
            self._told_end = self._end
        else:
            self._told_end = min(self._end, self._told_end + passed)
        return max(0.0, self._told_end - now)

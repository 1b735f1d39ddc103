"""WallClock: notices when the computer's clock is set back while a run trains, and says what that means for it."""

from __future__ import annotations

import time

_LEAST_SECONDS = 60.0  # less is the clock being put right by the network, as it is all the time


class WallClock:
    """A run counts its own time by a clock that nobody can set; dates of runs and files come from the computer's."""

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()

    def set_back(self) -> float:
        """By how many seconds it was set back since the last time; 0 if it was not. Forward is as after a sleep."""
        ahead = time.time() - time.monotonic()
        back = self._ahead - ahead
        if abs(back) >= _LEAST_SECONDS:
            self._ahead = ahead
        return back if back >= _LEAST_SECONDS else 0.0


def set_back_words(seconds: float, step: int) -> str:
    """What a person is told of it."""
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day"), (hours, "hour"), (rest, "minute")]
    length = " ".join(f"{count} {unit}{'s' * (count != 1)}" for count, unit in parts if count)
    return (
        f"The computer's clock was set back by {length} at step {step:,}. The run is not touched by that: its times "
        "count from its start. In the list of runs it may stand as newer than runs that come after it."
    )

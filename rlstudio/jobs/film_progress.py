"""FilmProgress: how far a film is, in time: recording and writing differ in pace from each other and from film to film.

Its share of the job is the time that is over to all it takes. What recording takes is told from the steps recorded so
far and from how long the training's episodes were, what writing takes from a few frames written for a trial.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rlstudio.core.messages import Progress

TOTAL = 1000
_SECONDS_A_STEP = 0.002  # until there is a step to tell from


class FilmProgress:
    """Progress in thousandths, which never falls.

    Args:
        lengths: about how many steps each episode has.
        frames: how many frames are written of episodes of such lengths.
    """

    def __init__(
        self,
        send: Callable[[Progress], None],
        lengths: Sequence[float],
        frames: Callable[[Sequence[float]], int],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._send, self._lengths, self._frames, self._clock = send, list(lengths), frames, clock
        self._began = clock()
        self._aside = 0.0
        self._steps = 0
        self._writing_since: float | None = None
        self.seconds_a_frame = 0.01
        """What writing one frame takes; to be set once it was tried."""
        self._share = 0.0

    def recording(self, number: int, t: int, words: str) -> None:
        """Episode `number` is at step `t`."""
        self._lengths[number] = max(self._lengths[number], t)
        done = self._steps + t
        seconds = self._clock() - self._began - self._aside
        pace = seconds / done if done else _SECONDS_A_STEP
        left = pace * (sum(self._lengths[number:]) - t) + self._seconds_of_writing()
        self._tell(left, words)

    def recorded(self, number: int, length: int) -> None:
        """Episode `number` is over."""
        self._lengths[number] = length
        self._steps += length

    def tried(self, seconds: float, seconds_a_frame: float) -> None:
        """A trial of the writing, which took `seconds`, has told what a frame takes."""
        self._aside += seconds
        self.seconds_a_frame = seconds_a_frame

    def writing(self, done: int, total: int, words: str) -> None:
        """So much of the writing is done: the more, the more its own pace counts."""
        now = self._clock()
        if self._writing_since is None:
            self._writing_since = now
        share, seconds = done / total, now - self._writing_since
        whole = self._seconds_of_writing()
        if share:
            whole = (1 - share) * whole + share * seconds / share
        self._tell((1 - share) * whole, words)

    def _seconds_of_writing(self) -> float:
        return self.seconds_a_frame * self._frames(self._lengths)

    def _tell(self, left: float, words: str) -> None:
        over = self._clock() - self._began
        self._share = max(self._share, over / (over + left) if left > 0 else 1.0)
        self._send(Progress(int(self._share * TOTAL), TOTAL, words))

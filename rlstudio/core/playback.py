"""Playback: which frame is shown, of one episode or of several laid end to end. No timer: it is told the time."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate


class Playback:
    """A place among frames, moved by hand (`step`, `seek`) or by the clock (`advance`).

    `index` counts from 0 over all episodes; an episode of T steps has T + 1 frames. Moving beyond an end stays there.

    Attributes:
        fps: frames a second at speed 1.
        speed: multiple of that, above 0.
        loop: whether to begin again after the last frame.
        playing: whether `advance` moves. It becomes False when the last frame was reached without `loop`.
    """

    def __init__(self, lengths: int | Sequence[int] = (), *, fps: float = 50.0) -> None:
        """`lengths` is the number of frames, of the one episode or of each.

        Raises:
            ValueError: for a length below 0, or an `fps` that is not above 0.
        """
        if not (math.isfinite(fps) and fps > 0):
            raise ValueError(f"fps: {fps!r} is not allowed; it takes a number above 0")
        self.fps = fps
        self.loop = False
        self.playing = False
        self._speed = 1.0
        self._index = 0
        self._carry = 0.0  # share of a frame that has passed since `index` was reached
        self._ends: list[int] = []
        self.set_lengths(lengths)

    def set_lengths(self, lengths: int | Sequence[int]) -> None:
        """Other episodes, or more of them; the place stays where it was as far as it can."""
        each = [lengths] if isinstance(lengths, int) else list(lengths)
        if any(length < 0 for length in each):
            raise ValueError(f"lengths: {each} is not allowed; an episode has no fewer than 0 frames")
        self._ends = list(accumulate(each))
        self._move_to(self._index)

    @property
    def n_frames(self) -> int:
        """Frames of all episodes together."""
        return self._ends[-1] if self._ends else 0

    @property
    def index(self) -> int:
        """The frame that is shown, 0 to n_frames - 1 (0 when there is none)."""
        return self._index

    @property
    def position(self) -> tuple[int, int]:
        """The frame that is shown, as episode and frame within it; (0, 0) when there is none."""
        if not self.n_frames:
            return 0, 0
        episode = bisect_right(self._ends, self._index)
        return episode, self._index - self.start_of(episode)

    @property
    def speed(self) -> float:
        """Multiple of `fps` at which `advance` moves."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        if not (math.isfinite(speed) and speed > 0):
            raise ValueError(f"speed: {speed!r} is not allowed; it takes a number above 0")
        self._speed = speed

    @property
    def at_end(self) -> bool:
        """Whether the last frame is shown."""
        return self._index >= self.n_frames - 1

    def start_of(self, episode: int) -> int:
        """Index of the first frame of an episode."""
        return self._ends[episode - 1] if episode > 0 else 0

    def play(self) -> None:
        """Let `advance` move; from the last frame it begins again at the first."""
        if self.at_end:
            self._move_to(0)
        self.playing = self.n_frames > 1

    def pause(self) -> None:
        """Stay where it is."""
        self.playing = False

    def step(self, count: int = 1) -> bool:
        """Pause, and go `count` frames forward (or back, below 0). Returns whether another frame is shown."""
        self.pause()
        return self._move_to(self._index + count)

    def seek(self, index: int) -> bool:
        """Go to a frame, clamped to those there are; playing goes on. Returns whether another frame is shown."""
        return self._move_to(index)

    def advance(self, seconds: float) -> bool:
        """`seconds` have passed: move on if playing. Returns whether another frame is shown.

        What is left over of a frame's time counts towards the next, so the rate is true whatever the caller's own.
        """
        if not self.playing or not self.n_frames or seconds <= 0:
            return False
        before = self._index
        passed = self._carry + seconds * self.fps * self._speed
        whole = math.floor(passed + 1e-9)  # ten times 0.1 s at 10 frames a second are ten frames, not nine
        target = before + whole
        if target >= self.n_frames:
            if self.loop:
                target %= self.n_frames
            else:
                self._move_to(self.n_frames - 1)
                self.playing = False
                return self._index != before
        self._index = target
        self._carry = max(0.0, passed - whole)
        return self._index != before

    def _move_to(self, index: int) -> bool:
        before = self._index
        self._index = max(0, min(index, self.n_frames - 1))
        self._carry = 0.0
        return self._index != before

"""What every writer does with the frames it is given: count them, check them, tell how far it is, end when told to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from rlstudio.core.frame_store import Frame
from rlstudio.media.errors import Cancelled

Progress = Callable[[int, int], None]
"""Called with (frames done, frames in all)."""
Cancel = Callable[[], bool]
"""Asked once a frame; True ends the writing."""


class Watch:
    """Goes through the frames, `rounds` times in all, and lets nothing through that is no frame or one too many."""

    def __init__(
        self,
        frames: Iterable[Frame],
        count: int,
        *,
        rounds: int = 1,
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> None:
        """Raises ValueError for no frames, or for an iterator that could be gone through only once."""
        if iter(frames) is frames:
            raise ValueError("frames are gone through more than once: give a list or a FrameStore, not an iterator")
        if count < 1:
            raise ValueError("there are no frames to write")
        self._frames = frames
        self._count = count
        self._rounds = rounds
        self._seen = 0
        self._progress = progress
        self._cancelled = cancelled

    def __iter__(self) -> Iterator[Frame]:
        """One round. Raises Cancelled, or ValueError where frames do not fit each other or their number."""
        number = -1
        shape: tuple[int, ...] = ()
        for number, found in enumerate(self._frames):
            if self._cancelled and self._cancelled():
                raise Cancelled("the export was cancelled")
            frame = np.ascontiguousarray(found)
            if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or frame.size == 0:
                raise ValueError(
                    f"frame {number}: a frame is (height, width, 3) uint8, not {frame.shape} {frame.dtype}"
                )
            shape = shape or frame.shape
            if frame.shape != shape:
                raise ValueError(f"frame {number} is {frame.shape} among frames of {shape}; all must be of one size")
            if number == self._count:
                raise ValueError(f"there are more frames than the {self._count} that were announced")
            yield frame
            self._seen += 1
            if self._progress:
                self._progress(min(self._count, self._seen // self._rounds), self._count)
        if number + 1 != self._count:
            raise ValueError(f"there are {number + 1} frames, not the {self._count} that were announced")

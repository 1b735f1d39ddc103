"""Frames in, animated GIF out: every frame kept, true timing, and exact colours where 256 suffice.

Only the rectangle that changed is stored of each frame, and pixels in it that did not change are transparent, which
is what makes the files small. Frames are gone through twice (colours first, then pictures) and never held.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.frame_store import Frame
from rlstudio.core.whole_file import whole_file
from rlstudio.media import gif_blocks
from rlstudio.media.changes import Box, Coder, with_changes
from rlstudio.media.errors import Cancelled, MediaError, disk_errors
from rlstudio.media.palette import Palette, make_palette

__all__ = ["FASTEST", "Cancelled", "GifInfo", "MediaError", "delays_for", "write_gif"]

FASTEST = 50.0
"""Frames a second that a GIF can hold: browsers show delays below 2 hundredths as 10."""

_SLOWEST = 100 / 65_535

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class GifInfo:
    """A GIF that was written; `seconds` is how long one round of it plays."""

    path: Path
    frames: int
    width: int
    height: int
    n_bytes: int
    seconds: float
    exact_colours: bool


def delays_for(fps: float, count: int) -> list[int]:
    """How long each of `count` frames stays, in hundredths of a second: 30 a second as 3, 3, 4, 3, 3, 4…

    No frame is ever left out to reach a rate, and none is shown shorter than 2 hundredths.

    Raises:
        ValueError: if `fps` is beyond what a GIF can hold; offer the person a lower speed.
    """
    if not math.isfinite(fps) or not _SLOWEST <= fps <= FASTEST * (1 + 1e-9):
        raise ValueError(
            f"fps: {fps:g} is not allowed; a GIF takes more than 0 and at most {FASTEST:g} frames a second (viewers "
            f"slow down anything faster); choose a lower speed"
        )
    ends = [math.floor(100 * number / fps + 1e-6) for number in range(count + 1)]
    return [end - start for start, end in pairwise(ends)]


def write_gif(
    path: Path,
    frames: Iterable[Frame],
    count: int,
    *,
    fps: float,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> GifInfo:
    """Write `count` frames as an animated GIF, whole or not at all.

    Args:
        frames: (height, width, 3) uint8 each, all of one size. It is gone through twice: a list or a FrameStore, say.
        fps: frames shown a second, at most 50.
        progress: called with (frames done, count) as it goes.
        cancelled: asked once a frame; True ends it.

    Raises:
        ValueError: no frames, not `count` of them, sizes that differ, or an `fps` that a GIF cannot hold.
        MediaError: the disk refuses, in words.
        Cancelled: `cancelled` said so. Nothing is left behind, as after any error.
    """
    if iter(frames) is frames:
        raise ValueError("frames are gone through twice: give a list or a FrameStore, not an iterator")
    if count < 1:
        raise ValueError("there are no frames to write")
    delays = delays_for(fps, count)
    watch = _Watch(count, progress, cancelled)
    with disk_errors("write", path), whole_file(path) as file:
        palette = make_palette(with_changes(watch.over(frames)))
        height, width = _write(file, with_changes(watch.over(frames)), palette, delays)
        n_bytes = file.tell()
    return GifInfo(path, count, width, height, n_bytes, sum(delays) / 100, palette.exact)


def _write(file: BinaryIO, frames: Iterable[tuple[Frame, Box]], palette: Palette, delays: list[int]) -> tuple[int, int]:
    """Write all blocks; returns height and width. Raises ValueError if there are other than `len(delays)` frames."""
    transparent = palette.transparent
    shown: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
    coder = Coder((0, 0, 3))
    number = -1
    for number, (frame, box) in enumerate(frames):
        if number == len(delays):
            raise ValueError(f"there are more frames than the {len(delays)} that were announced")
        if number == 0:
            coder = Coder(frame.shape)
            file.write(gif_blocks.header(frame.shape[1], frame.shape[0], palette.table))
        part = frame[box]
        places = palette.places(coder.codes(part)).reshape(part.shape[:2])
        if number == 0:
            shown = stored = places
        else:
            stored = places if transparent is None else np.where(places == shown[box], np.uint8(transparent), places)
            shown[box] = places
        rows, columns = box
        file.write(gif_blocks.frame(stored, columns.start, rows.start, delays[number], transparent))
    if number + 1 != len(delays):
        raise ValueError(f"there are {number + 1} frames, not the {len(delays)} that were announced")
    file.write(gif_blocks.TRAILER)
    return shown.shape[0], shown.shape[1]


class _Watch:
    """Counts the frames of both rounds, tells how far they are, and ends when it is told to."""

    def __init__(self, count: int, progress: Progress | None, cancelled: Callable[[], bool] | None) -> None:
        self._count = count
        self._seen = 0
        self._progress = progress
        self._cancelled = cancelled

    def over(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        for frame in frames:
            if self._cancelled and self._cancelled():
                raise Cancelled("the export was cancelled")
            yield frame
            self._seen += 1
            if self._progress:
                self._progress(min(self._count, self._seen // 2), self._count)

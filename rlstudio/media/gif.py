"""Frames in, animated GIF out: every frame kept, true timing, and exact colours where 256 suffice.

Only the rectangle that changed is stored of each frame, and pixels in it that did not change are transparent, which
is what makes the files small. Frames are gone through twice (colours first, then pictures) and never held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.frame_store import Frame
from rlstudio.core.whole_file import whole_file
from rlstudio.media import gif_blocks
from rlstudio.media.changes import Box, Coder, with_changes
from rlstudio.media.errors import TooLargeError, disk_errors
from rlstudio.media.info import MediaInfo
from rlstudio.media.palette import MOST, Palette, make_palette
from rlstudio.media.timing import check_rate, check_side, whole_delays
from rlstudio.media.watch import Cancel, Progress, Watch

FASTEST = 50.0
"""Frames a second that a GIF can hold: browsers show delays below 2 hundredths as 10."""

_SLOWEST = 100 / 65_535
_MOST_SIDE = 65_535


def delays_for(fps: float, count: int) -> list[int]:
    """How long each of `count` frames stays, in hundredths of a second: 30 a second as 3, 3, 4, 3, 3, 4…

    No frame is ever left out to reach a rate, and none is shown shorter than 2 hundredths.

    Raises:
        ValueError: if `fps` is beyond what a GIF can hold; offer the person a lower speed.
    """
    check_rate(fps, _SLOWEST, FASTEST, "a GIF", " (viewers slow down anything faster)")
    return whole_delays(fps, count, 100)


def write_gif(
    path: Path,
    frames: Iterable[Frame],
    count: int,
    *,
    fps: float,
    quality: int = 100,
    stop_above: int | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> MediaInfo:
    """Write `count` frames as an animated GIF, whole or not at all.

    Args:
        frames: (height, width, 3) uint8 each, all of one size. It is gone through twice: a list or a FrameStore, say.
        fps: frames shown a second, at most 50.
        quality: share of a colour table's 256 places that are used, in percent: below 100 only frames of many colours
            change, and get smaller.
        stop_above: bytes beyond which writing is given up.
        progress: called with (frames done, count) as it goes.
        cancelled: asked once a frame; True ends it.

    Raises:
        ValueError: no frames, not `count` of them, sizes that differ, or an `fps` that a GIF cannot hold.
        MediaError: the disk refuses, in words; TooLargeError: beyond `stop_above`.
        Cancelled: `cancelled` said so. Nothing is left behind, as after any error.
    """
    watch = Watch(frames, count, rounds=2, progress=progress, cancelled=cancelled)
    delays = delays_for(fps, count)
    with disk_errors("write", path), whole_file(path) as file:
        boxes: list[Box] = []
        palette = make_palette(_noting(with_changes(watch), boxes), most=max(2, MOST * quality // 100))
        height, width = _write(file, zip(watch, boxes, strict=True), palette, delays, stop_above)
        n_bytes = file.tell()
    return MediaInfo(path, count, width, height, n_bytes, sum(delays) / 100, palette.exact)


def _noting(frames: Iterable[tuple[Frame, Box]], boxes: list[Box]) -> Iterator[tuple[Frame, Box]]:
    """The same, keeping what changed: finding it takes as long as looking up the colours."""
    for frame, box in frames:
        boxes.append(box)
        yield frame, box


def _write(
    file: BinaryIO, frames: Iterable[tuple[Frame, Box]], palette: Palette, delays: list[int], stop_above: int | None
) -> tuple[int, int]:
    """Write all blocks; returns height and width."""
    transparent = palette.transparent
    shown: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
    coder = Coder((0, 0, 3))
    for number, (frame, box) in enumerate(frames):
        if number == 0:
            coder = Coder(frame.shape)
            check_side(frame.shape[1], frame.shape[0], _MOST_SIDE, "a GIF")
            file.write(gif_blocks.header(frame.shape[1], frame.shape[0], palette.table))
        part = frame[box]
        places = palette.places(coder.codes(part)).reshape(part.shape[:2])
        if number == 0:
            shown = stored = places
        else:
            stored = places if transparent is None else places * (places != shown[box])  # the place 0 is transparent
            shown[box] = places
        rows, columns = box
        file.write(gif_blocks.frame(stored, columns.start, rows.start, delays[number], transparent))
        if stop_above is not None and file.tell() + len(gif_blocks.TRAILER) > stop_above:
            raise TooLargeError(f"{len(delays)} frames need more than {stop_above:,} bytes")
    file.write(gif_blocks.TRAILER)
    return shown.shape[0], shown.shape[1]

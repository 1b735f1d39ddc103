"""Frames in, animated WebP out (RFC 9649): every frame and every delay, exact at quality 100, lossy and small below.

Pillow's own animations leave out frames that equal the one before; here each frame is a picture of its own that Pillow
packs: the rectangle that changed, transparent where it did not.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from rlstudio.core.frame_store import Frame
from rlstudio.core.whole_file import whole_file
from rlstudio.media.changes import Box, with_changes
from rlstudio.media.errors import TooLargeError, disk_errors
from rlstudio.media.info import MediaInfo
from rlstudio.media.timing import check_rate, check_side, whole_delays
from rlstudio.media.watch import Cancel, Progress, Watch

FASTEST = 60.0
"""Frames a second: browsers show delays of up to 10 ms as 100 ms."""
SLOWEST = 0.1
MOST_SIDE = 16_383

_ANIMATED, _ALPHA = 0x02, 0x10
_MILLISECONDS = 1000


def write_webp(
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
    """Write `count` frames as an animated WebP that repeats for ever, whole or not at all.

    Lossless at a `quality` of 100. Otherwise as `video.write_mp4`, with at most 60 frames a second.
    """
    watch = Watch(frames, count, progress=progress, cancelled=cancelled)
    check_rate(fps, SLOWEST, FASTEST, "a WebP", " (browsers slow down anything faster)")
    delays = whole_delays(fps, count, _MILLISECONDS)
    with disk_errors("write", path), whole_file(path) as file:
        before: Frame | None = None
        for number, (frame, box) in enumerate(with_changes(watch)):
            if before is None:
                file.write(_header(frame.shape[1], frame.shape[0]))
                before = frame.copy()
                picture, left, top = frame, 0, 0
            else:
                picture, left, top = _changed(before, frame, box)
                before[box] = frame[box]
            file.write(_animation_frame(picture, left, top, delays[number], quality))
            if stop_above is not None and file.tell() > stop_above:
                raise TooLargeError(f"{count} frames need more than {stop_above:,} bytes")
        n_bytes = _finish(file)
    assert before is not None
    height, width = before.shape[:2]
    return MediaInfo(path, count, width, height, n_bytes, sum(delays) / _MILLISECONDS, quality >= 100)


def _changed(before: Frame, frame: Frame, box: Box) -> tuple[Frame, int, int]:
    """The changed part with a fourth channel that is 0 where nothing changed, and its place, which WebP has even."""
    top, left = box[0].start & ~1, box[1].start & ~1
    rows, columns = slice(top, box[0].stop), slice(left, box[1].stop)
    part = frame[rows, columns]
    differs = (part != before[rows, columns]).any(axis=2)
    picture = np.zeros((*part.shape[:2], 4), np.uint8)
    picture[..., :3] = np.where(differs[..., None], part, 0)
    picture[..., 3] = np.where(differs, 255, 0)
    return picture, left, top


def _animation_frame(picture: Frame, left: int, top: int, delay: int, quality: int) -> bytes:
    """One frame, drawn over the last one at (left, top) and shown for `delay` milliseconds."""
    file = io.BytesIO()
    image = Image.fromarray(picture)
    if quality >= 100:
        # here quality is effort; method 0 makes files of drawn pictures three to ten times as large
        image.save(file, "WEBP", lossless=True, quality=30, method=2)
    else:
        image.save(file, "WEBP", quality=max(0, quality), alpha_quality=100, method=2)
    place = b"".join(_three(number) for number in (left // 2, top // 2, image.width - 1, image.height - 1, delay))
    pixels = b"".join(data for kind, data in _chunks(file.getvalue()) if kind in (b"ALPH", b"VP8 ", b"VP8L"))
    return _chunk(b"ANMF", place + b"\x00" + pixels)


def _header(width: int, height: int) -> bytes:
    check_side(width, height, MOST_SIDE, "a WebP")
    canvas = bytes([_ANIMATED | _ALPHA, 0, 0, 0]) + _three(width - 1) + _three(height - 1)
    forever = struct.pack("<IH", 0, 0)
    return b"RIFF\x00\x00\x00\x00WEBP" + _chunk(b"VP8X", canvas) + _chunk(b"ANIM", forever)


def _finish(file: BinaryIO) -> int:
    """Write the file's length where it belongs, and return it."""
    n_bytes = file.seek(0, io.SEEK_END)
    file.seek(4)
    file.write(struct.pack("<I", n_bytes - 8))
    file.seek(n_bytes)
    return n_bytes


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a WebP file, each with its kind, whole."""
    position = 12
    while position < len(data):
        kind, length = struct.unpack_from("<4sI", data, position)
        end = position + 8 + length + length % 2
        yield kind, data[position:end]
        position = end


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\x00" * (len(content) % 2)


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")

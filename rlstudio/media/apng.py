"""Frames in, animated PNG out (PNG specification, third edition, W3C 2025): every frame, every pixel and every delay.

As in the GIFs here only the rectangle that changed is stored, and pixels in it that did not change are transparent.
With up to 256 colours the file has a colour table; with more, transparency is a colour that no frame has.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rlstudio.core.frame_store import Frame
from rlstudio.core.whole_file import whole_file
from rlstudio.media.changes import Box, Coder, colours_of, with_changes
from rlstudio.media.errors import TooLargeError, disk_errors
from rlstudio.media.info import MediaInfo
from rlstudio.media.palette import MOST, Palette
from rlstudio.media.timing import check_rate
from rlstudio.media.watch import Cancel, Progress, Watch

FASTEST = 60.0
"""Frames a second: browsers show delays of up to 10 ms as 100 ms."""
SLOWEST = 0.1

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_OVER, _SOURCE = 1, 0
_LEVEL = 6  # of zlib
_MOSTLY = 0.9
"""Share of a rectangle that must stand still for it to be made transparent there: less only disturbs the packing."""


def write_apng(
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
    """Write `count` frames as an animated PNG that repeats for ever, whole or not at all.

    It is lossless: `quality` changes nothing. Otherwise as `video.write_mp4`, with at most 60 frames a second; the
    frames are gone through twice.
    """
    watch = Watch(frames, count, rounds=2, progress=progress, cancelled=cancelled)
    check_rate(fps, SLOWEST, FASTEST, "an APNG", " (browsers slow down anything faster)")
    delay = Fraction(1 / fps).limit_denominator(6553)
    with disk_errors("write", path), whole_file(path) as file:
        colours = _Colours(with_changes(watch))
        writer = _Writer(file, colours, count, delay)
        for frame, box in with_changes(watch):
            writer.add(frame, box)
            if stop_above is not None and file.tell() + len(_END) > stop_above:
                raise TooLargeError(f"{count} frames need more than {stop_above:,} bytes")
        file.write(_END)
        n_bytes = file.tell()
    return MediaInfo(path, count, writer.width, writer.height, n_bytes, float(count * delay), exact_colours=True)


class _Colours:
    """Which colours the frames have: a table where there are few, and one that is not among them where there are many.

    Attributes:
        palette: places of up to 256 colours; None where there are more.
        unused: red, green and blue of a colour that no frame has; None where a table is used, or every colour is.
    """

    def __init__(self, frames: Iterable[tuple[Frame, Box]]) -> None:
        seen = np.zeros(1 << 24, bool)
        coder: Coder | None = None
        for frame, box in frames:
            coder = coder or Coder(frame.shape)
            codes = coder.codes(frame[box])
            seen[codes[~seen.take(codes)]] = True
        n_colours = int(np.count_nonzero(seen))
        self.palette = Palette(colours_of(np.flatnonzero(seen)), exact=True) if n_colours <= MOST else None
        self.unused: NDArray[np.uint8] | None = None
        if self.palette is None and n_colours < len(seen):
            self.unused = colours_of(np.array([np.argmin(seen)]))[0]


class _Writer:
    """Writes chunk after chunk; each frame has a control chunk and its pixels, numbered through."""

    def __init__(self, file: BinaryIO, colours: _Colours, count: int, delay: Fraction) -> None:
        self._file, self._colours, self._count, self._delay = file, colours, count, delay
        self._sequence = 0
        self._before: Frame = np.zeros((0, 0, 3), np.uint8)
        self._coder = Coder((0, 0, 3))
        self.height, self.width = 0, 0

    def add(self, frame: Frame, box: Box) -> None:
        first = not self.width
        if first:
            self.height, self.width = frame.shape[:2]
            self._coder = Coder(frame.shape)
            self._file.writelines(self._header())
        part = frame[box]
        same = None if first else (part == self._before[box]).all(axis=2)
        pixels = self._packed(part, same)
        control = struct.pack(
            ">IIIIIHHBB",
            self._next(),
            part.shape[1],
            part.shape[0],
            box[1].start,
            box[0].start,
            self._delay.numerator,
            self._delay.denominator,
            0,
            _SOURCE if first else _OVER,
        )
        self._file.write(_chunk(b"fcTL", control))
        if first:
            self._file.write(_chunk(b"IDAT", pixels))
            self._before = frame.copy()
        else:
            self._file.write(_chunk(b"fdAT", struct.pack(">I", self._next()) + pixels))
            self._before[box] = part

    def _header(self) -> Iterator[bytes]:
        palette, unused = self._colours.palette, self._colours.unused
        kind = 2 if palette is None else 3  # all colours, or a table of them
        yield _SIGNATURE
        yield _chunk(b"IHDR", struct.pack(">IIBBBBB", self.width, self.height, 8, kind, 0, 0, 0))
        yield _chunk(b"acTL", struct.pack(">II", self._count, 0))
        if palette is not None:
            yield _chunk(b"PLTE", palette.table.tobytes())
            if palette.transparent is not None:
                yield _chunk(b"tRNS", b"\x00")
        elif unused is not None:
            yield _chunk(b"tRNS", struct.pack(">HHH", *unused.tolist()))

    def _packed(self, part: Frame, same: NDArray[np.bool_] | None) -> bytes:
        """The pixels as PNG packs them; where they are the `same` as before, transparent."""
        palette, unused = self._colours.palette, self._colours.unused
        if palette is None:
            if same is not None and unused is not None and same.mean() > _MOSTLY:
                part = part.copy()
                part[same] = unused
            return _filtered(part)
        places = palette.places(self._coder.codes(part)).reshape(part.shape[:2])
        rows = np.zeros((part.shape[0], part.shape[1] + 1), np.uint8)  # each begins with its filter: none
        if same is not None and palette.transparent is not None:
            places[same] = palette.transparent
        rows[:, 1:] = places
        return zlib.compress(rows.data, _LEVEL)

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence - 1


def _filtered(part: Frame) -> bytes:
    """Pixels of all colours, each row with the filter that suits it: out of a PNG that Pillow makes, in C."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(part)).save(file, "PNG", compress_level=_LEVEL)
    data, position, pixels = file.getvalue(), len(_SIGNATURE), b""
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        if kind == b"IDAT":
            pixels += data[position + 8 : position + 8 + length]
        position += 12 + length
    return pixels


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


_END = _chunk(b"IEND", b"")

"""Which part of a frame differs from the one before, and its pixels as one number each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.frame_store import Frame

Box = tuple[slice, slice]
"""Rows and columns of a rectangle."""
Codes = NDArray[np.intp]
"""Colours as whole numbers below 2²⁴: red + 256 green + 65536 blue."""

_ONE_PIXEL = (slice(0, 1), slice(0, 1))


class Coder:
    """Reads the pixels of frames of one size as colour codes."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._bytes = np.zeros(int(np.prod(shape)) + 1, np.uint8)  # four bytes are read for each pixel, so one more

    def codes(self, part: Frame) -> Codes:
        """Codes of a (height, width, 3) part of a frame, shape (height · width,)."""
        n_bytes = part.size
        self._bytes[:n_bytes].reshape(part.shape)[:] = part
        overlapping = np.ndarray((n_bytes // 3,), "<u4", buffer=self._bytes, strides=(3,))
        return (overlapping & np.uint32(0xFFFFFF)).astype(np.intp)


def colours_of(codes: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Codes as rows of red, green and blue, shape (n, 3)."""
    return np.stack([codes & 255, codes >> 8 & 255, codes >> 16], axis=-1).astype(np.uint8)


def with_changes(frames: Iterable[Frame]) -> Iterator[tuple[Frame, Box]]:
    """Each frame with the smallest rectangle that holds all that changed: the whole of the first, one pixel where
    nothing did. The frames are those of a `Watch`, which has checked them: contiguous, all of one size.
    """
    before: Frame | None = None
    for frame in frames:
        if before is None:
            box = slice(0, frame.shape[0]), slice(0, frame.shape[1])
            before = frame.copy()  # the giver may draw the next one into the same memory
        else:
            box = _changed(before, frame)
            before[box] = frame[box]
        yield frame, box


def _changed(before: Frame, frame: Frame) -> Box:
    were, are = _wide(before), _wide(frame)
    differ = were != are
    rows, units = np.flatnonzero(differ.any(axis=1)), np.flatnonzero(differ.any(axis=0))
    if not rows.size:
        return _ONE_PIXEL
    across = slice(int(rows[0]), int(rows[-1]) + 1)
    left, right = int(units[0]) * are.itemsize // 3, -(-(int(units[-1]) + 1) * are.itemsize // 3)
    # a unit may hold parts of four pixels: only those at either end have to be looked at by themselves
    first = _columns(before[across, left : left + 4], frame[across, left : left + 4])
    start = max(left, right - 4)
    last = _columns(before[across, start:right], frame[across, start:right])
    return across, slice(left + int(first[0]), start + int(last[-1]) + 1)


def _columns(before: Frame, frame: Frame) -> NDArray[np.intp]:
    """Which columns differ."""
    return np.flatnonzero((before != frame).any(axis=(0, 2)))


def _wide(frame: Frame) -> NDArray[np.unsignedinteger]:
    """The rows of a frame, eight bytes at a time where they divide so: comparing is then eight times faster."""
    rows = frame.reshape(frame.shape[0], -1)
    return rows.view(np.uint64) if rows.shape[1] % 8 == 0 else rows

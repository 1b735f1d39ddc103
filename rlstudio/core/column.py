"""Column: a growable float64 array that finds the lows and highs of any stretch of it quickly, for display.

A pyramid of minima and maxima over blocks of 16, 32, 64, … values is kept beside the values. It is brought up to date
when it is read, so adding costs a copy and nothing else (amortised O(1) a value), and a series nobody looks at costs
nothing. Blocks begin at multiples of their length: the picture of old values does not dance while new ones arrive.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

SMALLEST_BLOCK = 16
_FIRST_CAPACITY = 256


class Growing:
    """A float64 array with room to grow; its capacity doubles when it is full."""

    def __init__(self) -> None:
        self._room: Floats = np.empty(_FIRST_CAPACITY)
        self._n = 0

    def __len__(self) -> int:
        return self._n

    @property
    def values(self) -> Floats:
        """A read-only view of shape (n,). It stays valid, but does not grow."""
        view = self._room[: self._n]
        view.flags.writeable = False
        return view

    def extend(self, values: Iterable[float] | Floats) -> None:
        """Add values, in order, at the end."""
        new = np.asarray(values, dtype=np.float64).ravel()
        needed = self._n + len(new)
        if needed > len(self._room):
            room = np.empty(max(needed, 2 * len(self._room)))
            room[: self._n] = self._room[: self._n]
            self._room = room
        self._room[self._n : needed] = new
        self._n = needed

    def truncate(self, n: int) -> None:
        """Keep the first `n` values."""
        if n < self._n:  # into fresh memory: views given out earlier must not change under their holders
            self._room = self._room[: max(n, _FIRST_CAPACITY)].copy()
            self._n = n


class Column(Growing):
    """A growing array with its pyramid of minima and maxima. NaN and infinite values count as missing there."""

    def __init__(self) -> None:
        super().__init__()
        self._lows: list[Growing] = []
        self._highs: list[Growing] = []

    def truncate(self, n: int) -> None:
        """Keep the first `n` values."""
        super().truncate(n)
        for level, (lows, highs) in enumerate(zip(self._lows, self._highs, strict=True)):
            blocks = self._n // (SMALLEST_BLOCK << level)
            lows.truncate(blocks)
            highs.truncate(blocks)

    def envelope(self, start: int, stop: int, n_buckets: int) -> tuple[Indices, Floats]:
        """The values from `start` up to `stop`, thinned to at most about 2 · `n_buckets` points to draw.

        Returns:
            (indices, values), both of shape (k,). Each bucket of neighbouring values gives its lowest and its highest;
            up to 2 · `n_buckets` values come out as they are. Missing values are NaN. Buckets at the two ends may
            reach beyond the stretch asked for.
        """
        start, stop = max(0, start), min(stop, self._n)
        count = stop - start
        if count <= 2 * n_buckets:
            values = self._room[start:stop].copy() if count > 0 else np.empty(0)
            values[np.isinf(values)] = np.nan
            return np.arange(start, max(start, stop)), values
        stride = 1 << int(np.ceil(np.log2(count / n_buckets)))
        first, last = start // stride, -(-stop // stride)
        lows, highs = self._blocks(stride, first, last)
        return self._zigzag(stride, first, lows, highs)

    def _zigzag(self, stride: int, first: int, lows: Floats, highs: Floats) -> tuple[Indices, Floats]:
        """Low, high, high, low, low, …: a line through them is as short as can be, and quick to draw."""
        blocks = np.arange(first, first + len(lows))
        indices = np.empty(2 * len(lows), dtype=np.int64)
        indices[0::2] = blocks * stride
        indices[1::2] = np.minimum(blocks * stride + stride // 2, self._n - 1)
        values = np.empty(2 * len(lows))
        even = blocks % 2 == 0
        values[0::2] = np.where(even, lows, highs)
        values[1::2] = np.where(even, highs, lows)
        return indices, values

    def _blocks(self, stride: int, first: int, last: int) -> tuple[Floats, Floats]:
        """Lows and highs of blocks `first` up to `last`; the newest one may not be full yet."""
        full = min(last, self._n // stride)
        if stride < SMALLEST_BLOCK:
            lows, highs = _extremes(self._room[first * stride : full * stride], stride)
        else:
            level = (stride // SMALLEST_BLOCK).bit_length() - 1
            self._update(level)
            lows, highs = self._lows[level].values[first:full], self._highs[level].values[first:full]
        if full < last and full * stride < self._n:
            rest = self._room[full * stride : self._n]
            low, high = _extremes(rest, len(rest))
            lows, highs = np.concatenate((lows, low)), np.concatenate((highs, high))
        return lows, highs

    def _update(self, level: int) -> None:
        """Bring the pyramid up to date, up to `level` (blocks of 16 · 2^level values)."""
        while len(self._lows) <= level:
            self._lows.append(Growing())
            self._highs.append(Growing())
        for k in range(level + 1):
            done, full = len(self._lows[k]), self._n // (SMALLEST_BLOCK << k)
            if done == full:
                continue
            if k == 0:
                lows, highs = _extremes(self._room[done * SMALLEST_BLOCK : full * SMALLEST_BLOCK], SMALLEST_BLOCK)
            else:
                lows, _ = _extremes(self._lows[k - 1].values[2 * done : 2 * full], 2)
                _, highs = _extremes(self._highs[k - 1].values[2 * done : 2 * full], 2)
            self._lows[k].extend(lows)
            self._highs[k].extend(highs)


def _extremes(values: Floats, stride: int) -> tuple[Floats, Floats]:
    """Lows and highs of consecutive blocks of `stride` values; NaN where a block has no finite value."""
    if not np.isfinite(values).all():
        values = np.where(np.isfinite(values), values, np.nan)
    lows = highs = values
    while stride > 1 and stride % 2 == 0:  # halving is many times quicker than reducing short rows
        lows, highs = np.fmin(lows[0::2], lows[1::2]), np.fmax(highs[0::2], highs[1::2])
        stride //= 2
    if stride > 1:
        lows, highs = (
            np.fmin.reduce(lows.reshape(-1, stride), axis=1),
            np.fmax.reduce(highs.reshape(-1, stride), axis=1),
        )
    return lows, highs


def thin(x: Floats, y: Floats, low: float, high: float, n_buckets: int) -> tuple[Floats, Floats]:
    """Points to draw for the part of a curve with `low` <= x <= `high`, at most about 2 · `n_buckets` of them.

    Args:
        x: shape (n,), in ascending order. y: shape (n,).

    Returns:
        (x, y): each bucket's lowest and highest value, and a bucket more at either end so that the line runs on to
        the edge of the picture. For a series that grows, `History.thinned` does the same from a pyramid.
    """
    column = Column()
    start, stop = visible(x, low, high)
    column.extend(y[start:stop])
    indices, values = column.envelope(0, stop - start, n_buckets)
    return x[start:stop][indices], values


def visible(x: Floats, low: float, high: float) -> tuple[int, int]:
    """Start and stop of the stretch of ascending `x` within `low` to `high`, one more on either side."""
    start = int(np.searchsorted(x, low, side="left")) - 1
    stop = int(np.searchsorted(x, high, side="right")) + 1
    return max(0, start), min(len(x), stop)

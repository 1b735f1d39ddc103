"""Column: a growable float64 array that sums up any stretch of itself quickly, for display.

A pyramid of minima, maxima and sums over blocks of 16, 32, 64, … values is kept beside the values. It is brought up to
date when it is read, so adding costs a copy and nothing else (amortised O(1) a value), and a series nobody looks at
costs nothing. Blocks begin at multiples of their length: the picture of old values does not dance while new ones come.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

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


class Buckets(NamedTuple):
    """Neighbouring values put together, `stride` to a bucket; arrays of shape (k,). With stride 1 they are the values.

    `first` holds the index of each bucket's first value, `middle` of the one in its middle. Missing is NaN.
    """

    stride: int
    first: Indices
    middle: Indices
    lows: Floats
    highs: Floats
    means: Floats

    def zigzag(self) -> tuple[Indices, Floats]:
        """(indices, values) of a line through every low and high: low, high, high, low, …, as short as can be."""
        if self.stride == 1:
            return self.first, self.lows
        even = (self.first // self.stride) % 2 == 0
        indices = np.stack((self.first, self.middle), axis=1).ravel()
        values = np.where(even, (self.lows, self.highs), (self.highs, self.lows)).T.ravel()
        return indices, values


class _Level:
    """One storey of the pyramid: lowest, highest, sum and number of the finite values of each full block."""

    def __init__(self) -> None:
        self.lows, self.highs, self.sums, self.counts = Growing(), Growing(), Growing(), Growing()

    def __len__(self) -> int:
        return len(self.lows)

    def extend(self, block: _Blocks) -> None:
        for growing, values in zip((self.lows, self.highs, self.sums, self.counts), block, strict=True):
            growing.extend(values)

    def truncate(self, n: int) -> None:
        for growing in (self.lows, self.highs, self.sums, self.counts):
            growing.truncate(n)

    def read(self, start: int, stop: int) -> _Blocks:
        parts = (self.lows, self.highs, self.sums, self.counts)
        lows, highs, sums, counts = (growing.values[start:stop] for growing in parts)
        return _Blocks(lows, highs, sums, counts)


class Column(Growing):
    """A growing array with its pyramid. NaN and infinite values count as missing there."""

    def __init__(self) -> None:
        super().__init__()
        self._levels: list[_Level] = []

    def truncate(self, n: int) -> None:
        """Keep the first `n` values."""
        super().truncate(n)
        for k, level in enumerate(self._levels):
            level.truncate(self._n // (SMALLEST_BLOCK << k))

    def buckets(self, start: int, stop: int, n_buckets: int) -> Buckets:
        """The values from `start` up to `stop`, in at most about `n_buckets` buckets; as they are up to twice as many.

        Buckets at the two ends may reach beyond the stretch asked for.
        """
        start, stop = max(0, start), min(stop, self._n)
        count = stop - start
        if count <= 2 * n_buckets:
            values = self._room[start:stop].copy() if count > 0 else np.empty(0)
            values[np.isinf(values)] = np.nan
            indices = np.arange(start, max(start, stop))
            return Buckets(1, indices, indices, values, values, values)
        stride = 1 << int(np.ceil(np.log2(count / n_buckets)))
        first = start // stride
        lows, highs, sums, counts = self._blocks(stride, first, -(-stop // stride))
        firsts = np.arange(first, first + len(lows)) * stride
        middles = np.minimum(firsts + stride // 2, self._n - 1)
        means = np.where(counts > 0, sums, np.nan) / np.maximum(counts, 1)
        return Buckets(stride, firsts, middles, lows, highs, means)

    def envelope(self, start: int, stop: int, n_buckets: int) -> tuple[Indices, Floats]:
        """(indices, values) of at most about 2 · `n_buckets` points through every bucket's low and high."""
        return self.buckets(start, stop, n_buckets).zigzag()

    def sample(self, start: int, stop: int, n_points: int) -> tuple[int, Indices]:
        """(k, indices) of about `n_points` values: one of every k, at an irregular but fixed place among its k.

        Irregular, so that values that repeat (those of several environment copies) are not picked by their rhythm;
        fixed, so that old points stay while new ones arrive.
        """
        start, stop = max(0, start), min(stop, self._n)
        count = stop - start
        if count <= n_points:
            return 1, np.arange(start, max(start, stop))
        stride = 1 << int(np.ceil(np.log2(count / n_points)))
        blocks = np.arange(start // stride, -(-stop // stride))
        indices = blocks * stride + (blocks * 2_654_435_761 >> 7) % stride
        return stride, indices[(indices >= start) & (indices < stop)]

    def _blocks(self, stride: int, first: int, last: int) -> _Blocks:
        """Blocks `first` up to `last`; the newest one may not be full yet."""
        full = min(last, self._n // stride)
        if stride < SMALLEST_BLOCK:
            blocks = _reduce(self._room[first * stride : full * stride], stride)
        else:
            level = (stride // SMALLEST_BLOCK).bit_length() - 1
            self._update(level)
            blocks = self._levels[level].read(first, full)
        if full < last and full * stride < self._n:
            rest = self._room[full * stride : self._n]
            newest = _reduce(rest, len(rest))
            blocks = _Blocks(*(np.concatenate(pair) for pair in zip(blocks, newest, strict=True)))
        return blocks

    def _update(self, level: int) -> None:
        """Bring the pyramid up to date, up to `level` (blocks of 16 · 2^level values)."""
        while len(self._levels) <= level:
            self._levels.append(_Level())
        for k in range(level + 1):
            done, full = len(self._levels[k]), self._n // (SMALLEST_BLOCK << k)
            if done == full:
                continue
            if k == 0:
                blocks = _reduce(self._room[done * SMALLEST_BLOCK : full * SMALLEST_BLOCK], SMALLEST_BLOCK)
            else:
                blocks = _halve(self._levels[k - 1].read(2 * done, 2 * full))
            self._levels[k].extend(blocks)


class _Blocks(NamedTuple):
    lows: Floats
    highs: Floats
    sums: Floats
    counts: Floats


def _halve(blocks: _Blocks) -> _Blocks:
    """Two neighbouring blocks become one; the number of blocks must be even."""
    lows, highs, sums, counts = blocks
    return _Blocks(
        np.fmin(lows[0::2], lows[1::2]),
        np.fmax(highs[0::2], highs[1::2]),
        sums[0::2] + sums[1::2],
        counts[0::2] + counts[1::2],
    )


def _reduce(values: Floats, stride: int) -> _Blocks:
    """Consecutive blocks of `stride` values each."""
    finite = np.isfinite(values)
    known = values if finite.all() else np.where(finite, values, np.nan)
    blocks = _Blocks(known, known, np.where(finite, values, 0.0), finite.astype(np.float64))
    while stride > 1 and stride % 2 == 0:  # halving is many times quicker than reducing short rows
        blocks = _halve(blocks)
        stride //= 2
    if stride == 1:
        return blocks
    lows, highs, sums, counts = (part.reshape(-1, stride) for part in blocks)
    return _Blocks(np.fmin.reduce(lows, axis=1), np.fmax.reduce(highs, axis=1), sums.sum(axis=1), counts.sum(axis=1))


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

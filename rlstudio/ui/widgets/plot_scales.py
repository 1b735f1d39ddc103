"""Ranges, ticks and numbers of a plot's axes: pure arithmetic. Axes grow in comfortable leaps, and stay put between."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Range = tuple[float, float]

LADDER = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""Ends that an x axis may have, times a power of ten: each about a quarter more than the one before."""
X_START = {"steps": 500.0, "episodes": 20.0, "time": 5.0}
_RIGHT_MARGIN = 0.015
_ROBUST_FROM = 100


def x_end(newest: float, start: float, budget: float | None = None) -> float:
    """Where an x axis from 0 should end: at the next rung above `newest`, or at the budget once that is near."""
    needed = max(newest, start, (budget or 0.0) / 60)
    power = 10.0 ** math.floor(math.log10(needed))
    end = next((rung * power for rung in LADDER if rung * power >= needed), 10 * power)
    if budget is not None and newest <= budget and end > 0.8 * budget:
        return float(budget)
    return end


def x_range(end: float) -> Range:
    """The range of an x axis that ends at `end`, with room for the newest point."""
    return 0.0, end * (1.0 + _RIGHT_MARGIN)


def nice_step(span: float, parts: int = 5) -> float:
    """A round step (1, 2, 2.5 or 5 times a power of ten) that divides `span` into at most about `parts` parts."""
    raw = span / max(parts, 1)
    if not raw > 0 or not math.isfinite(raw):
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= raw * (1 - 1e-9))


def y_range(low: float, high: float) -> Range:
    """A round range around `low` to `high`. All of one sign and near enough to zero, it begins there."""
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        half = 0.1 * abs(high) or 1.0
        low, high = low - half, high + half
    if 0.0 <= low < 0.4 * high:
        low = 0.0
    elif 0.4 * low < high <= 0.0:
        high = 0.0
    step = nice_step(high - low, 10)
    bottom = 0.0 if low == 0.0 else math.floor((low - 0.02 * (high - low)) / step) * step
    top = 0.0 if high == 0.0 else math.ceil((high + 0.02 * (high - low)) / step) * step
    return bottom, top


def grown(old: Range | None, low: float, high: float) -> Range:
    """The old range while it holds `low` to `high` with a little to spare; else it grows on the side where it must."""
    new = y_range(low, high)
    if old is None:
        return new
    spare = 0.01 * (old[1] - old[0])
    fits_below = low >= old[0] + spare or low >= old[0] == 0.0
    fits_above = high <= old[1] - spare or high <= old[1] == 0.0
    return old[0] if fits_below else min(old[0], new[0]), old[1] if fits_above else max(old[1], new[1])


def extent(parts: Iterable[NDArray[np.float64]], *, robust: bool = False) -> Range | None:
    """Lowest and highest finite value of all parts; None when there is none.

    `robust` leaves out the outermost hundredth on either side: one wild value must not flatten the rest.
    """
    lows, highs = [], []
    for part in parts:
        finite = part[np.isfinite(part)]
        if not len(finite):
            continue
        cut = len(finite) // 100 if robust and len(finite) >= _ROBUST_FROM else 0
        if cut:
            finite = np.partition(finite, (cut, len(finite) - 1 - cut))
            lows.append(float(finite[cut]))
            highs.append(float(finite[-1 - cut]))
        else:
            lows.append(float(finite.min()))
            highs.append(float(finite.max()))
    return (min(lows), max(highs)) if lows else None


def ticks(low: float, high: float, parts: int) -> tuple[float, list[float]]:
    """(step, round values from `low` to `high`), about `parts` of them."""
    step = nice_step(high - low, parts)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return step, [k * step for k in range(first, last + 1)] if last - first < 100 else []


def log_ticks(low: float, high: float, parts: int) -> tuple[float, list[float]]:
    """Ticks at powers of ten for an axis of logarithms; in-between ones at 2 and 5 when there is room."""
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first + 1 < 2:
        between = [k + math.log10(f) for k in range(first - 1, last + 1) for f in (1, 2, 5)]
        return 1.0, [value for value in between if low <= value <= high]
    every = max(1, -(-(last - first + 1) // max(parts, 2)))
    return float(every), [float(k) for k in range(first, last + 1, every)]


def tick_text(value: float, step: float) -> str:
    """A tick's number: "0", "250", "2.5k", "10k", "1.5M", "0.02", "3e-5"."""
    if abs(value) < step * 1e-6:
        return "0"
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 10 * size or (abs(value) >= size and (size > 1e3 or step >= 500)):
            return f"{_decimal(value / size, step / size)}{suffix}"
    if abs(value) < 1e-3 and step < 1e-3:
        return f"{value:.3g}".replace("e-0", "e-")
    return _decimal(value, step)


def _decimal(value: float, step: float) -> str:
    places = max(0, math.ceil(-math.log10(step) - 1e-9)) + 1 if step > 0 else 0
    text = f"{value:.{min(places, 9)}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def reading(value: float) -> str:
    """A value that changes while it is read: always as many decimals, so that it stands still. "498.2", "0.031"."""
    if value == 0 or abs(value) >= 1e6:
        return f"{value:,.0f}".replace("-", "−")
    places = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    text = f"{value:,.{places}f}" if abs(value) >= 0.0005 else f"{value:.1e}".replace("e-0", "e-")
    return text.replace("-", "−") if "e" not in text else text

"""What formats hold: delays in whole ticks, rates, sizes; what is beyond is refused in words."""

from __future__ import annotations

import math
from itertools import pairwise


def whole_delays(fps: float, count: int, ticks: int) -> list[int]:
    """Ticks that each of `count` frames stays, of `ticks` a second: 30 frames a second of 100 as 3, 3, 4, 3, 3, 4…"""
    ends = [math.floor(ticks * number / fps + 1e-6) for number in range(count + 1)]
    return [end - start for start, end in pairwise(ends)]


def check_rate(fps: float, slowest: float, fastest: float, what: str, why: str = "") -> None:
    """Raise ValueError, naming the bounds, for a rate that a format does not hold."""
    if not math.isfinite(fps) or not slowest <= fps <= fastest * (1 + 1e-9):
        raise ValueError(
            f"fps: {fps:g} is not allowed; {what} takes {slowest:g} to {fastest:g} frames a second{why}; "
            f"choose another speed"
        )


def check_side(width: int, height: int, most: int, what: str) -> None:
    """Raise ValueError for a picture with a side that a format does not hold."""
    if max(width, height) > most:
        raise ValueError(
            f"pictures of {width}×{height} are too large for {what}, whose sides have up to {most:,} pixels; choose a "
            f"smaller size"
        )

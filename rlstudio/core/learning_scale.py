"""The scale on which checkpoints are spread over a run: half by its logarithm, half evenly.

Learning is steep early and slow later, so steps near the beginning are worth more than equally many near the end; yet a
policy may also collapse late. On this scale equal distances are equally worth a look.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

_FINEST = 1_000
"""Steps before this part of a run are spread evenly: within so few nothing is learned that one could see."""


def place(step: float, end: float) -> float:
    """Where a step lies on a run of `end` steps: 0 at its beginning, 2 at its end."""
    end = max(end, 1.0)
    return math.log1p(_FINEST * step / end) / math.log1p(_FINEST) + step / end


def next_step(step: int, end: int | None, parts: int) -> int:
    """The first step at least 1 / `parts` of a run further on; without a known end, by the logarithm alone."""
    share = 2.0 / parts
    if end is None:
        return step + max(1, round((step + _FINEST / 10) * math.expm1(share * math.log1p(_FINEST))))
    low, high, wanted = step + 1, step + max(2, end), place(step, end) + share
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if place(middle, end) >= wanted else (middle + 1, high)
    return low


def most_dispensable(steps: Sequence[int], kept: set[int]) -> int | None:
    """Which of ascending `steps` would leave the smallest gap on the scale; not the ends, and none of `kept`."""
    end = steps[-1] if steps else 1
    places = [place(step, end) for step in steps]
    gaps = ((places[n + 1] - places[n - 1], steps[n]) for n in range(1, len(steps) - 1) if steps[n] not in kept)
    return min(gaps, default=(0.0, None))[1]

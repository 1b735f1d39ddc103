"""Bands: what several runs of one setting did together, as a middle line and how far it can be trusted.

Few runs say little: beside the mean and its spread there is the interquartile mean, which single lucky or unlucky runs
hardly move, with a bootstrap interval (Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical
Precipice", 2021, section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rlstudio.core.column import Floats

Kind = Literal["mean", "iqm"]

_TRIMMED = 0.25
_RESAMPLES = 2_000
_LEVEL = 0.95
_SEED = 0
"""Of the resampling, so that the same runs always give the same band."""
_AT_ONCE = 1_000_000
"""Resampled values held in memory at a time."""


@dataclass(frozen=True)
class Band:
    """Shapes (n_points,). `low` and `high` lie around `centre`: one standard deviation of the runs for "mean", a 95 %
    bootstrap interval for "iqm". `n_runs` is how many it is of, towards its end fewer where some still train; of a
    single one all three are the same."""

    x: Floats
    centre: Floats
    low: Floats
    high: Floats
    n_runs: int


def on_grid(x: Floats, y: Floats, grid: Floats) -> Floats:
    """What a curve stood at: for each point of the grid the y of its last row at or before it, NaN where there is none,
    or where the curve has ended before. `x` ascends; one row in several with the same x counts: the last."""
    place = np.searchsorted(x, grid, side="right") - 1
    known = (place >= 0) & (grid <= x[-1]) if len(x) else np.zeros(len(grid), bool)
    return np.where(known, y[np.maximum(place, 0)], np.nan) if len(x) else np.full(len(grid), np.nan)


def band(
    curves: Sequence[tuple[Floats, Floats]], kind: Kind = "mean", n_points: int = 400, growing: Sequence[bool] = ()
) -> Band | None:
    """The runs' curves (x ascending, y) as one band, over the stretch where each that has ended has values.

    Beyond it the mean would be of those that happened to go on: of runs that stop once they are good, the bad ones.
    One that is still `growing` (one bool for each curve; none is unless told) counts as far as it has come: it is
    late, not bad. So the band grows with its runs, over the stretch that half of them, and at least two, have reached.
    None where there is no such stretch.
    """
    late = growing or [False] * len(curves)
    runs = [(x, y, grows) for (x, y), grows in zip(curves, late, strict=True) if len(x)]
    if not runs:
        return None
    first, last = max(x[0] for x, _, _ in runs), _end([x[-1] for x, _, _ in runs], [grows for _, _, grows in runs])
    if first > last:
        return None
    grid = np.linspace(first, last, n_points) if first < last else np.array([first])
    values = np.stack([on_grid(x, y, grid) for x, y, _ in runs])
    known = np.isfinite(values)
    joints = 1 + np.flatnonzero((known[:, 1:] != known[:, :-1]).any(axis=0))
    parts = [
        _middle(part[there[:, 0]], kind)
        for part, there in zip(np.split(values, joints, axis=1), np.split(known, joints, axis=1), strict=True)
    ]
    centre, low, high = (np.concatenate(lines) for lines in zip(*parts, strict=True))
    return Band(grid, centre, low, high, len(runs))


def _end(ends: Sequence[float], growing: Sequence[bool]) -> float:
    """Where the band ends: with the first run that ended, and where too few of those that grow have come."""
    enough = min(len(ends), max(2, (len(ends) + 1) // 2))
    return min(sorted(ends)[-enough], *(end for end, grows in zip(ends, growing, strict=True) if not grows), np.inf)


def _middle(values: Floats, kind: Kind) -> tuple[Floats, Floats, Floats]:
    """Centre, low and high of values of shape (n_runs, n_points)."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    if kind == "mean":
        centre, spread = values.mean(axis=0), values.std(axis=0, ddof=1)
        return centre, centre - spread, centre + spread
    return interquartile_mean(values), *bootstrap_interval(values)


def interquartile_mean(values: Floats) -> Floats:
    """Mean of the middle half along the first axis: a quarter of the runs (rounded down) is left out at either end."""
    n_runs = values.shape[0]
    cut = int(_TRIMMED * n_runs)
    mean: Floats = np.sort(values, axis=0)[cut : n_runs - cut].mean(axis=0)
    return mean


def bootstrap_interval(values: Floats) -> tuple[Floats, Floats]:
    """Ends of the 95 % percentile bootstrap interval of the interquartile mean (Efron 1979): runs, the first axis, are
    drawn anew with replacement. Shape (n_runs, n_points) gives two of (n_points,).

    Of fewer than three or four runs it is narrower than it should be: it knows only what was seen.
    """
    n_runs, n_points = values.shape
    drawn = np.random.default_rng(_SEED).integers(0, n_runs, (_RESAMPLES, n_runs)).T
    tail = 100 * (1 - _LEVEL) / 2
    step = max(1, _AT_ONCE // drawn.size)
    ends = [
        np.percentile(interquartile_mean(values[drawn, start : start + step]), (tail, 100 - tail), axis=0)
        for start in range(0, n_points, step)
    ]
    low, high = np.concatenate(ends, axis=1)
    return low, high

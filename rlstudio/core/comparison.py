"""Comparison: the returns of several runs as lines on one plot, those that differ only in seed folded into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rlstudio.core.bands import Band, Kind, band
from rlstudio.core.column import Floats
from rlstudio.core.history import RETURN, History, XAxis
from rlstudio.core.run_config import RunConfig
from rlstudio.core.run_groups import Difference, differences, same_but_for_seed

_MOST_TOLD = 3
"""Settings named in a line's label; the table has all of them."""


@dataclass(frozen=True)
class ComparedRun:
    """One run, as read from its folder."""

    name: str
    config: RunConfig
    history: History


@dataclass(frozen=True)
class Line:
    """One setting.

    Attributes:
        runs: which of the runs it is of, by index.
        raw: (x, return of each episode) of each run.
        smooth: (x, mean return) of each run.
        band: what they did together; None where no stretch has values of all of them.
        last, best: mean return over the window at the end and at its best, the mean of the runs; NaN without episodes.
    """

    label: str
    runs: tuple[int, ...]
    raw: tuple[tuple[Floats, Floats], ...]
    smooth: tuple[tuple[Floats, Floats], ...]
    band: Band | None
    last: float
    best: float


@dataclass(frozen=True)
class Comparison:
    """Lines, and what differs between them: each difference has a value for each line."""

    lines: tuple[Line, ...]
    differences: tuple[Difference, ...]


def compare(runs: Sequence[ComparedRun], x_axis: XAxis, window: int, kind: Kind) -> Comparison:
    """Runs against `x_axis`, their means over `window` episodes."""
    groups = same_but_for_seed([run.config for run in runs])
    told = differences([runs[group[0]].config for group in groups])
    lines = []
    for number, group in enumerate(groups):
        curves = [_curves(runs[index].history, x_axis, window) for index in group]
        smooth = tuple(curve for _, curve in curves)
        lines.append(
            Line(
                label=_label([runs[index].config for index in group], [(d.name, d.values[number]) for d in told]),
                runs=tuple(group),
                raw=tuple(raw for raw, _ in curves),
                smooth=smooth,
                band=band(smooth, kind),
                last=_mean([y[-1] for _, y in smooth if len(y)]),
                best=_mean([y.max() for _, y in smooth if len(y)]),
            )
        )
    return Comparison(tuple(lines), tuple(told))


def _curves(history: History, x_axis: XAxis, window: int) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """(x, returns) and (x, their means), without the episodes of which nothing is known."""
    x, returns = history.series(RETURN, x_axis)
    means = history.mean(window)
    known, meant = np.isfinite(returns), np.isfinite(means)
    return (x[known], returns[known]), (x[meant], means[meant])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _label(configs: Sequence[RunConfig], told: Sequence[tuple[str, Any]]) -> str:
    first = configs[0]
    parts = [_words(name, value) for name, value in told if value is not None][:_MOST_TOLD]
    if not parts:
        parts = [first.algorithm, first.env]
    seeds = f"seed {first.seed}" if len(configs) == 1 else f"{len(configs)} seeds"
    return " · ".join([*parts, seeds])


def _words(name: str, value: Any) -> str:
    if name in ("env", "algorithm"):
        return str(value)
    return f"{name.replace('_', ' ')} {value:g}" if isinstance(value, float) else f"{name.replace('_', ' ')} {value}"

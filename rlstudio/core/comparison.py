"""Comparison: the returns of several runs as lines on one plot, those that differ only in seed folded into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rlstudio.core.bands import Band, Kind, band
from rlstudio.core.column import Floats
from rlstudio.core.history import RETURN, History, XAxis
from rlstudio.core.messages import Series
from rlstudio.core.run_config import RunConfig
from rlstudio.core.run_groups import Difference, differences, same_but_for_seed

_MOST_TOLD = 3
"""Settings named in a line's label; the table has all of them."""


@dataclass(frozen=True)
class ComparedRun:
    """One run, as read from its folder.

    Attributes:
        config: None for a run from elsewhere, whose settings are not known.
        title: what a person called it, "" where nobody did.
        live: whether it still trains.
        env: environment of a run from elsewhere, "" where its files do not say.
        origin: kind of the run that it was forked from (run_groups.kind_of), "" where that is not known.
        means: mean returns as another program wrote them, of a run without single episodes.
    """

    name: str
    config: RunConfig | None
    history: History
    title: str = ""
    live: bool = False
    env: str = ""
    means: Series | None = None
    origin: str = ""


@dataclass(frozen=True)
class Line:
    """One setting.

    Attributes:
        runs: which of the runs it is of, by index.
        raw: (x, return of each episode) of each run.
        smooth: (x, mean return) of each run.
        band: what they did together; None where no stretch has values of all of them.
        last, best: mean return over the window at the end and at its best (of full windows, while there are any), the
            mean of the runs; NaN without episodes.
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
    ours = [(index, run.config) for index, run in enumerate(runs) if run.config is not None]
    origins = [runs[index].origin for index, _ in ours]
    alike = same_but_for_seed([config for _, config in ours], origins)
    groups = [[ours[place][0] for place in group] for group in alike]
    groups += [[index] for index, run in enumerate(runs) if run.config is None]
    told = [_of_all_parents(each, runs, groups) for each in _differences([runs[group[0]] for group in groups])]
    lines = []
    for number, group in enumerate(groups):
        curves = [_curves(runs[index], x_axis, window) for index in group]
        smooth = tuple(curve for _, curve in curves)
        lines.append(
            Line(
                label=_label([runs[index] for index in group], _telling(told, number)),
                runs=tuple(group),
                raw=tuple(raw for raw, _ in curves),
                smooth=smooth,
                band=band(smooth, kind, growing=[runs[index].live for index in group]),
                last=_mean([y[-1] for _, y in smooth if len(y)]),
                best=_mean(
                    [_best(y, runs[index], window) for index, (_, y) in zip(group, smooth, strict=True) if len(y)]
                ),
            )
        )
    return Comparison(tuple(lines), tuple(told))


def names_of(configs: Sequence[RunConfig]) -> list[str]:
    """A short name for each of several runs that tells it from the others: "seed 3", "learning rate 0.01"."""
    told, seeds = differences(configs), {config.seed for config in configs}
    names = []
    for line, config in enumerate(configs):
        parts = [_words(name, value) for name, value in _telling(told, line) if value is not None][:_MOST_TOLD]
        names.append(" · ".join([*parts, *([_seeds([config.seed])] if len(seeds) > 1 or not parts else [])]))
    return names


def _differences(runs: Sequence[ComparedRun]) -> list[Difference]:
    """The settings that differ; of runs from elsewhere no more than the environment is known."""
    ours = [run.config for run in runs if run.config is not None]
    n_others = len(runs) - len(ours)  # they come last
    told = [Difference(each.name, (*each.values, *[None] * n_others)) for each in differences(ours)] if ours else []
    if not n_others:
        return told
    envs = tuple(run.config.env if run.config is not None else run.env or None for run in runs)
    algorithms = tuple(run.config.algorithm if run.config is not None else None for run in runs)
    first = [Difference("env", envs), Difference("algorithm", algorithms)]
    names = [each.name for each in first]
    rest = [each for each in told if each.name not in names]
    return [each for each in first if any(value != each.values[0] for value in each.values)] + rest


def _of_all_parents(told: Difference, runs: Sequence[ComparedRun], groups: Sequence[Sequence[int]]) -> Difference:
    """Forks that fold have a parent each: then how many, and not the first one's name."""
    if told.name != "parent":
        return told
    parents = [{config.parent.run for k in group if (config := runs[k].config) and config.parent} for group in groups]
    return Difference(
        told.name,
        tuple(
            f"{len(names)} runs" if len(names) > 1 else value for names, value in zip(parents, told.values, strict=True)
        ),
    )


def _curves(run: ComparedRun, x_axis: XAxis, window: int) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """(x, returns) and (x, their means), without the episodes of which nothing is known."""
    nothing = np.empty(0), np.empty(0)
    if run.means is not None:
        known = np.isfinite(run.means.values)
        x = run.means.seconds if x_axis == "time" else run.means.steps
        return nothing, nothing if x_axis == "episodes" else (x[known], run.means.values[known])
    history = run.history
    x, returns = history.series(RETURN, x_axis)
    means = history.mean(window)
    known, meant = np.isfinite(returns), np.isfinite(means)
    return (x[known], returns[known]), (x[meant], means[meant])


def _best(means: Floats, run: ComparedRun, window: int) -> float:
    """The highest mean over a full window, as the list of runs tells it; where none is full yet, the mean so far."""
    full = means if run.means is not None else means[window - 1 :]
    return float(full.max() if len(full) else means[-1])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _telling(told: Sequence[Difference], line: int) -> list[tuple[str, Any]]:
    """What tells a line apart: environment and algorithm, and settings in which lines of the same two differ."""
    values = {each.name: each.values for each in told}
    what = [values[name] for name in ("env", "algorithm") if name in values]
    kin = [k for k in range(len(told[0].values)) if all(v[k] == v[line] for v in what)] if told else []
    return [
        (each.name, each.values[line])
        for each in told
        if each.name in ("env", "algorithm") or any(each.values[k] != each.values[line] for k in kin)
    ]


def _label(runs: Sequence[ComparedRun], told: Sequence[tuple[str, Any]]) -> str:
    """What a person called them; else what tells them from the other lines."""
    titles, configs = {run.title for run in runs}, [run.config for run in runs if run.config is not None]
    if titles != {""} and len(titles) == 1:
        return runs[0].title if len(runs) == 1 else f"{runs[0].title} · {_seeds([config.seed for config in configs])}"
    if not configs:
        return runs[0].name
    first = configs[0]
    parts = [_words(name, value) for name, value in told if value is not None][:_MOST_TOLD]
    if not parts:
        parts = [first.algorithm, first.env]
    return " · ".join([*parts, _seeds([config.seed for config in configs])])


def _seeds(seeds: Sequence[int]) -> str:
    """Whose curves a line is of. A seed that was run twice is no second witness: that is said."""
    n_seeds, n_runs = len(set(seeds)), len(seeds)
    if n_runs == 1:
        return f"seed {seeds[0]}"
    if n_seeds == n_runs:
        return f"{n_runs} seeds"
    return f"{n_runs} runs of " + (f"seed {seeds[0]}" if n_seeds == 1 else f"{n_seeds} seeds")


def _words(name: str, value: Any) -> str:
    if name in ("env", "algorithm"):
        return str(value)
    shown = f"{value:g}" if isinstance(value, float) else f"{value:,}" if type(value) is int else str(value)
    return f"{name.replace('_', ' ')} {shown}"

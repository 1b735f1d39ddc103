"""Which of a run's checkpoints to look at: the nearest to a place on its curve, and the few that tell its story."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.history import History, XAxis

Floats = NDArray[np.float64]


def nearest(steps: Sequence[int], wanted: float) -> int | None:
    """Of ascending `steps` the one nearest to `wanted`, the earlier of equals; None where there are none."""
    after = bisect_left(steps, wanted)
    return min(steps[max(0, after - 1) : after + 1], key=lambda step: abs(step - wanted), default=None)


def step_at(history: History, x_axis: XAxis, x: float) -> float:
    """The environment step that a place on an x axis stands for."""
    if x_axis == "steps" or not len(history.end_steps):
        return x
    if x_axis == "episodes":
        return float(np.interp(x, np.arange(len(history.end_steps) + 1), _from_0(history.end_steps)))
    return float(np.interp(x, _from_0(history.end_seconds), _from_0(history.end_steps)))


def places_of(history: History, x_axis: XAxis, steps: Sequence[int]) -> Floats:
    """Where steps stand on an x axis: `step_at` the other way round. Shape (n_steps,)."""
    wanted = np.asarray(steps, dtype=np.float64)
    if x_axis == "steps" or not len(history.end_steps):
        return wanted
    places = np.arange(len(history.end_steps) + 1.0) if x_axis == "episodes" else _from_0(history.end_seconds)
    found: Floats = np.interp(wanted, _from_0(history.end_steps), places)
    return found


def _from_0(values: Floats) -> Floats:
    return np.concatenate([[0.0], values])


def contrasting(steps: Sequence[int], history: History, best: int | None = None, most: int = 4) -> list[int]:
    """Up to `most` checkpoints that show the learning: the first, those on the steep part, and the best (or the last).

    On the steep part: where the mean return first comes to equal shares of the way from where it began to its highest.
    """
    if len(steps) <= most:
        return list(steps)
    last = best if best is not None and best in steps[1:] else steps[-1]
    chosen = {steps[0], last}
    between = [step for step in steps if step not in chosen]
    wanted = _steep_places(history, most - 2, float(last))
    for number, place in enumerate(wanted):
        found = nearest(between, place)
        if found is not None and len(between) > len(wanted) - number - 1:
            chosen.add(found)
            between.remove(found)
    return sorted(chosen)


def film_steps(steps: Sequence[int], history: History, best: int | None, most: int) -> list[int]:
    """Up to `most` checkpoints for a film or a comparison: as `contrasting`, and always the last one to end with."""
    if len(steps) <= most or most < 3 or best in (None, steps[-1]):
        return contrasting(steps, history, None, most)
    return sorted({*contrasting(steps, history, best, most - 1), steps[-1]})


def one_of_each(groups: Sequence[Sequence[int]], best: int | None = None) -> list[int]:
    """One step of each group of checkpoints that hold the same policy: the best where it is among them, else the
    first; of the last group the last, with which a film ends; of the first the first, whose policy is untrained."""
    found = [best if best is not None and best in group else group[0] for group in groups]
    if groups:
        found[-1] = groups[-1][-1]
        found[0] = groups[0][0]
    return found


def _steep_places(history: History, count: int, end: float) -> list[float]:
    """Where the mean return first reached 1/(count+1), 2/(count+1)… of its way up; evenly where it never rose."""
    means, at = history.mean(), history.end_steps
    finite = np.isfinite(means)
    means, at = means[finite], at[finite]
    shares = [number / (count + 1) for number in range(1, count + 1)]
    if not len(means) or means.max() <= means[0]:
        return [share * end for share in shares]
    levels = [means[0] + share * (means.max() - means[0]) for share in shares]
    return [float(at[int(np.argmax(means >= level))]) for level in levels]

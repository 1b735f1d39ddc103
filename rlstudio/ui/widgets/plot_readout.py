"""What the readout beside the pointer says: the values nearest to it, and the marks it is on, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rlstudio.core.history import History, XAxis
from rlstudio.core.messages import Evaluation
from rlstudio.ui.widgets.number_text import to_text
from rlstudio.ui.widgets.numbers import number
from rlstudio.ui.widgets.plot_content import PlotContent


@dataclass(frozen=True)
class Reading:
    """The row of a series nearest to the pointer: its place, the line's value, and lines of (colour field, text)."""

    x: float
    value: float
    lines: tuple[tuple[str, str], ...]


def read(history: History, x_axis: XAxis, content: PlotContent, x: float, *, in_full: bool) -> Reading:
    """The values nearest to `x`; `in_full` also says where that is. The line must have values."""
    xs, values = history.series(content.line, x_axis)
    i = row_at(history, x_axis, content.line, x)
    lines = [("muted", _place(history, content.line, i))] if in_full else []
    if content.points:
        lines.append(("run", f"{content.point_name} {number(float(history.series(content.points)[1][i]))}"))
    lines.append(("text", f"{content.line_name or content.title} {number(float(values[i]))}"))
    return Reading(float(xs[i]), float(values[i]), tuple(lines))


def row_at(history: History, x_axis: XAxis, name: str, x: float) -> int:
    """The row of a series nearest to `x`, which must have one."""
    xs = history.series(name, x_axis)[0]
    after = int(np.searchsorted(xs, x))
    return min(range(max(0, after - 1), min(after + 1, len(xs))), key=lambda k: abs(xs[k] - x))


def evaluation_words(evaluation: Evaluation) -> str:
    """Mean and standard deviation of a greedy evaluation, and when it was."""
    returns = np.asarray(evaluation.returns, dtype=np.float64)
    n = len(returns)
    if not n:
        return f"greedy evaluation without episodes at {evaluation.step:,}"
    mean, spread = number(float(returns.mean())), number(float(returns.std()))
    return f"greedy evaluation {mean} ± {spread} ({n} episode{'s' * (n != 1)}) at {evaluation.step:,}"


def change_words(history: History, k: int) -> str:
    """What a flag stands for: its number, what was changed, and how."""
    change = history.changes[k]
    return f"{k + 1}  {change.name.replace('_', ' ')} {to_text(change.old)} → {to_text(change.new)}"


def _place(history: History, name: str, i: int) -> str:
    step, episode, seconds = (history.series(name, axis)[0][i] for axis in ("steps", "episodes", "time"))
    return f"step {step:,.0f} · episode {episode:,.0f} · {seconds:,.1f} s"

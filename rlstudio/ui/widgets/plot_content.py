"""PlotContent: what one plot shows, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlotContent:
    """What a plot shows.

    Attributes:
        line, points: names of series in the history; the line is bold, the points faint. `points` may be "".
        line_name, point_name: what the legend and the readout call them.
        levels: (value, words, colour field) of horizontal dashed lines.
        marked: whether live changes and greedy evaluations are marked.
        logarithmic: a y axis of powers of ten; values that are not positive are left out.
        robust: whether a few wild values may lie outside the y range.
        empty: what stands there while there is nothing to draw.
    """

    title: str
    line: str
    line_name: str = ""
    points: str = ""
    point_name: str = ""
    levels: tuple[tuple[float, str, str], ...] = ()
    marked: bool = False
    logarithmic: bool = False
    robust: bool = False
    width: float = 2.0
    empty: str = ""
    help: str = ""

"""What stands beside a row of an episode's plots: the values at the cursor, in words."""

from __future__ import annotations

import math

from rlstudio.core.episode_series import Series
from rlstudio.ui.widgets.plot_scales import reading
from rlstudio.ui.widgets.row_curves import MOST_LINES

NOTHING = "–"


def value_text(series: Series, line: int, frame: int) -> str:
    """A line's value at a frame: "0.621", a discrete action's name, "–" where there is none."""
    values = series.lines[line].values
    value = float(values[frame]) if 0 <= frame < len(values) else math.nan
    if math.isnan(value):
        return NOTHING
    if series.kind == "lanes":
        return series.lanes[int(value)]
    if series.lines[line].whole and abs(value) < 1e6:
        text = f"{value:+,.0f}" if series.key == "reward" and value else f"{value:,.0f}"
        return text.replace("-", "−")
    return reading(value)


def readings(series: Series, frame: int, most: int = MOST_LINES) -> list[tuple[int, str, str]]:
    """(line or lane, its name, its value) of each to be told; the line −1 where there is no colour to be explained.

    One line needs no name. Of more than `most`, or than can be told apart, only the action that was done is told.
    """
    if len(series.lines) == 1:
        text = value_text(series, 0, frame)
        if series.kind == "lanes" and text != NOTHING:
            return [(int(series.lines[0].values[frame]), "", text)]
        return [(-1, "", f"{text} {series.unit}" if series.unit and text != NOTHING else text)]
    done = _done(series, frame)
    if len(series.lines) > min(most, MOST_LINES) and series.chosen is not None:
        if done < 0:
            return [(-1, "", NOTHING)]
        mark = done if len(series.lines) <= MOST_LINES else -1
        return [(mark, f"▸ {series.lines[done].name}", value_text(series, done, frame))]
    return [
        (index, f"▸ {line.name}" if index == done else line.name, value_text(series, index, frame))
        for index, line in enumerate(series.lines)
    ]


def readout_lines(series: Series, frame: int) -> list[tuple[int, str]]:
    """(line, words) of every value at a frame, the action done marked: (0, "▸ push left 0.90"); the line −1 where there
    is no colour to be explained."""
    if len(series.lines) == 1:
        return [(-1, readings(series, frame)[0][2])]
    done, coloured = _done(series, frame), len(series.lines) <= MOST_LINES
    return [
        (index if coloured else -1, f"{'▸ ' * (index == done)}{line.name} {value_text(series, index, frame)}")
        for index, line in enumerate(series.lines)
    ]


def _done(series: Series, frame: int) -> int:
    """The action done at a frame, −1 where there is none."""
    return int(series.chosen[frame]) if series.chosen is not None and frame < len(series.chosen) else -1

"""RowLayout: where the rows of an episode's plots lie: in one column, or in two where that shows more of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF

from rlstudio.core.episode_series import Series
from rlstudio.ui.widgets.row_curves import Span

GAP = 5.0
_SIDE, _COLUMN_GAP = 10.0, 20.0
_GUTTER_SHARE, _GUTTER_LEAST, _GUTTER_MOST = 0.42, 130.0, 230.0
_TWO_COLUMNS_FROM = 860
_TALLEST = 110.0


@dataclass(frozen=True)
class RowLayout:
    """Places in a page whose top is at 0; the view scrolls over it, and the axes stay at the view's foot.

    Attributes:
        rects: of each row, names included.
        column_of: which column each row is in.
        gutter: width of the names and numbers at a row's left.
        height: of the page.
        room: height of the view above the axes.
    """

    rects: tuple[QRectF, ...] = ()
    column_of: tuple[int, ...] = ()
    columns: int = 1
    column_width: float = 1.0
    gutter: float = _GUTTER_LEAST
    height: float = 0.0
    room: float = 0.0

    def span(self, column: int, view: tuple[float, float]) -> Span:
        """How the frames of a view lie in a column."""
        return Span(*view, _left(column, self.column_width) + self.gutter, self.column_width - self.gutter)

    def place(self, row: int) -> QRectF:
        """Where a row's curve is drawn."""
        return self.rects[row].adjusted(self.gutter, GAP / 2, 0, -GAP / 2)


def least_height(series: Series, line: float) -> float:
    """Of a row: a title and a number, two for two lines; of more, the action done is told, all where there is height.
    `line` is the font's height."""
    told = len(series.lines) if len(series.lines) <= 2 else 1
    return line * (1 + told) + GAP + 4


def lay_out(series: Sequence[Series], width: float, room: float, line: float) -> RowLayout:
    """Rows fill the `room` there is, up to a point; what is more is scrolled to."""
    heights = [least_height(each, line) for each in series]
    columns = 1 if sum(heights) <= room or width < _TWO_COLUMNS_FROM or len(series) < 2 else 2
    column_of = _dealt(heights, columns)
    column_width = max(2.0, (width - 2 * _SIDE - (columns - 1) * _COLUMN_GAP) / columns)
    rects = [QRectF()] * len(heights)
    bottom = 0.0
    for column in range(columns):
        rows = [row for row in range(len(heights)) if column_of[row] == column]
        needed = sum(heights[row] for row in rows)
        stretch = max(1.0, room / needed) if needed else 1.0
        top = 0.0
        for row in rows:
            height = min(heights[row] * stretch, max(_TALLEST, heights[row]))
            rects[row] = QRectF(_left(column, column_width), top, column_width, height)
            top += height
        bottom = max(bottom, top)
    gutter = min(_GUTTER_MOST, max(_GUTTER_LEAST, _GUTTER_SHARE * column_width), column_width - 1)
    return RowLayout(tuple(rects), tuple(column_of), columns, column_width, gutter, bottom, room)


def _left(column: int, column_width: float) -> float:
    return _SIDE + column * (column_width + _COLUMN_GAP)


def _dealt(heights: list[float], columns: int) -> list[int]:
    """Which column each row goes to: in order, so that the columns are about equally high."""
    share, so_far, found = sum(heights) / columns, 0.0, []
    for height in heights:
        found.append(min(columns - 1, int((so_far + 0.49 * height) / share)))
        so_far += height
    return found

"""A comparison as a picture: the plot, and below it the legend of the lines that are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QGraphicsView

from rlstudio.core.comparison import Comparison
from rlstudio.ui.theme import current_colors
from rlstudio.ui.widgets.comparison_plot import line_look
from rlstudio.ui.widgets.numbers import number
from rlstudio.ui.widgets.plot_export import SaveError, kind_of, save_painted
from rlstudio.ui.widgets.plot_parts import pen

_MARGIN, _SAMPLE, _GAP = 16, 28, 8


@dataclass(frozen=True)
class LegendEntry:
    """A line's number, which its colour hangs on, and its words."""

    number: int
    words: str


def legend_entries(comparison: Comparison, hidden: frozenset[int]) -> list[LegendEntry]:
    """The lines that are drawn: what each is called, and its last mean."""
    found = []
    for place, line in enumerate(comparison.lines):
        if place not in hidden:
            last = "" if line.last != line.last else f", last mean {number(line.last)}"
            found.append(LegendEntry(place, line.label + last))
    return found


def save_comparison(path: Path, plot: QGraphicsView, legend: Sequence[LegendEntry]) -> None:
    """Save as a .png, at twice the size on the screen, or as an .svg. Raises SaveError."""
    if kind_of(path) == ".csv":
        raise SaveError(f"{path.name}: a comparison is saved as .png or .svg; choose a name with one of these endings")
    font = plot.font()
    row = round(QFontMetrics(font).height() * 1.5)
    size = QSize(plot.width() + 2 * _MARGIN, plot.height() + 3 * _MARGIN + row * len(legend))

    def paint(painter: QPainter) -> None:
        plot.render(painter, QRectF(_MARGIN, _MARGIN, plot.width(), plot.height()), plot.viewport().rect())
        _paint_legend(painter, QRectF(_MARGIN, plot.height() + 2 * _MARGIN, plot.width(), 0), row, font, legend)

    save_painted(path, size, paint, "Compared runs", plot.logicalDpiX())


def _paint_legend(painter: QPainter, room: QRectF, row: int, font: QFont, legend: Sequence[LegendEntry]) -> None:
    painter.setFont(font)
    metrics = QFontMetrics(font)
    for place, entry in enumerate(legend):
        top = room.top() + place * row
        color, pattern = line_look(entry.number)
        painter.setPen(pen(color, 2.5, style=pattern))
        middle = top + row / 2
        painter.drawLine(QPointF(room.left(), middle), QPointF(room.left() + _SAMPLE, middle))
        painter.setPen(QColor(current_colors().text))
        wide = room.width() - _SAMPLE - _GAP
        words = metrics.elidedText(entry.words, Qt.TextElideMode.ElideRight, round(wide))
        painter.drawText(QRectF(room.left() + _SAMPLE + _GAP, top, wide, row), Qt.AlignmentFlag.AlignVCenter, words)

"""The line above a plot that says what is drawn: title and samples. Beside the data, so it never covers any."""

from __future__ import annotations

from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPolygonF

from rlstudio.ui.theme import current_colors
from rlstudio.ui.widgets.plot_parts import pen

_SAMPLE, _GAP, _SPACE, _BELOW = 22.0, 6.0, 16.0, 6.0


@dataclass(frozen=True)
class Entry:
    """One name in a legend. `kind` is "line", "dashed", "point", "diamond" or "text"; `color` a field of Colors."""

    kind: str
    color: str
    text: str


class Legend(pg.GraphicsWidget):
    """Title and entries from left to right, in as many rows as the width asks for."""

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._entries: tuple[Entry, ...] = ()
        self._places: list[tuple[Entry, QPointF]] = []
        self._font = QFont()
        self._bold = QFont()
        self._height = 0.0
        self.set_font(QFont())

    def set_font(self, font: QFont) -> None:
        """Use this font, and a bold one of its kind for the title."""
        self._font, self._bold = QFont(font), QFont(font)
        self._bold.setWeight(QFont.Weight.DemiBold)
        self._arrange()

    def set_content(self, title: str, entries: tuple[Entry, ...]) -> None:
        """Say this."""
        if (title, entries) != (self._title, self._entries):
            self._title, self._entries = title, entries
            self._arrange()

    def text(self) -> str:
        """All it says, for tests and assistive tools."""
        return " · ".join([self._title, *(entry.text for entry in self._entries)])

    def resizeEvent(self, event):
        self._arrange()

    def _arrange(self) -> None:
        metrics = QFontMetricsF(self._font)
        line = metrics.height() + 4
        width = max(self.size().width(), 120.0)
        x, y = QFontMetricsF(self._bold).horizontalAdvance(self._title) + _SPACE, 0.0
        self._places = []
        for entry in self._entries:
            sample = 0.0 if entry.kind == "text" else _SAMPLE + _GAP
            needed = sample + metrics.horizontalAdvance(entry.text)
            if x + needed > width and x > _SPACE:
                x, y = 0.0, y + line
            self._places.append((entry, QPointF(x, y)))
            x += needed + _SPACE
        height = y + line + _BELOW
        if height != self._height:
            self._height = height
            self.setMinimumHeight(height)
            self.setMaximumHeight(height)
        self.update()

    def sizeHint(self, which, _constraint=None):
        return QSizeF(0.0 if which == Qt.SizeHint.MinimumSize else 16_000.0, self._height)

    def paint(self, painter: QPainter, _option, _widget=None):
        colors = current_colors()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        line = QFontMetricsF(self._font).height() + 4
        painter.setFont(self._bold)
        painter.setPen(QColor(colors.text))
        row = QRectF(0, 0, self.size().width(), line)
        painter.drawText(row, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), self._title)
        painter.setFont(self._font)
        for entry, place in self._places:
            x, middle = place.x(), place.y() + line / 2
            if entry.kind != "text":
                _draw_sample(painter, entry, getattr(colors, entry.color), x, middle)
                x += _SAMPLE + _GAP
            painter.setPen(QColor(colors.text if entry.kind == "text" else colors.muted))
            cell = QRectF(x, place.y(), self.size().width(), line)
            painter.drawText(cell, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), entry.text)


def _draw_sample(painter: QPainter, entry: Entry, color: str, x: float, y: float) -> None:
    if entry.kind in ("line", "dashed"):
        style = Qt.PenStyle.DashLine if entry.kind == "dashed" else Qt.PenStyle.SolidLine
        painter.setPen(pen(color, 3.0, style=style))
        painter.drawLine(QPointF(x, y), QPointF(x + _SAMPLE, y))
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(QColor(color)))
    middle = QPointF(x + _SAMPLE - 6, y)
    if entry.kind == "diamond":
        draw_diamond(painter, middle, 5.5)
    else:
        painter.setOpacity(0.5)
        painter.drawEllipse(middle, 3.0, 3.0)
        painter.setOpacity(1.0)


def draw_diamond(painter: QPainter, middle: QPointF, size: float) -> None:
    """A diamond `size` pixels from middle to corner, in the painter's brush."""
    x, y = middle.x(), middle.y()
    corners = [QPointF(x, y - size), QPointF(x + size, y), QPointF(x, y + size), QPointF(x - size, y)]
    painter.drawPolygon(QPolygonF(corners))

"""ValueMapView: a heat map of what states are worth, with axes, a colour bar, the present state and its trail."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from rlstudio.core.value_map import Coordinate, ValueMap
from rlstudio.ui.theme import current_colors, theme_events
from rlstudio.ui.widgets import plot_scales
from rlstudio.ui.widgets.value_colors import bar_room, draw_bar, picture
from rlstudio.ui.widgets.value_grid import paint_grid

LONGEST_TRAIL = 150
_GAP = 8
_DOT = 4.5


class ValueMapView(QWidget):
    """Shows the newest map; `show_state` moves the dot, `begin_trail` forgets where it came from.

    A new map replaces one picture; a moved dot repaints.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("valueMap")
        self.setAccessibleName("Map of what states are worth to the policy")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._map: ValueMap | None = None
        self._still: QPixmap | None = None  # the map with its axes, drawn once: the dot moves far more often
        self._place = QRectF()
        self._message = ""
        self._rows: list[Sequence[float]] = []
        theme_events.changed.connect(self._forget_picture)

    def sizeHint(self) -> QSize:
        """Wider than high: it lies below picture and curve."""
        return QSize(480, 180)

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        return QSize(220, 110)

    def show_map(self, found: ValueMap) -> None:
        """Show a map; the trail stays."""
        self._map, self._message = found, ""
        self._forget_picture()

    def show_message(self, text: str) -> None:
        """Say something in the map's place."""
        self._map, self._message = None, text
        self._forget_picture()

    def map(self) -> ValueMap | None:
        """The map that is shown."""
        return self._map

    def begin_trail(self, rows: Sequence[Sequence[float]] = ()) -> None:
        """The states up to now, as readable observations, the last one the present."""
        self._rows = list(rows)[-LONGEST_TRAIL:]
        self.update()

    def show_state(self, row: Sequence[float]) -> None:
        """Another present state."""
        self._rows.append(row)
        del self._rows[:-LONGEST_TRAIL]
        self.update()

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The map, or the words."""
        painter = QPainter(self)
        found, span = self._map, self._map.range() if self._map is not None else None
        if found is None or (span is None and not found.is_grid):
            painter.setPen(self.palette().placeholderText().color())
            words = self._message or "Nothing is learned yet."
            painter.drawText(
                self.rect().adjusted(16, 0, -16, 0), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words
            )
            return
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.size() != self.size() * ratio:
            self._still = QPixmap(self.size() * ratio)
            self._still.setDevicePixelRatio(ratio)
            self._still.fill(Qt.GlobalColor.transparent)
            with QPainter(self._still) as beneath:
                beneath.setFont(self.font())
                self._place = self._draw_map(beneath, found, span)
        painter.drawPixmap(0, 0, self._still)
        self._draw_trail(painter, self._place, found)

    def changeEvent(self, event: QEvent) -> None:
        """Another theme or font: all is drawn anew."""
        super().changeEvent(event)
        self._forget_picture()

    def _forget_picture(self) -> None:
        self._still = None
        self.update()

    def _draw_map(self, painter: QPainter, found: ValueMap, span: tuple[float, float] | None) -> QRectF:
        """All but the trail; where the map itself lies."""
        room = bar_room(painter, *span) if span is not None else 0.0
        place = self.plot_rect(painter, found, room)
        if found.is_grid:
            paint_grid(painter, place, found, over_picture=False)
            painter.setPen(QColor(current_colors().hairline))
            painter.drawRect(place)
        elif span is not None:
            even = bool(np.isfinite(found.values).all())  # beside what is not known, colours are not to run
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, even)
            painter.drawImage(place, picture(found.values[::-1], *span))
            self._draw_axes(painter, place, found)
        if span is not None:
            draw_bar(painter, QRectF(place.right() + 2 * _GAP, place.top(), room, place.height()), *span)
        return place

    def plot_rect(self, painter: QPainter, found: ValueMap, bar: float) -> QRectF:
        """Where the map itself lies: a grid with square cells, a plane as large as there is room."""
        metrics = painter.fontMetrics()
        if found.is_grid:
            n_rows, n_columns = found.values.shape
            side = min((self.width() - bar - 4 * _GAP) / n_columns, (self.height() - 2 * _GAP) / n_rows)
            return QRectF(_GAP, _GAP, side * n_columns, side * n_rows)
        step, marks = _ticks(found.coordinates[found.y], 8)
        left = max((metrics.horizontalAdvance(plot_scales.tick_text(value, step)) for value in marks), default=0)
        left += 2 * _GAP
        above, below = metrics.height() + 4, 2 * metrics.height() + 6
        return QRectF(left, above, self.width() - left - bar - 4 * _GAP, self.height() - above - below)

    def _draw_axes(self, painter: QPainter, place: QRectF, found: ValueMap) -> None:
        painter.setPen(QColor(current_colors().muted))
        height = painter.fontMetrics().height()
        x, y = found.coordinates[found.x], found.coordinates[found.y]
        step, marks = _ticks(x, max(2, int(place.width() / 90)))
        for value in marks:
            at = place.left() + (value - x.low) / (x.high - x.low) * place.width()
            painter.drawText(
                QRectF(at - 40, place.bottom() + 2, 80, height),
                Qt.AlignmentFlag.AlignCenter,
                plot_scales.tick_text(value, step),
            )
        step, marks = _ticks(y, max(4, int(place.height() / 28)))
        for value in marks:
            at = place.bottom() - (value - y.low) / (y.high - y.low) * place.height()
            at = min(max(at, place.top() + height / 2), place.bottom() - height / 2)
            words = plot_scales.tick_text(value, step)
            painter.drawText(
                QRectF(0, at - height / 2, place.left() - _GAP, height),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                words,
            )
        painter.setPen(QColor(current_colors().text))
        painter.drawText(
            QRectF(place.left(), place.bottom() + height + 2, place.width(), height + 2),
            Qt.AlignmentFlag.AlignCenter,
            x.label,
        )
        room = QRectF(place.left(), 0, place.width(), place.top())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"↑ {y.label}")

    def _draw_trail(self, painter: QPainter, place: QRectF, found: ValueMap) -> None:
        needed = max(at for each in found.coordinates for at in each.at)
        rows = [row for row in self._rows if len(row) > needed]
        if not rows:
            return
        points = []
        for row in rows:
            x, y = found.place(row)
            points.append(QPointF(place.left() + x * place.width(), place.top() + y * place.height()))
        painter.save()
        painter.setClipRect(place.adjusted(-_DOT, -_DOT, _DOT, _DOT))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lines = [] if found.is_grid else _lines(points, place.width() / 2)
        for color, width in (("#000000", 3.0), ("#ffffff", 1.4)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawLines(lines)
        painter.setPen(QPen(QColor("black"), 1.5))
        painter.setBrush(QColor("white"))
        painter.drawEllipse(points[-1], _DOT, _DOT)
        painter.restore()


def _lines(points: list[QPointF], jump: float) -> list[QLineF]:
    """Lines between neighbours, but for those that an angle made by passing from one end of its range to the other.

    Single lines: as one wide polyline they would take three times as long to draw.
    """
    return [QLineF(a, b) for a, b in pairwise(points) if abs(b.x() - a.x()) <= jump]


def _ticks(coordinate: Coordinate, parts: int) -> tuple[float, list[float]]:
    return plot_scales.ticks(coordinate.low, coordinate.high, parts)

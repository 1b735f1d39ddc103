"""How a row of an episode's plots is painted: name, numbers at the cursor, curve, scale, axis and readout. No state."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from rlstudio.core.episode_series import Series
from rlstudio.ui.theme import current_colors
from rlstudio.ui.widgets import plot_scales
from rlstudio.ui.widgets.row_curves import Span, colour_of, paint_series, pen_of, range_of
from rlstudio.ui.widgets.row_layout import GAP
from rlstudio.ui.widgets.row_readout import readings, readout_lines

_WIDEST_SCALE = "−0.00"
_MOST_TOLD = 20
_SAMPLE = 18  # width of the piece of a line before its name, and the gap behind


def paint_row(painter: QPainter, series: Series, rect: QRectF, place: QRectF, span: Span) -> None:
    """What stays while the cursor moves: title, frame, curve and the ends of its scale."""
    colors, metrics = current_colors(), painter.fontMetrics()
    painter.fillRect(place, QColor(colors.base))
    paint_series(painter, series, place, span, colors)
    painter.setPen(QPen(QColor(colors.hairline), 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(place.adjusted(0, 0, -1, -1))
    room = _room(painter, rect, place)
    painter.setPen(QColor(colors.text))
    words = f"{series.title} ({series.unit})" if series.unit and len(series.lines) > 1 else series.title
    title = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(room))
    painter.drawText(QPointF(rect.left(), place.top() + metrics.ascent()), title)
    if series.kind == "line":
        _paint_scale(painter, series, place)


def paint_numbers(painter: QPainter, series: Series, rect: QRectF, place: QRectF, frame: int) -> None:
    """The values at a frame, each under the title with a piece of its line."""
    colors, metrics = current_colors(), painter.fontMetrics()
    top, room = rect.top() + GAP / 2 + metrics.height(), _room(painter, rect, place)
    fitting = int((place.height() + 4) / metrics.height()) - 1
    for mark, name, text in readings(series, frame, fitting):
        x, base = rect.left(), top + metrics.ascent()
        if mark >= 0:
            _paint_sample(painter, series, mark, x, top + metrics.height() / 2)
            x += _SAMPLE
        value_width = metrics.horizontalAdvance(text)
        if name:
            left = int(rect.left() + room - x - value_width - 6)
            painter.setPen(QColor(colors.muted))
            painter.drawText(QPointF(x, base), metrics.elidedText(name, Qt.TextElideMode.ElideRight, left))
            x = rect.left() + room - value_width
        painter.setPen(QColor(colors.text))
        painter.drawText(
            QPointF(x, base), metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(rect.left() + room - x))
        )
        top += metrics.height()


def paint_axis(painter: QPainter, span: Span, last: int, top: float, width: float) -> None:
    """Frame numbers along the foot of a column; the last is moved in where the edge of the view, at `width`, cut it."""
    metrics = painter.fontMetrics()
    painter.setPen(QColor(current_colors().muted))
    low, high = max(0.0, span.low), min(float(last), span.high)
    step, ticks = plot_scales.ticks(low, high, max(2, int(span.width / 76)))
    for tick in ticks:
        text = plot_scales.tick_text(tick, step)
        half = metrics.horizontalAdvance(text) / 2
        if tick == round(tick):
            painter.drawText(QPointF(min(span.x(tick), width - half) - half, top + 4 + metrics.ascent()), text)


def paint_cursor(painter: QPainter, span: Span, frame: int, bottom: float) -> None:
    """A line over all rows, and its foot on the axis."""
    if span.low <= frame <= span.high:
        x, colour = round(span.x(frame)) + 0.5, QColor(current_colors().text)
        painter.setPen(QPen(colour, 1.0))
        painter.drawLine(QPointF(x, 0), QPointF(x, bottom))
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon([QPointF(x - 4, bottom + 5), QPointF(x + 4, bottom + 5), QPointF(x, bottom)])


def paint_readout(painter: QPainter, series: Series, pointer: QPointF, frame: int, x: float, room: QRectF) -> None:
    """Step and values at the pointer, in a box beside it; a dotted line at `x`, where that frame is, down `room`, which
    is the column's: the names of the next one stay uncovered."""
    colors, metrics = current_colors(), painter.fontMetrics()
    lines = [(-1, f"step {frame:,}"), *readout_lines(series, frame)][:_MOST_TOLD]
    indent = _SAMPLE if any(mark >= 0 for mark, _words in lines) else 0
    width = indent + max(metrics.horizontalAdvance(words) for _mark, words in lines) + 16
    height = metrics.height() * len(lines) + 10
    left = pointer.x() + 14
    left = left if left + width <= room.right() else pointer.x() - 14 - width
    top = min(max(room.top(), pointer.y() - height / 2), max(room.top(), room.bottom() - height))
    painter.setPen(QPen(QColor(colors.muted), 1.0, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(round(x) + 0.5, room.top()), QPointF(round(x) + 0.5, room.bottom()))
    box = QRectF(round(left), round(top), width, height)
    painter.setPen(QPen(QColor(colors.border), 1.0))
    painter.setBrush(QColor(colors.base))
    painter.drawRect(box)
    for number, (mark, words) in enumerate(lines):
        x, y = box.left() + 8, box.top() + 5 + number * metrics.height()
        if mark >= 0:
            _paint_sample(painter, series, mark, x, y + metrics.height() / 2)
        painter.setPen(QColor(colors.text if number else colors.muted))
        painter.drawText(QPointF(x + (indent if number else 0), y + metrics.ascent()), words)


def _paint_sample(painter: QPainter, series: Series, line: int, x: float, y: float) -> None:
    """The piece of a line that stands before its name."""
    painter.setPen(_sample_pen(series, line))
    painter.drawLine(QPointF(x, y), QPointF(x + _SAMPLE - 4, y))


def _sample_pen(series: Series, line: int) -> QPen:
    """For the piece of a line that stands beside its name: as the line is drawn, but bolder."""
    if series.kind == "lanes":
        return QPen(colour_of(series, line, current_colors()), 3.0)
    pen = pen_of(series, line, current_colors())
    pen.setWidthF(2.0)
    return pen


def _room(painter: QPainter, rect: QRectF, place: QRectF) -> float:
    """Width for names and numbers: what the scale leaves of the gutter."""
    return place.left() - rect.left() - painter.fontMetrics().horizontalAdvance(_WIDEST_SCALE) - 14


def _paint_scale(painter: QPainter, series: Series, place: QRectF) -> None:
    """The ends of the y axis, beside the curve."""
    low, high = range_of(series)
    painter.setPen(QColor(current_colors().muted))
    box = QRectF(place.left() - 94, place.top() - 3, 90, place.height() + 6)
    right = Qt.AlignmentFlag.AlignRight
    painter.drawText(box, right | Qt.AlignmentFlag.AlignTop, plot_scales.tick_text(high, high - low))
    painter.drawText(box, right | Qt.AlignmentFlag.AlignBottom, plot_scales.tick_text(low, high - low))

"""Values and greedy arrows over the cells of a grid: painted over the environment's picture, or by themselves."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from rlstudio.core.value_map import ValueMap
from rlstudio.ui.widgets.numbers import number
from rlstudio.ui.widgets.value_colors import color_of

_OVER_PICTURE = 0.62
_SMALLEST_FOR_TEXT = 42.0


def grid_place(found: ValueMap, picture: QRectF) -> QRectF:
    """Where the whole grid lies in a picture of the environment."""
    assert found.cells is not None
    n_rows, n_columns = found.values.shape
    cells = found.cells
    return QRectF(
        picture.left() + cells.left * picture.width(),
        picture.top() + cells.top * picture.height(),
        n_columns * cells.width * picture.width(),
        n_rows * cells.height * picture.height(),
    )


def paint_grid(painter: QPainter, place: QRectF, found: ValueMap, *, over_picture: bool) -> None:
    """Each known cell in its value's colour, with its number and an arrow for each best move."""
    n_rows, n_columns = found.values.shape
    span = found.range()
    width, height = place.width() / n_columns, place.height() / n_rows
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for row in range(n_rows):
        for column in range(n_columns):
            cell = QRectF(place.left() + column * width, place.top() + row * height, width, height)
            value = float(found.values[row, column])
            ink = QColor("white")
            if span is not None and math.isfinite(value):
                color = color_of(value, *span)
                ink = readable_ink(color)
                painter.setOpacity(_OVER_PICTURE if over_picture else 1.0)
                painter.fillRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), color)
                painter.setOpacity(1.0)
            _paint_choice(painter, cell, found, row, column, ink)
            if math.isfinite(value) and min(width, height) >= _SMALLEST_FOR_TEXT:
                _paint_number(painter, cell, value, ink)
    painter.restore()


def readable_ink(color: QColor) -> QColor:
    """White on the dark colours of the map, black on the light ones."""
    linear = [(part / 255.0) ** 2.2 for part in (color.red(), color.green(), color.blue())]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return QColor("black") if luminance > 0.18 else QColor("white")  # where both have a contrast of 4.6:1


def _paint_choice(painter: QPainter, cell: QRectF, found: ValueMap, row: int, column: int, ink: QColor) -> None:
    if found.best is None:
        return
    middle = cell.center() - QPointF(0, 0.08 * cell.height())
    reach = 0.3 * min(cell.width(), cell.height())
    still = []
    for action, best in enumerate(found.best[row, column]):
        if best and found.directions[action] != (0, 0):
            right, down = found.directions[action]
            _paint_arrow(painter, middle, QPointF(right * reach, down * reach), ink)
        elif best:
            still.append(found.actions[action])
    if still:
        _paint_words(painter, cell, " / ".join(still), ink)


def _paint_arrow(painter: QPainter, start: QPointF, way: QPointF, ink: QColor) -> None:
    """From the middle outwards, with an edge of the other shade so that it shows over any picture."""
    tip = start + way
    across = QPointF(-way.y(), way.x()) * 0.38
    head = QPolygonF([tip, start + way * 0.5 + across, start + way * 0.5 - across])
    path = QPainterPath(start)
    path.lineTo(start + way * 0.55)
    edge = QColor("white") if ink == QColor("black") else QColor("black")
    thick = max(1.5, 0.14 * math.hypot(way.x(), way.y()))
    painter.setBrush(ink)
    for color, width in ((edge, thick + 2.0), (ink, thick)):
        pen = QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(path)
        painter.setPen(QPen(color, 2.0) if color == edge else Qt.PenStyle.NoPen)
        painter.drawPolygon(head)


def _paint_words(painter: QPainter, cell: QRectF, words: str, ink: QColor) -> None:
    painter.setPen(ink)
    _fit_font(painter, words, cell.width() - 4)
    painter.drawText(cell.adjusted(0, 0, 0, -0.3 * cell.height()), Qt.AlignmentFlag.AlignCenter, words)


def _paint_number(painter: QPainter, cell: QRectF, value: float, ink: QColor) -> None:
    painter.setPen(ink)
    text = f"{value:.2f}".replace("-", "−") if abs(value) < 10 else number(value)
    _fit_font(painter, text, cell.width() - 4)
    place = cell.adjusted(0, 0, 0, -0.04 * cell.height())
    painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, text)


def _fit_font(painter: QPainter, text: str, room: float) -> None:
    """Smaller letters where the text is wider than its cell."""
    font = painter.font()
    font.setPointSizeF(9.0)
    painter.setFont(font)
    needed = painter.fontMetrics().horizontalAdvance(text)
    if needed > room:
        font.setPointSizeF(max(5.0, 9.0 * room / needed))
        painter.setFont(font)

"""EpisodeRows: small plots of an episode, one below the other, over one x axis and under one cursor line.

What only changes with the episode, the zoom or the size (curves, names) is painted once and kept as pictures; a step
paints those pictures, the cursor line and the numbers at the cursor, so it costs the same in an episode of a hundred
thousand steps as in one of ten.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from rlstudio.core.episode_series import Series
from rlstudio.ui.theme import current_colors, theme_events
from rlstudio.ui.widgets import plot_scales
from rlstudio.ui.widgets.row_curves import MOST_LINES, Span, colour_of, paint_series, range_of
from rlstudio.ui.widgets.row_readout import readings, readout_lines

_GUTTER_SHARE, _GUTTER_LEAST, _GUTTER_MOST = 0.36, 130.0, 230.0
_GAP, _SIDE, _COLUMN_GAP = 5.0, 10.0, 20.0
_TWO_COLUMNS_FROM = 860
_TALLEST = 110.0
_SHORTEST_SPAN = 8.0
_ZOOM = 1.25
_MOST_TOLD = 20


class EpisodeRows(QAbstractScrollArea):
    """Rows of plots in one column, or in two where that shows more of them.

    Signals:
        sought: a frame that was clicked at, or dragged to.
        zoomed: whether less than the whole episode is in view.
    """

    sought = Signal(int)
    zoomed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("episodeRows")
        self.setAccessibleName("Plots of the episode")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._series: tuple[Series, ...] = ()
        self._ranges: list[tuple[float, float]] = []
        self._last = 0  # index of the last frame
        self._view = (-0.5, 0.5)
        self._index = 0
        self._pointer: QPointF | None = None
        self._pressed = False
        self._pictures: dict[int, QPixmap] = {}
        theme_events.changed.connect(self._forget_pictures)

    # ------------------------------------------------------------ what is shown

    def set_series(self, series: tuple[Series, ...], n_frames: int, *, keep_view: bool = False) -> None:
        """Show these plots of an episode of `n_frames` frames; `keep_view`: of the same one as before."""
        self._series, self._last = series, max(0, n_frames - 1)
        self._ranges = [range_of(each) for each in series]
        if not keep_view:
            self._index = 0
            self.show_all()
        self._lay_out()

    def show_index(self, index: int) -> None:
        """Move the cursor. Where it leaves the part that is in view, the view turns its page."""
        self._index = index
        low, high = self._view
        if not low <= index <= high:
            begin = index - 0.1 * (high - low) if index > high else index - 0.9 * (high - low)
            self._set_view(begin, begin + high - low)
        self.viewport().update()

    def index(self) -> int:
        """The frame under the cursor."""
        return self._index

    def view(self) -> tuple[float, float]:
        """The part of the episode that is in view, from frame to frame."""
        return self._view

    def show_all(self) -> None:
        """The whole episode."""
        self._set_view(-0.5, self._last + 0.5)

    def is_whole(self) -> bool:
        """Whether the whole episode is in view."""
        return self._view == (-0.5, self._last + 0.5)

    def zoom(self, factor: float, around: float) -> None:
        """Show `factor` times as much as before; frame `around` stays where it is."""
        low, high = self._view
        whole = self._last + 1.0
        wanted = min(whole, max(min(_SHORTEST_SPAN, whole), (high - low) * factor))
        begin = around - (around - low) / (high - low) * wanted
        self._set_view(begin, begin + wanted)

    def _set_view(self, low: float, high: float) -> None:
        """Show frames `low` to `high`, moved into the episode as a whole."""
        length = min(high - low, self._last + 1.0)
        low = min(max(low, -0.5), self._last + 0.5 - length)
        if (low, low + length) != self._view:
            self._view = low, low + length
            self._forget_pictures()
        self.zoomed.emit(not self.is_whole())

    # ------------------------------------------------------------ where things are

    def columns(self) -> int:
        """One, or two where the rows do not fit one below the other and there is width for it."""
        fits = sum(self._least_heights()) + self._axis_height() <= self.viewport().height()
        return 1 if fits or self.viewport().width() < _TWO_COLUMNS_FROM or len(self._series) < 2 else 2

    def row_rect(self, row: int) -> QRectF:
        """Where a row lies in the viewport, names included; it may be scrolled out of sight."""
        return self._rects[row].translated(0, -self.verticalScrollBar().value())

    def place_of(self, row: int) -> QRectF:
        """Where a row's curve is drawn."""
        rect = self.row_rect(row)
        gutter = self._gutter()
        return rect.adjusted(gutter, _GAP / 2, 0, -_GAP / 2)

    def span(self, column: int) -> Span:
        """How frames lie in a column."""
        left = _SIDE + column * (self._column_width() + _COLUMN_GAP) + self._gutter()
        return Span(*self._view, left, self._column_width() - self._gutter())

    def x_of(self, frame: float, column: int = 0) -> float:
        """x of a frame in a column."""
        return self.span(column).x(frame)

    def _column_width(self) -> float:
        columns = self.columns()
        return (self.viewport().width() - 2 * _SIDE - (columns - 1) * _COLUMN_GAP) / columns

    def _gutter(self) -> float:
        return min(_GUTTER_MOST, max(_GUTTER_LEAST, _GUTTER_SHARE * self._column_width()))

    def _line_height(self) -> float:
        return QFontMetricsF(self.font()).height()

    def _axis_height(self) -> float:
        return self._line_height() + 8

    def _least_heights(self) -> list[float]:
        """A title and a number each; more for as many lines as are told apart."""
        line = self._line_height()
        told = [len(each.lines) if len(each.lines) <= MOST_LINES else 1 for each in self._series]
        return [line * (1 + count) + _GAP + 4 for count in told]

    def _column_of(self, row: int) -> int:
        return self._columns_of[row]

    def _lay_out(self) -> None:
        """Rows fill the height there is, up to a point; what is more is scrolled to."""
        heights, columns = self._least_heights(), self.columns()
        self._columns_of = _dealt(heights, columns)
        room = self.viewport().height() - self._axis_height()
        self._rects: list[QRectF] = [QRectF()] * len(heights)
        content = 0.0
        for column in range(columns):
            rows = [row for row in range(len(heights)) if self._columns_of[row] == column]
            needed = sum(heights[row] for row in rows)
            stretch = max(1.0, room / needed) if needed else 1.0
            top = 0.0
            left = _SIDE + column * (self._column_width() + _COLUMN_GAP)
            for row in rows:
                height = min(heights[row] * stretch, max(_TALLEST, heights[row]))
                self._rects[row] = QRectF(left, top, self._column_width(), height)
                top += height
            content = max(content, top)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, math.ceil(content - room)))
        bar.setPageStep(int(room))
        bar.setSingleStep(int(self._line_height()))
        self._forget_pictures()

    def _forget_pictures(self) -> None:
        self._pictures.clear()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other places, other pictures."""
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        """Another font, other places."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_pictures"):
            self._lay_out()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """The rows move; the axis stays."""
        self.viewport().update()

    # ------------------------------------------------------------ the pointer

    def frame_at(self, place: QPointF) -> int | None:
        """The frame at a point of the viewport; None over the names at the left."""
        for column in range(self.columns()):
            span = self.span(column)
            if span.left - 4 <= place.x() <= span.left + span.width + 4:
                return min(self._last, max(0, round(span.frame(place.x()))))
        return None

    def row_at(self, place: QPointF) -> int | None:
        """The row at a point of the viewport."""
        if place.y() >= self.viewport().height() - self._axis_height():
            return None
        return next((row for row in range(len(self._series)) if self.row_rect(row).contains(place)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the pressed place at once."""
        frame = self.frame_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and frame is not None and self._series:
            self._pressed = True
            self.sought.emit(frame)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out what is pointed at; while pressed, go there."""
        self._pointer = event.position()
        if self._pressed:
            frame = self.frame_at(event.position())
            if frame is not None and frame != self._index:
                self.sought.emit(frame)
        row = self.row_at(event.position())
        over_curve = row is not None and self.frame_at(event.position()) is not None
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if over_curve else Qt.CursorShape.ArrowCursor)
        self.viewport().setToolTip("" if row is None or over_curve else self._series[row].help)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End of dragging."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second click of two seeks as the first did."""
        self.mousePressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """The readout goes with the pointer."""
        if event.type() == QEvent.Type.Leave:
            self._pointer = None
            self.viewport().update()
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl, zoom around the pointer; with Shift or sideways, move along; else scroll the rows."""
        steps = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and steps.y():
            frame = self.frame_at(event.position())
            self.zoom(_ZOOM ** (-steps.y() / 120), self._index if frame is None else frame)
        elif steps.x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            low, high = self._view
            by = -(steps.x() or steps.y()) / 120 * 0.1 * (high - low)
            self._set_view(low + by, high + by)
        else:
            super().wheelEvent(event)
            return
        event.accept()

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Kept pictures, then what moves: cursor, numbers, readout."""
        colors = current_colors()
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        painter.fillRect(self.viewport().rect(), QColor(colors.window))
        if not self._series:
            return
        bottom = self.viewport().height() - self._axis_height()
        painter.setClipRect(QRectF(0, 0, self.viewport().width(), bottom))
        for row in range(len(self._series)):
            rect = self.row_rect(row)
            if rect.bottom() > 0 and rect.top() < bottom:
                painter.drawPixmap(rect.topLeft(), self._picture(row))
                self._paint_numbers(painter, row)
        painter.setClipping(False)
        for column in range(self.columns()):
            self._paint_axis(painter, column, bottom)
            self._paint_cursor(painter, column, bottom)
        self._paint_readout(painter)

    def _picture(self, row: int) -> QPixmap:
        """Name, frame and curve of a row."""
        if row not in self._pictures:
            rect, ratio = self._rects[row], self.devicePixelRatioF()
            made = QPixmap((rect.size() * ratio).toSize())
            made.setDevicePixelRatio(ratio)
            made.fill(QColor(current_colors().window))
            painter = QPainter(made)
            painter.setFont(self.font())
            painter.translate(-rect.left(), -rect.top())
            self._paint_row(painter, row, rect)
            painter.end()
            self._pictures[row] = made
        return self._pictures[row]

    def _paint_row(self, painter: QPainter, row: int, rect: QRectF) -> None:
        colors, series = current_colors(), self._series[row]
        place = rect.adjusted(self._gutter(), _GAP / 2, 0, -_GAP / 2)
        painter.fillRect(place, QColor(colors.base))
        paint_series(painter, series, place, self.span(self._column_of(row)), colors)
        painter.setPen(QPen(QColor(colors.hairline), 1.0))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        metrics = painter.fontMetrics()
        title = f"{series.title} ({series.unit})" if series.unit else series.title
        room = int(self._gutter() - self._scale_width(painter) - 10)
        painter.setPen(QColor(colors.text))
        place_of_title = QRectF(rect.left(), place.top(), room, metrics.height())
        painter.drawText(place_of_title, metrics.elidedText(title, Qt.TextElideMode.ElideRight, room))
        if series.kind == "line":
            self._paint_scale(painter, row, place)

    def _scale_width(self, painter: QPainter) -> int:
        return painter.fontMetrics().horizontalAdvance("−0.00")

    def _paint_scale(self, painter: QPainter, row: int, place: QRectF) -> None:
        """The ends of the y axis, beside the curve."""
        low, high = self._ranges[row]
        painter.setPen(QColor(current_colors().muted))
        box = QRectF(place.left() - 90, place.top() - 2, 86, place.height() + 4)
        right = Qt.AlignmentFlag.AlignRight
        painter.drawText(box, right | Qt.AlignmentFlag.AlignTop, plot_scales.tick_text(high, high - low))
        painter.drawText(box, right | Qt.AlignmentFlag.AlignBottom, plot_scales.tick_text(low, high - low))

    def _paint_numbers(self, painter: QPainter, row: int) -> None:
        """The values at the cursor under the row's title, each in its line's colour with a piece of its line."""
        colors, series, rect = current_colors(), self._series[row], self.row_rect(row)
        line = painter.fontMetrics().height()
        top = rect.top() + _GAP / 2 + line
        room = self._gutter() - self._scale_width(painter) - 12
        for mark, name, text in readings(series, self._index):
            x = rect.left()
            if mark >= 0 and len(series.lines) > 1:
                painter.setPen(QPen(colour_of(series, mark, colors), 3.0))
                painter.drawLine(QPointF(x, top + line / 2), QPointF(x + 8, top + line / 2))
                x += 13
            width = room - (x - rect.left())
            value_width = painter.fontMetrics().horizontalAdvance(text)
            if name:
                painter.setPen(QColor(colors.muted))
                short = painter.fontMetrics().elidedText(
                    name, Qt.TextElideMode.ElideRight, int(width - value_width - 6)
                )
                painter.drawText(QPointF(x, top + painter.fontMetrics().ascent()), short)
            painter.setPen(QColor(colors.text))
            value_x = rect.left() + room - value_width if name else x
            painter.drawText(QPointF(value_x, top + painter.fontMetrics().ascent()), text)
            top += line

    def _paint_axis(self, painter: QPainter, column: int, top: float) -> None:
        """Frame numbers below each column."""
        colors, span = current_colors(), self.span(column)
        painter.setPen(QColor(colors.muted))
        parts = max(2, int(span.width / 76))
        step, ticks = plot_scales.ticks(max(0.0, span.low), min(float(self._last), span.high), parts)
        for tick in ticks:
            if tick == round(tick):
                text = plot_scales.tick_text(tick, step)
                box = QRectF(span.x(tick) - 40, top + 2, 80, self._axis_height())
                if box.center().x() + painter.fontMetrics().horizontalAdvance(text) / 2 > self.viewport().width():
                    continue
                painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)

    def _paint_cursor(self, painter: QPainter, column: int, bottom: float) -> None:
        span = self.span(column)
        if span.low <= self._index <= span.high:
            x = round(span.x(self._index)) + 0.5
            painter.setPen(QPen(QColor(current_colors().live), 1.0))
            painter.drawLine(QPointF(x, 0), QPointF(x, bottom))
            painter.setBrush(QColor(current_colors().live))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawPolygon([QPointF(x - 4, bottom + 5), QPointF(x + 4, bottom + 5), QPointF(x, bottom)])

    def _paint_readout(self, painter: QPainter) -> None:
        """Step and values at the pointer, beside it."""
        if self._pointer is None:
            return
        row, frame = self.row_at(self._pointer), self.frame_at(self._pointer)
        if row is None or frame is None:
            return
        colors, series = current_colors(), self._series[row]
        lines = [f"step {frame:,}", *readout_lines(series, frame)][:_MOST_TOLD]
        metrics = painter.fontMetrics()
        width = max(metrics.horizontalAdvance(line) for line in lines) + 16
        height = metrics.height() * len(lines) + 10
        x = self._pointer.x() + 14
        x = x if x + width <= self.viewport().width() else self._pointer.x() - 14 - width
        y = min(max(0.0, self._pointer.y() - height / 2), max(0.0, self.viewport().height() - height))
        box = QRectF(round(x), round(y), width, height)
        at = round(self.span(self._column_of(row)).x(frame)) + 0.5
        painter.setPen(QPen(QColor(colors.muted), 1.0, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(at, 0), QPointF(at, self.viewport().height() - self._axis_height()))
        painter.setPen(QPen(QColor(colors.border), 1.0))
        painter.setBrush(QColor(colors.base))
        painter.drawRect(box)
        for number, line in enumerate(lines):
            painter.setPen(QColor(colors.text if number else colors.muted))
            painter.drawText(box.adjusted(8, 5 + number * metrics.height(), 0, 0), line)


def _dealt(heights: list[float], columns: int) -> list[int]:
    """Which column each row goes to: in order, the first column no shorter than the others."""
    if columns == 1:
        return [0] * len(heights)
    half, so_far, found = sum(heights) / columns, 0.0, []
    for height in heights:
        found.append(min(columns - 1, int((so_far + 0.49 * height) / half)))
        so_far += height
    return found

"""EpisodeRows: small plots of an episode, one below the other, over one x axis and under one cursor line.

What only changes with the episode, the zoom or the size (curves, names) is painted once and kept as pictures; a step
paints those pictures, the cursor line and the numbers at the cursor, so it costs the same in an episode of a hundred
thousand steps as in one of ten.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from rlstudio.core.episode_series import Series
from rlstudio.ui.theme import current_colors, theme_events
from rlstudio.ui.widgets.row_curves import Span
from rlstudio.ui.widgets.row_layout import RowLayout, lay_out
from rlstudio.ui.widgets.row_painting import paint_axis, paint_cursor, paint_numbers, paint_readout, paint_row

_SHORTEST_SPAN = 8.0
_ZOOM = 1.25


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
        self._layout = RowLayout()
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

    def row_rect(self, row: int) -> QRectF:
        """Where a row lies in the viewport, names included; it may be scrolled out of sight."""
        return self._layout.rects[row].translated(0, -self.verticalScrollBar().value())

    def place_of(self, row: int) -> QRectF:
        """Where a row's curve is drawn."""
        return self._layout.place(row).translated(0, -self.verticalScrollBar().value())

    def columns(self) -> int:
        """One, or two where the rows do not fit one below the other and there is width for it."""
        return self._layout.columns

    def x_of(self, frame: float, row: int = 0) -> float:
        """x of a frame in a row."""
        return self._span(self._layout.column_of[row]).x(frame)

    def _span(self, column: int) -> Span:
        return self._layout.span(column, self._view)

    def _axis_height(self) -> float:
        return QFontMetricsF(self.font()).height() + 8

    def _lay_out(self) -> None:
        size, line = self.viewport().size(), QFontMetricsF(self.font()).height()
        room = size.height() - self._axis_height()
        self._layout = lay_out(self._series, size.width(), room, line)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, math.ceil(self._layout.height - room)))
        bar.setPageStep(max(1, int(room)))
        bar.setSingleStep(int(line))
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
            span = self._span(column)
            if span.left - 4 <= place.x() <= span.left + span.width + 4:
                return min(self._last, max(0, round(span.frame(place.x()))))
        return None

    def row_at(self, place: QPointF) -> int | None:
        """The row at a point of the viewport."""
        if place.y() >= self._layout.room:
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
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        painter.fillRect(self.viewport().rect(), QColor(current_colors().window))
        if not self._series:
            return
        room = QRectF(0, 0, self.viewport().width(), self._layout.room)
        painter.setClipRect(room)
        for row, series in enumerate(self._series):
            rect = self.row_rect(row)
            if rect.bottom() > 0 and rect.top() < room.bottom():
                painter.drawPixmap(rect.topLeft(), self._picture(row))
                paint_numbers(painter, series, rect, self.place_of(row), self._index)
        painter.setClipping(False)
        for column in range(self.columns()):
            paint_axis(painter, self._span(column), self._last, room.bottom(), room.width())
            paint_cursor(painter, self._span(column), self._index, room.bottom())
        if self._pointer is not None:
            row, frame = self.row_at(self._pointer), self.frame_at(self._pointer)
            if row is not None and frame is not None:
                column = QRectF(0, 0, self.place_of(row).right(), room.height())
                paint_readout(painter, self._series[row], self._pointer, frame, self.x_of(frame, row), column)

    def page_size(self) -> QSize:
        """Of all rows and the axes below them, scrolled out of sight or not."""
        return QSize(self.viewport().width(), math.ceil(self._layout.height + self._axis_height()))

    def paint_page(self, painter: QPainter) -> None:
        """All rows as lines, not as kept pictures: for a file."""
        painter.setFont(self.font())
        layout = self._layout
        for row, series in enumerate(self._series):
            span = self._span(layout.column_of[row])
            paint_row(painter, series, layout.rects[row], layout.place(row), span)
            paint_numbers(painter, series, layout.rects[row], layout.place(row), self._index)
        for column in range(layout.columns):
            paint_axis(painter, self._span(column), self._last, layout.height, self.viewport().width())
            paint_cursor(painter, self._span(column), self._index, layout.height)

    def _picture(self, row: int) -> QPixmap:
        """Of what stays of a row while the cursor moves."""
        if row not in self._pictures:
            rect, ratio = self._layout.rects[row], self.devicePixelRatioF()
            made = QPixmap((rect.size() * ratio).toSize())
            made.setDevicePixelRatio(ratio)
            made.fill(QColor(current_colors().window))
            painter = QPainter(made)
            painter.setFont(self.font())
            painter.translate(-rect.left(), -rect.top())
            span = self._span(self._layout.column_of[row])
            paint_row(painter, self._series[row], rect, self._layout.place(row), span)
            painter.end()
            self._pictures[row] = made
        return self._pictures[row]

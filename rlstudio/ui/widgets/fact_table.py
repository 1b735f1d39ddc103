"""FactTable: names with their values in as many columns as fit, painted, so that changing values move nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from rlstudio.ui.widgets.plain_tip import plain_tip

_GAP = 24  # between columns
_BAR = 2
_LEAST_WIDTH = 140
_APART = 8  # between a name and its value
_UNIT_GAP = 5


class FactTable(QWidget):
    """Rows of "name … value", filled column by column.

    A value may carry a bar under its row: the part of a range between two shares, 0 at the left end and 1 at the
    right. `set_rows` decides the layout; `set_values` only repaints.

    Told how wide values get, names come first: there are only as many columns as leave every name whole, and no more
    than the room in height (`set_room`) asks for. Units stand muted after the values where all of them have room.
    """

    def __init__(self, parent: QWidget | None = None, *, cell_width: int = 170, bars: bool = False) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._units: tuple[str, ...] = ()
        self._widest: tuple[str, ...] = ()
        self._tips: tuple[str, ...] = ()
        self._room = 0
        self._texts: tuple[str, ...] = ()
        self._spans: tuple[tuple[float, float] | None, ...] = ()
        self._cell_width = cell_width
        self._bars = bars
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_rows(
        self, names: Sequence[str], *, units: Sequence[str] = (), widest: Sequence[str] = (), tips: Sequence[str] = ()
    ) -> None:
        """Name the rows; all values are emptied. The rest, one a row where given: unit, widest value, tooltip."""
        self._names = tuple(names)
        self._units = tuple(units) or ("",) * len(self._names)
        self._widest, self._tips = tuple(widest), tuple(tips)
        self._texts = ("",) * len(self._names)
        self._spans = (None,) * len(self._names)
        self.updateGeometry()
        self.update()

    def set_values(self, texts: Sequence[str], spans: Sequence[tuple[float, float] | None] | None = None) -> None:
        """Show one text a row, and where `spans` has one, its bar."""
        new_spans = tuple(spans) if spans is not None else (None,) * len(self._names)
        if (tuple(texts), new_spans) != (self._texts, self._spans):
            self._texts, self._spans = tuple(texts), new_spans
            self.update()

    def set_room(self, height: int) -> None:
        """How high the table may get before it is scrolled; 0 when that is not known."""
        if height != self._room:
            self._room = height
            self.updateGeometry()
            self.update()

    def value(self, name: str) -> str:
        """The value beside `name` with its unit. Raises ValueError if there is no such row."""
        row = self._names.index(name)
        return f"{self._texts[row]} {self._units[row]}".rstrip()

    def text(self) -> str:
        """All rows as lines "name<TAB>value unit"."""
        return "\n".join(f"{name}\t{self.value(name)}" for name in self._names)

    def columns(self, width: int) -> int:
        """How many columns are used at this width: no more than leave every column full."""
        if not self._names:
            return 1
        fitting = self._fitting(width, self._whole_width(units=False))
        if self._widest and self._room:
            wanted = math.ceil(len(self._names) / max(1, self._room // self.row_height()))
            fitting = min(fitting, max(1, wanted))
        return math.ceil(len(self._names) / math.ceil(len(self._names) / fitting))

    def shows_units(self, width: int) -> bool:
        """Whether every row has room for its name, its value and its unit at this width."""
        return self._fitting(width, self._whole_width(units=True)) >= self.columns(width)

    def whole_name(self, name: str, width: int) -> bool:
        """Whether a name is shown to its last letter at this width."""
        metrics = QFontMetrics(self.font())
        unit_width = self._unit_width() if self.shows_units(width) else 0
        room = self._name_width(metrics, self._names.index(name), self._cell(width), unit_width)
        return metrics.horizontalAdvance(name) <= room

    def row_at(self, place: QPoint) -> int | None:
        """The row under a point, None beside all of them."""
        columns = self.columns(self.width())
        per_column = math.ceil(len(self._names) / columns)
        column, line = place.x() // (self._cell(self.width()) + _GAP), place.y() // self.row_height()
        row = column * per_column + line
        return row if 0 <= line < per_column and 0 <= column < columns and row < len(self._names) else None

    def event(self, event: QEvent) -> bool:
        """A tooltip for the row under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._tips:
            row = self.row_at(event.pos())
            QToolTip.showText(event.globalPos(), "" if row is None else plain_tip(self._tips[row]), self)
            return True
        return super().event(event)

    def _fitting(self, width: int, cell_width: int) -> int:
        return max(1, min(len(self._names), (width + _GAP) // (cell_width + _GAP)))

    def _whole_width(self, *, units: bool) -> int:
        """The width of a column in which no name is cut."""
        if not self._widest:
            return self._cell_width
        advance = QFontMetrics(self.font()).horizontalAdvance
        cells = (advance(n) + _APART + advance(w) + 2 for n, w in zip(self._names, self._widest, strict=True))
        return max(cells, default=self._cell_width) + (self._unit_width() if units else 0)

    def _unit_width(self) -> int:
        widest = max((QFontMetrics(self.font()).horizontalAdvance(unit) for unit in self._units), default=0)
        return widest + _UNIT_GAP if widest else 0

    def _cell(self, width: int) -> int:
        columns = self.columns(width)
        return (width - _GAP * (columns - 1)) // columns

    def _name_width(self, metrics: QFontMetrics, row: int, cell_width: int, unit_width: int) -> int:
        value = metrics.horizontalAdvance(self._widest[row] if self._widest else "-00.000")
        value = max(value, min(metrics.horizontalAdvance(self._texts[row]), max(0, cell_width - 40)))
        return max(0, cell_width - value - _APART - unit_width)

    def row_height(self) -> int:
        """Height of one row in the present font."""
        return QFontMetrics(self.font()).height() + (8 if self._bars else 6)

    def hasHeightForWidth(self) -> bool:
        """More width makes more columns and less height."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of the fullest column."""
        return self.row_height() * max(1, math.ceil(len(self._names) / self.columns(width)))

    def sizeHint(self) -> QSize:
        """One column."""
        return QSize(self._cell_width, self.heightForWidth(self._cell_width))

    def minimumSizeHint(self) -> QSize:
        """One column, its height given by heightForWidth."""
        return QSize(min(self._cell_width, _LEAST_WIDTH), self.row_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw every row."""
        painter = QPainter(self)
        painter.setFont(self.font())
        columns = self.columns(self.width())
        per_column = math.ceil(len(self._names) / columns) if self._names else 1
        cell_width = self._cell(self.width())
        unit_width = self._unit_width() if self.shows_units(self.width()) else 0
        for row in range(len(self._names)):
            left = (row // per_column) * (cell_width + _GAP)
            top = row % per_column * self.row_height()
            self._draw_row(painter, row, QRect(left, top, cell_width, self.row_height()), unit_width)

    def _draw_row(self, painter: QPainter, row: int, cell: QRect, unit_width: int) -> None:
        metrics = painter.fontMetrics()
        text_rect = cell.adjusted(0, 0, 0, -(2 * _BAR if self._bars else 0))
        middle = Qt.AlignmentFlag.AlignVCenter
        text = self._texts[row]
        value_width = min(metrics.horizontalAdvance(text), max(0, cell.width() - unit_width - 40))
        name_width = self._name_width(metrics, row, cell.width(), unit_width)
        painter.setPen(self.palette().placeholderText().color())
        if unit_width and text:
            unit_rect = text_rect.adjusted(text_rect.width() - unit_width + _UNIT_GAP, 0, 0, 0)
            painter.drawText(unit_rect, middle | Qt.AlignmentFlag.AlignLeft, self._units[row])
        name = metrics.elidedText(self._names[row], Qt.TextElideMode.ElideRight, name_width)
        painter.drawText(text_rect, middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(self.palette().windowText().color())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, value_width + 1)
        painter.drawText(text_rect.adjusted(0, 0, -unit_width, 0), middle | Qt.AlignmentFlag.AlignRight, shown)
        if self._bars:
            self._draw_bar(painter, self._spans[row], QRect(cell.left(), cell.bottom() - 3, cell.width(), _BAR))

    def _draw_bar(self, painter: QPainter, span: tuple[float, float] | None, track: QRect) -> None:
        painter.fillRect(track, self.palette().mid())
        if span is not None:
            low, high = sorted(min(1.0, max(0.0, share)) for share in span)
            left = track.left() + round(low * (track.width() - _BAR))
            width = max(_BAR, round((high - low) * track.width()))
            painter.fillRect(QRect(left, track.top(), width, _BAR), self.palette().highlight())

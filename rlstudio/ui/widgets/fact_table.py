"""FactTable: names with their values in as many columns as fit, painted, so that changing values move nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_GAP = 24  # between columns
_BAR = 2
_LEAST_WIDTH = 140


class FactTable(QWidget):
    """Rows of "name … value", filled column by column.

    A value may carry a bar under its row: the part of a range between two shares, 0 at the left end and 1 at the
    right. `set_rows` decides the layout; `set_values` only repaints.
    """

    def __init__(self, parent: QWidget | None = None, *, cell_width: int = 170, bars: bool = False) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._texts: tuple[str, ...] = ()
        self._spans: tuple[tuple[float, float] | None, ...] = ()
        self._cell_width = cell_width
        self._bars = bars
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_rows(self, names: Sequence[str]) -> None:
        """Name the rows; all values are emptied."""
        self._names = tuple(names)
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

    def value(self, name: str) -> str:
        """The text shown beside `name`. Raises ValueError if there is no such row."""
        return self._texts[self._names.index(name)]

    def text(self) -> str:
        """All rows as lines "name<TAB>value"."""
        return "\n".join(f"{name}\t{text}" for name, text in zip(self._names, self._texts, strict=True))

    def columns(self, width: int) -> int:
        """How many columns are used at this width: no more than leave every column full."""
        if not self._names:
            return 1
        fitting = max(1, min(len(self._names), (width + _GAP) // (self._cell_width + _GAP)))
        return math.ceil(len(self._names) / math.ceil(len(self._names) / fitting))

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
        cell_width = (self.width() - _GAP * (columns - 1)) // columns
        for row in range(len(self._names)):
            left = (row // per_column) * (cell_width + _GAP)
            self._draw_row(
                painter, row, QRect(left, row % per_column * self.row_height(), cell_width, self.row_height())
            )

    def _draw_row(self, painter: QPainter, row: int, cell: QRect) -> None:
        metrics = painter.fontMetrics()
        text_rect = cell.adjusted(0, 0, 0, -(2 * _BAR if self._bars else 0))
        middle = Qt.AlignmentFlag.AlignVCenter
        text = self._texts[row]
        value_width = min(metrics.horizontalAdvance(text), max(0, cell.width() - 40))
        name_width = max(0, cell.width() - max(value_width, metrics.horizontalAdvance("-00.000")) - 8)
        painter.setPen(self.palette().placeholderText().color())
        name = metrics.elidedText(self._names[row], Qt.TextElideMode.ElideRight, name_width)
        painter.drawText(text_rect, middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(self.palette().windowText().color())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, value_width + 1)
        painter.drawText(text_rect, middle | Qt.AlignmentFlag.AlignRight, shown)
        if self._bars:
            self._draw_bar(painter, self._spans[row], QRect(cell.left(), cell.bottom() - 3, cell.width(), _BAR))

    def _draw_bar(self, painter: QPainter, span: tuple[float, float] | None, track: QRect) -> None:
        painter.fillRect(track, self.palette().mid())
        if span is not None:
            low, high = sorted(min(1.0, max(0.0, share)) for share in span)
            left = track.left() + round(low * (track.width() - _BAR))
            width = max(_BAR, round((high - low) * track.width()))
            painter.fillRect(QRect(left, track.top(), width, _BAR), self.palette().highlight())

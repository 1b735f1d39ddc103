"""Horizontal bars of what a policy thought: one row an action, and for continuous actions mean, spread and choice."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rlstudio.ui.widgets.numbers import number
from rlstudio.ui.widgets.plain_tip import plain_tip

_GAP = 8
_LONGEST_NAME = 150
_SHORTEST_BAR = 60
FORBIDDEN = "not allowed here"


def without_bracket(label: str) -> str:
    """A label without the unit or explanation that it ends with: "torque" of "torque (N·m)"."""
    return re.sub(r"(?<=\S)\s+\([^()]*\)$", "", label)


class BarRows(QWidget):
    """Rows of name, bar and value over one common range; subclasses draw the bar and word the value."""

    widest_value = "-000.00"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._low, self._high = 0.0, 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_rows(self, names: Sequence[str], low: float, high: float) -> None:
        """Name the rows and fix the range that every bar is drawn over; it stays while values change."""
        self._names = tuple(names)
        self._low, self._high = (low, high) if high > low else (low - 0.5, low + 0.5)
        self.setToolTip(plain_tip("\n".join(self._names)))
        self.clear_values()
        self.updateGeometry()

    def clear_values(self) -> None:
        """Empty the bars; the rows stay."""
        raise NotImplementedError

    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._names)

    def row_height(self) -> int:
        """Height of one row in the present font."""
        return QFontMetrics(self.font()).height() + 6

    def sizeHint(self) -> QSize:
        """All rows, with room for a bar."""
        metrics = QFontMetrics(self.font())
        width = self._name_width(metrics) + metrics.horizontalAdvance(self.widest_value) + 2 * _GAP + 120
        return QSize(width, self.row_height() * max(1, len(self._names)))

    def minimumSizeHint(self) -> QSize:
        """All rows; the bars may get short."""
        return QSize(self.sizeHint().width() - 120 + _SHORTEST_BAR, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw every row."""
        painter = QPainter(self)
        painter.setFont(self.font())
        metrics = painter.fontMetrics()
        name_width, value_width = self._name_width(metrics), metrics.horizontalAdvance(self.widest_value)
        for row, name in enumerate(self._names):
            cell = QRect(0, row * self.row_height(), self.width(), self.row_height())
            self._draw_text(painter, row, name, cell, name_width)
            bar = cell.adjusted(name_width + _GAP, 4, -value_width - _GAP, -4)
            self.draw_bar(painter, row, QRectF(bar))

    def _name_width(self, metrics: QFontMetrics) -> int:
        return min(_LONGEST_NAME, max((metrics.horizontalAdvance(f"▸ {name}") for name in self._names), default=0) + 4)

    def _draw_text(self, painter: QPainter, row: int, name: str, cell: QRect, name_width: int) -> None:
        chosen, middle = self.is_chosen(row), Qt.AlignmentFlag.AlignVCenter
        painter.setPen((self.palette().windowText() if chosen else self.palette().placeholderText()).color())
        indent = painter.fontMetrics().horizontalAdvance("▸ ")
        if chosen:
            painter.drawText(cell, middle | Qt.AlignmentFlag.AlignLeft, "▸")
        if painter.fontMetrics().horizontalAdvance(name) > name_width - indent:
            name = without_bracket(name)  # the unit goes first, into the tooltip
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, name_width - indent)
        painter.drawText(cell.adjusted(indent, 0, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, shown)
        painter.drawText(cell, middle | Qt.AlignmentFlag.AlignRight, self.value_text(row))

    def share(self, value: float) -> float:
        """Where a value lies in the range, 0 to 1."""
        return min(1.0, max(0.0, (value - self._low) / (self._high - self._low)))

    def is_chosen(self, row: int) -> bool:
        """Whether this row is the one that was done."""
        raise NotImplementedError

    def value_text(self, row: int) -> str:
        """The number at the end of the row."""
        raise NotImplementedError

    def draw_bar(self, painter: QPainter, row: int, place: QRectF) -> None:
        """Draw the row's bar inside `place`."""
        raise NotImplementedError

    def text(self) -> str:
        """All rows as lines "name<TAB>value", the chosen one marked with ▸."""
        marks = ("▸ " if self.is_chosen(row) else "" for row in range(len(self._names)))
        return "\n".join(
            f"{mark}{name}\t{self.value_text(row)}"
            for row, (mark, name) in enumerate(zip(marks, self._names, strict=True))
        )


class ActionBars(BarRows):
    """Probabilities or Q-values of discrete actions, the chosen one in colour and marked ▸, forbidden ones said so."""

    def set_values(self, values: Sequence[float], chosen: int | None, allowed: Sequence[float] | None = None) -> None:
        """Show one value an action and mark the chosen one; `allowed` is 0 where the environment forbids an action."""
        self._values: tuple[float, ...] = tuple(float(value) for value in values)
        self._chosen = chosen
        self._allowed = (True,) * len(self._values) if allowed is None else tuple(bool(each) for each in allowed)
        self.update()

    def is_allowed(self, row: int) -> bool:
        """Whether the environment allows this action here."""
        return row >= len(self._allowed) or self._allowed[row]

    def clear_values(self) -> None:
        """Empty the bars; the rows stay."""
        self.set_values((math.nan,) * len(self._names), None)

    def is_chosen(self, row: int) -> bool:
        """Whether this action was taken."""
        return row == self._chosen

    def value_text(self, row: int) -> str:
        """The value with two decimals, so that its width stays."""
        value = self._values[row] if self.is_allowed(row) else math.nan
        return "" if math.isnan(value) else f"{value:.2f}" if abs(value) < 10_000 else number(value)

    def draw_bar(self, painter: QPainter, row: int, place: QRectF) -> None:
        """From zero where the range holds zero, else from its low end."""
        if not self.is_allowed(row):
            self.say_forbidden(painter, place)
            return
        painter.fillRect(place, faint(self.palette().windowText().color()))
        if math.isnan(self._values[row]):
            return
        zero, end = self.share(0.0), self.share(self._values[row])
        left, right = sorted((zero, end))
        colour = self.palette().highlight() if self.is_chosen(row) else self.palette().placeholderText()
        span = QRectF(
            place.left() + left * place.width(), place.top(), max(1.0, (right - left) * place.width()), place.height()
        )
        painter.fillRect(span, colour)

    def say_forbidden(self, painter: QPainter, place: QRectF) -> None:
        """In place of a bar: that the environment forbids this action here."""
        painter.setPen(self.palette().placeholderText().color())
        rows = place.adjusted(0, -4, 0, 4)
        painter.drawText(rows, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, FORBIDDEN)

    def text(self) -> str:
        """As the rows say it, forbidden actions in words."""
        lines = super().text().splitlines()
        return "\n".join(line if self.is_allowed(row) else line + FORBIDDEN for row, line in enumerate(lines))


class SpreadBars(BarRows):
    """Each number of a continuous action as a thick mark, over the policy's mean ± spread where it has them."""

    widest_value = "-0.00 (-0.00 ± 0.00)"

    def set_values(
        self, action: Sequence[float], mean: Sequence[float] | None = None, std: Sequence[float] | None = None
    ) -> None:
        """Show an action number a row, with its mean and spread."""
        none = (math.nan,) * len(self._names)
        self._action = tuple(float(value) for value in action)
        self._mean = none if mean is None else tuple(float(value) for value in mean)
        self._std = none if std is None else tuple(float(value) for value in std)
        self.update()

    def clear_values(self) -> None:
        """Empty the bars; the rows stay."""
        self.set_values((math.nan,) * len(self._names))

    def is_chosen(self, row: int) -> bool:
        """Every number of a continuous action is done at once: none is marked."""
        return False

    def value_text(self, row: int) -> str:
        """The action number, and in brackets mean ± spread: "0.41 (0.34 ± 0.12)"."""
        if math.isnan(self._action[row]):
            return ""
        if math.isnan(self._mean[row]):
            return f"{self._action[row]:.2f}"
        spread = "" if math.isnan(self._std[row]) else f" ± {self._std[row]:.2f}"
        return f"{self._action[row]:.2f} ({self._mean[row]:.2f}{spread})"

    def draw_bar(self, painter: QPainter, row: int, place: QRectF) -> None:
        """The band mean ± spread, the mean as a thin line, the action as a thick one."""
        painter.fillRect(place, faint(self.palette().windowText().color()))
        mean, std, action = self._mean[row], self._std[row], self._action[row]
        if not math.isnan(mean):
            spread = 0.0 if math.isnan(std) else std
            left, right = self.share(mean - spread), self.share(mean + spread)
            band = QColor(self.palette().highlight().color())
            band.setAlpha(110)
            painter.fillRect(_part(place, left, right), band)
            painter.fillRect(mark(place, self.share(mean), 1.0), self.palette().highlight())
        if not math.isnan(action):
            painter.fillRect(mark(place, self.share(action), 3.0), self.palette().windowText())


def faint(colour: QColor) -> QColor:
    """The track under a bar."""
    colour = QColor(colour)
    colour.setAlpha(18)
    return colour


def _part(place: QRectF, left: float, right: float) -> QRectF:
    return QRectF(place.left() + left * place.width(), place.top(), (right - left) * place.width(), place.height())


def mark(place: QRectF, share: float, width: float) -> QRectF:
    """An upright line at a share of a bar's place."""
    return QRectF(place.left() + share * (place.width() - width), place.top(), width, place.height())

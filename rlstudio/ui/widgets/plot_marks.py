"""What is drawn over and under the curves of a plot, in pixels: grid, threshold, flags, evaluations, pointer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from rlstudio.ui.theme import Colors, current_colors
from rlstudio.ui.widgets.plot_layers import Copies, Layer
from rlstudio.ui.widgets.plot_legend import draw_diamond
from rlstudio.ui.widgets.plot_parts import Floats, NumberAxis, PlotView, pen

_PAD = 8.0
_DIAMOND, _SMALL_DIAMOND = 6.0, 4.0


@dataclass(frozen=True)
class Pointer:
    """What the pointer points at: a place on the x axis, lines of (colour field, text), heights to mark with a dot."""

    x: float
    lines: tuple[tuple[str, str], ...]
    dots: tuple[float, ...] = ()


@dataclass
class MarksContent:
    """Everything that is not a curve. `levels` holds (value, words, colour field) of horizontal dashed lines."""

    levels: tuple[tuple[float, str, str], ...] = ()
    changes: Floats = field(default_factory=lambda: np.empty(0))
    """Places of live changes on the x axis, ascending."""
    evaluations: tuple[Floats, Floats] = field(default_factory=lambda: (np.empty(0), np.empty(0)))
    """Places on the x axis, ascending, and heights."""
    empty: str = ""


class Backdrop(Layer):
    """Horizontal hairlines at the ticks of the y axis, and the floor."""

    def __init__(self, view: PlotView, axis: NumberAxis) -> None:
        super().__init__(view, -50)
        self._axis = axis
        self.shown = True

    def paint(self, painter, _option, _widget=None):
        colors, box = current_colors(), self.boundingRect()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self.shown:
            painter.setPen(pen(colors.grid))
            bottom, top = self._view.viewRange()[1]
            for value in self._axis.ticks(bottom, top, box.height())[1]:
                y = round(self.to_pixels(0.0, value).y())
                painter.drawLine(QPointF(0, y), QPointF(box.width(), y))
        painter.setPen(pen(colors.border))
        painter.drawLine(QPointF(0, box.height() - 1), QPointF(box.width(), box.height() - 1))


class Marks(Layer):
    """Threshold, flags, diamonds and pointer above the curves."""

    def __init__(self, view: PlotView) -> None:
        super().__init__(view, 50)
        self.content = MarksContent()
        self.pointer: Pointer | None = None
        self.font = QFont()
        self._diamonds = Copies()

    def show_content(self, content: MarksContent) -> None:
        """Draw this from now on."""
        self.content = content
        self.update()

    def show_pointer(self, pointer: Pointer | None) -> None:
        """Draw crosshair and readout; None takes them away."""
        if pointer != self.pointer:
            self.pointer = pointer
            self.update()

    def near(self, places: Floats, x: float, reach: float = 6.0) -> list[int]:
        """Which of `places` are within `reach` pixels of `x` on the x axis."""
        return np.flatnonzero(np.abs(self.xs_to_pixels(places) - self.xs_to_pixels(x)) <= reach).tolist()

    def paint(self, painter, _option, widget=None):
        colors = current_colors()
        painter.setFont(self.font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setClipRect(self.boundingRect())
        if self.content.empty:
            painter.setPen(QColor(colors.muted))
            flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(self.boundingRect().adjusted(_PAD, 0, -_PAD, 0), flags, self.content.empty)
            return
        for value, _, color in self.content.levels:
            self._draw_level(painter, value, getattr(colors, color))
        self._draw_flags(painter, colors)
        self._draw_evaluations(painter, colors, widget)
        for value, words, color in self.content.levels:
            self._name_level(painter, value, words, getattr(colors, color))
        if self.pointer is not None:
            self._draw_pointer(painter, self.pointer, colors)

    def _draw_level(self, painter: QPainter, value: float, color: str) -> None:
        y, box = round(self.to_pixels(0.0, value).y()) + 0.5, self.boundingRect()
        if 0 <= y <= box.height():
            painter.setPen(pen(color, 1.5, style=Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(0, y), QPointF(box.width(), y))

    def _name_level(self, painter: QPainter, value: float, words: str, color: str) -> None:
        y, metrics = round(self.to_pixels(0.0, value).y()) + 0.5, QFontMetricsF(self.font)
        if not 0 <= y <= self.boundingRect().height():
            return
        top = y - metrics.height() - 1 if y >= metrics.height() else y + 2
        back = QColor(current_colors().window)
        back.setAlphaF(0.8)  # the words stay readable on points, which stay visible behind them
        painter.fillRect(QRectF(_PAD - 2, top, metrics.horizontalAdvance(words) + 4, metrics.height()), back)
        painter.setPen(QColor(color))
        painter.drawText(QPointF(_PAD, top + metrics.ascent()), words)

    def flags(self) -> list[tuple[float, str]]:
        """(pixel, number or numbers) of each flag in view; flags that would overlap share one: "3–7"."""
        metrics, width = QFontMetricsF(self.font), self.boundingRect().width()
        groups: list[list[float]] = []  # pixel, first number, last number
        free = -math.inf
        for number, x in enumerate(self.xs_to_pixels(self.content.changes).tolist(), 1):
            if not -1 <= x <= width + 1:
                continue
            if x < free:
                groups[-1][2] = number
            else:
                groups.append([x, number, number])
            free = max(free, groups[-1][0] + _tab_width(metrics, _numbers(*groups[-1][1:])) + 2)
        return [(x, _numbers(first, last)) for x, first, last in groups]

    def _draw_flags(self, painter: QPainter, colors: Colors) -> None:
        metrics, height = QFontMetricsF(self.font), self.boundingRect().height()
        for x, text in self.flags():
            painter.setPen(pen(colors.change, 1.0, alpha=0.7))
            x = round(x) + 0.5
            painter.drawLine(QPointF(x, 0), QPointF(x, height))
            tab = QRectF(x, 0, _tab_width(metrics, text), metrics.height())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(QColor(colors.change)))
            painter.drawRect(tab)
            painter.setPen(QColor(colors.window))
            painter.drawText(tab, int(Qt.AlignmentFlag.AlignCenter), text)

    def _draw_evaluations(self, painter: QPainter, colors: Colors, widget: QWidget | None) -> None:
        x, y = (convert(part) for convert, part in zip(self._converters, self.content.evaluations, strict=True))
        seen = np.isfinite(y) & (x >= -_DIAMOND) & (x <= self.boundingRect().width() + _DIAMOND)
        x, y = x[seen], y[seen]
        _, apart = np.unique(np.floor(x / 3.0), return_index=True)  # nearer ones would hide each other
        x, y = x[apart], y[apart]
        size = _DIAMOND if len(x) <= 40 else _SMALL_DIAMOND
        if widget is None:
            _brush_diamond(painter, colors)
            for place in zip(x.tolist(), y.tolist(), strict=True):
                draw_diamond(painter, QPointF(*place), size)
        elif len(x):
            ratio = widget.devicePixelRatioF()
            self._diamonds.draw(painter, _diamond_picture(colors, size * ratio), np.rint(x), np.rint(y), 1.0 / ratio)

    @property
    def _converters(self):
        return self.xs_to_pixels, self.ys_to_pixels

    def _draw_pointer(self, painter: QPainter, pointer: Pointer, colors: Colors) -> None:
        box = self.boundingRect()
        x = self.to_pixels(pointer.x, 0.0).x()
        if not 0 <= x <= box.width():
            return
        painter.setPen(pen(colors.muted, 1.0))
        painter.drawLine(QPointF(round(x) + 0.5, 0), QPointF(round(x) + 0.5, box.height()))
        painter.setPen(pen(colors.window, 2.0))
        painter.setBrush(QBrush(QColor(colors.run)))
        for y in pointer.dots:
            painter.drawEllipse(self.to_pixels(pointer.x, y), 5.0, 5.0)
        self._draw_readout(painter, pointer, x, colors)

    def _draw_readout(self, painter: QPainter, pointer: Pointer, x: float, colors: Colors) -> None:
        """A small box beside the pointer, on the side where there is room."""
        metrics, box = QFontMetricsF(self.font), self.boundingRect()
        line = metrics.height() + 1
        width = max((metrics.horizontalAdvance(text) for _, text in pointer.lines), default=0.0) + 2 * _PAD
        height = line * len(pointer.lines) + _PAD
        left = x + 12 if x + 12 + width <= box.width() else x - 12 - width
        frame = QRectF(min(max(0.0, left), max(0.0, box.width() - width)), 4.0, width, height)
        painter.setPen(pen(colors.border, 1.0))
        back = QColor(colors.base)
        back.setAlphaF(0.94)
        painter.setBrush(QBrush(back))
        painter.drawRoundedRect(frame, 4, 4)
        for row, (color, text) in enumerate(pointer.lines):
            painter.setPen(QColor(getattr(colors, color)))
            painter.drawText(QPointF(frame.left() + _PAD, frame.top() + _PAD / 2 + row * line + metrics.ascent()), text)


def _numbers(first: float, last: float) -> str:
    return f"{first:.0f}" if first == last else f"{first:.0f}–{last:.0f}"


def _tab_width(metrics: QFontMetricsF, text: str) -> float:
    return metrics.horizontalAdvance(text) + 8


def _brush_diamond(painter: QPainter, colors: Colors) -> None:
    painter.setPen(pen(colors.window, 1.0))
    painter.setBrush(QBrush(QColor(colors.evaluation)))


@lru_cache(maxsize=16)
def _diamond_picture(colors: Colors, size: float) -> QPixmap:
    """A diamond to be copied, `size` device pixels from middle to corner."""
    side = 2 * math.ceil(size + 1.5)
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    _brush_diamond(painter, colors)
    draw_diamond(painter, QPointF(side / 2, side / 2), size)
    painter.end()
    return picture

"""CheckpointTicks: which checkpoints a run has, as ticks at the foot of its return curve, and which one is shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QBrush, QColor, QPainter, QPolygonF

from rlstudio.core.checkpoint_choice import places_of
from rlstudio.core.history import History, XAxis
from rlstudio.ui.theme import current_colors
from rlstudio.ui.widgets.plot_layers import Layer
from rlstudio.ui.widgets.plot_parts import PlotView, pen

_TICK = 5.0
_ARROW = 5.0


class CheckpointTicks(Layer):
    """Subtle, for the curve is what matters; the one that is shown has a line and an arrow."""

    def __init__(self, view: PlotView) -> None:
        super().__init__(view, 45)
        self.steps: tuple[int, ...] = ()
        self.shown: int | None = None
        self._history: History | None = None
        self._x_axis: XAxis = "steps"

    def set_source(self, history: History, x_axis: XAxis) -> None:
        """The run whose checkpoints they are, and the axis to draw them on."""
        self._history, self._x_axis = history, x_axis
        self.update()

    def show_checkpoints(self, steps: Sequence[int], shown: int | None) -> None:
        """Draw these, and `shown` among them."""
        if (tuple(steps), shown) != (self.steps, self.shown):
            self.steps, self.shown = tuple(steps), shown
            self.update()

    def places(self) -> list[float]:
        """Where each checkpoint stands, in pixels of the view."""
        if self._history is None or not self.steps:
            return []
        pixels: list[float] = self.xs_to_pixels(places_of(self._history, self._x_axis, self.steps)).tolist()
        return pixels

    def paint(self, painter: QPainter, _option: object, _widget: object = None) -> None:
        colors, box = current_colors(), self.boundingRect()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for step, x in zip(self.steps, self.places(), strict=False):
            if not 0 <= x <= box.width():
                continue
            x, foot = round(x) + 0.5, box.height() - 1
            if step != self.shown:
                painter.setPen(pen(colors.muted, 1.0, alpha=0.6))
                painter.drawLine(QPointF(x, foot), QPointF(x, foot - _TICK))
        self._draw_shown(painter)

    def _draw_shown(self, painter: QPainter) -> None:
        box, colors = self.boundingRect(), current_colors()
        if self.shown not in self.steps:
            return
        x = self.places()[self.steps.index(self.shown)]
        if not 0 <= x <= box.width():
            return
        x, foot = round(x) + 0.5, box.height() - 1
        painter.setPen(pen(colors.live, 1.0, alpha=0.8))
        painter.drawLine(QPointF(x, 0), QPointF(x, foot))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen(colors.window, 1.0))
        painter.setBrush(QBrush(QColor(colors.live)))
        corners = [QPointF(x, foot - 2 * _ARROW), QPointF(x - _ARROW, foot), QPointF(x + _ARROW, foot)]
        painter.drawPolygon(QPolygonF(corners))

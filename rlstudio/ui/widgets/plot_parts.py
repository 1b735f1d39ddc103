"""The parts a plot is put together from: pens, a view that zooms and pans, an axis."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from rlstudio.ui.widgets import plot_scales

Floats = NDArray[np.float64]


def pen(color: str, width: float = 1.0, *, alpha: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen with straight ends; its width is in pixels."""
    shade = QColor(color)
    shade.setAlphaF(alpha)
    made = QPen(shade, width, style)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    return made


class PlotView(pg.ViewBox):
    """The area that data is drawn in. Wheel zooms x (with Ctrl y), drag pans, right drag zooms to a box, click asks."""

    moved = Signal()
    """The user zoomed or panned."""
    followRequested = Signal()
    menuRequested = Signal(object)
    clicked = Signal(float)
    """A place on the x axis was clicked; a drag or a double click is none."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.disableAutoRange()
        self.setLimits(minXRange=1e-6, minYRange=1e-12)
        self.sigRangeChangedManually.connect(self.moved)

    def wheelEvent(self, event, axis=None):
        if axis is None:
            axis = 1 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 0
        super().wheelEvent(event, axis)

    def mouseDragEvent(self, event, axis=None):
        if event.button() != Qt.MouseButton.RightButton:
            super().mouseDragEvent(event, axis)
            return
        event.accept()
        start, here = event.buttonDownPos(Qt.MouseButton.RightButton), event.pos()
        if not event.isFinish():
            self.updateScaleBox(start, here)
            return
        self.rbScaleBox.hide()
        box = self.childGroup.mapRectFromParent(QRectF(QPointF(start), QPointF(here)).normalized())
        if box.width() > 0 and box.height() > 0:
            self.setRange(box, padding=0)
            self.moved.emit()

    def mouseClickEvent(self, event):
        if event.button() == Qt.MouseButton.RightButton:
            event.accept()
            self.menuRequested.emit(event.screenPos().toPoint())
        elif event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.clicked.emit(self.mapSceneToView(event.scenePos()).x())

    def mouseDoubleClickEvent(self, event):
        event.accept()
        self.followRequested.emit()


class NumberAxis(pg.AxisItem):
    """An axis with few ticks and numbers such as 250, 10k, 1.5M; on an axis of logarithms the powers of ten."""

    def __init__(self, orientation: str, view: PlotView) -> None:
        super().__init__(orientation, linkView=view, maxTickLength=0)
        self.logarithmic = False
        self.enableAutoSIPrefix(False)
        reach = 15 if orientation == "bottom" else 8  # how far, in pixels, a number may stand out beyond the axis' ends
        self.setStyle(tickTextOffset=6, autoReduceTextSpace=False, hideOverlappingLabels=reach)

    def tickValues(self, low, high, size):
        return [self.ticks(low, high, size)]

    def ticks(self, low: float, high: float, size: float) -> tuple[float, list[float]]:
        """(step, values) for an axis `size` pixels long."""
        parts = max(3 if size >= 60 else 2, int(size / (76 if self.orientation == "bottom" else 52)))
        make = plot_scales.log_ticks if self.logarithmic else plot_scales.ticks
        return make(low, high, parts)

    def tickStrings(self, values, _scale, step):
        if self.logarithmic:
            return [plot_scales.tick_text(10.0**value, 10.0 ** np.floor(value)) for value in values]
        return [plot_scales.tick_text(value, step) for value in values]

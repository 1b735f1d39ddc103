"""The parts a plot is put together from: a view that zooms and pans, an axis with readable numbers, points, curves."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph import functions
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from rlstudio.ui.widgets import plot_scales

Floats = NDArray[np.float64]
_NOTHING = np.empty(0)


def pen(color: str, width: float = 1.0, *, alpha: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen whose width is in pixels, whatever the scale of the axes."""
    shade = QColor(color)
    shade.setAlphaF(alpha)
    made = QPen(shade, width, style)
    made.setCosmetic(True)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    return made


class PlotView(pg.ViewBox):
    """The area that data is drawn in. Wheel zooms x (with Ctrl y), drag pans, right drag zooms to a box."""

    moved = Signal()
    """The user zoomed or panned."""
    followRequested = Signal()
    menuRequested = Signal(object)

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

    def mouseDoubleClickEvent(self, event):
        event.accept()
        self.followRequested.emit()


class NumberAxis(pg.AxisItem):
    """An axis with few ticks and numbers such as 250, 10k, 1.5M; on an axis of logarithms the powers of ten."""

    def __init__(self, orientation: str, view: PlotView) -> None:
        super().__init__(orientation, linkView=view, maxTickLength=0)
        self.logarithmic = False
        self.enableAutoSIPrefix(False)
        self.setStyle(tickTextOffset=6, autoReduceTextSpace=False, hideOverlappingLabels=False)

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


class Curve(pg.PlotCurveItem):
    """A line that may be wide: drawn piece by piece, which Qt does tens of times faster than one long wide path."""

    def __init__(self, view: PlotView, z: float, *, dashed: bool = False) -> None:
        super().__init__(antialias=True, connect="finite", segmentedLineMode="off" if dashed else "on")
        self.setZValue(z)
        view.addItem(self, ignoreBounds=True)

    def show_line(self, x: Floats, y: Floats) -> None:
        """Draw a line through these points, with gaps where y is NaN."""
        if len(x) < 2 or not np.isfinite(y).any():
            x = y = _NOTHING
        if len(x) or (self.xData is not None and len(self.xData)):
            self.setData(x, y)


class _Shape(pg.GraphicsObject):
    """Something drawn in the data's own coordinates."""

    def __init__(self, view: PlotView, z: float) -> None:
        super().__init__()
        self._bounds = QRectF()
        self.setZValue(z)
        view.addItem(self, ignoreBounds=True)

    def boundingRect(self):
        return self._bounds

    def _enclose(self, left: float, right: float, low: float, high: float) -> None:
        """Say how far it reaches, with room for the width of pens."""
        self.prepareGeometryChange()
        pad_x, pad_y = 0.02 * (right - left) + 1e-9, 0.05 * (high - low) + 1e-9
        self._bounds = QRectF(left - pad_x, low - pad_y, right - left + 2 * pad_x, high - low + 2 * pad_y)
        self.update()


class Spread(_Shape):
    """The reach of the values that one stretch of a thinned line stands for: a faint shade from low to high."""

    def __init__(self, view: PlotView, z: float) -> None:
        super().__init__(view, z)
        self._rects: list[QRectF] = []
        self._color = QColor()

    def set_color(self, color: QColor) -> None:
        self._color = color
        self.update()

    def show_spread(self, edges: Floats, lows: Floats, highs: Floats) -> None:
        """Shade from `lows` to `highs`, shape (k,), between neighbours of `edges`, shape (k + 1,); gaps where NaN."""
        known = np.isfinite(lows) & np.isfinite(highs)
        left, low = edges[:-1][known], lows[known]
        width, height = np.diff(edges)[known], highs[known] - low
        columns = (column.tolist() for column in (left, low, width, height))
        self._rects = [QRectF(*row) for row in zip(*columns, strict=True)]
        if self._rects:
            self._enclose(float(left[0]), float(edges[-1]), float(low.min()), float(highs[known].max()))
        elif not self._bounds.isNull():
            self._enclose(0.0, 0.0, 0.0, 0.0)

    def paint(self, painter, _option, _widget=None):
        if self._rects:  # not smoothed: neighbours then meet without seams
            painter.setRenderHint(painter.RenderHint.Antialiasing, False)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._color)
            painter.drawRects(self._rects)


class Points(_Shape):
    """Points, all of one size and colour."""

    def __init__(self, view: PlotView, z: float) -> None:
        super().__init__(view, z)
        self._polygon = None
        self._pen = QPen()
        self.x = self.y = _NOTHING

    def set_pen(self, made: QPen) -> None:
        """The pen's width is the points' diameter."""
        made.setCapStyle(Qt.PenCapStyle.RoundCap)
        self._pen = made
        self.update()

    def show_points(self, x: Floats, y: Floats) -> None:
        """Draw these points; those that are not finite are left out."""
        known = np.isfinite(y)
        self.x, self.y = (x, y) if known.all() else (x[known], y[known])
        if not len(self.x):
            self._polygon = None
            self._enclose(0.0, 0.0, 0.0, 0.0)
            return
        self._polygon = functions.arrayToQPolygonF(np.ascontiguousarray(self.x), np.ascontiguousarray(self.y))
        self._enclose(float(self.x[0]), float(self.x[-1]), float(self.y.min()), float(self.y.max()))

    def paint(self, painter, _option, _widget=None):
        if self._polygon is not None:
            painter.setRenderHint(painter.RenderHint.Antialiasing, True)
            painter.setPen(self._pen)
            painter.drawPoints(self._polygon)

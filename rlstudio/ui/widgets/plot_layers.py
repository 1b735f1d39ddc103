"""Items as large as the view that draw in its pixels: the quick way to show many points, and shades behind a line.

Qt fills a thousand dots or thin columns in 3 to 5 ms when they are given as shapes. Given as copies of one small
picture the dots take 0.1 ms, and as one picture made with NumPy the columns take half a millisecond. So on the screen
they are pictures; in a file they are shapes.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph import functions
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPixmap

from rlstudio.ui.widgets.plot_parts import Floats, PlotView

_NOTHING = np.empty(0)
_X, _Y, _WIDTH, _HEIGHT, _SCALE_X, _SCALE_Y, _OPACITY = 0, 1, 4, 5, 6, 7, 9  # columns of QPainter.PixmapFragment


class Layer(pg.GraphicsObject):
    """An item as large as the view, painting in its pixels. Never in the mouse's way."""

    def __init__(self, view: PlotView, z: float) -> None:
        super().__init__()
        self._view = view
        self.setParentItem(view)
        self.setZValue(z)
        self.setFlag(self.GraphicsItemFlag.ItemClipsToShape)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        view.sigRangeChanged.connect(self._changed)
        view.sigResized.connect(self._resized)

    def _changed(self, *_args) -> None:
        self.update()

    def _resized(self, *_args) -> None:
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self):
        return QRectF(self._view.rect())

    def shape(self):
        path = QPainterPath()
        path.addRect(self.boundingRect())
        return path

    def contains(self, _point):
        return False

    def xs_to_pixels(self, x: Floats | float) -> Floats:
        """Places on the x axis in pixels of the view."""
        left, right = self._view.viewRange()[0]
        return (x - left) * (self._view.rect().width() / (right - left))

    def ys_to_pixels(self, y: Floats | float) -> Floats:
        """Heights in pixels of the view, downwards."""
        bottom, top = self._view.viewRange()[1]
        return (top - y) * (self._view.rect().height() / (top - bottom))

    def to_pixels(self, x: float, y: float) -> QPointF:
        """A point of the data in pixels of the view."""
        return QPointF(float(self.xs_to_pixels(x)), float(self.ys_to_pixels(y)))


class Copies:
    """Copies of one small picture at many places."""

    def __init__(self) -> None:
        self._array = PrimitiveArray(QPainter.PixmapFragment, 10)

    def draw(self, painter: QPainter, picture: QPixmap, x: Floats, y: Floats, scale: float) -> None:
        """`x`, `y` are the middles."""
        self._array.resize(len(x))
        rows: NDArray[np.float64] = self._array.ndarray()
        rows[:] = 0.0
        rows[:, _X], rows[:, _Y] = x, y
        rows[:, _WIDTH], rows[:, _HEIGHT] = picture.width(), picture.height()
        rows[:, _SCALE_X], rows[:, _SCALE_Y], rows[:, _OPACITY] = scale, scale, 1.0
        painter.drawPixmapFragments(*self._array.drawargs(), picture)


class Curve(Layer):
    """A line that may be wide. It is drawn piece by piece: one long wide path takes Qt tens of times longer."""

    def __init__(self, view: PlotView, z: float, *, dashed: bool = False) -> None:
        super().__init__(view, z)
        self.x = self.y = _NOTHING
        self._dashed, self._pen = dashed, QPen()
        self._pieces = PrimitiveArray(QLineF, 4)

    def set_pen(self, made: QPen) -> None:
        """Draw with this pen from now on."""
        self._pen = made
        self.update()

    def show_line(self, x: Floats, y: Floats) -> None:
        """Draw a line through these points, with gaps where y is NaN."""
        self.x, self.y = x, y
        self.update()

    def paint(self, painter, _option, widget=None):
        if len(self.x) < 2 or not np.isfinite(self.y).any():
            return
        x, y = self.xs_to_pixels(self.x), self.ys_to_pixels(self.y)
        painter.setRenderHint(painter.RenderHint.Antialiasing, True)
        painter.setPen(self._pen)
        if self._dashed or widget is None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(functions.arrayToQPath(x, y, connect="finite", finiteCheck=True))
            return
        known = np.isfinite(y[:-1]) & np.isfinite(y[1:])
        self._pieces.resize(int(known.sum()))
        ends: NDArray[np.float64] = self._pieces.ndarray()
        ends[:, 0], ends[:, 1], ends[:, 2], ends[:, 3] = x[:-1][known], y[:-1][known], x[1:][known], y[1:][known]
        painter.drawLines(*self._pieces.drawargs())


class Points(Layer):
    """Round points, all of one size and colour."""

    def __init__(self, view: PlotView, z: float) -> None:
        super().__init__(view, z)
        self.x = self.y = _NOTHING
        self._color, self._diameter = QColor(), 4.0
        self._dot: tuple[object, QPixmap] | None = None
        self._copies = Copies()

    def set_look(self, color: QColor, diameter: float) -> None:
        """Draw them so from now on; the colour may be translucent."""
        self._color, self._diameter = color, diameter
        self.update()

    def show_points(self, x: Floats, y: Floats) -> None:
        """Draw these points; those that are not finite are left out."""
        known = np.isfinite(y)
        self.x, self.y = (x, y) if known.all() else (x[known], y[known])
        self.update()

    def paint(self, painter, _option, widget=None):
        if not len(self.x):
            return
        x, y = self.xs_to_pixels(self.x), self.ys_to_pixels(self.y)
        if widget is not None:
            dot = self._picture(widget.devicePixelRatioF())
            scale = 1.0 / widget.devicePixelRatioF()
            self._copies.draw(painter, dot, np.rint(x), np.rint(y), scale)
            return
        painter.setRenderHint(painter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        radius = self._diameter / 2
        for place in zip(x.tolist(), y.tolist(), strict=True):
            painter.drawEllipse(QPointF(*place), radius, radius)

    def _picture(self, ratio: float) -> QPixmap:
        key = self._color.rgba(), self._diameter, ratio
        if self._dot is None or self._dot[0] != key:
            side = 2 * int(np.ceil((self._diameter * ratio + 2) / 2))
            picture = QPixmap(side, side)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(painter.RenderHint.Antialiasing, True)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._color)
            painter.drawEllipse(QPointF(side / 2, side / 2), self._diameter * ratio / 2, self._diameter * ratio / 2)
            painter.end()
            self._dot = key, picture
        return self._dot[1]


class Spread(Layer):
    """The reach of the values that one stretch of a thinned line stands for: a faint shade from low to high."""

    def __init__(self, view: PlotView, z: float) -> None:
        super().__init__(view, z)
        self._edges = self._lows = self._highs = _NOTHING
        self._color = QColor()

    def set_color(self, color: QColor) -> None:
        """Shade in this translucent colour."""
        self._color = color
        self.update()

    def show_spread(self, edges: Floats, lows: Floats, highs: Floats) -> None:
        """Shade from `lows` to `highs`, shape (k,), between neighbours of `edges`, shape (k + 1,); gaps where NaN."""
        self._edges, self._lows, self._highs = edges, lows, highs
        self.update()

    def paint(self, painter, _option, widget=None):
        if not len(self._lows):
            return
        edges = np.rint(self.xs_to_pixels(self._edges))  # whole pixels: neighbours meet without seams or overlap
        tops, bottoms = self.ys_to_pixels(self._highs), self.ys_to_pixels(self._lows)
        seen = np.isfinite(tops) & np.isfinite(bottoms) & (np.diff(edges) > 0)
        left, width, top = edges[:-1][seen], np.diff(edges)[seen], np.rint(tops[seen])
        height = np.maximum(np.rint(bottoms[seen]) - top, 0.0)
        painter.setRenderHint(painter.RenderHint.Antialiasing, False)
        if widget is not None and len(left):
            self._paint_picture(painter, left, width, top, height)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        columns = (column.tolist() for column in (left, top, width, height))
        painter.drawRects([QRectF(*row) for row in zip(*columns, strict=True)])

    def _paint_picture(self, painter: QPainter, left: Floats, width: Floats, top: Floats, height: Floats) -> None:
        """All columns as one translucent picture."""
        box = self.boundingRect()
        n_columns, n_rows = int(box.width()) + 1, int(box.height()) + 1
        highest = np.full(n_columns, n_rows, dtype=np.int16)
        lowest = np.zeros(n_columns, dtype=np.int16)
        repeats = width.astype(np.int64)
        columns = np.repeat(left.astype(np.int64), repeats) + _counts(repeats)
        inside = (columns >= 0) & (columns < n_columns)
        tops, bottoms = np.clip(top, 0, n_rows), np.clip(top + height, 0, n_rows)
        highest[columns[inside]] = np.repeat(tops, repeats)[inside]
        lowest[columns[inside]] = np.repeat(bottoms, repeats)[inside]
        first, last = int(highest.min()), int(lowest.max())
        if last <= first:
            return
        rows = np.arange(first, last, dtype=np.int16)[:, None]
        pixels = ((rows >= highest) & (rows < lowest)) * np.uint32(_premultiplied(self._color))
        image = QImage(pixels.data, n_columns, last - first, 4 * n_columns, QImage.Format.Format_ARGB32_Premultiplied)
        painter.drawImage(QPointF(0, first), image)


def _counts(repeats: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, … r − 1 for each r of `repeats`, one after the other."""
    ends = np.cumsum(repeats)
    return np.arange(ends[-1]) - np.repeat(ends - repeats, repeats)


def _premultiplied(color: QColor) -> int:
    """A pixel of QImage.Format_ARGB32_Premultiplied."""
    alpha = color.alpha()
    red, green, blue = (round(part * alpha / 255) for part in (color.red(), color.green(), color.blue()))
    return alpha << 24 | red << 16 | green << 8 | blue

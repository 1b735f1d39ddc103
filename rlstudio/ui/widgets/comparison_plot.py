"""ComparisonPlot: the lines of several runs over each other, each with its band, and the raw returns faint beneath."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from rlstudio.core.column import Floats, thin
from rlstudio.core.comparison import Comparison, Line
from rlstudio.core.history import XAxis
from rlstudio.ui.theme import current_colors, set_role, theme_events
from rlstudio.ui.widgets.metric_plot import X_LABELS
from rlstudio.ui.widgets.plot_parts import NumberAxis, PlotView, pen

_RAW_ALPHA, _FOLDED_RAW_ALPHA, _BAND_ALPHA, _FOLDED_ALPHA = 0.22, 0.07, 0.22, 0.3
_POINTS = 1_000
"""Columns that a raw line is thinned to: the lows and highs of each are kept."""
_PATTERNS = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
"""Once the colours are used up, their second round is dashed."""
_RIGHT_MARGIN = 18  # half of the last number below the plot reaches beyond it


def line_look(number: int) -> tuple[str, Qt.PenStyle]:
    """Colour and pattern of a line."""
    series = current_colors().series
    return series[number % len(series)], _PATTERNS[number // len(series) % len(_PATTERNS)]


class ComparisonPlot(pg.GraphicsLayoutWidget):
    """Wheel zooms, drag pans, right drag zooms to a box, double click shows all again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparisonPlot")
        self.setAccessibleName("Returns of the compared runs")
        self.setToolTip("Wheel zooms, drag pans, right drag zooms to a box, double click shows all again")
        self._comparison = Comparison((), ())
        self._hidden: frozenset[int] = frozenset()
        self._raw = True
        self._following, self._x_axis = True, "steps"
        self._view = PlotView()
        self._left, self._bottom = NumberAxis("left", self._view), NumberAxis("bottom", self._view)
        self.ci.layout.setSpacing(0)
        self.ci.layout.setContentsMargins(4, 4, _RIGHT_MARGIN, 2)
        self.addItem(self._left, 0, 0)
        self.addItem(self._view, 0, 1)
        self.addItem(self._bottom, 1, 1)
        self._view.followRequested.connect(self.show_all)
        self._view.moved.connect(self._stay)
        self._curves: list[pg.PlotCurveItem] = []
        self._shades: list[pg.FillBetweenItem] = []
        self._n_curves, self._n_shades = 0, 0  # of them in use: live runs are drawn again and again with the same items
        self._empty = QLabel("Curves appear here once episodes have ended", self)
        self._empty.setObjectName("comparisonEmpty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._empty.hide()
        set_role(self._empty, "muted")
        theme_events.changed.connect(self._recolour)
        self._recolour()

    def show_comparison(self, comparison: Comparison, x_axis: XAxis) -> None:
        """Draw these lines. Of the same axis the view stays where somebody zoomed to, until all is wanted again."""
        self._following = self._following or x_axis != self._x_axis
        self._comparison, self._x_axis = comparison, x_axis
        self._bottom.setLabel(X_LABELS[x_axis])
        self._draw()
        if self._following:
            self.show_all()

    def show_raw(self, raw: bool) -> None:
        """Whether the returns of single episodes lie beneath."""
        self._raw = raw
        self._draw()

    def hide_lines(self, hidden: frozenset[int]) -> None:
        """Leave these lines out."""
        self._hidden = hidden
        self._draw()

    def show_all(self) -> None:
        """Fit the view to all that is drawn, and from now on to what comes."""
        self._following = True
        xs = [x for line in self._shown() for x, _ in (*line.raw, *line.smooth) if len(x)]
        ys = [y for line in self._shown() for _, y in (*line.smooth, *(line.raw if self._raw else ())) if len(y)]
        ys += [end for line in self._shown() if line.band is not None for end in (line.band.low, line.band.high)]
        if not xs:
            return
        low, high = min(float(y.min()) for y in ys), max(float(y.max()) for y in ys)
        room = (high - low) * 0.04 or 1.0
        self._view.setRange(xRange=(0, max(float(x[-1]) for x in xs)), yRange=(low - room, high + room), padding=0)

    def _stay(self) -> None:
        self._following = False

    def n_items(self) -> int:
        """How many lines and bands are drawn."""
        return self._n_curves + self._n_shades

    def _shown(self) -> list[Line]:
        return [line for number, line in enumerate(self._comparison.lines) if number not in self._hidden]

    def _draw(self) -> None:
        self._n_curves, self._n_shades = 0, 0
        for number, line in enumerate(self._comparison.lines):
            if number not in self._hidden:
                self._draw_line(number, line)
        for item in (*self._curves[self._n_curves :], *self._shades[self._n_shades :]):
            item.hide()
        lines = self._comparison.lines
        self._empty.setVisible(bool(lines) and not any(len(x) for line in lines for x, _ in (*line.raw, *line.smooth)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The words lie in the middle."""
        super().resizeEvent(event)
        if hasattr(self, "_empty"):  # pyqtgraph resizes while it is being made
            self._empty.setGeometry(self.rect())

    def _draw_line(self, number: int, line: Line) -> None:
        color, pattern = line_look(number)
        if self._raw:
            for x, y in line.raw:
                self._add(_thinned(x, y), color, _RAW_ALPHA if len(line.runs) == 1 else _FOLDED_RAW_ALPHA, 1.0, z=0)
        if len(line.runs) == 1:
            self._add(_thinned(*line.smooth[0]), color, 1.0, 2.0, z=3, pattern=pattern)
            return
        for curve in line.smooth:
            self._add(_thinned(*curve), color, _FOLDED_ALPHA, 1.0, z=2)
        if line.band is not None:
            self._shade(line.band.x, line.band.low, line.band.high, color)
            self._add((line.band.x, line.band.centre), color, 1.0, 2.0, z=3, pattern=pattern)

    def _add(
        self,
        curve: tuple[Floats, Floats],
        color: str,
        alpha: float,
        width: float,
        *,
        z: int,
        pattern: Qt.PenStyle = Qt.PenStyle.SolidLine,
    ) -> None:
        ink = pen(color, width, alpha=alpha, style=pattern)
        ink.setCosmetic(True)  # as wide as it says in pixels, whatever the scale
        if self._n_curves == len(self._curves):
            self._curves.append(pg.PlotCurveItem())
            self._view.addItem(self._curves[-1], ignoreBounds=True)
        item = self._curves[self._n_curves]
        self._n_curves += 1
        item.opts["antialias"] = z > 0
        item.setData(*curve, pen=ink)
        item.setZValue(z)
        item.show()

    def _shade(self, x: Floats, low: Floats, high: Floats, color: str) -> None:
        shade = QColor(color)
        shade.setAlphaF(_BAND_ALPHA)
        if self._n_shades == len(self._shades):
            self._shades.append(pg.FillBetweenItem(pg.PlotCurveItem(), pg.PlotCurveItem()))
            self._view.addItem(self._shades[-1], ignoreBounds=True)
        item = self._shades[self._n_shades]
        self._n_shades += 1
        for curve, ends in zip(item.curves, (low, high), strict=True):
            curve.setData(x, ends)
        item.setBrush(shade)
        item.setZValue(1)
        item.show()

    def _recolour(self) -> None:
        colors = current_colors()
        self.setBackground(colors.base)
        for axis in (self._left, self._bottom):
            axis.setPen(colors.hairline)
            axis.setTextPen(colors.muted)
        self._draw()


def _thinned(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    if not len(x):
        return x, y
    thinned: tuple[Floats, Floats] = thin(x, y, float(x[0]), float(np.nextafter(x[-1], np.inf)), _POINTS)
    return thinned

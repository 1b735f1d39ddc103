"""SampleScatter: two columns of gathered transitions against each other, thinned to what can be drawn at once."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from rlstudio.ui.theme import current_colors, theme_events

MOST_POINTS = 4_000


class SampleScatter(pg.GraphicsLayoutWidget):
    """Faint points, so that where many lie it is darker."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Scatter plot of two columns")
        self._points = pg.ScatterPlotItem(pxMode=True, size=4, pen=None, skipFiniteCheck=True)
        self._view = pg.ViewBox(enableMenu=False)
        self._view.addItem(self._points)
        self._left, self._bottom = (pg.AxisItem(side, linkView=self._view) for side in ("left", "bottom"))
        self.addItem(self._left, 0, 0)
        self.addItem(self._view, 0, 1)
        self.addItem(self._bottom, 1, 1)
        self.ci.layout.setSpacing(0)
        theme_events.changed.connect(self._recolour)
        self._recolour()

    def show_columns(self, x: NDArray[np.float64], y: NDArray[np.float64], x_title: str, y_title: str) -> None:
        """Draw one column against another; of more than MOST_POINTS evenly spread ones."""
        finite = np.isfinite(x) & np.isfinite(y)
        x, y = x[finite], y[finite]
        if len(x) > MOST_POINTS:
            kept = np.linspace(0, len(x) - 1, MOST_POINTS).astype(np.intp)
            x, y = x[kept], y[kept]
        self._points.setData(x=x, y=y)
        self._bottom.setLabel(x_title)
        self._left.setLabel(y_title)
        self._view.autoRange()

    def n_points(self) -> int:
        """How many are drawn."""
        return len(self._points.getData()[0])

    def _recolour(self) -> None:
        colors = current_colors()
        self.setBackground(colors.base)
        point = QColor(colors.run)
        point.setAlpha(90)
        self._points.setBrush(pg.mkBrush(point))
        for axis in (self._bottom, self._left):
            axis.setPen(colors.hairline)
            axis.setTextPen(colors.muted)
            axis.setStyle(tickLength=-4)
            axis.enableAutoSIPrefix(False)

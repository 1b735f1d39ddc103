"""Rows of quantiles: how the return that a policy expects of each action is spread, its mean as a bold line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from rlstudio.ui.widgets.bars import ActionBars, faint, mark

Floats = NDArray[np.floating]


class QuantileBars(ActionBars):
    """One strip a row: a fine tick at each quantile, so that they stand dense where a return is likely."""

    def set_quantiles(self, quantiles: Floats, chosen: int | None, allowed: Sequence[float] | None = None) -> None:
        """Show each row's quantiles, shape (n_rows, n_quantiles), and their mean as its value."""
        self._quantiles = np.asarray(quantiles, np.float64)
        self.set_values([float(row.mean()) for row in self._quantiles], chosen, allowed)

    def clear_values(self) -> None:
        """Empty the strips; the rows stay."""
        self._quantiles = np.zeros((len(self._names), 0))
        super().clear_values()

    def draw_bar(self, painter: QPainter, row: int, place: QRectF) -> None:
        """A tick at each quantile, and the mean."""
        if not self.is_allowed(row):
            self.say_forbidden(painter, place)
            return
        painter.fillRect(place, faint(self.palette().windowText().color()))
        if self._quantiles.shape[1] == 0:
            return
        colour = self.palette().highlight() if self.is_chosen(row) else self.palette().placeholderText()
        tick = QColor(colour.color())
        tick.setAlpha(max(70, min(220, 4000 // self._quantiles.shape[1])))
        for value in self._quantiles[row]:
            painter.fillRect(mark(place, self.share(float(value)), 1.0), tick)
        painter.fillRect(
            mark(place.adjusted(0, -2, 0, 2), self.share(self._values[row]), 3.0), self.palette().windowText()
        )

"""The colours of values: viridis, which is even to the eye, safe for colour-blind ones, and readable in grey."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter

from rlstudio.ui.theme import current_colors
from rlstudio.ui.widgets import plot_scales

_LEVELS = 256
BAR_WIDTH = 12
_TICK_GAP = 4


@cache
def color_table() -> NDArray[np.uint8]:
    """The map's colours, low to high, (256, 3). Loaded when first used: the plots have loaded pyqtgraph by then."""
    import pyqtgraph

    table: NDArray[np.uint8] = pyqtgraph.colormap.get("viridis").getLookupTable(nPts=_LEVELS)[:, :3].astype(np.uint8)
    return table


def levels(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.intp]:
    """Where each value lies in the table; 0 for one that is none."""
    share = (np.nan_to_num(values, nan=low) - low) / (high - low) if high > low else np.full(values.shape, 0.5)
    return np.clip(share * (_LEVELS - 1), 0, _LEVELS - 1).astype(np.intp)


def color_of(value: float, low: float, high: float) -> QColor:
    """The colour of one value."""
    return QColor(*color_table()[levels(np.array([value], np.float32), low, high)[0]].tolist())


def picture(values: NDArray[np.float32], low: float, high: float) -> QImage:
    """A pixel for each value, row 0 on top; clear where there is none."""
    height, width = values.shape
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[..., :3] = color_table()[levels(values, low, high)]
    pixels[..., 3] = np.where(np.isfinite(values), 255, 0)
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def bar_room(painter: QPainter, low: float, high: float) -> float:
    """How wide a colour bar with its numbers is."""
    step, marks = _marks(low, high)
    metrics = painter.fontMetrics()
    widest = max((metrics.horizontalAdvance(plot_scales.tick_text(value, step)) for value in marks), default=0)
    return BAR_WIDTH + _TICK_GAP + widest + 2


def draw_bar(painter: QPainter, place: QRectF, low: float, high: float) -> None:
    """An upright colour bar with its numbers at its right; high is on top."""
    bar = QRectF(place.left(), place.top(), BAR_WIDTH, place.height())
    gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
    table = color_table()
    for share in np.linspace(0.0, 1.0, 17):
        gradient.setColorAt(float(share), QColor(*table[round(float(share) * (_LEVELS - 1))].tolist()))
    painter.fillRect(bar, gradient)
    painter.setPen(QColor(current_colors().muted))
    step, marks = _marks(low, high)
    height = painter.fontMetrics().height()
    for value in marks:
        share = (value - low) / (high - low) if high > low else 0.5
        middle = min(max(bar.bottom() - share * bar.height(), place.top() + height / 2), place.bottom() - height / 2)
        text = QRectF(bar.right() + _TICK_GAP, middle - height / 2, place.width(), height)
        painter.drawText(
            text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, plot_scales.tick_text(value, step)
        )


def _marks(low: float, high: float) -> tuple[float, list[float]]:
    if high <= low:
        return 0.1, [low]
    return plot_scales.ticks(low, high, 4)

"""What a row of an episode's plots draws: its numbers brought down to what can be seen, and painted. No widget.

However long the episode, a line is at most two points a pixel wide: the lowest and the highest value of the frames that
share that pixel, so that no spike is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from rlstudio.core.episode_series import Numbers, Series
from rlstudio.ui.theme import Colors
from rlstudio.ui.widgets import plot_scales

_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
MOST_LINES = 4
"""More lines than these are drawn alike and grey: nobody tells seven colours apart in a row of three centimetres."""

_HATCH = 7.0


@dataclass(frozen=True)
class Span:
    """Which frames are drawn, and where: frame `low` at x = `left`, frame `high` at `left + width` (in pixels)."""

    low: float
    high: float
    left: float
    width: float

    def x(self, frame: float) -> float:
        """Where a frame lies."""
        return self.left + (frame - self.low) / (self.high - self.low) * self.width

    def frame(self, x: float) -> float:
        """What lies at x."""
        return self.low + (x - self.left) / self.width * (self.high - self.low)


def range_of(series: Series) -> tuple[float, float]:
    """The y range of a plot, round, over the whole episode: it stays while one zooms."""
    if series.key.endswith("probabilities"):
        return 0.0, 1.0
    found = plot_scales.extent([np.asarray(line.values, np.float64) for line in series.lines])
    if found is None:
        return 0.0, 1.0
    low, high = found
    if low == high:  # the same all the time: seen from zero
        low, high = min(low, 0.0), max(high, 0.0)
    return plot_scales.y_range(low, high)


def thinned(values: Numbers, span: Span) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x in pixels and values of what is to be drawn, NaN where the line breaks off.

    While frames are fewer than pixels: each one, and one more at either end. Else lowest and highest of each pixel, in
    the order in which they come.
    """
    first = max(0, int(np.floor(span.low)))
    last = min(len(values) - 1, int(np.ceil(span.high)))
    if last < first:
        return np.zeros(0), np.zeros(0)
    part = np.asarray(values[first : last + 1], np.float64)
    frames = np.arange(first, last + 1, dtype=np.float64)
    if len(part) <= span.width:
        return span.left + (frames - span.low) / (span.high - span.low) * span.width, part
    pixels = max(1, int(span.width))
    starts = np.arange(pixels) * len(part) // pixels
    low, high = np.fmin.reduceat(part, starts), np.fmax.reduceat(part, starts)
    ends = np.append(starts[1:], len(part)) - 1
    falls = part[ends] < part[starts]
    both = np.stack([np.where(falls, high, low), np.where(falls, low, high)], axis=1).ravel()
    return np.repeat(span.left + np.arange(pixels) + 0.5, 2), both


def occupied(actions: Numbers, lanes: int, span: Span) -> list[list[tuple[float, float]]]:
    """For each lane, the stretches (left, right) in pixels in which its action was done."""
    edges = span.left + np.arange(int(span.width) + 1)
    frames = span.low + (edges - span.left) / span.width * (span.high - span.low) + 0.5  # frame t is t ± a half wide
    places = np.clip(np.floor(frames), 0, len(actions)).astype(np.intp)
    inside = (frames[:-1] >= 0) & (frames[:-1] < len(actions))
    starts, ends = places[:-1], np.maximum(places[1:], np.minimum(places[:-1] + 1, len(actions)))
    found = []
    for lane in range(lanes):
        sums = np.concatenate([[0], np.cumsum(actions == lane)])
        done = inside & (sums[ends] > sums[starts])
        turns = np.flatnonzero(np.diff(np.concatenate([[False], done, [False]]).astype(np.int8)))
        found.append([(float(edges[a]), float(edges[b])) for a, b in turns.reshape(-1, 2)])
    return found


def colour_of(series: Series, line: int, colors: Colors) -> QColor:
    """A line's colour, or a lane's."""
    if series.kind == "lanes":
        return QColor(colors.series[line % len(colors.series)] if len(series.lanes) <= MOST_LINES else colors.accent)
    return QColor(colors.series[line % len(colors.series)] if len(series.lines) <= MOST_LINES else colors.muted)


def pen_of(series: Series, line: int, colors: Colors) -> QPen:
    """A line's pen: lines of one plot differ in their dashes too, for eyes that do not tell the colours apart."""
    style = _STYLES[line % len(_STYLES)] if len(series.lines) <= MOST_LINES else Qt.PenStyle.SolidLine
    made = QPen(colour_of(series, line, colors), 1.0 if len(series.lines) > MOST_LINES else 1.3, style)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    return made


def paint_series(painter: QPainter, series: Series, place: QRectF, span: Span, colors: Colors) -> None:
    """Draw a plot into `place`, without words."""
    painter.setClipRect(place)
    if series.kind == "lanes":
        _paint_lanes(painter, series, place, span, colors)
    else:
        _paint_lines(painter, series, place, span, colors)
    if series.known is not None:
        _hatch(painter, place, span.x(series.known - 0.5), colors)
    painter.setClipping(False)


def _paint_lines(painter: QPainter, series: Series, place: QRectF, span: Span, colors: Colors) -> None:
    low, high = range_of(series)
    inner = place.adjusted(0, 2, 0, -2)
    if low < 0 < high:
        zero = inner.bottom() + low / (high - low) * inner.height()
        painter.setPen(QPen(QColor(colors.border), 1.0))
        painter.drawLine(int(inner.left()), round(zero), int(inner.right()), round(zero))
    for index in reversed(range(len(series.lines))):  # the first line lies on top
        x, values = thinned(series.lines[index].values, span)
        y = inner.bottom() - (values - low) / (high - low) * inner.height()
        dense = len(x) > span.width
        pen = pen_of(series, index, colors)
        if dense:
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setWidthF(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not dense)
        painter.setPen(pen)
        for begin, end in _unbroken(values):
            _paint_run(painter, x[begin:end], y[begin:end], colour_of(series, index, colors))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_run(painter: QPainter, x: NDArray[np.float64], y: NDArray[np.float64], colour: QColor) -> None:
    """An unbroken piece of a line; dots where the frames are far apart."""
    if len(x) > 1:
        painter.drawPolyline(_polygon(x, y))
    if len(x) == 1 or x[1] - x[0] >= 12:
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for each_x, each_y in zip(x, y, strict=True):
            painter.drawEllipse(QRectF(each_x - 2, each_y - 2, 4, 4))
        painter.restore()


def _polygon(x: NDArray[np.float64], y: NDArray[np.float64]) -> QPolygonF:
    """Points as Qt takes them, written straight into its memory: a call a point would cost more than the drawing."""
    made = QPolygonF()
    made.resize(len(x))  # type: ignore[attr-defined]
    memory = np.frombuffer(VoidPtr(made.data(), 16 * len(x), True), np.float64).reshape(-1, 2)  # type: ignore
    memory[:, 0], memory[:, 1] = x, y
    return made


def _unbroken(values: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Begin and end of each stretch without NaN."""
    there = np.concatenate([[False], np.isfinite(values), [False]]).astype(np.int8)
    return [(int(begin), int(end)) for begin, end in np.flatnonzero(np.diff(there)).reshape(-1, 2)]


def _paint_lanes(painter: QPainter, series: Series, place: QRectF, span: Span, colors: Colors) -> None:
    lanes = max(1, len(series.lanes))
    height = place.height() / lanes
    for lane, stretches in enumerate(occupied(series.lines[0].values, lanes, span)):
        top = place.top() + lane * height
        block = max(1.0, height - (2.0 if height > 5 else 0.0))
        colour = colour_of(series, lane, colors)
        for left, right in stretches:
            painter.fillRect(QRectF(left, top + (height - block) / 2, right - left, block), colour)


def _hatch(painter: QPainter, place: QRectF, left: float, colors: Colors) -> None:
    """Where what is drawn lacks what a time limit cut off. As lines: not every reader of SVG knows Qt's patterns."""
    left, right, height = max(left, place.left()), place.right(), place.height()
    shade = QColor(colors.muted)
    shade.setAlpha(110)
    painter.setPen(QPen(shade, 1.0))
    for foot in np.arange(left - height + _HATCH, right, _HATCH):  # each rises to the right, from `foot` on
        begin, end = max(foot, left), min(foot + height, right)
        if end > begin:
            painter.drawLine(
                QPointF(begin, place.bottom() - (begin - foot)), QPointF(end, place.bottom() - (end - foot))
            )

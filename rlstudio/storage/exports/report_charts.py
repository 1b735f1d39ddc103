"""The curves of a report as inline SVG: lines thinned to what a page can show, axes with round numbers, no script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.column import thin

Floats = NDArray[np.float64]

_MOST_POINTS = 400
"""Buckets of a line, each with its lowest and highest value; as many episodes are drawn as dots."""
DOTS = ("episodes", "evaluation")
"""Kinds of line whose values are dots."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 14.0, 10.0, 26.0


@dataclass(frozen=True)
class Line:
    """A curve over environment steps; x and y of shape (n,). `kind` is a class of the style sheet."""

    name: str
    x: Floats
    y: Floats
    kind: str = "line"


@dataclass(frozen=True)
class _Frame:
    """From values to places on the picture."""

    width: float
    height: float
    low: tuple[float, float]
    high: tuple[float, float]

    def places(self, x: Floats, y: Floats) -> list[tuple[float, float]]:
        across, up = self.width - _LEFT - _RIGHT, self.height - _TOP - _BOTTOM
        (x_low, y_low), (x_high, y_high) = self.low, self.high
        right = _LEFT + (x - x_low) / (x_high - x_low) * across
        down = self.height - _BOTTOM - (y - y_low) / (y_high - y_low) * up
        return [(round(a, 1), round(b, 1)) for a, b in zip(right.tolist(), down.tolist(), strict=True)]


def chart(title: str, lines: Sequence[Line], *, width: float = 880, height: float = 300) -> str:
    """An SVG picture of the lines; a sentence where there is nothing to draw."""
    known = [_finite(line) for line in lines]
    drawn = [line for line in known if len(line.x)]
    if not drawn:
        return '<p class="nothing">nothing was recorded</p>'
    frame = _Frame(width, height, *_limits(drawn))
    parts = [_axes(frame), *(_drawn(frame, line) for line in drawn)]
    label = f"{title}: " + ", ".join(line.name for line in drawn)
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}">' + "".join(parts) + "</svg>"
    )


def _finite(line: Line) -> Line:
    right = np.isfinite(line.x) & np.isfinite(line.y) & (np.abs(line.y) < 1e100) & (np.abs(line.x) < 1e18)
    return Line(line.name, line.x[right], line.y[right], line.kind)


def _limits(lines: Sequence[Line]) -> tuple[tuple[float, float], tuple[float, float]]:
    x_high = max(float(line.x.max()) for line in lines)
    y_low, y_high = min(float(line.y.min()) for line in lines), max(float(line.y.max()) for line in lines)
    if y_high - y_low <= 1e-9 * max(abs(y_low), abs(y_high), 1e-12):
        room = abs(y_high) * 0.1 or 1.0
    else:
        room = 0.05 * (y_high - y_low)
    return (min(0.0, min(float(line.x.min()) for line in lines)), y_low - room), (max(x_high, 1.0), y_high + room)


def _drawn(frame: _Frame, line: Line) -> str:
    """A path through the values, or a dot for each; of too many, the lowest and highest of neighbouring ones."""
    x, y = line.x, line.y
    if len(x) > 2 * _MOST_POINTS:
        order = np.argsort(x, kind="stable")
        x, y = thin(x[order], y[order], float(x.min()), float(x.max()), _MOST_POINTS)
    places = [f"{a:g} {b:g}" for a, b in frame.places(x, y)]
    if line.kind in DOTS or len(places) == 1:
        path = "".join(f"M{place}h0" for place in places)  # seen by its round ends
    else:
        path = "M" + "L".join(places)
    return f'<path class="{escape(line.kind)}" d="{path}"/>'


def _axes(frame: _Frame) -> str:
    parts = []
    bottom, right = frame.height - _BOTTOM, frame.width - _RIGHT
    for value in ticks(frame.low[1], frame.high[1], max(3, int(frame.height / 40))):
        ((_, y),) = frame.places(np.array([frame.low[0]]), np.array([value]))
        parts.append(f'<path class="grid" d="M{_LEFT:g} {y:g}H{right:g}"/>')
        parts.append(f'<text x="{_LEFT - 8:g}" y="{y + 4:g}" text-anchor="end">{number_words(value)}</text>')
    for value in ticks(frame.low[0], frame.high[0], max(2, int(frame.width / 130))):
        ((x, _),) = frame.places(np.array([value]), np.array([frame.low[1]]))
        anchor = "end" if x > right - 20 else "middle"
        parts.append(f'<text x="{x:g}" y="{bottom + 18:g}" text-anchor="{anchor}">{number_words(value)}</text>')
    parts.append(f'<path class="axis" d="M{_LEFT:g} {bottom:g}H{right:g}"/>')
    return "".join(parts)


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers between `low` and `high`, about so many: multiples of 1, 2 or 5 times a power of ten."""
    raw = (high - low) / max(1, about)
    if not raw > 0 or not math.isfinite(raw):
        return []
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((power * factor for factor in (1, 2, 5) if power * factor >= raw), power * 10)
    first = math.ceil(low / step)
    return [index * step for index in range(first, min(first + 50, math.floor(high / step) + 1))]


def number_words(value: float) -> str:
    """A number as a person writes it: 12,000 and 0.003, and 1e-09 where that would be long."""
    if value == 0:
        return "0"
    if abs(value) >= 1e9 or abs(value) < 1e-4:
        return f"{value:.3g}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"

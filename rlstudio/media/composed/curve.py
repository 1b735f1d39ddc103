"""The curve of a composed picture: drawn once, faint and strong; each frame shows the strong one as far as it got."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from rlstudio.core.column import thin
from rlstudio.core.episode import Episode
from rlstudio.core.history import History
from rlstudio.media.composed.hud import number_words
from rlstudio.media.composed.layout import Box
from rlstudio.media.composed.look import Colour, Look, font, put

_FINER = 3
"""Lines are drawn so many times larger and then made smaller: Pillow's own have no smooth edges."""


_MOST_POINTS = 20_000
"""Beyond, only the lows and highs of buckets are drawn; of fewer points those would make steps of a slope."""


@dataclass(frozen=True)
class CurveData:
    """A line: x ascending, both of shape (n,); what it shows, and the unit of its x in words."""

    title: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    x_words: str


def learning_curve(steps: NDArray[np.float64], returns: NDArray[np.float64]) -> CurveData:
    """A run's mean return over its training steps."""
    return CurveData("mean return while learning", steps, returns, "steps")


def run_curve(history: History) -> CurveData | None:
    """The same of a run's history, from step 0 on; None where no episode ended."""
    if not len(history.end_steps):
        return None
    means = history.mean()
    return learning_curve(np.concatenate([[0.0], history.end_steps]), np.concatenate([means[:1], means]))


def episode_curve(episode: Episode) -> CurveData:
    """An episode's return so far, over its frames."""
    returns = episode.returns_so_far()
    return CurveData("return so far", np.arange(len(returns), dtype=np.float64), returns, "")


class Curve:
    """Draws `CurveData` into a box."""

    def __init__(self, box: Box, unit: int, look: Look, data: CurveData) -> None:
        self._look, self._box, self._unit, self._data = look, box, unit, data
        self._letters = font(round(unit * 0.8))
        self._plot = Box(
            box.left, box.top + round(unit * 1.6), box.right, box.bottom - (round(unit * 1.2) if data.x_words else 1)
        )
        finite = data.y[np.isfinite(data.y)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        self._low, self._high = (low - 0.5, high + 0.5) if low == high else (low, high)
        self._first, self._last = (float(data.x[0]), float(data.x[-1])) if len(data.x) else (0.0, 1.0)
        points = self._points()
        self._ghost = self._line(points, look.ghost)
        self._strong = self._line(points, look.accent)
        self._dot = _dot(round(unit * 0.45))
        ascending = np.isfinite(data.y)
        self._x, self._y = data.x[ascending], data.y[ascending]

    def draw_static(self, canvas: Image.Image, draw: ImageDraw.ImageDraw) -> None:
        """Title, bounds, frame and the faint curve."""
        muted, box, plot = self._look.muted, self._box, self._plot
        put(draw, (box.left, box.top + self._unit * 0.8), self._data.title, self._letters, muted)
        put(
            draw,
            (box.right, box.top + self._unit * 0.8),
            f"up to {number_words(self._high)}",
            self._letters,
            muted,
            "rs",
        )
        draw.line((plot.left, plot.bottom, plot.right - 1, plot.bottom), fill=self._look.ghost)
        if self._data.x_words:
            put(draw, (plot.left, box.bottom), "0" if self._first <= 0 else f"{self._first:,.0f}", self._letters, muted)
            words = f"{self._last:,.0f} {self._data.x_words}"
            put(draw, (plot.right, box.bottom), words, self._letters, muted, "rs")
        canvas.paste(self._ghost[0], (plot.left, plot.top), self._ghost[1])

    def draw(self, canvas: Image.Image, at: float) -> None:
        """The curve up to x = `at`, with a dot there."""
        if not len(self._x):
            return
        at = min(max(at, self._first), self._last)
        across, down = self._place(at, float(np.interp(at, self._x, self._y)))
        plot = self._plot
        part = (0, 0, max(1, round(across)), plot.height)
        colour, mask = self._strong
        canvas.paste(colour.crop(part), (plot.left, plot.top), mask.crop(part))
        half = self._dot.width // 2
        place = (plot.left + round(across) - half, plot.top + round(down) - half)
        canvas.paste(Image.new("RGB", self._dot.size, self._look.dot), place, self._dot)

    def _place(self, x: float, y: float) -> tuple[float, float]:
        """Pixels within the plot; a margin keeps the dot inside."""
        margin = self._unit * 0.5
        across = (x - self._first) / (self._last - self._first) if self._last > self._first else 0.0
        up = (y - self._low) / (self._high - self._low)
        return margin + across * (self._plot.width - 2 * margin), self._plot.height - margin - up * (
            self._plot.height - 2 * margin
        )

    def _points(self) -> list[list[tuple[float, float]]]:
        """The line in pixels, as pieces between values that are missing."""
        data = self._data
        if not len(data.x):
            return []
        x, y = data.x, data.y
        if len(x) > _MOST_POINTS:
            x, y = thin(x, y, self._first, self._last, max(2, self._plot.width))
        pieces: list[list[tuple[float, float]]] = [[]]
        for across, up in zip(x.tolist(), y.tolist(), strict=True):
            if np.isfinite(up):
                pieces[-1].append(self._place(across, up))
            elif pieces[-1]:
                pieces.append([])
        return pieces

    def _line(self, pieces: list[list[tuple[float, float]]], colour: Colour) -> tuple[Image.Image, Image.Image]:
        """The whole line as a picture of one colour and a mask."""
        size = (max(1, self._plot.width), max(1, self._plot.height))
        large = Image.new("L", (size[0] * _FINER, size[1] * _FINER), 0)
        draw = ImageDraw.Draw(large)
        width = max(2, round(self._unit * 0.13 * _FINER))
        for piece in pieces:
            if len(piece) > 1:
                draw.line([(x * _FINER, y * _FINER) for x, y in piece], fill=255, width=width, joint="curve")
        return Image.new("RGB", size, colour), large.resize(size, Image.Resampling.BOX)


def _dot(radius: int) -> Image.Image:
    """A mask with a round dot in it."""
    side = 2 * max(2, radius) + 1
    large = Image.new("L", (side * 4, side * 4), 0)
    ImageDraw.Draw(large).ellipse((0, 0, side * 4 - 1, side * 4 - 1), fill=255)
    return large.resize((side, side), Image.Resampling.BOX)

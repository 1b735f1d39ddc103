"""What the policy thought, as bars: probabilities, Q-values or scores of actions, or the mean of a continuous one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ImageDraw

from rlstudio.core.episode import Episode
from rlstudio.media.composed.layout import Box
from rlstudio.media.composed.look import Look, fitting, font, put

MOST_ROWS = 8


@dataclass(frozen=True)
class BarRows:
    """Numbers to draw as bars.

    Attributes:
        values: shape (T, n_rows), NaN where a step had none.
        low, high: where bars begin and end: of the whole episode but for its most extreme hundredth.
        spread: half lengths of the lines that show a Gaussian's standard deviation, shape (T, n_rows); None without.
        chosen: the row that was taken at each step, shape (T,); −1 for none of them.
        percent: whether to write them as shares of a hundred.
    """

    title: str
    names: tuple[str, ...]
    values: NDArray[np.float64]
    low: float
    high: float
    chosen: NDArray[np.int64]
    spread: NDArray[np.float64] | None = None
    percent: bool = False


def bar_rows(episode: Episode, most: int = MOST_ROWS) -> BarRows | None:
    """The rows of an episode, at most `most`: of more actions those that were taken most often. None: no thoughts."""
    for name, title in (("probabilities", "action probabilities"), ("q_values", "Q-values")):
        values = _stacked(episode, name)
        if values is not None and episode.discrete:
            return _of_actions(episode, values, title, name == "probabilities", most)
    mean = _stacked(episode, "mean")
    if mean is None or episode.discrete:
        return None
    mean = mean[:, :most]
    spread = _stacked(episode, "std")
    if spread is not None:
        spread = spread[:, : mean.shape[1]]
    reach = float(np.nanmax(np.abs(mean) + (spread if spread is not None else 0.0)))
    names = tuple(_name(episode, index) for index in range(mean.shape[1]))
    none = np.full(episode.length, -1)
    return BarRows(
        "action: mean" + (" ± spread" if spread is not None else ""), names, mean, -reach, reach, none, spread
    )


def _of_actions(episode: Episode, values: NDArray[np.float64], title: str, percent: bool, most: int) -> BarRows:
    actions = np.asarray(episode.actions, np.int64)
    rows = np.arange(values.shape[1])
    if len(rows) > most:
        taken = np.bincount(actions, minlength=len(rows))[: len(rows)]
        rows = np.sort(np.argsort(-taken, kind="stable")[:most])
        title += f" ({most} of {values.shape[1]})"
    chosen = np.full(len(actions), -1)
    for row, action in enumerate(rows):
        chosen[actions == action] = row
    shown = values[:, rows]
    finite = shown[np.isfinite(shown)]
    low, high = (0.0, 1.0) if percent else _reach(finite)
    return BarRows(title, tuple(_name(episode, int(row)) for row in rows), shown, low, high, chosen, None, percent)


def _reach(values: NDArray[np.float64]) -> tuple[float, float]:
    """From where to where values mostly are, 0 included: a single step far outside shall not flatten all others."""
    low, high = np.percentile(values, [1, 99]).tolist()
    return min(0.0, low), max(0.0, high)


def _name(episode: Episode, index: int) -> str:
    return episode.action_names[index] if index < len(episode.action_names) else f"action {index}"


def _stacked(episode: Episode, name: str) -> NDArray[np.float64] | None:
    """A thought's array of every step, shape (T, n), NaN where there was none; None where no step had one."""
    found = [getattr(thought, name) for thought in episode.thoughts]
    longest = max((len(row) for row in found if row is not None), default=0)
    if not longest:
        return None
    stacked = np.full((len(found), longest), np.nan)
    for index, row in enumerate(found):
        if row is not None:
            stacked[index, : len(row)] = row
    return stacked if np.isfinite(stacked).any() else None


class Bars:
    """Draws `BarRows` into a box: names to the left, bars, numbers to the right."""

    def __init__(self, box: Box, unit: int, look: Look, rows: BarRows) -> None:
        self._look, self._rows, self._box, self._unit = look, rows, box, unit
        self._title = font(round(unit * 0.8))
        top = box.top + round(unit * 1.6)
        n_rows = len(rows.names)
        self._pitch = min(unit * 2.0, (box.bottom - top) / max(1, n_rows))
        self._letters = font(max(7, min(unit, int(self._pitch * 0.85))))
        self._top = top
        names = max(self._letters.getlength(name) for name in rows.names)
        self._left = box.left + round(min(names, box.width * 0.4) + unit * 0.8)
        self._right = box.right - round(self._letters.getlength("−000.00") + unit * 0.3)
        self._names_width = self._left - box.left - unit * 0.6

    def draw_static(self, draw: ImageDraw.ImageDraw) -> None:
        """Title, names and the troughs that the bars fill."""
        put(draw, (self._box.left, self._box.top + self._unit * 0.8), self._rows.title, self._title, self._look.muted)
        for row, name in enumerate(self._rows.names):
            shown = fitting(name, self._letters, self._names_width)
            put(draw, (self._box.left, self._baseline(row)), shown, self._letters, self._look.text)
            top, bottom = self._span(row)
            draw.rectangle((self._left, top, self._right, bottom), fill=self._look.panel)

    def draw(self, draw: ImageDraw.ImageDraw, index: int) -> None:
        """The bars of frame `index`; none at the last, where nothing is decided any more."""
        rows = self._rows
        if index >= len(rows.values):
            return
        base = self._across(min(max(0.0, rows.low), rows.high))
        if rows.low < 0 < rows.high:
            draw.line((base, self._span(0)[0], base, self._span(len(rows.names) - 1)[1]), fill=self._look.ghost)
        for row, value in enumerate(rows.values[index].tolist()):
            if not np.isfinite(value):
                continue
            top, bottom = self._span(row)
            end = self._across(value)
            taken = rows.chosen[index] in (row, -1)
            colour = self._look.accent if taken else self._look.ghost
            draw.rectangle((min(base, end), top, max(base, end), bottom), fill=colour)
            if rows.spread is not None and np.isfinite(rows.spread[index, row]):
                half = float(rows.spread[index, row])
                middle = (top + bottom) // 2
                draw.line((self._across(value - half), middle, self._across(value + half), middle), self._look.dot, 2)
            text = f"{value:.0%}" if rows.percent else f"{value:.2f}" if abs(value) < 100 else f"{value:,.0f}"
            colour = self._look.text if taken else self._look.muted
            put(draw, (self._box.right, self._baseline(row)), text.replace("-", "−"), self._letters, colour, "rs")

    def _across(self, value: float) -> int:
        low, high = self._rows.low, self._rows.high
        share = (value - low) / (high - low) if high > low else 0.0
        return round(self._left + (self._right - self._left) * min(1.0, max(0.0, share)))

    def _span(self, row: int) -> tuple[int, int]:
        top = self._top + row * self._pitch
        return round(top + self._pitch * 0.18), round(top + self._pitch * 0.82)

    def _baseline(self, row: int) -> float:
        return self._top + (row + 0.5) * self._pitch + self._letters.size * 0.36

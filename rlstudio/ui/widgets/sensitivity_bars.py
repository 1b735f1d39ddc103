"""SensitivityBars: which of the observed numbers a choice hangs on most, one bar to the left or right for each."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from rlstudio.core.episode import Episode
from rlstudio.core.thoughts import Thoughts
from rlstudio.ui.theme import current_colors
from rlstudio.ui.widgets.bars import BarRows, faint, mark
from rlstudio.ui.widgets.plain_tip import plain_tip
from rlstudio.ui.widgets.row_words import row_words

MOST_ROWS, _LEAST_ROWS = 10, 4
_TIP = (
    "How the choice would change if one number were higher by its usual swing in this episode (its standard "
    "deviation), all others as they are: the gradient times that. To the right: {up}. To the left: {down}."
)


def weighted(episode: Episode) -> NDArray[np.float32] | None:
    """Each step's gradient times the standard deviation of each observed number over the episode, (T, n).

    So bars of different units compare. None where the episode has no gradients, or they are of other numbers.
    """
    gradients = Thoughts.of(episode.thoughts).column("sensitivity")
    if gradients is None or gradients.shape[1:] != episode.observations.shape[1:]:
        return None
    return gradients * episode.observations.std(axis=0)


class SensitivityBars(BarRows):
    """The numbers that counted most in an episode, the most telling first; rows and range stay while it plays."""

    widest_value = "-0.000"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sensitivityBars")
        self.setAccessibleName("What this choice depends on most")
        self._episode: Episode | None = None
        self._weighted: NDArray[np.float32] | None = None
        self._shown: list[int] = []
        self._order: list[int] = []
        self._most, self._index = MOST_ROWS, 0
        self._largest, self._both_ways = 1.0, False
        self.set_values(())

    def lay_out(self, episode: Episode) -> bool:
        """Fix rows and range for an episode; whether there is anything to show."""
        self._episode, self._weighted = episode, weighted(episode)
        if self._weighted is None:
            return False
        magnitude = np.abs(np.nan_to_num(self._weighted))
        self._order = np.argsort(-magnitude.mean(axis=0), kind="stable").tolist()
        self._largest = float(magnitude.max()) or 1.0
        self._both_ways = bool((self._weighted < 0).any())
        self._choose_rows()
        return True

    def set_room(self, height: int) -> None:
        """How high they may get; 0 for any height. What counts least is left out first."""
        most = max(_LEAST_ROWS, min(MOST_ROWS, height // self.row_height())) if height else MOST_ROWS
        if most != self._most:
            self._most = most
            if self._episode is not None and self._weighted is not None:
                self._choose_rows()
                self.show_step(self._episode, self._index)

    def _choose_rows(self) -> None:
        assert self._episode is not None
        self._shown = self._order[: self._most]
        names = [_name(self._episode, index) for index in self._shown]
        self.set_rows(names, -self._largest if self._both_ways else 0.0, self._largest)
        up, down = _directions(self._episode)
        left_out = len(self._order) - len(self._shown)
        rest = f" The {left_out} numbers that count least are left out." if left_out else ""
        self.setToolTip(plain_tip(_TIP.format(up=up, down=down) + rest))

    def show_step(self, episode: Episode, index: int) -> None:
        """What the choice at `index` hung on; after the last one there is none."""
        self._index = index
        if self._weighted is None or episode is not self._episode or index >= len(self._weighted):
            self.clear_values()
        else:
            self.set_values(self._weighted[index, self._shown].tolist())

    def set_values(self, values: Sequence[float]) -> None:
        """One number a row, NaN for none."""
        self._values = tuple(values)
        self.update()

    def clear_values(self) -> None:
        """Empty the bars; the rows stay."""
        self.set_values((math.nan,) * len(self._names))

    def is_chosen(self, row: int) -> bool:
        """The largest of this step stands out."""
        sizes = [0.0 if math.isnan(value) else abs(value) for value in self._values]
        return sizes[row] > 0.0 and sizes[row] == max(sizes)

    def value_text(self, row: int) -> str:
        """The number, with its sign."""
        value = self._values[row]
        if math.isnan(value):
            return ""
        text = f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 1000 else f"{value:.0f}"
        return "0" if float(text) == 0 else text.replace("-", "−")

    def draw_bar(self, painter: QPainter, row: int, place: QRectF) -> None:
        """From the middle to the right where more of it speaks for the choice, to the left where it speaks against."""
        painter.fillRect(place, faint(self.palette().windowText().color()))
        value, zero = self._values[row], self.share(0.0)
        if not math.isnan(value):
            left, right = sorted((zero, self.share(value)))
            span = QRectF(
                place.left() + left * place.width(), place.top(), (right - left) * place.width(), place.height()
            )
            colors = current_colors()
            painter.fillRect(span, QColor(colors.accent if value > 0 else colors.evaluation))
        if self._low < 0:
            painter.fillRect(mark(place, zero, 1.0), self.palette().placeholderText())


def _name(episode: Episode, index: int) -> str:
    labels = episode.observation_names
    return row_words(labels[index], 0.0, 1.0).name if index < len(labels) else f"number {index + 1}"


def _directions(episode: Episode) -> tuple[str, str]:
    """What a bar to the right and to the left says of this kind of policy."""
    thoughts = Thoughts.of(episode.thoughts)
    if thoughts.column("mean") is not None:
        if int(np.prod(episode.actions.shape[1:])) > 1:
            return "the action changes by so much, all its numbers together", "nothing"
        return "the action gets higher", "it gets lower"
    if thoughts.column("q_values") is not None:
        return "the Q-value of what was chosen rises", "it falls"
    chances = thoughts.column("probabilities")
    certain = chances is not None and bool(np.isin(chances, (0.0, 1.0)).all())
    if certain or (chances is None and episode.discrete):
        return "the sum that speaks for what was chosen rises", "it falls"
    return "what was chosen gets more probable", "less probable"

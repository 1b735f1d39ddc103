"""CandidateList: the actions that a planning policy compared at one step, the best first, with what it predicted."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from rlstudio.core.episode import Episode
from rlstudio.core.thoughts import Thoughts
from rlstudio.ui.widgets.bars import BarRows, faint, without_bracket
from rlstudio.ui.widgets.numbers import number

MOST_ROWS = 100
MOST_NUMBERS = 4
"""An action of more numbers is not written out."""
_ROWS_SHOWN = 6
_ALIKE = 1e-4


class CandidateRows(BarRows):
    """One row a candidate. The rows stay; which action stands in which is a matter of the step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widest_name = ""
        self.clear_values()

    def lay_out(self, count: int, widest_name: str, numbers: tuple[str, ...]) -> None:
        """Fix the number of rows and the width of their names; `numbers` says what those of an action are."""
        self._widest_name = widest_name
        self.set_rows([""] * count, 0.0, 1.0)
        what = f"Each candidate: {', '.join(numbers)}\n" if numbers else ""
        self.setToolTip(f"{what}Number at the end: what was predicted. Bars reach from the worst to the best here.")

    def set_candidates(self, names: list[str], scores: list[float], chosen: int | None) -> None:
        """Fill the rows, in order."""
        room = len(self._names)
        self._names = tuple((names + [""] * room)[:room])
        self._scores = tuple((scores + [math.nan] * room)[:room])
        self._chosen = chosen
        finite = [score for score in self._scores if math.isfinite(score)]
        low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
        self._low, self._high = (low, high) if high > low else (low - 1.0, high)
        self.update()

    def clear_values(self) -> None:
        """Empty the rows; they stay."""
        self.set_candidates([], [], None)

    def is_chosen(self, row: int) -> bool:
        """Whether this candidate was done."""
        return row == self._chosen

    def value_text(self, row: int) -> str:
        """The prediction, with as many decimals as tell neighbours apart."""
        score = self._scores[row]
        if math.isnan(score):
            return ""
        return f"{score:.3f}" if abs(score) < 100 else number(score, 1)

    def draw_bar(self, painter: QPainter, row: int, place: QRectF) -> None:
        """From the worst candidate of this step to the best."""
        score = self._scores[row]
        if math.isnan(score):
            return
        painter.fillRect(place, faint(self.palette().windowText().color()))
        colour = self.palette().highlight() if self.is_chosen(row) else self.palette().placeholderText()
        width = max(2.0, self.share(score) * place.width())
        painter.fillRect(QRectF(place.left(), place.top(), width, place.height()), colour)

    def _name_width(self, metrics: QFontMetrics) -> int:
        return metrics.horizontalAdvance(f"▸ {self._widest_name}") + 4


class CandidateList(QScrollArea):
    """A page of CandidateRows that scrolls inside and keeps its place while steps go by."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = CandidateRows()
        self.title = ""
        self._room = 0
        page = QWidget()
        page.setProperty("role", "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.rows, 0, Qt.AlignmentFlag.AlignTop)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Candidate actions")
        self.setWidget(page)

    def lay_out(self, episode: Episode) -> bool:
        """Fix the rows for an episode; whether there is anything to show."""
        thoughts = Thoughts.of(episode.thoughts)
        planned = thoughts.column("candidates") is not None and thoughts.column("scores") is not None
        found = [t.candidates for t in thoughts if t.candidates is not None and t.scores is not None] if planned else []
        most = max((len(candidates) for candidates in found), default=0)
        widest = max((_widest(episode, candidates) for candidates in found), key=len, default="")
        self.rows.lay_out(min(MOST_ROWS, most), widest, () if episode.discrete else episode.action_names)
        self.title = f"candidates: the best {MOST_ROWS} of {most}" if most > MOST_ROWS else "candidates, best first"
        self.verticalScrollBar().setValue(0)
        self.updateGeometry()
        return bool(found)

    def show_step(self, episode: Episode, index: int) -> None:
        """Show what was compared before action `index`."""
        thought = episode.thoughts[index] if index < episode.length else None
        if thought is None or thought.candidates is None or thought.scores is None:
            self.rows.clear_values()
            return
        order = np.argsort(-np.nan_to_num(thought.scores, nan=-np.inf), kind="stable")[:MOST_ROWS]
        candidates = thought.candidates.reshape(len(thought.candidates), -1)[order]
        names = [candidate_name(episode, candidate, int(i)) for candidate, i in zip(candidates, order, strict=True)]
        self.rows.set_candidates(
            names, [float(s) for s in thought.scores[order]], _row_of(candidates, episode.actions[index])
        )

    def sizeHint(self) -> QSize:
        """As many rows as there is room for; more are scrolled to."""
        fitting = max(_ROWS_SHOWN, self._room // self.rows.row_height())
        shown = min(fitting, max(1, self.rows.row_count()))
        return QSize(self.rows.sizeHint().width() + 16, shown * self.rows.row_height())

    def set_room(self, height: int) -> None:
        """How high it may get; it is never lower than a few rows."""
        if height != self._room:
            self._room = height
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """As many rows, with shorter bars."""
        return QSize(self.rows.minimumSizeHint().width() + 16, self.sizeHint().height())


def candidate_name(episode: Episode, candidate: NDArray[np.floating], index: int) -> str:
    """An action by its name, or its numbers where they are few."""
    if episode.discrete and len(candidate) == 1:
        names, action = episode.action_names, int(candidate[0])
        return without_bracket(names[action]) if 0 <= action < len(names) else str(action)
    if len(candidate) <= MOST_NUMBERS:
        return "  ".join(f"{float(value):+.2f}".replace("-", "−") for value in candidate)
    return f"candidate {index + 1}"


def _widest(episode: Episode, candidates: NDArray[np.floating]) -> str:
    flat = candidates.reshape(len(candidates), -1)
    if episode.discrete and flat.shape[1] == 1:
        return max((candidate_name(episode, row, 0) for row in np.unique(flat, axis=0)), key=len, default="")
    widest = np.full(flat.shape[1], np.abs(flat).max(initial=0.0))
    return candidate_name(episode, -widest, len(flat) - 1)


def _row_of(candidates: NDArray[np.floating], action: object) -> int | None:
    """The row of the action done; None where it is none of them (clipped, or explored)."""
    wanted = np.ravel(np.asarray(action, np.float64))
    if wanted.shape != candidates.shape[1:]:
        return None
    found = np.flatnonzero(np.abs(candidates - wanted).max(axis=1) < _ALIKE)
    return int(found[0]) if len(found) else None

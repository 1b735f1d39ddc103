"""InspectorPanel: one recorded step in numbers: what was seen, done and earned, and what the policy thought."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from rlstudio.core.episode import Episode
from rlstudio.core.thoughts import Thoughts
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.candidate_list import CandidateList
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.fact_table import FactTable
from rlstudio.ui.widgets.looking_view import LookingView
from rlstudio.ui.widgets.numbers import number, signed
from rlstudio.ui.widgets.row_words import RowWords, row_words
from rlstudio.ui.widgets.search_tree import SearchTree
from rlstudio.ui.widgets.thought_bars import ThoughtBars, value_range

_GAP, _MARGIN, _TITLE_GAP = 24, 16, 4


def action_words(episode: Episode, index: int) -> str:
    """The action of step `index` by name, or its numbers where two at most (the bars show each of more)."""
    action = episode.actions[index]
    if episode.discrete and np.ndim(action) == 0:
        names = episode.action_names
        return names[int(action)] if 0 <= int(action) < len(names) else str(int(action))
    numbers = np.ravel(action)
    return ", ".join(f"{value:.2f}" for value in numbers) if len(numbers) <= 2 else f"{len(numbers)} numbers"


class InspectorPanel(QWidget):
    """Parts side by side: the step itself, the named observation, and of the policy's thoughts what there is: bars of
    the actions, the candidates it compared, the tree it searched.

    Rows and ranges are laid out once for an episode and stay while it plays; a step only repaints values.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspectorPanel")
        self.setAccessibleName("Inspector: one step in numbers")
        self._episode: Episode | None = None
        self._returns: NDArray[np.float64] = np.zeros(1)
        self._rows: list[RowWords] = []
        self.step_facts = FactTable(cell_width=200)
        self.observation = FactTable(cell_width=170, bars=True)
        self.thoughts = ThoughtBars()
        self.looking = LookingView()
        self.candidates = CandidateList()
        self.tree = SearchTree()
        self.thought_title = ElidedLabel()
        self.candidate_title = ElidedLabel()
        self.note = ElidedLabel()
        self._empty = QLabel(
            "Record an episode and step through it: its numbers and the policy's thoughts appear here."
        )
        self._build()
        self.show_nothing()

    def show_nothing(self) -> None:
        """No recording is shown."""
        self._episode = None
        self._scroll.hide()
        self._empty.show()

    def show_step(self, episode: Episode, index: int) -> None:
        """Show observation `index` of an episode and what was done there; the last one has no action."""
        if episode is not self._episode:
            self._lay_out_rows(episode)
        self._show_facts(episode, index)
        self._show_observation(episode, index)
        for view in (self.thoughts, self.looking, self.candidates, self.tree):
            view.show_step(episode, index)

    # ------------------------------------------------------------ values

    def _show_facts(self, episode: Episode, index: int) -> None:
        over = index >= episode.length
        value = None if over else episode.thoughts[index].value
        texts = [
            f"{index} of {episode.length}",
            "none: the episode is over" if over else action_words(episode, index),
            "–" if over else signed(episode.rewards[index]),
            number(self._returns[index]),
        ]
        if self._has_value:
            texts.append("–" if value is None else f"{value:.2f}")
        self.step_facts.set_values(texts)
        self.note.setText(episode.ending if over else episode.thoughts[index].note)

    def _show_observation(self, episode: Episode, index: int) -> None:
        texts: list[str] = []
        spans: list[tuple[float, float] | None] = []
        for value, row in zip(episode.observations[index], self._rows, strict=False):
            texts.append(row.value_text(float(value)))
            spans.append(_span(float(value), row.low, row.high))
        self.observation.set_values(texts, spans)

    # ------------------------------------------------------------ rows

    def _lay_out_rows(self, episode: Episode) -> None:
        """Fix rows, columns and ranges for an episode."""
        self._episode = episode
        self._returns = episode.returns_so_far()
        self._has_value = bool(np.isfinite(Thoughts.of(episode.thoughts).values).any())
        self.step_facts.set_rows(["step", "action", "reward", "return so far", "state value"][: 4 + self._has_value])
        labels = episode.observation_names
        columns = episode.observations.T
        self._rows = [row_words(label, *value_range(column)) for label, column in zip(labels, columns, strict=False)]
        self.observation.set_rows(
            [row.name for row in self._rows],
            units=[row.unit for row in self._rows],
            widest=[row.widest() for row in self._rows],
            tips=[row.tip() for row in self._rows],
        )
        self._observation_part.setVisible(bool(labels))
        self._parts.setStretchFactor(self._observation_part, 4 if len(labels) <= 8 else 9)
        self._lay_out_thoughts(episode)
        self._empty.hide()
        self._scroll.show()
        self._choose_direction()
        self._scroll.verticalScrollBar().setValue(0)

    def _lay_out_thoughts(self, episode: Episode) -> None:
        self._thought_part.setVisible(self.thoughts.lay_out(episode))
        self.thought_title.setText(self.thoughts.title)
        self._looking_part.setVisible(self.looking.lay_out(episode))
        self._candidate_part.setVisible(self.candidates.lay_out(episode))
        self.candidate_title.setText(self.candidates.title)
        self._tree_part.setVisible(self.tree.lay_out(episode))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Parts beside each other when wide, below each other when narrow."""
        super().resizeEvent(event)
        self._choose_direction()

    def _choose_direction(self) -> None:
        shown = [part for part in self._all_parts if not part.isHidden()]
        needed = sum(part.minimumSizeHint().width() + _GAP for part in shown) + 2 * _MARGIN
        wide = self.width() >= needed
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._parts.direction() != direction:
            self._parts.setDirection(direction)
        for view in (self.observation, self.looking, self.candidates, self.tree):
            view.set_room(self._room_under_title() if wide else 0)

    def _room_under_title(self) -> int:
        """How high a part's table may get without scrolling."""
        margins = self._parts.contentsMargins()
        title = self.thought_title.sizeHint().height() + _TITLE_GAP
        return max(0, self.height() - margins.top() - margins.bottom() - title)

    def _build(self) -> None:
        page = QWidget()
        page.setProperty("role", "page")
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, page)
        self._parts.setContentsMargins(_MARGIN, 8, _MARGIN, 12)
        self._parts.setSpacing(_GAP)
        set_role(self.note, "muted")
        self._step_part = _part(ElidedLabel("state → action → reward"), self.step_facts, self.note)
        self._observation_part = _part(ElidedLabel("observation"), self.observation)
        self._thought_part = _part(self.thought_title, self.thoughts)
        self._looking_part = _part(ElidedLabel("this choice depends most on"), self.looking)
        self._candidate_part = _part(self.candidate_title, self.candidates)
        self._tree_part = _part(ElidedLabel("search tree, steps ahead"), self.tree)
        self._all_parts = (
            self._step_part,
            self._observation_part,
            self._thought_part,
            self._looking_part,
            self._candidate_part,
            self._tree_part,
        )
        for part, stretch in zip(self._all_parts, (3, 4, 4, 4, 3, 4), strict=True):
            self._parts.addWidget(part, stretch, Qt.AlignmentFlag.AlignTop)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(page)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._empty, "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        layout.addWidget(self._empty)


def _part(title: QLabel, *widgets: QWidget) -> QWidget:
    """A titled column."""
    part = QWidget()
    part.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    set_role(title, "heading")
    layout = QVBoxLayout(part)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(_TITLE_GAP)
    layout.addWidget(title)
    for widget in widgets:
        layout.addWidget(widget)
    return part


def _span(value: float, low: float, high: float) -> tuple[float, float] | None:
    """From zero to the value, as shares of a range that reaches as far on both sides of zero where it has two."""
    largest = max(abs(low), abs(high))
    if largest == 0 or not math.isfinite(value):
        return None
    if low >= 0:
        return 0.0, value / largest
    return 0.5, 0.5 + 0.5 * value / largest

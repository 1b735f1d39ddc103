"""StatusStrip: two fixed lines above the picture: whose behaviour this is, step, return, and why the episode ended."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from rlstudio.core.episode import Episode
from rlstudio.core.messages import FrameNote
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.numbers import number
from rlstudio.ui.widgets.steady_label import SteadyLabel

_Label = TypeVar("_Label", bound=QLabel)


def live_source(note: FrameNote) -> str:
    """Whose behaviour a live frame shows: "policy @ 12,400 · greedy", "training env 1 of 8 · exploring"."""
    if note.source == "training":
        return f"training env {note.env_index + 1} of {note.n_envs} · exploring"
    if note.untrained or note.policy_step is None:
        return "untrained policy · random actions" if note.extra.get("random") else "untrained policy"
    return f"policy @ {note.policy_step:,} · {'greedy' if note.greedy else 'sampled'}"


def recorded_source(episode: Episode, index: int, count: int) -> str:
    """Whose behaviour a recorded frame shows: "recorded episode 3 of 5 · checkpoint 40,000 · greedy"."""
    which = "recorded" if count == 1 else f"recorded episode {index + 1} of {count}"
    return f"{which} · {episode.source}"


class StatusStrip(QWidget):
    """The strip's height never depends on what it says, so the picture under it stands still.

    First line: the source, and at its right the controls given to `add_control`. Second line: at the left where the
    episode comes from or why it ended, at the right step and return.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source_label = self._named(ElidedLabel(), "sourceLabel", "Whose behaviour is shown")
        self.detail_label = self._named(ElidedLabel(), "endingLabel", "Episode, or why it ended")
        self.step_label = self._named(SteadyLabel(), "stepLabel", "Step in the episode")
        self.return_label = self._named(SteadyLabel(), "returnLabel", "Return so far")
        for label in (self.step_label, self.return_label):
            set_role(label, "title")
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        set_role(self.source_label, "strong")
        self._starting = ""
        self._controls = QHBoxLayout()
        self._controls.setSpacing(6)
        self._lay_out()

    def add_control(self, widget: QWidget) -> None:
        """Put a control at the right end of the first line."""
        self._controls.addWidget(widget)

    def show_live(self, note: FrameNote) -> None:
        """Say what a live frame is."""
        self._show("●  LIVE  " + live_source(note), "live")
        said = self._starting or note.ending
        self._show_detail(said or f"episode {note.episode}", bool(said))
        self._show_numbers(note.t, note.limit, note.total_reward)

    def show_recorded(self, episode: Episode, number_of: int, count: int, index: int, return_so_far: float) -> None:
        """Say what a recorded frame is; `return_so_far` is the sum of the rewards up to frame `index`."""
        self._show(recorded_source(episode, number_of, count), "strong")
        ended = index == episode.length and bool(episode.ending)
        self._show_detail(episode.ending if ended else f"{episode.env} · seed {episode.seed}", ended)
        self._show_numbers(index, episode.length, return_so_far)

    def show_compared(self, followed: Episode, count: int, index: int, last: int, caption: str) -> None:
        """Say what several recorded episodes side by side are, up to frame `last`, and which of them the panels follow,
        by its caption; each says its own return."""
        self._show(f"{count} side by side · {followed.env} · seed {followed.seed}", "strong")
        self._show_detail(f"Panels follow {caption}", False)
        self._show_numbers(index, last, 0.0)
        self.return_label.clear()
        self.return_label.hide()

    def say_starting(self, words: str) -> None:
        """What a run that is about to begin waits for, in place of the live episode's words; "" once it has begun."""
        before, self._starting = self._starting, words
        if words:
            self._show_detail(words, True)
        elif self.detail_label.text() == before:
            self._show_detail("", False)

    def show_nothing(self) -> None:
        """Nothing is shown: no numbers, and no words but of a run that is about to begin."""
        self._show("", "strong")
        self._show_detail(self._starting, True)
        self.step_label.clear()
        self.return_label.clear()

    def _show(self, source: str, role: str) -> None:
        self.return_label.show()
        set_role(self.source_label, role)
        self.source_label.setText(source)

    def _show_detail(self, text: str, ended: bool) -> None:
        set_role(self.detail_label, "strong" if ended else "")
        self.detail_label.setText(text)

    def _show_numbers(self, step: int, limit: int | None, total_reward: float) -> None:
        self.step_label.setText(f"step {step}/{limit}" if limit else f"step {step}")
        self.return_label.setText(f"return {number(total_reward)}")
        self.step_label.reserve_at_least(f"step {limit}/{limit}" if limit else "step 00000")
        self.return_label.reserve_at_least("return -000.00")

    def _named(self, label: _Label, name: str, words: str) -> _Label:
        label.setObjectName(name)
        label.setAccessibleName(words)
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.source_label, 1)
        first.addLayout(self._controls)
        second.addWidget(self.detail_label, 1)
        second.addWidget(self.step_label)
        second.addSpacing(12)
        second.addWidget(self.return_label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.setSpacing(2)
        layout.addLayout(first)
        layout.addLayout(second)

"""WhatIfForm: what is to happen from a recorded frame on: an action forced, and who goes on then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.keys import Action
from rlstudio.ui.theme import GRID, set_role
from rlstudio.ui.widgets.action_sliders import ActionSliders
from rlstudio.ui.widgets.numbers import number

SPEEDS = (("real time", 1.0), ("½ speed", 0.5), ("¼ speed", 0.25))
_MOST_STEPS = 1000


@dataclass(frozen=True)
class BranchWish:
    """What was asked for; see messages.BranchEpisode."""

    force: Action | None
    repeat: int
    by_hand: bool
    speed: float


def action_words(episode: Episode, action: object) -> str:
    """An action of an episode by its name, or as its numbers."""
    if np.ndim(action) == 0:
        index = int(action)  # type: ignore[call-overload]
        names = episode.action_names
        return names[index] if 0 <= index < len(names) else f"action {index}"
    return ", ".join(number(float(value)) for value in np.asarray(action).reshape(-1))


def _choice_words(thought: Thought, place: int) -> str:
    """What the policy thought of a discrete action: how likely it was, or what it expected of it."""
    if thought.probabilities is not None and place < len(thought.probabilities):
        return f"  ({thought.probabilities[place]:.0%})"
    if thought.q_values is not None and place < len(thought.q_values):
        return f"  (Q {number(float(thought.q_values[place]))})"
    return ""


def _mean_words(thought: Thought) -> str:
    """What a Gaussian policy aimed at, and how wide it spread."""
    if thought.mean is None:
        return ""
    spread = [""] * len(thought.mean) if thought.std is None else [f" ± {number(float(std))}" for std in thought.std]
    means = [number(float(mean)) + wide for mean, wide in zip(thought.mean, spread, strict=False)]
    return f"\nThe policy's mean: {', '.join(means)}"


class WhatIfForm(QFrame):
    """A popover for one frame. Ask for another future with Enter or the button, leave with Esc.

    Signals:
        asked: a BranchWish.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("whatIfForm")
        self.setAccessibleName("What if")
        set_role(self, "popup")
        self._title = QLabel(self)
        set_role(self._title, "title")
        self._recorded = QLabel(self)
        self._recorded.setWordWrap(True)
        set_role(self._recorded, "muted")
        self.force = QCheckBox("Force an action", self)
        self.force.setObjectName("whatIfForce")
        self.force.setToolTip("Take this action instead of the recorded one")
        self.action = QComboBox(self)
        self.action.setObjectName("whatIfAction")
        self.action.setAccessibleName("The forced action")
        self.action.setToolTip("The action that is taken instead; in brackets what the policy thought of it")
        self.sliders = ActionSliders(self)
        self.repeat = QSpinBox(self)
        self.repeat.setObjectName("whatIfRepeat")
        self.repeat.setAccessibleName("For how many steps")
        self.repeat.setToolTip("For how many steps this action is taken")
        self.repeat.setRange(1, _MOST_STEPS)
        self.repeat.setSuffix(" step")
        self.repeat.valueChanged.connect(lambda count: self.repeat.setSuffix(" steps" if count > 1 else " step"))
        self.then = QComboBox(self)
        self.then.setObjectName("whatIfThen")
        self.then.setAccessibleName("Who goes on")
        self.then.setToolTip("Who acts from then on, to the end of the episode")
        self.speed = QComboBox(self)
        self.speed.setObjectName("whatIfSpeed")
        self.speed.setAccessibleName("How fast you play")
        self.speed.setToolTip("Slower than real time leaves time to think")
        for words, value in SPEEDS:
            self.speed.addItem(words, value)
        self.go = QPushButton("Show both futures", self)
        self.go.setObjectName("whatIfGo")
        self.go.setToolTip("Go back to this frame and on from there (Enter)")
        set_role(self.go, "primary")
        self._no_keys = QLabel(self)
        self._no_keys.setObjectName("whatIfNoKeys")
        self._no_keys.setTextFormat(Qt.TextFormat.PlainText)
        self._no_keys.setWordWrap(True)
        set_role(self._no_keys, "muted")
        self._discrete = True
        self._lay_out()
        self.force.toggled.connect(self._show_parts)
        self.then.currentIndexChanged.connect(self._person_chosen)
        self.go.clicked.connect(self._ask)

    def set_frame(
        self,
        episode: Episode,
        index: int,
        policy: str,
        bounds: tuple[tuple[float, float], ...],
        no_keys: str = "",
        *,
        whole: bool = False,
    ) -> None:
        """Ask about frame `index` of an episode.

        Args:
            policy: who would go on, in words.
            bounds: lowest and highest value of each number of an action that is no single choice.
            no_keys: why nobody can play it at the keyboard, "" where it can be done.
            whole: whether these numbers are switches or choices.
        """
        recorded, thought = episode.actions[index], episode.thoughts[index]
        self._discrete = episode.discrete
        self._title.setText(f"What if, at frame {index:,} …")
        self._recorded.setText(f"Recorded: {action_words(episode, recorded)}{_mean_words(thought)}")
        self.action.clear()
        if episode.discrete:
            for place, name in enumerate(episode.action_names):
                share = _choice_words(thought, place)
                note = "  · recorded" if place == int(recorded) else ""
                self.action.addItem(f"{name}{share}{note}", place)
            others = [place for place in range(self.action.count()) if place != int(recorded)]
            self.action.setCurrentIndex(others[0] if others else 0)
        else:
            numbers = np.asarray(recorded, np.float64).reshape(-1)
            self.sliders.set_numbers(episode.action_names, bounds, numbers, whole=whole)
        self.repeat.setValue(1)
        self.then.clear()
        self.then.addItem(f"{policy} goes on", False)
        self.then.addItem("I play at the keyboard", True)
        model = self.then.model()
        item = model.item(1)  # type: ignore[attr-defined]
        item.setEnabled(not no_keys)
        item.setToolTip(no_keys)
        self._no_keys.setText(no_keys)
        self._no_keys.setVisible(bool(no_keys))
        self.force.setChecked(True)
        self._show_parts()

    def open_at(self, corner: QPoint) -> None:
        """Open with the top left corner there (global position), inside the screen."""
        self.adjustSize()
        room = self.screen().availableGeometry()
        x = max(room.left(), min(corner.x(), room.right() - self.width()))
        y = max(room.top(), min(corner.y(), room.bottom() - self.height()))
        self.move(x, y)
        self.show()
        self.adjustSize()  # again, now that its parts have their fonts
        (self.action if self._discrete else self.sliders.first()).setFocus(Qt.FocusReason.PopupFocusReason)

    def wish(self) -> BranchWish:
        """What is asked for now."""
        force: Action | None = None
        if self.force.isChecked():
            force = int(self.action.currentData()) if self._discrete else self.sliders.values()
        return BranchWish(force, self.repeat.value(), bool(self.then.currentData()), float(self.speed.currentData()))

    def keyPressEvent(self, event):
        """Enter asks; Esc is the popup's own."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask()
        else:
            super().keyPressEvent(event)

    def _ask(self) -> None:
        wish = self.wish()
        self.hide()
        self.asked.emit(wish)

    def _person_chosen(self, _index: int) -> None:
        """Who takes over wants to act at once, as a rule."""
        if self.then.currentData():
            self.force.setChecked(False)
        self._show_parts()

    def _show_parts(self, _checked: bool = False) -> None:
        forced, by_hand = self.force.isChecked(), bool(self.then.currentData())
        self.action.setVisible(self._discrete)
        self.sliders.setVisible(not self._discrete)
        for part in (self.action, self.sliders, self.repeat):
            part.setEnabled(forced)
        self.speed.setVisible(by_hand)
        self.go.setText("Take over" if by_hand else "Show both futures")
        if self.isVisible():
            self.adjustSize()

    def _lay_out(self) -> None:
        steps = QHBoxLayout()
        steps.addWidget(QLabel("for", self))
        steps.addWidget(self.repeat)
        steps.addStretch(1)
        form = QFormLayout()
        form.setHorizontalSpacing(GRID)
        form.setVerticalSpacing(GRID)
        form.addRow(self.force)
        form.addRow(self.action)
        form.addRow(self.sliders)
        form.addRow(steps)
        then = QHBoxLayout()
        then.addWidget(self.then, 1)
        then.addWidget(self.speed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, GRID + 4, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self._title)
        layout.addWidget(self._recorded)
        layout.addLayout(form)
        layout.addWidget(QLabel("Then", self))
        layout.addLayout(then)
        layout.addWidget(self._no_keys)
        layout.addSpacing(GRID // 2)
        layout.addWidget(self.go)
        self.setMinimumWidth(330)

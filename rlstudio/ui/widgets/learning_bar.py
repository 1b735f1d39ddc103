"""LearningBar: a run's checkpoints on one slider, from untrained to trained, and what can be done with them.

It holds no episodes: it asks, and shows what it is told.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.elided_label import ElidedLabel

_KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
)
_FORK = "Begin a new run where this one stood at that checkpoint, with settings changed from there on"
_NO_FORK = "It cannot be forked: it holds the policy of a model file alone, which was trained elsewhere"


def _moves(event: QKeyEvent) -> bool:
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    return plain and event.key() in _KEYS


class CheckpointSlider(QSlider):
    """While it has the focus its keys are its own, not those that step through an episode."""

    def event(self, event: QEvent) -> bool:
        """Claim the keys that move it before the window's shortcuts take them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _moves(event):
            event.accept()
            return True
        return super().event(event)


class LearningBar(QWidget):
    """Greyed while there are fewer than two checkpoints: it comes to life where it stands, and moves nothing.

    Signals:
        chosen: the training step of a checkpoint that is to be shown.
        comparePressed, replayPressed, cancelPressed: what the buttons ask for.
        forkPressed: the training step of the checkpoint where a new run is to begin.
    """

    chosen = Signal(int)
    comparePressed = Signal()
    forkPressed = Signal(int)
    replayPressed = Signal()
    cancelPressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("learningBar")
        self.setAccessibleName("Checkpoints of the run")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._steps: list[int] = []
        self._offered = self._replaying = False
        self.slider = CheckpointSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("checkpointSlider")
        self.slider.setAccessibleName("Checkpoint, from untrained to trained")
        self.slider.setToolTip("Which moment of its learning acts on the stage ([ ] anywhere, ← → here)")
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.words = ElidedLabel()
        self.words.setObjectName("checkpointLabel")
        self.words.setAccessibleName("Which checkpoint is shown")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.replay = self._button("replayLearningButton", "Replay learning", "replay")
        self.replay.setToolTip("Show the checkpoints one after the other, from untrained to trained")
        self.compare = self._button("compareButton", "Compare…", "eye")
        self.compare.setToolTip("Show up to four checkpoints side by side, same seed, same clock (C)")
        self.fork = self._button("forkCheckpointButton", "Fork…", "branch")
        self.cancel = QToolButton()
        self.cancel.setObjectName("cancelCheckpointButton")
        self.cancel.setAccessibleName("Cancel the recording of checkpoints")
        self.cancel.setToolTip("Cancel")
        set_icon(self.cancel, "close")
        policy = self.cancel.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.cancel.setSizePolicy(policy)
        self.cancel.hide()
        self._connect()
        self._lay_out()
        self.set_checkpoints([], None)

    def set_checkpoints(self, steps: Sequence[int], shown: int | None, *, learned_here: bool = True) -> None:
        """Which there are; the slider stands at `shown`, or at the newest while none is shown.

        What was not `learned_here` cannot be forked: of a model file there is the policy alone.
        """
        self._steps = list(steps)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(0, len(self._steps) - 1))
            self.slider.setPageStep(max(1, len(self._steps) // 8))
            place = self._steps.index(shown) if shown in self._steps else len(self._steps) - 1
            self.slider.setValue(place)
        for control in (self.slider, self.replay, self.compare):
            control.setEnabled(self.usable)
        self.fork.setEnabled(bool(self._steps) and learned_here)
        self.fork.setToolTip(_FORK if learned_here else _NO_FORK)
        self._show_offer()
        self.setToolTip("" if self.usable else "There is something to slide over once a run has kept two checkpoints")

    @property
    def usable(self) -> bool:
        """Whether there are checkpoints to choose between."""
        return len(self._steps) > 1

    def move(self, places: int) -> None:
        """Ask for the checkpoint so many places later, or earlier below 0."""
        self.slider.setValue(self.slider.value() + places)

    def say(self, words: str, *, busy: bool = False) -> None:
        """What is shown, or what is being recorded for it, which can be cancelled."""
        self.words.setText(words)
        set_role(self.words, "muted" if busy else "strong")
        self.cancel.setVisible(busy)

    def hint(self, words: str) -> None:
        """What can be done while no checkpoint is shown."""
        self.say(words)
        set_role(self.words, "muted")

    def show_replaying(self, replaying: bool) -> None:
        """The button shows what pressing it will do."""
        self.replay.setText("Stop the replay" if replaying else "Replay learning")
        self.replay.setAccessibleName(self.replay.text())
        self._replaying = replaying
        self._show_offer()

    def offer_replay(self, offered: bool) -> None:
        """Make the button stand out: a run has just ended."""
        self._offered = offered
        self._show_offer()

    def _show_offer(self) -> None:
        stands_out = self._offered and self.usable
        set_role(self.replay, "primary" if stands_out else "flat")
        set_icon(self.replay, "stop" if self._replaying else "replay", "on_accent" if stands_out else "text")

    def _moved(self, place: int) -> None:
        if 0 <= place < len(self._steps):
            self.chosen.emit(self._steps[place])

    def _connect(self) -> None:
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderPressed.connect(lambda: self._moved(self.slider.value()))
        self.replay.clicked.connect(lambda: self.replayPressed.emit())
        self.compare.clicked.connect(lambda: self.comparePressed.emit())
        self.fork.clicked.connect(lambda: self.forkPressed.emit(self._steps[self.slider.value()]))
        self.cancel.clicked.connect(lambda: self.cancelPressed.emit())

    def _button(self, name: str, words: str, icon: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.setAccessibleName(words.rstrip("…"))
        button.setProperty("role", "flat")
        set_icon(button, icon)
        return button

    def _lay_out(self) -> None:
        above, below = QHBoxLayout(), QHBoxLayout()
        for row in (above, below):
            row.setSpacing(8)
        for end in ("untrained", "trained"):
            label = QLabel(end)
            set_role(label, "muted")
            above.addWidget(label)
        above.insertWidget(1, self.slider, 1)
        above.addWidget(self.compare)
        above.addWidget(self.fork)
        below.addWidget(self.words, 1)
        below.addWidget(self.cancel)
        below.addWidget(self.replay)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 6)
        layout.setSpacing(2)
        layout.addLayout(above)
        layout.addLayout(below)

"""TakeOver: the stage while a person plays. Keys reach it alone, Esc hands back, a strip shows what each key does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from rlstudio.core.frame_store import Frame
from rlstudio.core.keys import KeyMap
from rlstudio.core.messages import FrameNote
from rlstudio.ui.theme import GRID, set_role
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.frame_view import FrameView
from rlstudio.ui.widgets.key_strip import KeyStrip
from rlstudio.ui.widgets.numbers import number
from rlstudio.ui.widgets.steady_label import SteadyLabel
from rlstudio.ui.widgets.what_if_form import SPEEDS

_OTHER_SHORTCUTS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


class TakeOver(QWidget):
    """Goes from "going back" over "your turn" to "the policy goes on"; `begin` starts anew.

    Signals:
        acted: the action of the keys that are held, None when none is (see KeyMap.action).
        paused: the keyboard went elsewhere; time is to stand still.
        handedBack: the policy is to go on.
        cancelled: none of it is wanted.
        speedChosen: another multiple of real time.
    """

    acted = Signal(object)
    paused = Signal()
    handedBack = Signal()
    cancelled = Signal()
    speedChosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("takeOver")
        self.setAccessibleName("You play")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoFillBackground(True)
        self._keys: KeyMap | None = None
        self._held: list[str] = []
        self._playing = False
        self._standing = True
        self._sharp = False
        self._at = 0
        self.title = ElidedLabel("", self)
        self.title.setObjectName("takeOverTitle")
        set_role(self.title, "live")
        self.state = ElidedLabel("", self)
        self.state.setObjectName("takeOverState")
        set_role(self.state, "strong")
        self.step_label, self.return_label = SteadyLabel(self), SteadyLabel(self)
        self.view = FrameView(self)
        self.view.setObjectName("takeOverFrame")
        self.strip = KeyStrip(self)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(4)
        self.speed = QComboBox(self)
        self.speed.setObjectName("takeOverSpeed")
        self.speed.setAccessibleName("How fast you play")
        self.speed.setToolTip("Slower than real time leaves time to think")
        self.speed.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for words, value in SPEEDS:
            self.speed.addItem(words, value)
        self.speed.activated.connect(lambda index: self.speedChosen.emit(SPEEDS[index][1]))
        self.leave = QPushButton("", self)
        self.leave.setObjectName("takeOverLeave")
        self.leave.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.leave.clicked.connect(self._leave)
        self.give_up = QPushButton("Cancel", self)
        self.give_up.setObjectName("takeOverCancel")
        self.give_up.setToolTip("Leave without keeping this future")
        self.give_up.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.give_up.clicked.connect(lambda: self.cancelled.emit())
        self._lay_out()

    # ------------------------------------------------------------ what happens

    def begin(self, at: int, speed: float, picture: Frame, *, by_hand: bool, sharp: bool = False) -> None:
        """On the way back to frame `at`, whose recorded picture is shown meanwhile."""
        self._keys, self._held, self._playing, self._standing = None, [], False, True
        self.strip.set_keys(None)
        self.strip.setVisible(by_hand)
        self.speed.setVisible(by_hand)
        self.speed.setCurrentIndex([value for _, value in SPEEDS].index(speed))
        self._sharp = sharp
        self._at = at
        self.title.setText(f"What if at frame {at:,}")
        self.state.setText("Going back …")
        self.step_label.setText("")
        self.return_label.setText("")
        self.view.show_frame(picture, sharp=sharp)
        self._show_leave()
        self.progress.setRange(0, 0)
        self.progress.show()

    def your_turn(self, keys: KeyMap) -> None:
        """The state is restored: these keys act from now on."""
        self._keys, self._playing = keys, True
        self.strip.set_keys(keys)
        self.speed.setVisible(not keys.waits)  # where nothing moves by itself there is no speed
        self.title.setText(f"You play from frame {self._at:,}")
        self._show_state("")
        self._show_leave()
        self.progress.hide()

    def show_frame(self, frame: Frame, note: FrameNote) -> None:
        """A new picture of what is played."""
        self.view.show_frame(frame, sharp=self._sharp)
        self._standing = bool(note.extra.get("standing"))
        self._show_state(note.action)
        self.step_label.setText(f"step {note.t}/{note.limit}" if note.limit else f"step {note.t}")
        self.step_label.reserve(f"step {note.limit}/{note.limit}" if note.limit else "step 00000")
        self.return_label.setText(f"return {number(note.total_reward)}")
        self.return_label.reserve_at_least("return -000.00")

    def show_progress(self, done: int, total: int, words: str) -> None:
        """What the policy is at, before or after the person."""
        if not self._playing:
            self.progress.setRange(0, max(total, 1))
            self.progress.setValue(done)
            self.progress.show()
            self.state.setText(f"{words} …")

    def hand_back(self) -> None:
        """The person lets go; from then on the keys do nothing but Esc, which cancels."""
        if self._playing:
            self._playing, self._held = False, []
            self.strip.show_held(())
            self.state.setText("The policy goes on …")
            self._show_leave()
            self.handedBack.emit()

    # ------------------------------------------------------------ keys

    def event(self, event: QEvent) -> bool:
        """Plain keys are taken before any shortcut of the window sees them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_plain(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key of the map acts; Esc hands back, and cancels where there is nothing to hand back."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        name = QKeySequence(event.key()).toString()
        if self._keys is None or not self._playing or name not in {key.key for key in self._keys.keys}:
            return
        if event.isAutoRepeat() and not self._keys.waits:
            return
        if name in self._held:
            self._held.remove(name)
        self._held.append(name)
        self.strip.show_held(self._held)
        self.acted.emit(self._keys.action([name] if self._keys.waits else self._held))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """A key that is let go no longer acts."""
        name = QKeySequence(event.key()).toString()
        if event.isAutoRepeat() or self._keys is None or name not in self._held:
            return
        self._held.remove(name)
        self.strip.show_held(self._held)
        if not self._keys.waits:
            self.acted.emit(self._keys.action(self._held))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Another window or control has the keyboard: no key is held any more, and time stands still."""
        super().focusOutEvent(event)
        if self._playing:
            self._held = []
            self.strip.show_held(())
            self.paused.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click brings the keyboard back."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    # ------------------------------------------------------------ inside

    def _leave(self) -> None:
        if self._playing:
            self.hand_back()
        else:
            self.cancelled.emit()

    def _show_state(self, action: str) -> None:
        if self._playing and self._keys is not None:
            waiting = "Press a key to begin" if not self._keys.waits or not action else f"{action} · your move"
            self.state.setText(waiting if self._standing else action)

    def _show_leave(self) -> None:
        self.leave.setVisible(self._playing)
        self.leave.setText("Hand back (Esc)")
        self.leave.setToolTip("Let the policy go on from here (Esc)")
        self.give_up.setText("Cancel" if self._playing else "Cancel (Esc)")

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.title, 1)
        for control in (self.speed, self.leave, self.give_up):
            first.addWidget(control)
        second.addWidget(self.state, 1)
        second.addWidget(self.step_label)
        second.addSpacing(12)
        second.addWidget(self.return_label)
        words = QVBoxLayout()
        words.setContentsMargins(12, 6, 8, 6)
        words.setSpacing(2)
        words.addLayout(first)
        words.addLayout(second)
        below = QVBoxLayout()
        below.setContentsMargins(12, GRID, 12, GRID + 4)
        below.addWidget(self.strip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(words)
        layout.addWidget(self.progress)
        layout.addWidget(self.view, 1)
        layout.addLayout(below)


def _is_plain(event: QKeyEvent) -> bool:
    return not event.modifiers() & _OTHER_SHORTCUTS

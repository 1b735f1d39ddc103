"""TransportBar: the controls under a recorded episode. It holds no playback: it asks, and shows what it is told."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rlstudio.core.episode import Episode
from rlstudio.ui.icons import set_icon
from rlstudio.ui.widgets.jump_menu import JumpMenu
from rlstudio.ui.widgets.numbers import number, signed
from rlstudio.ui.widgets.steady_label import SteadyLabel
from rlstudio.ui.widgets.thumbnail import Thumbnail
from rlstudio.ui.widgets.timeline import Timeline

_OUTCOME = Qt.ItemDataRole.UserRole
_USUAL_LAST = 1000
_ARROW = 32  # of a combo box, with its margins
SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


class _OutcomeDelegate(QStyledItemDelegate):
    """Writes more in the open list than the closed box has room for."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Each episode with its return and length."""
        super().initStyleOption(option, index)
        option.text = str(index.data(_OUTCOME))


class TransportBar(QWidget):
    """Timeline and episode chooser above; below first, back, play, forward, last, jumps, mark, loop, speed, export.

    Signals:
        playToggled: play was pressed.
        stepped: a number of frames forward, negative for back.
        sought: a frame to go to.
        speedChanged, loopChanged: how the playback is to run.
        episodeChosen: index of another episode.
        exportPressed: a picture file is wanted.
        jumpWanted: the key of a kind of place to go to.
        markToggled: the frame that is shown is to be marked, or no longer.
    """

    playToggled = Signal()
    stepped = Signal(int)
    sought = Signal(int)
    speedChanged = Signal(float)
    loopChanged = Signal(bool)
    episodeChosen = Signal(int)
    exportPressed = Signal()
    jumpWanted = Signal(str)
    markToggled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transportBar")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._episode: Episode | None = None
        self.slider = Timeline(self)
        self.position = SteadyLabel(self, margin=4)
        self.position.setObjectName("frameLabel")
        self.position.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._make_buttons()
        self.chooser = self._make_chooser()
        self.speed = self._make_speed()
        self._thumbnail = Thumbnail(self)
        self._lay_out()
        self._fit_chooser()
        self._reserve()
        self.slider.valueChanged.connect(self.sought)
        self.slider.hovered.connect(self._show_thumbnail)
        self.slider.left.connect(self._thumbnail.hide)
        self.set_idle("")

    def set_idle(self, hint: str) -> None:
        """There is nothing to step through now: the controls stay in their place, greyed; `hint` says what to do."""
        self.slider.set_hint(hint)
        self.setEnabled(False)
        self.position.setText("")

    def set_episodes(self, episodes: Sequence[Episode], current: int) -> None:
        """List the episodes to choose from; the chooser is greyed while there is only one, and its place is kept."""
        with QSignalBlocker(self.chooser):
            self.chooser.clear()
            for index, episode in enumerate(episodes):
                self.chooser.addItem(f"{index + 1} of {len(episodes)}")
                outcome = f"{index + 1}:  return {number(episode.total_reward)}, {episode.length} steps"
                self.chooser.setItemData(index, outcome, _OUTCOME)
            self.chooser.setCurrentIndex(current)
        self.chooser.setEnabled(len(episodes) > 1)
        self.chooser.setVisible(bool(episodes))

    def set_episode(self, index: int, episode: Episode | None, last: int | None = None) -> None:
        """Show another episode's timeline, at its first frame; `last` as in Timeline.set_episode."""
        self._episode = episode
        self.setEnabled(episode is not None)
        with QSignalBlocker(self.slider), QSignalBlocker(self.chooser):
            self.slider.set_episode(episode, last)
            self.chooser.setCurrentIndex(index)
        self._thumbnail.set_episode(episode)
        self.export_button.setEnabled(episode is None or episode.has_pictures)
        self.show_position(0)
        self._reserve()

    def show_position(self, index: int) -> None:
        """Move slider and label without asking for anything."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(index)
        self.position.setText(f"{index}/{self.slider.maximum()}")
        at_start, at_end = index == 0, index == self.slider.maximum()
        for button in (self.first_button, self.back_button):
            button.setEnabled(not at_start)
        for button in (self.forward_button, self.last_button):
            button.setEnabled(not at_end)

    def show_marks(self, marks: tuple[int, ...]) -> None:
        """Draw the marked frames on the timeline."""
        self.slider.set_marks(marks)

    def show_marked(self, marked: bool) -> None:
        """Whether the frame that is shown is marked."""
        self.mark_button.setChecked(marked)

    def show_playing(self, playing: bool) -> None:
        """The play button shows what pressing it will do."""
        set_icon(self.play_button, "pause" if playing else "play")
        words = "Pause the playback" if playing else "Play the recording"
        self.play_button.setToolTip(f"{words} (Space)")
        self.play_button.setAccessibleName(words)

    def _fit_chooser(self) -> None:
        self.chooser.ensurePolished()
        self.chooser.setFixedWidth(self.chooser.fontMetrics().horizontalAdvance("00 of 00") + _ARROW)

    def _reserve(self) -> None:
        """Room for the longest episode yet, and that of most environments: the slider beside it keeps its width."""
        last = max(self.slider.maximum(), _USUAL_LAST)
        self.position.reserve_at_least(f"{last}/{last}")

    def changeEvent(self, event: QEvent) -> None:
        """While there is nothing to step through, no thumbnail floats; another font needs other room."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "chooser"):
            self._fit_chooser()
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self._thumbnail.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        """A hidden bar leaves no thumbnail floating."""
        self._thumbnail.hide()
        super().hideEvent(event)

    def _make_buttons(self) -> None:
        self.first_button = self._button("firstButton", "first", "First frame", "Home", lambda: self.sought.emit(0))
        self.back_button = self._button(
            "stepBackButton", "step-back", "One frame back", ", or ←", lambda: self.stepped.emit(-1)
        )
        self.play_button = self._button("playButton", "play", "Play the recording", "Space", self.playToggled.emit)
        self.forward_button = self._button(
            "stepForwardButton", "step-forward", "One frame forward", ". or →", lambda: self.stepped.emit(1)
        )
        self.last_button = self._button(
            "lastButton", "last", "Last frame", "End", lambda: self.sought.emit(self.slider.maximum())
        )
        for button in (self.back_button, self.forward_button):
            button.setAutoRepeat(True)
            button.setAutoRepeatDelay(350)
            button.setAutoRepeatInterval(60)
        self.jump_menu = JumpMenu(self)
        self.jump_menu.chosen.connect(self.jumpWanted)
        words = "Jump to a reward, the most hesitant moment, the largest value error, a mark"
        self.jump_button = self._button("jumpButton", "jump", words, "N, H, V, Shift+M")
        self.jump_button.setMenu(self.jump_menu)
        self.jump_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.mark_button = self._button("markButton", "flag", "Mark this frame", "M", self.markToggled.emit)
        self.mark_button.setCheckable(True)
        self.loop_button = self._button("loopButton", "loop", "Play again from the start at the end", "")
        self.loop_button.setCheckable(True)
        self.loop_button.toggled.connect(self.loopChanged)
        self.export_button = QPushButton("Export", self)  # without dots: the bar is full where the window is small
        self.export_button.setObjectName("exportButton")
        self.export_button.setProperty("role", "flat")
        self.export_button.setToolTip("Export as GIF, video or picture (Ctrl+E)")
        set_icon(self.export_button, "export")
        self.export_button.clicked.connect(lambda: self.exportPressed.emit())

    def _button(self, name: str, icon: str, words: str, keys: str, pressed: object = None) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setAccessibleName(words)
        button.setToolTip(f"{words} ({keys})" if keys else words)
        button.setIconSize(QSize(20, 20))
        set_icon(button, icon)
        if pressed is not None:
            button.clicked.connect(lambda: pressed())
        return button

    def _make_chooser(self) -> QComboBox:
        chooser = QComboBox(self)
        chooser.setObjectName("episodeChooser")
        chooser.setAccessibleName("Recorded episode")
        chooser.setToolTip("Which recorded episode is shown (Page Up, Page Down)")
        chooser.setItemDelegate(_OutcomeDelegate(chooser))
        chooser.view().setMinimumWidth(230)
        policy = chooser.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        chooser.setSizePolicy(policy)
        chooser.hide()
        chooser.activated.connect(self.episodeChosen)
        return chooser

    def _make_speed(self) -> QComboBox:
        speed = QComboBox(self)
        speed.setObjectName("playbackSpeed")
        speed.setAccessibleName("Playback speed")
        speed.setToolTip("Playback speed, as a multiple of the environment's own")
        for value in SPEEDS:
            speed.addItem(f"×{value:g}", value)
        speed.setCurrentIndex(SPEEDS.index(1.0))
        speed.currentIndexChanged.connect(lambda index: self.speedChanged.emit(SPEEDS[index]))
        return speed

    def _lay_out(self) -> None:
        timeline = QHBoxLayout()
        timeline.setSpacing(8)
        timeline.addWidget(self.slider, 1)
        timeline.addWidget(self.position, 0, Qt.AlignmentFlag.AlignBottom)
        timeline.addWidget(self.chooser, 0, Qt.AlignmentFlag.AlignBottom)
        controls = QHBoxLayout()
        controls.setSpacing(2)
        for button in (self.first_button, self.back_button, self.play_button, self.forward_button, self.last_button):
            controls.addWidget(button)
        controls.addSpacing(4)
        controls.addWidget(self.jump_button)
        controls.addWidget(self.mark_button)
        controls.addStretch(1)
        controls.addWidget(self.loop_button)
        controls.addWidget(self.speed)
        controls.addWidget(self.export_button)
        self._controls = controls
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 8)
        layout.setSpacing(4)
        layout.addLayout(timeline)
        layout.addLayout(controls)

    def add_control(self, widget: QWidget) -> None:
        """Put a control behind the others."""
        self._controls.addWidget(widget)

    def _show_thumbnail(self, index: int, pointer: QPointF) -> None:
        if self._episode is None or self.slider.isSliderDown():
            self._thumbnail.hide()
            return
        words = f"step {index}"
        words += f" · reward {signed(self._episode.rewards[index])}" if index < self._episode.length else " · the end"
        index = min(index, self._episode.length)
        top = self.slider.mapToGlobal(self.slider.rect().topLeft())
        self._thumbnail.show_at(index, words, QPointF(pointer.x(), top.y()).toPoint())

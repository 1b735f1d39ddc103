"""CompareView: up to four recorded episodes side by side under one clock, each with its caption and its return."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from rlstudio.core.episode import Episode
from rlstudio.core.playback import Playback
from rlstudio.ui.theme import current_colors, set_role
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.frame_view import FrameView
from rlstudio.ui.widgets.numbers import number
from rlstudio.ui.widgets.pane_grid import PaneWidget
from rlstudio.ui.widgets.steady_label import SteadyLabel

MOST_EPISODES = 4
_LEFT, _RIGHT = 12, 4  # margins of a pane
_RETURNS_MEASURED = 200  # enough to know how wide they get


class CompareView(PaneWidget):
    """Panes of equal size, laid so that the pictures are as large as the room allows.

    `show_index` says which frame all of them show; an episode that is over by then keeps its last picture and says how
    it ended. Only pictures that change are decompressed and painted. One of them is followed by the panels that show a
    single episode, and has a bar at its side: the longest at first, then the one that `follow` names.

    Signals:
        chosen: which one was clicked.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compareView")
        self.setAccessibleName("Episodes side by side")
        self._panes = [_Pane(number_of, self) for number_of in range(MOST_EPISODES)]
        self._episodes: list[Episode] = []
        self._index = self._followed = 0
        for place, pane in enumerate(self._panes):
            pane.pressed.connect(lambda place=place: self.chosen.emit(place))

    def set_episodes(self, episodes: Sequence[Episode], captions: Sequence[str], *, sharp: bool = False) -> None:
        """Show these from their first frame on, each under its caption; `sharp` keeps pixels sharp, as FrameView does.

        Raises:
            ValueError: for more than four episodes, or not a caption each.
        """
        if len(episodes) > MOST_EPISODES or len(episodes) != len(captions):
            raise ValueError(f"{len(episodes)} episodes, {len(captions)} captions: up to {MOST_EPISODES}, one each")
        self._episodes = list(episodes)
        self._index = 0
        for pane, episode, caption in zip(self._panes, episodes, captions, strict=False):
            pane.set_episode(episode, caption, sharp)
        for pane in self._panes[len(episodes) :]:
            pane.set_nothing()
        self.lay_out()
        self.follow(self.longest() if episodes else 0)

    def follow(self, place: int) -> None:
        """Mark which one the panels follow."""
        self._followed = place
        for number_of, pane in enumerate(self._panes):
            pane.set_followed(len(self._episodes) > 1 and number_of == place)

    @property
    def followed(self) -> int:
        """Which one the panels follow."""
        return self._followed

    @property
    def followed_caption(self) -> str:
        """What stands above it."""
        return self._panes[self._followed].accessibleName()

    def episodes(self) -> list[Episode]:
        """What is compared."""
        return list(self._episodes)

    def captions(self) -> list[str]:
        """The words above each picture."""
        return [pane.accessibleName() for pane in self._shown()]

    def outcomes(self) -> list[str]:
        """What each pane says of its episode at the shown index: "step 12 of 90 · return 12", or how it ended."""
        return [pane.words() for pane in self._shown()]

    @property
    def n_frames(self) -> int:
        """Frames of the longest episode: `show_index` takes 0 to n_frames - 1."""
        return max((episode.length + 1 for episode in self._episodes), default=0)

    @property
    def index(self) -> int:
        """The frame that is shown."""
        return self._index

    def longest(self) -> int:
        """Which episode the clock runs by: the longest, the first of equals. Raises ValueError when there is none."""
        return max(range(len(self._episodes)), key=lambda number_of: self._episodes[number_of].length)

    def playback(self) -> Playback:
        """A playback over the longest episode, at the first one's frame rate."""
        return Playback(self.n_frames, fps=self._episodes[0].fps if self._episodes else 50.0)

    def show_index(self, index: int) -> None:
        """Show frame `index` of each, the last one of those that were over before; clamped to what there is."""
        self._index = max(0, min(index, self.n_frames - 1))
        for pane in self._shown():
            pane.show_index(self._index)

    def _shown(self) -> list[_Pane]:
        return self._panes[: len(self._episodes)]

    def lay_out(self) -> None:
        """See PaneWidget."""
        shape = next((one.frames.shape[:2] for one in self._episodes if one.has_pictures), (2, 3))
        columns = self.grid.columns_for(len(self._episodes), shape)
        narrow = any(pane.words_need() > self.width() // columns for pane in self._shown())
        for pane in self._shown():
            pane.set_narrow(narrow, self.width() // columns - _LEFT - _RIGHT)
        self.grid.lay_out(self._shown(), columns)


class _Pane(QWidget):
    """One episode: caption and return, where it is or how it ended, and its picture.

    Signals:
        pressed: it was clicked.
    """

    pressed = Signal()

    def __init__(self, number_of: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"comparePane{number_of}")
        self.view = FrameView(self)
        self.view.setObjectName(f"compareFrame{number_of}")
        self.view.setMinimumSize(40, 30)
        self.caption = ElidedLabel("", self)
        self.caption.setObjectName(f"compareCaption{number_of}")
        self.detail = ElidedLabel("", self)
        self.detail.setObjectName(f"compareDetail{number_of}")
        self.outcome = SteadyLabel(self)
        self.outcome.setObjectName(f"compareReturn{number_of}")
        set_role(self.caption, "strong")
        for label in (self.caption, self.detail, self.outcome):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._episode: Episode | None = None
        self._returns = np.zeros(1)
        self._painted = -1
        self._sharp = self._followed = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._caption = self._said = ""
        self._words = words = QHBoxLayout()
        words.setSpacing(8)
        words.addWidget(self.caption, 1)
        words.addWidget(self.outcome)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_LEFT, 2, _RIGHT, 4)
        layout.setSpacing(1)
        layout.addLayout(words)
        layout.addWidget(self.detail)  # a line of its own: why an episode ended is long
        layout.addWidget(self.view, 1)
        self.hide()

    def set_episode(self, episode: Episode, caption: str, sharp: bool) -> None:
        """Show an episode from its first frame."""
        self._episode, self._sharp, self._painted = episode, sharp, -1
        self._returns = episode.returns_so_far()
        self._caption = caption
        self.set_narrow(False, self.width())
        self.setAccessibleName(caption)
        some = self._returns[:: max(1, episode.length // _RETURNS_MEASURED)]
        self.outcome.reserve(max((f"return {number(float(value))}" for value in (*some, self._returns[-1])), key=len))
        self.show_index(0)
        self.show()

    def set_followed(self, followed: bool) -> None:
        """Whether the panels follow this one."""
        self._followed = followed
        told = "The inspector and the plots follow this episode" if followed else "Click: inspector and plots follow it"
        self.setToolTip(f"{told} (Page Up, Page Down)")
        self.setAccessibleDescription(told)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Anywhere in it will do."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A bar at the side of the one that is followed."""
        if self._followed:
            painter = QPainter(self)
            painter.fillRect(QRectF(4, 3, 3, self.height() - 7), QColor(current_colors().accent))
            painter.end()

    def set_nothing(self) -> None:
        """Empty, and out of sight."""
        self._episode = None
        self.hide()

    def show_index(self, index: int) -> None:
        """Frame `index`, or the last."""
        episode = self._episode
        assert episode is not None
        at = min(index, episode.length)
        if at == self._painted:
            return
        self._painted = at
        self._paint(episode, at)
        ended = at == episode.length
        set_role(self.detail, "" if ended else "muted")
        self._said = f"{episode.ending or 'the end'} · step {at}" if ended else f"step {at} of {episode.length}"
        self._say(episode.ending if ended else "")
        self.outcome.setText(f"return {number(float(self._returns[at]))}")

    def _say(self, ending: str) -> None:
        """Where it is; of an end its reason alone, where there is no room for more."""
        room, wanted = self.width() - _LEFT - _RIGHT, self.fontMetrics().horizontalAdvance(self._said)
        self.detail.setText(ending if ending and wanted > room else self._said)

    def words_need(self) -> int:
        """How wide the caption and the return are side by side."""
        caption = self.caption.fontMetrics().horizontalAdvance(self._caption)
        return _LEFT + caption + self._words.spacing() + self.outcome.width() + _RIGHT

    def set_narrow(self, narrow: bool, room: int) -> None:
        """Whether the return has a line of its own; with too little `room`, the caption has to do with fewer words."""
        lines = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._words.setDirection(lines)
        self._words.setSpacing(1 if narrow else 8)
        fits = not narrow or self.caption.fontMetrics().horizontalAdvance(self._caption) <= room
        self.caption.setText(self._caption if fits else self._caption.replace("checkpoint ", "", 1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room for words."""
        super().resizeEvent(event)
        if self._episode is not None and self._painted == self._episode.length:
            self._say(self._episode.ending)

    def _paint(self, episode: Episode, at: int) -> None:
        """A frame, or why there is none: an episode from elsewhere may have no pictures, or a damaged one."""
        try:
            if not episode.has_pictures:
                raise ValueError("there are no pictures")
            self.view.show_frame(episode.frames[at], sharp=self._sharp)
        except ValueError as error:
            self.view.show_message(f"Nothing to show: {error}")

    def words(self) -> str:
        """Where it is or how it ended, and its return."""
        return f"{self._said} · {self.outcome.text()}"

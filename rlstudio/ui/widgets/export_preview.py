"""ExportPreview: what the file will show, before it is written: one frame, or played on from there."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from rlstudio.core.frame_store import Frame
from rlstudio.ui.icons import set_icon
from rlstudio.ui.latest_work import LatestWork
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.frame_view import FrameView

PictureAt = Callable[[int], Frame]
_TICK_MILLISECONDS = 16


class ExportPreview(QWidget):
    """Pictures are made in a thread, one at a time: where they take longer than a frame lasts, frames are left out.

    Signals:
        failed: why a picture could not be made.
    """

    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exportPreview")
        self.setAccessibleName("Preview")
        self._picture_at: PictureAt | None = None
        self._count, self._start, self._fps, self._sharp = 0, 0, 1.0, False
        self._began = 0.0
        self._asked = -1  # the frame asked for last while it plays
        self._work = LatestWork(self)
        self.view = FrameView()
        self.view.setObjectName("exportPreviewPicture")
        self.view.setAccessibleName("Picture as it will be exported")
        self.view.setMinimumSize(320, 240)
        self.play_button = QPushButton("Play")
        self.play_button.setObjectName("exportPreviewPlay")
        self.play_button.setAccessibleName("Play the preview")
        self.play_button.setToolTip("Play it from this frame on, as fast as the file will")
        self.play_button.setAutoDefault(False)
        self.play_button.clicked.connect(self._toggle)
        self.words = QLabel()
        self.words.setObjectName("exportPreviewFrame")
        set_role(self.words, "muted")
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MILLISECONDS)
        self._timer.timeout.connect(self._tick)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.play_button)
        below.addWidget(self.words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.view, 1)
        layout.addLayout(below)
        self._show_playing(False)

    def show_pictures(self, picture_at: PictureAt, count: int, start: int, fps: float, *, sharp: bool = False) -> None:
        """Preview `count` pictures that play `fps` a second, standing at number `start`; what played stops."""
        self._timer.stop()
        self._picture_at, self._count, self._fps, self._sharp = picture_at, count, fps, sharp
        self._start = min(max(start, 0), max(count - 1, 0))
        self._show_playing(False)
        self.play_button.setVisible(count > 1)
        if count:
            self._ask(self._start)
        else:
            self.show_message("Nothing is chosen")

    def show_message(self, text: str) -> None:
        """Say something in the picture's place."""
        self._timer.stop()
        self.play_button.hide()
        self._picture_at = None
        self.words.clear()
        self.view.show_message(text)

    @property
    def playing(self) -> bool:
        """Whether it plays."""
        return self._timer.isActive()

    def close_work(self) -> None:
        """Stop, and wait for the picture that is being made."""
        self._timer.stop()
        self._work.close()

    def _toggle(self) -> None:
        if self.playing:
            self._timer.stop()
            self._ask(self._start)
        else:
            self._began, self._asked = time.monotonic(), -1
            self._timer.start()
        self._show_playing(self.playing)

    def _tick(self) -> None:
        """Ask for the frame of this moment, unless the one before is still being made."""
        if self._work.busy:
            return
        number = self._start + int((time.monotonic() - self._began) * self._fps)
        if number >= self._count:
            self._timer.stop()
            self._show_playing(False)
            self._ask(self._start)
        elif number != self._asked:
            self._asked = number
            self._ask(number)

    def _ask(self, number: int) -> None:
        make = self._picture_at
        if make is not None:
            self._work.ask(lambda _stale: make(number), lambda frame: self._show(frame, number), self._fail)

    def _show(self, frame: Frame, number: int) -> None:
        if self._picture_at is not None:
            self.view.show_frame(frame, sharp=self._sharp)
            self.words.setText(f"frame {number + 1:,} of {self._count:,} · {frame.shape[1]} × {frame.shape[0]}")

    def _fail(self, words: str) -> None:
        self.show_message(f"This cannot be shown: {words}")
        self.failed.emit(words)

    def _show_playing(self, playing: bool) -> None:
        self.play_button.setText("Back to the frame" if playing else "Play")
        set_icon(self.play_button, "stop" if playing else "play")

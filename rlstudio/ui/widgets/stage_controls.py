"""StageControls: the buttons at the right of the stage's strip: back to live, the recordings, what to watch."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from rlstudio.ui.icons import set_icon
from rlstudio.ui.widgets.watch_picker import WatchPicker


class StageControls(QWidget):
    """Only what works is visible; none of it changes the height.

    Signals:
        backPressed: leave the recording.
        recordingsPressed: show the recordings again.
    """

    backPressed = Signal()
    recordingsPressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back_button = self._button("backToLiveButton", "Back to live", "live")
        self.recordings_button = self._button("recordingsButton", "", "film")
        self.watch = WatchPicker()
        self.back_button.clicked.connect(lambda: self.backPressed.emit())
        self.recordings_button.clicked.connect(lambda: self.recordingsPressed.emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for control in (self.back_button, self.recordings_button, self.watch):
            layout.addWidget(control)
        self._fit()

    def show_mode(self, *, recording: bool, count: int) -> None:
        """What can be done while a recording, or the live picture, is shown and there are `count` recordings."""
        self.back_button.setVisible(recording)
        self.watch.setVisible(not recording)
        self.recordings_button.setText(f"{count} recorded" if count > 1 else "Recording")
        self.recordings_button.setVisible(not recording and count > 0)

    def changeEvent(self, event: QEvent) -> None:
        """Another font has another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        controls = (self.back_button, self.recordings_button, self.watch)
        for control in controls:
            control.ensurePolished()
        self.setFixedHeight(max(control.sizeHint().height() for control in controls))

    def _button(self, name: str, words: str, icon: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.setAccessibleName(words or "Show the recording")
        set_icon(button, icon)
        return button

"""ExportProgress: a running export in the status area: how far it is, how long yet, Cancel; then the file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QToolButton, QWidget

from rlstudio.core.messages import Exported
from rlstudio.core.time_left import TimeLeft
from rlstudio.ui.icons import set_icon
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.numbers import file_size

_SOONEST_SECONDS = 1.0
"""Earlier nothing can be told of how long it takes."""
_WIDEST_WORDS = 352  # pixels; the rest is for what the run does


class ExportProgress(QWidget):
    """Hidden until `begin`; stays after `finish` or `fail` until it is closed or the next export begins.

    It is as high as a line of text: its buttons are flat (resources/themes), its words are cut where they are long.

    Signals:
        cancelRequested: the export is to stop and leave nothing.
    """

    cancelRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exportProgress")
        self.setAccessibleName("Export")
        self._path = Path()
        self._time_left = TimeLeft()
        self.words = ElidedLabel(widest=_WIDEST_WORDS)
        self.bar = QProgressBar()
        self.bar.setFixedWidth(120)
        self.bar.setObjectName("exportBar")
        self.bar.setAccessibleName("Frames written")
        self.left = QLabel()
        self.left.setObjectName("exportTimeLeft")
        self.left.setAccessibleName("Time left")
        self.left.setFixedWidth(self.left.fontMetrics().horizontalAdvance("about 00 min left"))
        self.cancel_button = QPushButton("Cancel")
        self.show_button = QPushButton("Show in folder")
        for button, name in ((self.cancel_button, "exportCancelButton"), (self.show_button, "exportShowButton")):
            button.setObjectName(name)
            button.setProperty("role", "link")
        self.cancel_button.setToolTip("Give up the export; no half file is left")
        self.cancel_button.setAccessibleName("Cancel the export")
        self.show_button.setToolTip("Open the folder that the file is in")
        self.show_button.setAccessibleName("Show the file in its folder")
        self.close_button = QToolButton()
        self.close_button.setObjectName("exportCloseButton")
        self.close_button.setAccessibleName("Close this message")
        self.close_button.setToolTip("Close this message")
        set_icon(self.close_button, "close")
        self.cancel_button.clicked.connect(self._cancel)
        self.show_button.clicked.connect(self.show_file)
        self.close_button.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.setSpacing(8)
        for widget in (self.words, self.bar, self.left, self.cancel_button, self.show_button, self.close_button):
            layout.addWidget(widget)
        self.hide()

    def begin(self, path: str, frames: int) -> None:
        """An export of so many frames has started."""
        self._path = Path(path)
        self.words.setText(f"Exporting {self._path.name}")
        self.setToolTip(path)
        self.bar.setRange(0, max(1, frames))
        self.bar.setValue(0)
        self.left.clear()
        self._time_left = TimeLeft()
        self.cancel_button.setEnabled(True)
        self._show_running(True)

    def set_progress(self, done: int, total: int, words: str = "") -> None:
        """`done` of `total` is done, which is what `words` say; how long the rest takes, once that can be told."""
        self.bar.setMaximum(max(1, total))
        self.bar.setValue(done)
        self.bar.setToolTip(words)
        self.left.setText(_words(self._time_left, done, total))

    def finish(self, exported: Exported) -> None:
        """The file is there."""
        self._path = Path(exported.path)
        self.setToolTip(exported.path)
        frames = f"{exported.frames:,} frames, " if exported.frames > 1 else ""
        size = f"{exported.width}×{exported.height}, {frames}{file_size(exported.n_bytes)}"
        self.words.setText(f"Saved {self._path.name}: {size}")
        if exported.given_up:
            self.setToolTip(f"{exported.path}\nTo keep to its size limit: {exported.given_up}")
        self._show_running(False)
        self.show_button.show()

    def fail(self, reason: str) -> None:
        """It did not work, or was cancelled: say why."""
        self.words.setText(reason)
        self._show_running(False)

    def show_file(self) -> None:
        """Open the folder that the file is in; a folder of pictures itself."""
        folder = self._path if self._path.is_dir() else self._path.parent
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self.words.setText("Cancelling…")
        self.cancelRequested.emit()

    def _show_running(self, running: bool) -> None:
        self.show()
        self.bar.setVisible(running)
        self.left.setVisible(running)
        self.cancel_button.setVisible(running)
        self.show_button.hide()
        self.close_button.setVisible(not running)


def _words(time_left: TimeLeft, done: int, total: int) -> str:
    """How long the rest takes; "" when unknown."""
    rest = time_left.seconds(done / max(1, total))
    if rest is None or time_left.elapsed < _SOONEST_SECONDS:
        return ""
    return f"about {rest / 60:.0f} min left" if rest >= 90 else f"about {max(1.0, rest):.0f} s left"

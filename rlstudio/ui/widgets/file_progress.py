"""FileProgress: files that are read or written, in the status area: how far it is, Cancel, and what came of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from rlstudio.ui.widgets.export_progress import ExportProgress
from rlstudio.ui.widgets.plain_tip import plain_tip


class FileProgress(ExportProgress):
    """Like ExportProgress, for whatever is said in words."""

    def __init__(self, name: str, accessible: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.bar.setAccessibleName(accessible)
        for button in (self.cancel_button, self.show_button, self.close_button):
            button.setObjectName(name + button.objectName().removeprefix("export"))

    def start(self, words: str, path: Path) -> None:
        """Something with the file or folder `path` has begun."""
        self.begin(str(path), 1000)
        self.words.setText(words)

    def end(self, words: str, path: Path | None = None) -> None:
        """It is done; with `path` there is a folder to show."""
        self.fail(words)
        if path is not None:
            self._path = path
            self.setToolTip(plain_tip(str(path)))
            self.show_button.show()

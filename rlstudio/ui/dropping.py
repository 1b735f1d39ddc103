"""Dropping: files and folders that are dragged into the window are opened; a frame says so while they hover."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QMainWindow

from rlstudio.ui.theme import current_colors, set_role


class Dropping(QObject):
    """One a window. What lies under the pointer keeps what it takes itself: a text field its text."""

    def __init__(self, window: QMainWindow, opened: Callable[[list[Path]], None]) -> None:
        super().__init__(window)
        self._window = window
        self._opened = opened
        words = "Drop to open: episodes (.rlepisode), data (.npz, Minari), models (.zip), a run's folder or bundle"
        self.hint = QLabel(words, window)
        self.hint.setObjectName("dropHint")
        self.hint.setAccessibleName("Drop to open")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        set_role(self.hint, "title")
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hint.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is of files."""
        kind = event.type()
        if kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
            assert isinstance(event, QDragEnterEvent | QDragMoveEvent)
            if not local_paths(event.mimeData()):
                return False
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._show_hint()
            return True
        if kind == QEvent.Type.DragLeave:
            self.hint.hide()
        elif kind == QEvent.Type.Drop:
            assert isinstance(event, QDropEvent)
            self.hint.hide()
            paths = local_paths(event.mimeData())
            if paths:
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self._opened(paths)
                return True
        return False

    def _show_hint(self) -> None:
        if self.hint.isHidden():
            colors = current_colors()
            edge = f"border: 2px dashed {colors.accent}; border-radius: 8px;"
            self.hint.setStyleSheet(f"#dropHint {{ background: {colors.selection}; {edge} }}")
            room = self._window.rect()
            self.hint.setGeometry(
                room.adjusted(room.width() // 4, room.height() // 3, -room.width() // 4, -room.height() // 3)
            )
            self.hint.show()
            self.hint.raise_()


def local_paths(data: QMimeData) -> list[Path]:
    """Files and folders on this machine that are dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]

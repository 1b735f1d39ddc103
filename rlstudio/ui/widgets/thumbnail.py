"""Thumbnail: a small picture of a frame that floats beside the pointer, made once for each frame."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from rlstudio.core.episode import Episode
from rlstudio.ui.widgets.frame_view import image_of

_WIDTH, _HEIGHT = 168, 112
_KEPT = 64


class Thumbnail(QFrame):
    """A floating picture with one line of words under it. It takes no focus and no clicks."""

    def __init__(self, parent: QWidget) -> None:
        flags = Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowTransparentForInput
        super().__init__(parent, flags)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setProperty("role", "card")
        self._picture, self._words = QLabel(), QLabel()
        self._words.setProperty("role", "muted")
        for label in (self._picture, self._words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setFixedSize(_WIDTH, _HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 4)
        layout.setSpacing(2)
        layout.addWidget(self._picture)
        layout.addWidget(self._words)
        self._episode: Episode | None = None
        self._kept: OrderedDict[int, QPixmap] = OrderedDict()

    def set_episode(self, episode: Episode | None) -> None:
        """Whose frames are shown from now on; pictures of another episode are dropped."""
        self._episode = episode
        self._kept.clear()
        self.hide()

    def show_at(self, index: int, words: str, pointer: QPoint) -> None:
        """Show frame `index` above `pointer` (global position), inside the screen."""
        if self._episode is None or not self._episode.has_pictures:
            return
        try:
            self._picture.setPixmap(self._pixmap(index))
        except ValueError:  # a damaged frame; the stage says so
            return
        self._words.setText(words)
        self.adjustSize()
        screen = self.screen().availableGeometry()
        left = min(max(pointer.x() - self.width() // 2, screen.left()), screen.right() - self.width())
        above = pointer.y() - self.height() - 12
        self.move(left, above if above >= screen.top() else pointer.y() + 24)
        self.show()

    def _pixmap(self, index: int) -> QPixmap:
        assert self._episode is not None
        if index in self._kept:
            self._kept.move_to_end(index)
            return self._kept[index]
        ratio = self.devicePixelRatioF()
        image = image_of(self._episode.frames[index]).scaled(
            self._picture.size() * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(ratio)
        self._kept[index] = pixmap
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return pixmap

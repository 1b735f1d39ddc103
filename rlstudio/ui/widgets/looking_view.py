"""LookingView: what a choice hung on: bars of named numbers, or where pictures are observed a saliency picture."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QVBoxLayout, QWidget

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import Frame
from rlstudio.core.saliency import saliency_of
from rlstudio.ui.theme import current_colors
from rlstudio.ui.widgets.frame_view import image_of
from rlstudio.ui.widgets.sensitivity_bars import SensitivityBars

_SMALLEST = 96
_TIP = (
    "The gradient of the choice by each pixel of what was seen. Blue: a brighter pixel there speaks for the choice, "
    "orange: against it. An action of several numbers has no such direction: blue is how much they change together."
)


class SaliencyPicture(QWidget):
    """How much the choice hung on each pixel: in one colour where brighter speaks for it, in another where against."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("saliencyPicture")
        self.setAccessibleName("Where in the picture the policy looked")
        self.setToolTip(_TIP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._saliency: QImage | None = None
        self._behind: QImage | None = None
        self._height = 160

    def set_room(self, height: int) -> None:
        """How high it may get; 0 for any height."""
        self._height = max(_SMALLEST, height) if height else 200
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As high as there is room, as wide as the picture is then."""
        ratio = 1.0 if self._saliency is None else self._saliency.width() / self._saliency.height()
        return QSize(round(self._height * ratio), self._height)

    def minimumSizeHint(self) -> QSize:
        """Small, but still a picture."""
        return QSize(_SMALLEST, _SMALLEST)

    def show_picture(self, saliency: Frame | None, behind: Frame | None) -> None:
        """Show a saliency picture, over a frame in grey where one is given; None for neither."""
        self._saliency = None if saliency is None else coloured(saliency)
        self._behind = None if behind is None else image_of(behind).convertToFormat(QImage.Format.Format_Grayscale8)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame stretched to what was observed, dimmed, and the saliency over it."""
        if self._saliency is None:
            return
        painter = QPainter(self)
        scale = min(self.width() / self._saliency.width(), self.height() / self._saliency.height())
        place = QRectF(0, 0, self._saliency.width() * scale, self._saliency.height() * scale)
        painter.fillRect(place, QColor(current_colors().base))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._behind is not None:
            painter.setOpacity(0.55)
            painter.drawImage(place, self._behind)
            painter.setOpacity(1.0)
        painter.drawImage(place, self._saliency)


def coloured(picture: Frame) -> QImage:
    """A saliency picture in the theme's colours, the more opaque the more it counts."""
    strength = saliency_of(picture)
    colors = current_colors()
    pixels = np.zeros((*strength.shape, 4), np.uint8)
    for hue, there in ((colors.accent, strength > 0), (colors.evaluation, strength < 0)):
        shade = QColor(hue)
        pixels[there, :3] = shade.red(), shade.green(), shade.blue()
    pixels[..., 3] = np.rint(255.0 * np.abs(strength))
    height, width = strength.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


class LookingView(QWidget):
    """Bars or picture, whichever the episode has; `lay_out` once for an episode, `show_step` for each of its steps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = SensitivityBars()
        self.picture = SaliencyPicture()
        self.over_frame = QCheckBox("over the picture")
        self.over_frame.setObjectName("saliencyOverFrame")
        self.over_frame.setToolTip("Draw it over the environment's own picture, in grey")
        self.over_frame.setChecked(True)
        self.over_frame.toggled.connect(lambda _on: self._show_picture())
        self._at: tuple[Episode, int] | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.bars, self.picture, self.over_frame):
            layout.addWidget(widget)

    def lay_out(self, episode: Episode) -> bool:
        """Fix what is shown of an episode; whether there is anything."""
        self._at = None
        pictures, numbers = len(episode.saliency) > 0, self.bars.lay_out(episode)
        self.bars.setVisible(numbers)
        self.picture.setVisible(pictures)
        self.over_frame.setVisible(pictures and len(episode.frames) > 0)
        return pictures or numbers

    def set_room(self, height: int) -> None:
        """How high it may get; 0 for any height."""
        self.bars.set_room(height)
        self.picture.set_room(height - self.over_frame.sizeHint().height() - 4 if height else 0)

    def show_step(self, episode: Episode, index: int) -> None:
        """What the choice at `index` hung on."""
        self._at = episode, index
        self.bars.show_step(episode, index)
        self._show_picture()

    def _show_picture(self) -> None:
        if self._at is None or self.picture.isHidden():
            return
        episode, index = self._at
        there = index < len(episode.saliency)
        behind = self.over_frame.isChecked() and not self.over_frame.isHidden()
        try:
            self.picture.show_picture(
                episode.saliency[index] if there else None, episode.frames[index] if there and behind else None
            )
        except ValueError:  # a damaged one, in an episode from elsewhere
            self.picture.show_picture(None, None)

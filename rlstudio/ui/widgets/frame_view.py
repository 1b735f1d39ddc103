"""FrameView: paints the newest picture of an environment, letterboxed, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rlstudio.core.frame_store import Frame


def image_of(frame: Frame) -> QImage:
    """A QImage that owns its pixels, from an (h, w, 3) uint8 frame.

    RGB32 because Qt's painter has a fast path for it: 0.6 ms for a 600×400 frame drawn smoothly at 900×600, against
    1.6 ms from RGB888. The conversion is the one copy made (0.07 ms), so the frame's memory may be reused at once.
    """
    height, width = frame.shape[:2]
    if not frame.flags.c_contiguous:
        frame = frame.copy()
    return QImage(frame.data, width, height, 3 * width, QImage.Format.Format_RGB888).convertToFormat(
        QImage.Format.Format_RGB32
    )


_MUCH_SMALLER = 0.7


class FrameView(QWidget):
    """Shows frames as large as fits, centred, and a line of words while there is none.

    Repaints only when a frame arrives. Frames of another size never change the widget's own size. Pictures are
    scaled up smoothly; with `sharp` (toy-text environments) their pixels stay sharp: whole multiples first, then
    fitted, so that edges are crisp at any size. `overlay` paints over the picture, told where it lies.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("frameView")
        self.setAccessibleName("Picture of the environment")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.sharp = False
        self.overlay: Callable[[QPainter, QRectF], None] | None = None
        self._image: QImage | None = None
        self._enlarged: QImage | None = None  # the image in another size, kept while that stays
        self._message = ""

    def sizeHint(self) -> QSize:
        """Three to two, as most environments draw; never depends on the frame."""
        return QSize(600, 400)

    def show_frame(self, frame: Frame, *, sharp: bool = False) -> None:
        """Show a frame, (h, w, 3) uint8 RGB; it is copied."""
        self._image = image_of(frame)
        self._enlarged = None
        self.sharp = sharp
        self.update()

    def show_message(self, text: str) -> None:
        """Say `text` in the picture's place; the next frame replaces it."""
        self._image = self._enlarged = None
        self._message = text
        self.update()

    def image(self) -> QImage | None:
        """The picture now shown, in its own size; None while there is none."""
        return self._image

    def picture_rect(self) -> QRectF:
        """Where the picture lies inside the widget: the largest centred place of its shape, on whole screen pixels."""
        if self._image is None:
            return QRectF()
        ratio = self.devicePixelRatioF()
        room_width, room_height = self.width() * ratio, self.height() * ratio
        scale = min(room_width / self._image.width(), room_height / self._image.height())
        if self.sharp and scale >= 2 and math.floor(scale) / scale > 0.9:
            scale = math.floor(scale)  # a whole multiple costs little size here and needs no fitting
        width, height = round(self._image.width() * scale), round(self._image.height() * scale)
        left, top = (room_width - width) // 2, (room_height - height) // 2
        return QRectF(left / ratio, top / ratio, width / ratio, height / ratio)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture, or the words."""
        painter = QPainter(self)
        if self._image is None:
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)
            return
        target = self.picture_rect()
        image = self._image
        if self.sharp:
            image = self._whole_multiple(target.width() * self.devicePixelRatioF() / image.width())
        elif target.width() * self.devicePixelRatioF() < _MUCH_SMALLER * image.width():
            image = self._reduced(target)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, image)
        if self.overlay is not None:
            self.overlay(painter, target)

    def _reduced(self, target: QRectF) -> QImage:
        """The image at its size on the screen, every pixel of it counted: a painter would leave thin lines out."""
        assert self._image is not None
        size = (target.size() * self.devicePixelRatioF()).toSize()
        if self._enlarged is None or self._enlarged.size() != size:
            self._enlarged = self._image.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return self._enlarged

    def _whole_multiple(self, scale: float) -> QImage:
        """The image enlarged without smoothing to the next whole multiple at or above `scale`."""
        assert self._image is not None
        factor = max(1, math.ceil(scale - 1e-6))
        if factor == 1:
            return self._image
        size = self._image.size() * factor
        if self._enlarged is None or self._enlarged.size() != size:
            self._enlarged = self._image.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.FastTransformation
            )
        return self._enlarged

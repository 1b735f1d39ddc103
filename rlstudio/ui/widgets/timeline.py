"""Timeline: a slider over an episode's frames, with ticks where rewards stand out and where a step was remarked on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from rlstudio.core.episode import Episode
from rlstudio.core.returns import usual_reward
from rlstudio.core.thoughts import Thoughts
from rlstudio.ui.theme import current_colors, theme_events

_MARGIN = 8  # half the handle, so that the first and last frame are reachable
_PAGE = 10
_TICKS = 12  # height of the part above the groove that holds the ticks


def standing_out(rewards: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each reward is from the usual one, shape (T,), between -1 and 1; roots, so that a crash at the end does
    not flatten all the rest.

    Usual is the reward that more than half of the steps have (CartPole's 1, MountainCar's -1), else 0; so rewards that
    never differ give no ticks at all, and a goal among a thousand equal steps is seen.
    """
    if len(rewards) == 0:
        return np.zeros(0)
    usual = usual_reward(rewards)
    difference = rewards - (0.0 if usual is None else usual)
    largest = float(np.max(np.abs(difference), initial=0.0))
    if largest == 0:
        return np.zeros(len(rewards))
    return np.sign(difference) * np.sqrt(np.abs(difference) / largest)


def remarked(episode: Episode) -> list[int]:
    """Steps whose thought carries a note ("explored: random action"), unless most steps do."""
    thoughts = episode.thoughts
    notes = thoughts.notes if isinstance(thoughts, Thoughts) else [thought.note for thought in thoughts]
    steps = [index for index, note in enumerate(notes) if note]
    return steps if 2 * len(steps) <= len(notes) else []


class Timeline(QSlider):
    """Frame 0 to T. A press anywhere goes there; hovering asks for a thumbnail of the frame under the pointer."""

    hovered = Signal(int, QPointF)  # frame, global position
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("frameSlider")
        self.setAccessibleName("Frame of the recorded episode")
        self.setMouseTracking(True)
        self.setPageStep(_PAGE)
        self.setRange(0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._rewards: NDArray[np.float64] = np.zeros(0)
        self._remarks: list[int] = []
        self._marks: tuple[int, ...] = ()
        self._end = 0
        self._hint = ""
        self._backdrop: QPixmap | None = None
        theme_events.changed.connect(self._forget_backdrop)

    def set_episode(self, episode: Episode | None, last: int | None = None) -> None:
        """Take the range and ticks from an episode; to the first frame.

        `last` is the last frame where the clock runs on beyond this episode's end, as beside a longer one.
        """
        self._rewards = np.zeros(0) if episode is None else standing_out(episode.rewards)
        self._remarks = [] if episode is None else remarked(episode)
        self._marks = () if episode is None else episode.marks
        self._end = 0 if episode is None else episode.length
        self.setRange(0, self._end if last is None else last)
        self.setValue(0)
        self._forget_backdrop()

    def set_marks(self, marks: tuple[int, ...]) -> None:
        """Other frames are marked now."""
        self._marks = marks
        self.update()

    def set_hint(self, hint: str) -> None:
        """What to say in place of the ticks while there is no episode to step through and this is disabled."""
        self._hint = hint
        self.setAccessibleDescription(hint)
        self.update()

    def sizeHint(self) -> QSize:
        """Ticks above, groove below."""
        return QSize(200, _TICKS + 20)

    def minimumSizeHint(self) -> QSize:
        """As high as the hint; it may get narrow."""
        return QSize(80, _TICKS + 20)

    def position_of(self, index: float) -> float:
        """x of a frame, in pixels."""
        room = self.width() - 2 * _MARGIN
        return _MARGIN + room * index / max(1, self.maximum())

    def frame_at(self, x: float) -> int:
        """The frame nearest to x."""
        share = (x - _MARGIN) / max(1, self.width() - 2 * _MARGIN)
        return round(min(1.0, max(0.0, share)) * self.maximum())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the pressed place at once, and follow the pointer until it is released."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setSliderPosition(self.frame_at(event.position().x()))
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub while pressed; a thumbnail either way."""
        index = self.frame_at(event.position().x())
        if self.isSliderDown():
            self.setSliderPosition(index)
        self.hovered.emit(index, event.globalPosition())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End of scrubbing."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows one frame, with Shift ten; the rest as a slider does."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if steps is not None and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.setValue(self.value() + _PAGE * steps)
            return
        super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """A thumbnail at once."""
        self.hovered.emit(self.frame_at(event.position().x()), event.globalPosition())
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """No thumbnail any more."""
        self.left.emit()
        super().leaveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The ticks are drawn anew."""
        self._backdrop = None
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ticks and groove from a kept picture, then what changes: the part played, marks and the handle."""
        if not self.isEnabled():
            self._paint_hint()
            return
        ratio = self.devicePixelRatioF()
        if self._backdrop is None or self._backdrop.devicePixelRatio() != ratio:
            self._backdrop = self._draw_backdrop(ratio)
        colors = current_colors()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._backdrop)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.accent_hover if self.hasFocus() else colors.accent))
        groove, x = self._groove(), self.position_of(self.sliderPosition())
        painter.drawRoundedRect(QRectF(groove.left(), groove.top(), x - groove.left(), groove.height()), 2, 2)
        self._draw_marks(painter, groove)
        painter.setBrush(QColor(colors.accent_hover if self.hasFocus() else colors.accent))
        painter.drawEllipse(QPointF(x, groove.center().y()), 7, 7)
        if self.hasFocus():
            painter.setBrush(QColor(colors.window))
            painter.drawEllipse(QPointF(x, groove.center().y()), 3, 3)

    def _paint_hint(self) -> None:
        """A bare groove, and words above it."""
        painter, groove = QPainter(self), self._groove()
        painter.fillRect(groove, QColor(current_colors().hairline))
        painter.setPen(QColor(current_colors().muted))
        room = QRectF(_MARGIN, 0, groove.width(), groove.top() - 1)
        words = self.fontMetrics().elidedText(self._hint, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def _groove(self) -> QRectF:
        return QRectF(_MARGIN, self.height() - 12, self.width() - 2 * _MARGIN, 4)

    def _forget_backdrop(self) -> None:
        self._backdrop = None
        self.update()

    def _draw_backdrop(self, ratio: float) -> QPixmap:
        """Groove, reward ticks, remarks and the end of the episode."""
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        colors, groove = current_colors(), self._groove()
        painter = QPainter(pixmap)
        painter.fillRect(groove, QColor(colors.hairline))
        middle = 1 + _TICKS / 2
        width = max(1.0, min(4.0, 0.6 * groove.width() / max(1, self.maximum())))
        for x, share in self._seen(np.flatnonzero(np.abs(self._rewards) >= 0.02)):
            height = max(2.0, abs(share) * _TICKS / 2)
            top = middle - height if share > 0 else middle
            rect = QRectF(x - width / 2, top, width, height)  # at the frame beside which the inspector shows it
            painter.fillRect(rect, QColor(colors.good if share > 0 else colors.live))
        for x in sorted({round(self.position_of(step)) for step in self._remarks}):
            painter.fillRect(QRectF(x - 0.5, groove.top() - 3, 1.5, 3), QColor(colors.change))
        if self._end:
            painter.fillRect(QRectF(self.position_of(self._end) - 1, groove.top() - 5, 2, 14), QColor(colors.muted))
        painter.end()
        return pixmap

    def _seen(self, steps: NDArray[np.intp]) -> list[tuple[float, float]]:
        """x and height of the reward ticks: of those that share a pixel the highest, upwards and downwards."""
        x = _MARGIN + (self.width() - 2 * _MARGIN) * steps / max(1, self.maximum())
        if len(steps) <= 2 * self.width():
            return list(zip(x.tolist(), self._rewards[steps].tolist(), strict=True))
        up, down = np.zeros(self.width() + 1), np.zeros(self.width() + 1)
        pixels, shares = np.round(x).astype(np.intp), self._rewards[steps]
        np.maximum.at(up, pixels, shares)
        np.minimum.at(down, pixels, shares)
        return [(float(at), float(row[at])) for row in (up, down) for at in np.flatnonzero(row)]

    def _draw_marks(self, painter: QPainter, groove: QRectF) -> None:
        """A line through the groove with a head below it, of another shape than rewards and remarks."""
        colour = QColor(current_colors().text)
        painter.setBrush(colour)
        for mark in self._marks:
            x, foot = self.position_of(mark), groove.bottom() + 7
            painter.fillRect(QRectF(x - 1, groove.top() - 5, 2, groove.height() + 6), colour)
            painter.drawPolygon([QPointF(x, foot - 7), QPointF(x + 4, foot), QPointF(x - 4, foot)])

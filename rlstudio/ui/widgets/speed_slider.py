"""The training speed: one slider from the environment's real time, by way of "watch", to as fast as it goes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from rlstudio.ui.theme import set_role

REAL, WATCH, FULL = 0, 50, 100
_SNAP = 6
_FAST = 200_000.0  # steps a second: beyond what a learner here does, so that the slider's end meets full speed smoothly


def pace_at(position: int, real: float, watch: float) -> float | None:
    """Environment steps a second at a slider position; None at the end, full speed.

    `real` and `watch` are the paces at the first and the middle notch.
    """
    if position >= FULL:
        return None
    watch = max(watch, real)
    if position <= WATCH:
        share = position / WATCH
        return float(real * (watch / real) ** share)
    share = (position - WATCH) / (FULL - WATCH)
    fast = max(_FAST, watch)
    return float(watch * (fast / watch) ** share)


class SpeedSlider(QWidget):
    """Snaps to its three named notches. `moved` carries the position, 0 to 100."""

    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("speedSlider")
        self.slider.setAccessibleName("Training speed")
        self.slider.setRange(REAL, FULL)
        self.slider.setPageStep(FULL // 2)
        self.slider.setValue(WATCH)
        self.slider.setMinimumWidth(110)
        self.slider.setMaximumWidth(180)
        self.words = QLabel()
        set_role(self.words, "muted")
        self.words.setMinimumWidth(self.words.fontMetrics().horizontalAdvance("real time"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.setSpacing(8)
        title = QLabel("Speed")
        set_role(title, "muted")
        for widget in (title, self.slider, self.words):
            layout.addWidget(widget)
        self.setToolTip(
            "Training speed. Left: real time, as the environment would run by itself. "
            "Middle: watch, slow enough to see the curve grow. Right: full speed."
        )
        self.slider.valueChanged.connect(self._changed)
        self._say()

    def position(self) -> int:
        """Where it stands, 0 to 100."""
        return self.slider.value()

    def set_position(self, position: int) -> None:
        """Move it."""
        self.slider.setValue(position)

    def _changed(self, position: int) -> None:
        if self.slider.isSliderDown():
            near = min((REAL, WATCH, FULL), key=lambda notch: abs(notch - position))
            if near != position and abs(near - position) <= _SNAP:
                self.slider.setValue(near)
                return
        self._say()
        self.moved.emit(position)

    def _say(self) -> None:
        position = self.slider.value()
        names = {REAL: "real time", WATCH: "watch", FULL: "full"}
        self.words.setText(names.get(position, "slower" if position < WATCH else "faster"))

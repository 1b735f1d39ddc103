"""StatusRow: at the foot of the window, how far the run is, what is happening in words, and the numbers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.elided_label import ElidedLabel

_ABOVE_AND_BELOW = 6
_WORDS_AT_LEAST = 96
_NUMBERS_AT_MOST = 2000  # no more than they need; less where there is little room


class StatusRow(QWidget):
    """`extra` at the right takes widgets that come and go (an export's progress); the height is that of the font alone,
    so that nothing above moves when they do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.progress = QProgressBar()
        self.progress.setObjectName("progressBar")
        self.progress.setAccessibleName("Share of the budget used")
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(160)
        self.words = ElidedLabel("Ready")
        self.words.setObjectName("statusLabel")
        self.words.setAccessibleName("What is happening")
        self.words.setMinimumWidth(_WORDS_AT_LEAST)
        self.numbers = ElidedLabel(widest=_NUMBERS_AT_MOST)
        self.numbers.setObjectName("statusNumbers")
        self.numbers.setAccessibleName("Numbers of the run")
        set_role(self.numbers, "muted")
        self.numbers.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(16)
        layout.addWidget(self.progress)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.numbers)
        self.extra = QHBoxLayout()
        layout.addLayout(self.extra)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Another font has another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        self.ensurePolished()
        self.setFixedHeight(self.fontMetrics().height() + 2 * _ABOVE_AND_BELOW)

    def show_progress(self, share: float | None) -> None:
        """Share of the whole, 0 to 1; None for nothing under way."""
        value = 0 if share is None else round(share * 1000)
        if self.progress.value() != value:
            self.progress.setValue(value)
        self.progress.setToolTip("" if share is None else f"{share:.0%} of the budget used")

    def say(self, words: str) -> None:
        """What is happening."""
        if self.words.text() != words:
            self.words.setText(words)

    def show_numbers(self, parts: list[str]) -> None:
        """The run's numbers, side by side."""
        text = "   ·   ".join(parts)
        if self.numbers.text() != text:
            self.numbers.setText(text)


def duration(seconds: float) -> str:
    """A time in words: "42 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"

"""FuturesBar: above two futures side by side, both returns and the difference in words."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from rlstudio.core.episode import Episode
from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.numbers import number


def difference_words(recorded: float, other: float) -> str:
    """Both returns and what lies between: "recorded: 500 · what if: 213 (−287)"."""
    difference = round(other, 2) - round(recorded, 2)  # of what is shown, so that it adds up
    said = "equal" if difference == 0 else f"{'+' if difference > 0 else '−'}{number(abs(difference))}"
    return f"recorded: {_typeset(recorded)} · what if: {_typeset(other)} ({said})"


def _typeset(value: float) -> str:
    return number(value).replace("-", "−")


class FuturesBar(QWidget):
    """One or two lines of fixed words; `closed` when one episode alone is wanted again."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("futuresBar")
        self.setAccessibleName("Difference of both futures")
        self.words = ElidedLabel("", self)
        self.words.setObjectName("futuresDifference")
        set_role(self.words, "title")
        self.note = ElidedLabel("", self)
        self.note.setObjectName("futuresNote")
        set_role(self.note, "muted")
        self.close_button = QPushButton("One picture", self)
        self.close_button.setObjectName("futuresClose")
        self.close_button.setToolTip("Show one episode again; both stay among the recordings")
        self.close_button.setProperty("role", "flat")
        set_icon(self.close_button, "close")
        self.close_button.clicked.connect(lambda: self.closed.emit())
        first = QHBoxLayout()
        first.addWidget(self.words, 1)
        first.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 0, 8, 2)
        layout.setSpacing(0)
        layout.addLayout(first)
        layout.addWidget(self.note)

    def show_pair(self, recorded: Episode, other: Episode, note: str = "") -> None:
        """Say how they differ; `note` is what else there is to know."""
        self.words.setText(difference_words(recorded.total_reward, other.total_reward))
        self.note.setText(note)
        self.note.setVisible(bool(note))

"""What the setup says when it shows another run than the one that trains: that one goes on, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from rlstudio.ui.theme import set_role


class TrainingNote(QFrame):
    """Hidden until there is something to say."""

    trainRequested = Signal()
    backRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trainingNote")
        set_role(self, "card")
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        train = QPushButton("Train a new run", self)
        train.setObjectName("trainNewRunButton")
        train.clicked.connect(self.trainRequested)
        back = QPushButton("Back to what trains", self)
        back.setObjectName("backToRunningButton")
        set_role(back, "link")
        back.clicked.connect(self.backRequested)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        for widget in (self._words, train, back):
            column.addWidget(widget)
        self.hide()

    def show_for(self, running: str) -> None:
        """Say that `running` ("PPO on CartPole-v1") goes on; "" hides the note."""
        self._words.setText(f"{running} goes on training. These settings are for a new run.")
        self.setVisible(bool(running))

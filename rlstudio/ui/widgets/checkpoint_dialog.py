"""CheckpointDialog: which checkpoints to show side by side: two to four, those that tell most chosen already."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.compare_view import MOST_EPISODES

_OF_THE_SCREEN = 0.6
"""How much of its height the list takes before it scrolls."""


class CheckpointDialog(QDialog):
    """A box to check for each checkpoint, and below them which are chosen. `steps()` are those that were checked."""

    def __init__(self, rows: Sequence[tuple[int, str]], chosen: Sequence[int], parent: QWidget | None = None) -> None:
        """`rows` holds the step of each checkpoint and what to say of it."""
        super().__init__(parent)
        self.setObjectName("compareDialog")
        self.setWindowTitle("Compare checkpoints")
        self.boxes: dict[int, QCheckBox] = {}
        for step, words in rows:
            box = self.boxes[step] = QCheckBox(words)
            box.setObjectName(f"compare_{step}")
            box.setChecked(step in chosen)
            box.toggled.connect(self._check)
        self.note = QLabel()
        self.note.setObjectName("compareNote")
        self.note.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.ok = self.buttons.addButton("Compare", QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setObjectName("compareOkButton")
        self.ok.setProperty("role", "primary")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        heading = QLabel("Up to four, each in the same episode: same seed, same clock.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for part in (heading, self._make_list(), self.note, self.buttons):
            layout.addWidget(part)
        self._check()
        self.resize(self.sizeHint())

    def steps(self) -> list[int]:
        """The checkpoints that are checked, in order."""
        return sorted(step for step, box in self.boxes.items() if box.isChecked())

    def _make_list(self) -> QScrollArea:
        page = QWidget()
        set_role(page, "page")
        rows = QVBoxLayout(page)
        rows.setContentsMargins(8, 8, 8, 8)
        rows.setSpacing(4)
        for box in self.boxes.values():
            rows.addWidget(box)
        rows.addStretch(1)
        area = QScrollArea()
        area.setObjectName("compareList")
        area.setAccessibleName("Checkpoints to compare")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(page)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        wanted = page.sizeHint()
        bar = area.verticalScrollBar().sizeHint().width()
        room = round(_OF_THE_SCREEN * self.screen().availableGeometry().height())
        area.setMinimumSize(wanted.width() + bar, min(wanted.height(), room))
        return area

    def _check(self) -> None:
        chosen = self.steps()
        count = len(chosen)
        self.ok.setEnabled(2 <= count <= MOST_EPISODES)
        names = ", ".join("untrained" if step == 0 else f"{step:,}" for step in chosen)
        if count < 2:
            self.note.setText("Choose at least two.")
        elif count > MOST_EPISODES:
            self.note.setText(f"{count} are chosen, four at most: {names}")
        else:
            self.note.setText(f"Chosen: {names}")
        set_role(self.note, "muted" if 2 <= count <= MOST_EPISODES else "fault")

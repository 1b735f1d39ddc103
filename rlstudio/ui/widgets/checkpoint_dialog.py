"""CheckpointDialog: which checkpoints to show side by side: two to four, those that tell most chosen already."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.compare_view import MOST_EPISODES

_STEP = Qt.ItemDataRole.UserRole


class CheckpointDialog(QDialog):
    """A list with a box to check before each checkpoint. `steps()` are those that were checked."""

    def __init__(self, rows: Sequence[tuple[int, str]], chosen: Sequence[int], parent: QWidget | None = None) -> None:
        """`rows` holds the step of each checkpoint and what to say of it."""
        super().__init__(parent)
        self.setObjectName("compareDialog")
        self.setWindowTitle("Compare checkpoints")
        self.list = QListWidget()
        self.list.setObjectName("compareList")
        self.list.setAccessibleName("Checkpoints to compare")
        for step, words in rows:
            item = QListWidgetItem(words, self.list)
            item.setData(_STEP, step)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if step in chosen else Qt.CheckState.Unchecked)
        self.note = QLabel()
        self.note.setObjectName("compareNote")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.ok = self.buttons.addButton("Compare", QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setObjectName("compareOkButton")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.list.itemChanged.connect(lambda _item: self._check())
        self.list.itemActivated.connect(self._toggle)
        heading = QLabel("Up to four, each in the same episode: same seed, same clock.")
        heading.setWordWrap(True)
        layout = QVBoxLayout(self)
        for part in (heading, self.list, self.note, self.buttons):
            layout.addWidget(part)
        self.resize(380, 460)
        self._show_first_chosen()
        self._check()

    def steps(self) -> list[int]:
        """The checkpoints that are checked, in order."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [int(item.data(_STEP)) for item in items if item.checkState() is Qt.CheckState.Checked]

    def _toggle(self, item: QListWidgetItem) -> None:
        """Enter on a row checks it, as Space does."""
        checked = item.checkState() is Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked)

    def _check(self) -> None:
        count = len(self.steps())
        self.ok.setEnabled(2 <= count <= MOST_EPISODES)
        few, many = count < 2, count > MOST_EPISODES
        self.note.setText(
            "Choose at least two." if few else f"{count} are chosen: four at most." if many else f"{count} are chosen."
        )
        set_role(self.note, "fault" if few or many else "muted")

    def _show_first_chosen(self) -> None:
        for row in range(self.list.count()):
            if self.list.item(row).checkState() is Qt.CheckState.Checked:
                self.list.setCurrentRow(row)
                return

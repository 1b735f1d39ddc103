"""WatchPicker: whose behaviour the stage shows: the policy's, the training environment's, or nobody's."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QWidget

_CHOICES = (
    ("policy", "Watch the policy", "The newest weights play in their own environment, in real time"),
    ("training", "Watch training", "The training environment's own pictures, at training speed"),
    ("off", "Watch nothing", "No pictures: training has the machine to itself"),
)


class WatchPicker(QComboBox):
    """Its data are the modes "policy", "training" and "off"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("watchMode")
        self.setAccessibleName("What to watch")
        self.setToolTip("Whose behaviour the stage shows while training")
        for index, (mode, words, help_text) in enumerate(_CHOICES):
            self.addItem(words, mode)
            self.setItemData(index, help_text, Qt.ItemDataRole.ToolTipRole)

    def mode(self) -> str:
        """The chosen mode."""
        return str(self.currentData())

    def show_mode(self, mode: str) -> None:
        """Show a mode without telling anyone. Raises ValueError for an unknown one."""
        index = self.findData(mode)
        if index < 0:
            raise ValueError(f"watch mode {mode!r}: one of {', '.join(name for name, _, _ in _CHOICES)}")
        with QSignalBlocker(self):
            self.setCurrentIndex(index)

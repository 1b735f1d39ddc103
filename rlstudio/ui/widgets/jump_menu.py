"""JumpMenu: where in an episode one can jump to; what it does not have is greyed, and says why."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from rlstudio.core.episode_jumps import Jump

JUMP_KEYS = {"reward": "N", "hesitation": "H", "error": "V", "mark": "Shift+M", "end": "End"}
"""The key of each kind of place."""


class JumpMenu(QMenu):
    """`chosen` carries the key of a kind of place."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jumpMenu")
        self.setAccessibleName("Jump to a place in the episode")
        self.setToolTipsVisible(True)

    def set_jumps(self, jumps: tuple[Jump, ...]) -> None:
        """Offer these."""
        self.clear()
        for jump in jumps:
            action = self.addAction(f"{jump.title}\t{JUMP_KEYS.get(jump.key, '')}")
            action.setObjectName(f"jump_{jump.key}")
            action.setToolTip(jump.help)
            action.setEnabled(bool(jump.frames))
            action.triggered.connect(lambda _checked=False, key=jump.key: self.chosen.emit(key))

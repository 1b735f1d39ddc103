"""KeyStrip: what each key does while a person plays, and which are held."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from rlstudio.core.keys import KeyMap
from rlstudio.ui.theme import GRID, set_role
from rlstudio.ui.widgets.flow_layout import FlowLayout

SYMBOLS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Space": "Space"}


class KeyStrip(QWidget):
    """A keycap and its words for each key; caps of held keys are filled. Lines break where there is no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keyStrip")
        self.setAccessibleName("Keys")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._flow = FlowLayout(self, gap=2 * GRID)
        self._caps: dict[str, QLabel] = {}

    def set_keys(self, keys: KeyMap | None) -> None:
        """Show these keys; None: none."""
        self._flow.clear()
        self._caps = {}
        if keys is None:
            return
        for key in keys.keys:
            cap = QLabel(SYMBOLS.get(key.key, key.key))
            cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
            cap.setMinimumWidth(26)
            set_role(cap, "keycap")
            self._caps[key.key] = cap
            self._flow.addWidget(_pair(cap, key.words))
        none = QLabel("no key")
        set_role(none, "muted")
        self._flow.addWidget(_pair(none, keys.idle_words))
        self.updateGeometry()

    def show_held(self, held: Collection[str]) -> None:
        """Fill the caps of these keys."""
        for name, cap in self._caps.items():
            set_role(cap, "keycap-held" if name in held else "keycap")

    def texts(self) -> list[str]:
        """What each entry says: "← push left"."""
        return [" ".join(label.text() for label in pair.findChildren(QLabel)) for pair in self._flow.widgets()]


def _pair(cap: QLabel, words: str) -> QWidget:
    pair = QWidget()
    pair.setMinimumHeight(26)  # also of one without a cap, so that all words stand on one line
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    said = QLabel(words)
    said.setTextFormat(Qt.TextFormat.PlainText)
    row.addWidget(cap)
    row.addWidget(said)
    return pair

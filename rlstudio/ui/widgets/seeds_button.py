"""SeedsButton: trains the same with several seeds; how many is chosen in its menu and stays."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from rlstudio.ui.icons import set_icon

CHOICES = (2, 3, 5, 10, 20)


class SeedsButton(QToolButton):
    """Signals:
    wished(count): so many seeds are to be trained.
    """

    wished = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("seedsButton")
        self.setAccessibleName("Train several seeds")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        set_icon(self, "seed")
        menu = QMenu(self)
        self._choices = QActionGroup(menu)
        for count in CHOICES:
            action = menu.addAction(f"Train {count} seeds")
            action.setCheckable(True)
            action.setData(count)
            self._choices.addAction(action)
        self._choices.triggered.connect(lambda action: self._choose(action.data()))
        self.setMenu(menu)
        self.clicked.connect(lambda: self.wished.emit(self.count))
        self.set_count(5)

    def _choose(self, count: int) -> None:
        self.set_count(count)
        self.wished.emit(count)

    def set_count(self, count: int) -> None:
        """How many a click trains."""
        self.count = count if count in CHOICES else 5
        for action in self._choices.actions():
            action.setChecked(action.data() == self.count)
        self.setText(f"{self.count} seeds")
        self.setToolTip(
            f"Train what the setup asks for with {self.count} seeds, as many at once as there are cores, and lay their "
            "curves over each other (Ctrl+Shift+Enter)"
        )

"""FoldTabs: a row of tabs whose page folds away when its tab is clicked again. Folded, only the row is left."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from rlstudio.ui.icons import set_icon

_OPEN_HEIGHT = 150


class FoldTabs(QWidget):
    """Pages by key. `opened` carries the key of a page that was opened, "" when folded."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(8, 4, 8, 4)
        self._row.setSpacing(4)
        self._row.addStretch(1)
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._pages = QStackedWidget()
        self._pages.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._row)
        layout.addWidget(self._pages, 1)
        self._key = ""
        self._apply_height()

    def add(self, key: str, title: str, icon: str, page: QWidget) -> None:
        """A page and its tab."""
        button = QToolButton()
        button.setObjectName(f"{key}Tab")
        button.setText(title)
        button.setAccessibleName(f"{title} panel")
        button.setToolTip(f"Open or fold the {title.lower()}")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setCheckable(True)
        set_icon(button, icon)
        button.clicked.connect(lambda checked, key=key: self.open(key if checked else ""))
        self._row.insertWidget(self._row.count() - 1, button)
        self._buttons[key] = button
        self._pages.addWidget(page)

    def current(self) -> str:
        """Key of the open page, "" when folded."""
        return self._key

    def open(self, key: str) -> None:
        """Open a page, or fold for ""."""
        self._key = key
        for name, button in self._buttons.items():
            button.setChecked(name == key)
        if key:
            self._pages.setCurrentIndex(list(self._buttons).index(key))
        self._pages.setVisible(bool(key))
        self._apply_height()
        self.opened.emit(key)

    def _apply_height(self) -> None:
        row = self._row.sizeHint().height()
        self.setMinimumHeight(row + _OPEN_HEIGHT if self._key else row)
        self.setMaximumHeight(16_777_215 if self._key else row)

"""Banner: one line across the window that says what happened and what can be done, without a dialog in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import current_colors, set_role, theme_events

Choice = tuple[str, Callable[[], None]]


class Banner(QFrame):
    """Hidden until `say`; the newest thing said takes the place of the one before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._fault = False
        self._picture = QToolButton()
        self._picture.setEnabled(True)
        self._picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._words = QLabel()
        self._words.setObjectName("bannerText")
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._choices = QHBoxLayout()
        self._choices.setSpacing(8)
        close = QToolButton()
        close.setObjectName("bannerClose")
        close.setAccessibleName("Close the message")
        close.setToolTip("Close")
        set_icon(close, "close")
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._picture)
        layout.addWidget(self._words, 1)
        layout.addLayout(self._choices)
        layout.addWidget(close)
        theme_events.changed.connect(self._paint)
        self.hide()

    def text(self) -> str:
        """What it says; "" while hidden."""
        return "" if self.isHidden() else self._words.text()

    def say(self, text: str, choices: Sequence[Choice] = (), *, fault: bool = False) -> None:
        """Show a message, with a button for each thing that can be done about it."""
        self._fault = fault
        self._words.setText(text)
        set_icon(self._picture, "error" if fault else "info", "danger" if fault else "accent")
        while self._choices.count():
            old = self._choices.takeAt(0).widget()
            if old is not None:
                old.deleteLater()
        for title, action in choices:
            button = QPushButton(title)
            button.setObjectName("banner" + title.title().replace(" ", ""))
            button.clicked.connect(self.hide)
            button.clicked.connect(action)
            self._choices.addWidget(button)
        self._paint()
        self.show()

    def _paint(self) -> None:
        colors = current_colors()
        back = colors.danger_back if self._fault else colors.selection
        edge = f"border: none; border-bottom: 1px solid {colors.hairline};"
        self.setStyleSheet(f"#banner {{ background: {back}; {edge} }}")
        set_role(self._words, "strong" if self._fault else "")

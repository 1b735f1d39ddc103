"""Banner: a message at the foot of the window that says what happened and what can be done. It moves nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import GRID, current_colors, set_role, theme_events

_WIDEST = 1000
Choice = tuple[str, Callable[[], None]]


class Banner(QFrame):
    """Hidden until `say`; the newest thing said takes the place of the one before.

    It lies over its parent, above `footing`, so that picture and curve keep their places while it comes and goes.
    """

    def __init__(self, parent: QWidget, footing: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._footing = footing
        self._fault = False
        self._picture = QToolButton()
        self._picture.setEnabled(True)
        self._picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._words = QLabel()
        self._words.setObjectName("bannerText")
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
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
        parent.installEventFilter(self)
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
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot of the parent."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and not self.isHidden():
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        """Once new words and buttons have been laid out, they may need another height."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and not self.isHidden():
            self._place()
        return done

    def _place(self) -> None:
        parent = self.parentWidget()
        width = min(parent.width() - 4 * GRID, _WIDEST)
        edge = self.contentsMargins()  # the border, which the layout knows nothing of
        height = self.layout().heightForWidth(width - edge.left() - edge.right()) + edge.top() + edge.bottom()
        self.resize(width, max(height, self.minimumSizeHint().height()))
        self.move((parent.width() - width) // 2, self._footing.y() - self.height() - GRID)
        self.raise_()

    def _paint(self) -> None:
        colors = current_colors()
        back = colors.danger_back if self._fault else colors.selection
        edge = f"border: 1px solid {colors.danger if self._fault else colors.accent}; border-radius: 6px;"
        self.setStyleSheet(f"#banner {{ background: {back}; {edge} }}")
        set_role(self._words, "strong" if self._fault else "")

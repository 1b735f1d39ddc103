"""A button that shows what is chosen and opens a popup of choices: what the environment and algorithm pickers share."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QWidget

from rlstudio.ui import icons
from rlstudio.ui.theme import current_colors, theme_events
from rlstudio.ui.widgets.choice import Choice
from rlstudio.ui.widgets.choice_popup import ChoicePopup


class Picker(QPushButton):
    """Shows the chosen title; a click, Space, Enter or arrow down opens the popup. `chosen(key)`: the user chose."""

    chosen = Signal(str)

    def __init__(self, what: str, parent: QWidget | None = None, *, extras_words: str = "") -> None:
        super().__init__(parent)
        self._what = what
        self._extras_words = extras_words
        self._choices: dict[str, Choice] = {}
        self._key = ""
        self._popup: ChoicePopup | None = None
        self.setObjectName(f"{what}Picker")
        self.clicked.connect(self.open_popup)
        theme_events.changed.connect(self.update)
        self._show()

    def set_choices(self, choices: Iterable[Choice]) -> None:
        """Replace what there is to choose from. What is chosen stays chosen, by its key."""
        self._choices = {choice.key: choice for choice in choices}
        if self._popup is not None:
            self._popup.set_choices(self._choices.values())
        self._show()

    def key(self) -> str:
        """The key of what is chosen, "" when nothing is."""
        return self._key

    def set_key(self, key: str) -> None:
        """Choose without telling anyone."""
        self._key = key
        self._show()

    def choose(self, key: str) -> None:
        """Choose as a click would. Raises KeyError for an unknown key, ValueError with the reason for a greyed one."""
        choice = self._choices[key]
        if choice.why_not:
            raise ValueError(choice.why_not)
        changed = key != self._key
        self.set_key(key)
        if changed:
            self.chosen.emit(key)

    def popup(self) -> ChoicePopup:
        """The popup, made at its first use."""
        if self._popup is None:
            self._popup = ChoicePopup(self, self._what, self._extras_words)
            self._popup.set_choices(self._choices.values())
            self._popup.chosen.connect(self.choose)
        return self._popup

    def open_popup(self) -> None:
        """Open the popup under the button."""
        self.popup().open_below(self, self._key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter and arrow down too."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_popup()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """One line high; as wide as there is room."""
        return QSize(160, self.fontMetrics().height() + 12)

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for any panel: the title is elided and repeated in the tooltip."""
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button, the title left, a chevron right."""
        painter = QPainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        self.style().drawControl(QStyle.ControlElement.CE_PushButtonBevel, option, painter, self)
        area = self.rect().adjusted(8, 0, -26, 0)
        colors = current_colors()
        painter.setPen(colors.text if self._key else colors.muted)
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        chevron = icons.pixmap("chevron-down", 14, colors.muted, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - 20, (self.height() - 14) // 2, chevron)
        painter.end()

    def _show(self) -> None:
        choice = self._choices.get(self._key)
        self.setText(choice.title if choice else self._key or f"Choose an {self._what}")
        self.setAccessibleName(f"{self._what.capitalize()}: {self.text()}")
        self.setToolTip(f"{choice.title} ({choice.key})" if choice and choice.key not in choice.title else self.text())
        self.update()

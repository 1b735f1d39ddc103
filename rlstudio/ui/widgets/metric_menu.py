"""A menu of things to show, any number of them: it stays open while they are ticked, and explains each."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget


@dataclass(frozen=True)
class Choice:
    """One entry: its key, its name on the screen, and what its tooltip says."""

    key: str
    title: str
    help: str = ""
    healthy: str = ""

    def tooltip(self) -> str:
        """Title, help and what a healthy curve looks like, as rich text that wraps."""
        parts = [f"<b>{escape(self.title)}</b>"]
        parts += [escape(self.help)] if self.help else []
        parts += [f"<i>Healthy:</i> {escape(self.healthy)}"] if self.healthy else []
        return "<p>" + "</p><p>".join(parts) + "</p>"


class MetricMenu(QMenu):
    """Checkable entries; `chosen` carries the keys of the ticked ones, in the menu's order."""

    chosen = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        self._choices: tuple[Choice, ...] = ()

    def set_choices(self, choices: tuple[Choice, ...], ticked: list[str]) -> None:
        """Offer these, with those of `ticked` ticked."""
        if choices != self._choices:
            self._choices = choices
            self.clear()
            for choice in choices:
                action = self.addAction(choice.title)
                action.setCheckable(True)
                action.setData(choice.key)
                action.setToolTip(choice.tooltip())
                action.triggered.connect(self._tell)
        for action in self.actions():
            action.setChecked(action.data() in ticked)

    def action_for(self, key: str) -> QAction:
        """The entry with that key. Raises KeyError."""
        for action in self.actions():
            if action.data() == key:
                return action
        raise KeyError(key)

    def mouseReleaseEvent(self, event):
        action = self.actionAt(event.position().toPoint())
        if action is not None and action.isCheckable() and action.isEnabled():
            action.trigger()  # ticked without closing the menu: several are chosen in one go
        else:
            super().mouseReleaseEvent(event)

    def _tell(self) -> None:
        self.chosen.emit([action.data() for action in self.actions() if action.isChecked()])

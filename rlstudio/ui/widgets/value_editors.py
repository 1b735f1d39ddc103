"""The editors a value can be typed, ticked or chosen in. None of them changes when the wheel turns over it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QLineEdit, QWidget

from rlstudio.core.params import ParamInfo
from rlstudio.ui.theme import repolish
from rlstudio.ui.widgets.number_text import from_text, stepped, to_text


class TextEditor(QLineEdit):
    """A line for a number, a list of whole numbers or text. Arrow up and down step a number.

    `edited` comes with every keystroke of the user, `committed` with Enter, an arrow key, or leaving after an edit.
    Enter and Escape end the edit and emit `left`: who keeps the line then takes the focus from it, or else letters
    that are the window's keys would go on being typed. Escape also brings back what stood there before; in a dialog,
    where there is nothing to bring back, it is the dialog's: it closes it.
    """

    edited = Signal()
    committed = Signal()
    left = Signal()

    def __init__(self, info: ParamInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._info = info
        self._open = False
        self._before = ""
        if info.optional:
            self.setPlaceholderText("none")
        self.textEdited.connect(self._on_edit)
        self.editingFinished.connect(self._on_finished)

    def value(self) -> Any:
        """The value typed: of the parameter's type where it can be, else the text as it stands."""
        return from_text(self.text(), self._info.kind, self._info.optional)

    def set_value(self, value: Any) -> None:
        """Show a value; text (a wrong one, kept) is shown as it is. Nothing is emitted."""
        text = to_text(value)
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(len(text) if self._info.program else 0)  # a path is told by its end
        self._before = self.text()
        self._open = False

    def set_faulty(self, faulty: bool) -> None:
        """Show the line in red, or no longer."""
        if bool(self.property("fault")) != faulty:
            self.setProperty("fault", faulty)
            repolish(self)

    def event(self, event: QEvent) -> bool:
        """Claim Escape, which is one of the window's keys too, and leave it Ctrl+Right: a number has no next word."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
            ctrl_right = event.key() == Qt.Key.Key_Right and event.modifiers() == Qt.KeyboardModifier.ControlModifier
            if ctrl_right and self._info.kind in ("int", "float"):
                event.ignore()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys, end the edit with Enter or Escape; everything else as ever."""
        if event.key() == Qt.Key.Key_Escape:
            if not self._open and isinstance(self.window(), QDialog):
                event.ignore()
                return
            self._revert()
            self.left.emit()
            return
        up = event.key() == Qt.Key.Key_Up
        value = self.value()
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if (up or event.key() == Qt.Key.Key_Down) and self._info.kind in ("int", "float") and number:
            self.setText(to_text(stepped(value, up, self._info)))
            self._on_edit()
            self._on_finished()
        else:
            super().keyPressEvent(event)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.left.emit()

    def _revert(self) -> None:
        """Back to what stood here before the edit, if there is one."""
        if self._open:
            self.setText(self._before)
            self._on_edit()
            self._on_finished()

    def _on_edit(self) -> None:
        self._open = True
        self.edited.emit()

    def _on_finished(self) -> None:
        if self._open:
            self._open = False
            self._before = self.text()
            self.committed.emit()


class Switch(QCheckBox):
    """A box to tick, for true and false."""

    edited = Signal()
    committed = Signal()

    def __init__(self, info: ParamInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggled.connect(self._on_toggle)

    def value(self) -> bool:
        """Whether it is ticked."""
        return self.isChecked()

    def set_value(self, value: Any) -> None:
        """Tick or clear it. Nothing is emitted."""
        with QSignalBlocker(self):
            self.setChecked(str(value).lower() in ("true", "1", "yes", "on"))

    def set_faulty(self, faulty: bool) -> None:
        """A box cannot hold a wrong value."""

    def _on_toggle(self) -> None:
        self.edited.emit()
        self.committed.emit()


class QuietCombo(QComboBox):
    """A list to choose from that shows what fits, and lets the wheel scroll the page under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def showPopup(self) -> None:
        """Open the list wide enough for its longest entry."""
        metrics = self.view().fontMetrics()
        widest = max((metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=0)
        self.view().setMinimumWidth(max(widest + 44, self.width() - 2))
        super().showPopup()

    def set_item_refused(self, index: int, reason: str) -> None:
        """Grey an entry and say why; "" makes it choosable again."""
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        model.item(index).setEnabled(not reason)
        self.setItemData(index, reason or None, Qt.ItemDataRole.ToolTipRole)


class ChoiceEditor(QuietCombo):
    """One of a parameter's choices. A value that is no choice is kept as an entry of its own, to be shown as wrong."""

    edited = Signal()
    committed = Signal()

    def __init__(self, info: ParamInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        if info.optional:
            self.addItem("none", None)
        for choice in info.choices:
            self.addItem(choice.replace("_", " "), choice)
        self.activated.connect(self._on_activated)

    def value(self) -> Any:
        """The choice made."""
        return self.currentData()

    def set_value(self, value: Any) -> None:
        """Show a choice. Nothing is emitted."""
        index = self.findData(value)
        if index < 0:
            self.addItem(str(value), value)
            index = self.count() - 1
        self.setCurrentIndex(index)

    def set_faulty(self, faulty: bool) -> None:
        """The words under the field say it."""

    def _on_activated(self) -> None:
        self.edited.emit()
        self.committed.emit()


Editor = TextEditor | Switch | ChoiceEditor


def make_editor(info: ParamInfo, parent: QWidget | None = None) -> Editor:
    """The editor that suits a parameter."""
    if info.kind == "bool":
        return Switch(info, parent)
    if info.kind == "choice":
        return ChoiceEditor(info, parent)
    return TextEditor(info, parent)

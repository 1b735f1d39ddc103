"""One parameter on the screen: its name, its editor, a way back to the default, and what there is to say about it."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from rlstudio.core.params import ParamInfo
from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.number_text import capitalised, to_text
from rlstudio.ui.widgets.value_editors import ChoiceEditor, Switch, TextEditor, make_editor

LIVE_WORDS = {
    "step": "A change while training counts at once.",
    "update": "A change while training counts from the next update.",
    "no": "A change while training counts for the next run.",
}
EDITOR_CHARACTERS = 10
"""Width of every editor, so that they stand in a column: room for "0.00025" or "256, 256"."""
SLOT = 20
"""Width of the column for the reset button, in pixels."""
GAP = 6
"""Between the columns of a field."""


class ParamField(QWidget):
    """A row for one parameter. Its editor is named `param_<name>`.

    `edited` follows every keystroke, `committed` a finished edit. The value given as `base` (default or preset) is
    what "changed" is measured against, and what the reset button goes back to. `counts` says when a change made while
    training counts, where that is not what the parameter's `live` says.
    """

    edited = Signal()
    committed = Signal()

    def __init__(
        self, info: ParamInfo, parent: QWidget | None = None, *, object_name: str = "", counts: str = ""
    ) -> None:
        super().__init__(parent)
        self.info = info
        self._counts = counts or LIVE_WORDS[info.live]
        self._base: Any = info.default
        self._marks = True
        self.title = _Title(capitalised(info.title), self)
        self.editor = make_editor(info, self)
        self.editor.setObjectName(object_name or f"param_{info.name}")
        self.editor.setAccessibleName(f"{info.title} ({info.unit})" if info.unit else info.title)
        self.editor.setAccessibleDescription(info.help)
        self.title.setBuddy(self.editor)
        self._reset = QToolButton(self)
        self._reset.setObjectName(f"reset_{info.name}")
        self._reset.setAccessibleName(f"Reset {info.title}")
        set_role(self._reset, "slot")
        set_icon(self._reset, "reset", "muted")
        self._note = QLabel(self)
        self._note.setWordWrap(True)
        self._note.hide()
        self._lay_out()
        self.editor.edited.connect(self._on_edited)
        self.editor.committed.connect(self.committed)
        if isinstance(self.editor, TextEditor):
            self.editor.left.connect(self.setFocus)  # the row swallows no key, and Tab goes on from here
        self._reset.clicked.connect(self._on_reset)
        self.title.clicked.connect(self._on_title)
        self.set_base(info.default)
        self.editor.set_value(info.default)
        self._mark()

    def _lay_out(self) -> None:
        self._grid = grid = QGridLayout(self)
        wide = self.info.program  # a path needs the whole width, and a button to choose it
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.title, 0, 0)
        if wide:
            grid.addWidget(self._browse_button(), 0, 1, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(self.editor, 1, 0, 1, 3)
        else:
            grid.addWidget(self.editor, 0, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self._reset, 0, 2, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self._note, 2 if wide else 1, 0, 1, 3)
        grid.setColumnStretch(0, 1)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the column must not jump when a value is changed
        self._reset.setSizePolicy(policy)
        self._reset.setFixedSize(SLOT, SLOT)
        self._size_editor()

    def _size_editor(self) -> None:
        column = self.fontMetrics().averageCharWidth() * EDITOR_CHARACTERS + 6
        self.title.fit()
        if self.info.program:
            return
        self.editor.setFixedWidth(max(column, self.editor.sizeHint().width()) if self._is_list() else column)

    def _browse_button(self) -> QPushButton:
        button = QPushButton("Browse…", self)
        button.setAutoDefault(False)
        button.setObjectName(f"browse_{self.info.name}")
        button.setAccessibleName(f"Browse for {self.info.title}")
        button.clicked.connect(self._browse)
        return button

    def _browse(self) -> None:
        """Ask for a file; choosing one runs nothing."""
        dialog = QFileDialog(self, "Choose a Python file", str(Path(str(self.value() or "")).parent))
        dialog.setObjectName("programDialog")
        dialog.setNameFilters(["Python files (*.py)"])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._choose)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose(self, path: str) -> None:
        self.editor.set_value(path)
        self._on_edited()
        self.committed.emit()

    def _is_list(self) -> bool:
        return isinstance(self.editor, ChoiceEditor)  # its entries must not be cut

    def changeEvent(self, event: QEvent) -> None:
        """Keep the column's width in proportion to the font."""
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "editor"):
            self._size_editor()
        super().changeEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go on from the editor, also where that has given the focus to its row."""
        if self.hasFocus():
            self.editor.setFocus()
        return super().focusNextPrevChild(forward)

    def set_head(self, head: QWidget) -> None:
        """Put another control (a box to tick, a list) where the field's name stands."""
        self.title.hide()
        self._grid.addWidget(head, 0, 0)

    def set_button(self, button: QWidget) -> None:
        """Put another button where the reset button stands; the field then marks no change."""
        self._marks = False
        self._reset.hide()
        self._grid.removeWidget(self._reset)
        button.setFixedSize(SLOT, SLOT)
        set_role(button, "slot")
        self._grid.addWidget(button, 0, 2, Qt.AlignmentFlag.AlignVCenter)

    def tab_stops(self) -> list[QWidget]:
        """What Tab goes through, in order: after an edit to the next field, not to the reset button."""
        browse = self.findChild(QPushButton, f"browse_{self.info.name}")
        return [self.editor] if browse is None else [browse, self.editor]

    def value(self) -> Any:
        """The value in the editor: typed where it can be, else the text as it stands."""
        return self.editor.value()

    def set_value(self, value: Any) -> None:
        """Show a value. Nothing is emitted."""
        self.editor.set_value(value)
        self._mark()

    def set_base(self, value: Any) -> None:
        """What the value is when nobody changes it."""
        self._base = value
        self.setToolTip(tooltip(self.info, value, self._counts))
        self._reset.setToolTip(f"Back to {to_text(value) or 'none'}")
        self._mark()

    def base(self) -> Any:
        """What the value is when nobody changes it."""
        return self._base

    def is_changed(self) -> bool:
        """Whether the value differs from its base."""
        return not same(self.value(), self._base)

    def show_note(self, text: str, role: str = "badge") -> None:
        """Say something under the field: role "fault", "badge" or "badge-next"; "" says nothing."""
        set_role(self._note, role)
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self.editor.set_faulty(role == "fault" and bool(text))

    def note(self) -> str:
        """What is said under the field."""
        return self._note.text()

    def _on_edited(self) -> None:
        self._mark()
        self.edited.emit()

    def _on_reset(self) -> None:
        self.editor.set_value(self._base)
        self.editor.setFocus()
        self._mark()
        self.edited.emit()
        self.committed.emit()

    def _on_title(self) -> None:
        self.editor.setFocus(Qt.FocusReason.MouseFocusReason)
        if isinstance(self.editor, Switch):
            self.editor.toggle()

    def _mark(self) -> None:
        changed = self._marks and self.is_changed()
        self._reset.setVisible(changed)
        set_role(self.title, "strong" if changed else "")


class _Title(QLabel):
    """A field's name; a click on it goes to the field."""

    clicked = Signal()

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def fit(self) -> None:
        """Never be narrower than the longest word, in the weight that marks a change."""
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetrics(font)
        self.setMinimumWidth(
            max(metrics.horizontalAdvance(word) for word in self.text().replace("-", "- ").split()) + 2
        )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell of the click."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()
        super().mouseReleaseEvent(event)


def same(one: Any, other: Any) -> bool:
    """Whether two values mean the same: lists and tuples alike, but not true and 1."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return list(one) == list(other)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def tooltip(info: ParamInfo, base: Any, counts: str) -> str:
    """What the parameter is, what higher and lower do, the usual range, what is allowed, the default.

    `counts` is said of a change made while training.
    """
    lines = [f"<b>{escape(info.title)}</b>", escape(info.help)]
    if info.higher:
        lines.append(f"Higher: {escape(info.higher)}")
    if info.lower:
        lines.append(f"Lower: {escape(info.lower)}")
    if info.usual:
        lines.append(f"Usual: {escape(info.usual)}")
    lines.append(f"Takes {escape(info.allowed)}{' ' + escape(info.unit) if info.unit else ''}.")
    lines.append(f"Default: {escape(to_text(base)) or 'none'}")
    lines.append(f"<i>{escape(counts)}</i>")
    return "<div style='width: 300px'>" + "<br>".join(lines) + "</div>"

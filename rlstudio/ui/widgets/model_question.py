"""ModelQuestion: which environment a model was trained in, asked where its file does not say."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from rlstudio.core.messages import ModelNeedsEnvironment
from rlstudio.ui.theme import set_role

_WIDTH = 460


class ModelQuestion(QDialog):
    """Lists the environments whose sizes fit; any other can be typed, and is held against the model when it is opened.

    Signals:
        chosen: the environment's id.
    """

    chosen = Signal(str)

    def __init__(
        self, asked: ModelNeedsEnvironment, parent: QWidget | None = None, *, answered: str = "", fault: str = ""
    ) -> None:
        """`fault` says why the environment that was `answered` before will not do."""
        super().__init__(parent)
        self.setObjectName("modelQuestion")
        self.setWindowTitle("Which environment?")
        name = Path(asked.path).name
        title = _label(f"{name} does not say where it was trained", "title")
        about = _label(f"It is {asked.title}, with {asked.needs}.", "")
        self.environment = QComboBox()
        self.environment.setObjectName("modelEnvironment")
        self.environment.setAccessibleName("Environment")
        self.environment.setToolTip("The environment that the model was trained in; any other can be typed")
        self.environment.setEditable(True)
        self.environment.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.environment.completer().setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.environment.completer().popup().setObjectName("completions")
        self.environment.addItems(list(asked.fitting))
        only = asked.fitting[0] if len(asked.fitting) == 1 else ""
        self.environment.setCurrentText(answered or asked.likely or only)
        self.environment.lineEdit().setPlaceholderText("CartPole-v1")
        self.hint = _label(_hint(asked, only), "muted")
        self.fault = _label(fault, "fault")
        self.fault.setObjectName("modelFault")
        self.fault.setVisible(bool(fault))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        self._open = self.buttons.button(QDialogButtonBox.StandardButton.Open)
        self._open.setObjectName("modelOpen")
        self._open.setDefault(True)
        set_role(self._open, "primary")
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        self.environment.currentTextChanged.connect(lambda _text: self._changed())
        form, layout = QFormLayout(), QVBoxLayout(self)
        form.addRow("&Environment", self.environment)
        layout.setSpacing(12)
        for label in (title, about):
            layout.addWidget(label)
        layout.addLayout(form)
        layout.addWidget(self.fault)
        layout.addWidget(self.hint)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(_WIDTH)
        self._open.setEnabled(bool(self.environment.currentText().strip()))
        self.environment.setFocus()
        self.environment.lineEdit().selectAll()

    def _changed(self) -> None:
        self.fault.hide()
        self._open.setEnabled(bool(self.environment.currentText().strip()))

    def _accept(self) -> None:
        env = self.environment.currentText().strip()
        if env:
            self.accept()
            self.chosen.emit(env)


def _hint(asked: ModelNeedsEnvironment, only: str) -> str:
    if asked.likely:
        return f"The file's name speaks of {asked.likely}. The list holds what fits the model's sizes."
    if only:
        return f"{only} is the only one listed here that fits the model's sizes."
    if asked.fitting:
        return "The list holds what fits the model's sizes; the model's maker knows which of them it is."
    return "None of those listed here fits the model's sizes; type the name of one that you installed."


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if role:
        set_role(label, role)
    return label

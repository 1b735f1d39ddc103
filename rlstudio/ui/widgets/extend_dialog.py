"""ExtendDialog: how far a run is to be trained on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from rlstudio.core.params import ParamError, describe, validate
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.fork_dialog import ForkLimits
from rlstudio.ui.widgets.param_field import ParamField

_WIDTH, _MARGIN = 460, 16


class ExtendDialog(QDialog):
    """Asks; `limits()` is the answer."""

    def __init__(
        self,
        run_name: str,
        done: dict[str, int],
        budget: dict[str, int | None],
        notes: Callable[[dict[str, int]], str],
        parent: QWidget | None = None,
    ) -> None:
        """`done` are the steps and episodes that it goes on from, `budget` is what it had, None for what does not
        count; `notes` says what comes of a budget."""
        super().__init__(parent)
        self.setObjectName("extendDialog")
        self.setWindowTitle("Train a run on")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._done, self._notes = done, notes
        infos = {info.name: info for info in describe(ForkLimits)}
        self.fields: dict[str, ParamField] = {}
        for name, most in budget.items():
            if most is None:
                continue
            field = self.fields[name] = ParamField(infos[name], self, object_name=f"extend{name.capitalize()}")
            field.set_base(most if most > done[name] else done[name] + most)
            field.set_value(field.base())
            field.edited.connect(self._judge)
        self.note = QLabel()
        self.note.setObjectName("extendNote")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        set_role(self.note, "muted")
        self._lay_out(run_name)
        self._judge()

    def limits(self) -> dict[str, int]:
        """Steps, episodes, or both, counted from the run's first step. Raises ParamError."""
        values = {name: field.value() for name, field in self.fields.items()}
        checked = validate(ForkLimits, values)
        return {name: getattr(checked, name) for name in values}

    def _lay_out(self, run_name: str) -> None:
        heading, about = QLabel(run_name), QLabel()
        heading.setTextFormat(Qt.TextFormat.PlainText)
        heading.setWordWrap(True)
        set_role(heading, "strong")
        counts = " and ".join(f"{self._done[name]:,} {name}" for name in self.fields)
        goes_on = (
            f"It goes on from {counts}" if self._done["steps"] else "Nothing was saved yet: it begins again at step 0"
        )
        about.setText(f"{goes_on}, in its own folder.")
        about.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.ok = buttons.addButton("Train on", QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setObjectName("extendOkButton")
        self.ok.setDefault(True)
        set_role(self.ok, "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(12)
        for widget in (heading, about, *self.fields.values(), self.note):
            column.addWidget(widget)
        column.addStretch(1)
        column.addWidget(buttons)
        self.resize(_WIDTH, self.sizeHint().height())

    def _judge(self) -> None:
        faults: dict[str, str] = {}
        try:
            limits = self.limits()
            faults = {
                name: f"Takes a number above {self._done[name]:,}: so many are done"
                for name, most in limits.items()
                if most <= self._done[name]
            }
        except ParamError as error:
            faults = {fault.field: f"Takes {fault.allowed}" for fault in error.faults}
        for name, field in self.fields.items():
            field.show_note(faults.get(name, ""), "fault")
        self.note.setText("" if faults else self._notes(limits))
        self.note.setVisible(bool(self.note.text()))
        self.note.setMinimumHeight(self.note.heightForWidth(_WIDTH - 2 * _MARGIN) if self.note.text() else 0)
        self.resize(self.width(), max(self.height(), self.sizeHint().height()))  # it never jumps while one types
        self.ok.setEnabled(not faults)

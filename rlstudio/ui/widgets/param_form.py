"""A form made from a Params class: essential fields first, the others behind "All", each checked when edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby, pairwise
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from rlstudio.core.params import ParamError, ParamFault, ParamInfo, Params, describe, validate
from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.number_text import capitalised
from rlstudio.ui.widgets.param_field import ParamField, same

PENDING = {"step": ("live now", "badge"), "update": ("next update", "badge"), "no": ("next run", "badge-next")}
"""What a changed field says while training, and in which role, by when the change takes effect."""
APPLIED = "in force"
UNCOMMITTED = "press Enter to apply"


class ParamForm(QWidget):
    """Fields for every parameter of one algorithm.

    `edited(name)` follows every keystroke; `committed(name, value)` comes with a finished edit whose value is allowed.
    A wrong value stays in its field, in red, with what is allowed beside it.
    """

    edited = Signal(str)
    committed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paramForm")
        self.setAccessibleName("Parameters")
        self._params_type: type[Params] = Params
        self._fields: dict[str, ParamField] = {}
        self._running: dict[str, Any] | None = None
        self._applied: dict[str, Any] = {}
        self._refused: dict[str, str] = {}
        self._body: QWidget | None = None
        self._rest: QWidget | None = None
        self._together = QLabel(self)
        self._together.setWordWrap(True)
        self._together.hide()
        set_role(self._together, "fault")
        self._toggle = _link(self, "allParamsButton")
        self._toggle.setCheckable(True)
        self._toggle.toggled.connect(self._show_rest)
        self._reset_all = _link(self, "resetAllButton")
        self._reset_all.setText("Reset all")
        self._reset_all.clicked.connect(self.reset_all)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._layout.addWidget(self._together)

    def set_params(self, params_type: type[Params], base: Mapping[str, Any]) -> None:
        """Show the fields of `params_type` with the values of `base` (a preset's) over its defaults.

        When the class is the one shown already, values changed by the user are kept and measured against the new base.
        """
        changed = self.values() if params_type is self._params_type else {}
        if params_type is not self._params_type or self._body is None:
            self._params_type = params_type
            self._build()
        for name, field in self._fields.items():
            value = base.get(name, field.info.default)
            field.set_base(value)
            field.set_value(changed.get(name, value))
        self._refresh()

    def values(self) -> dict[str, Any]:
        """The values that differ from default and preset; wrong ones as the text typed."""
        return {name: field.value() for name, field in self._fields.items() if field.is_changed()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these values, and the base everywhere else. Names that the form does not have are left out."""
        for name, field in self._fields.items():
            field.set_value(values.get(name, field.base()))
        self._refused.clear()
        self._refresh()

    def reset_all(self) -> None:
        """Every field back to default or preset."""
        for name, field in self._fields.items():
            if field.is_changed():
                field.set_value(field.base())
                self._on_edited(name)
                self._on_committed(name)

    def field(self, name: str) -> ParamField | None:
        """The field of that name, if the form has one."""
        return self._fields.get(name)

    def tab_stops(self) -> list[QWidget]:
        """What Tab goes through, in the order in which it stands on the screen."""
        fields = [*self._fields.values()]
        first = [field for field in fields if self._rest is None or not self._rest.isAncestorOf(field)]
        rest = [field for field in fields if field not in first]
        stops = [stop for field in first for stop in field.tab_stops()]
        return [*stops, self._toggle, self._reset_all, *(stop for field in rest for stop in field.tab_stops())]

    def faults(self) -> list[ParamFault]:
        """What is wrong with the values as they stand."""
        values = {name: field.value() for name, field in self._fields.items()}
        try:
            validate(self._params_type, values)
        except ParamError as error:
            return error.faults
        return []

    def show_faults(self, faults: Iterable[ParamFault]) -> list[ParamFault]:
        """Show faults found elsewhere at their fields, until those are edited; returns the ones that fit no field."""
        left = []
        for fault in faults:
            if fault.field in self._fields:
                self._refused[fault.field] = f"Takes {fault.allowed}"
            else:
                left.append(fault)
        self._refresh()
        return left

    def set_running(self, values: Mapping[str, Any] | None, applied: Mapping[str, Any] | None = None) -> None:
        """The values that the run now training began with, which edits are measured against; None when there is none.

        `applied` are the live values it has taken over since.
        """
        self._applied = dict(applied or {}) if values is not None else {}
        self._running = {**values, **self._applied} if values is not None else None
        self._refresh()

    def mark_applied(self, name: str, value: Any) -> None:
        """The run has taken a live value over."""
        if self._running is not None and name in self._fields:
            self._running[name] = value
            self._applied[name] = value
            self._refused.pop(name, None)
            self._refresh()

    def refuse(self, name: str, reason: str) -> None:
        """The run has refused a live value: say why at the field, and keep the value."""
        if name in self._fields:
            self._refused[name] = reason
            self._refresh()

    def _build(self) -> None:
        if self._body is not None:
            self._layout.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        self._body = QWidget(self)
        self._rest = QWidget(self._body)
        self._refused.clear()
        self._applied.clear()
        infos = describe(self._params_type)
        essential = [info for info in infos if info.essential] or list(infos)
        groups = list(dict.fromkeys(info.group for info in infos))  # in the order they first appear
        others = sorted((info for info in infos if info not in essential), key=lambda info: groups.index(info.group))
        self._fields = {}
        first, rest = _column(self._body), _column(self._rest)
        for info in essential:
            first.addWidget(self._add_field(info, self._body))
        for group, members in groupby(others, key=lambda info: info.group):
            rest.addWidget(_heading(group, self._rest))
            for info in members:
                rest.addWidget(self._add_field(info, self._rest))
        self._toggle.setVisible(rest.count() > 0)
        links = QHBoxLayout()
        links.addWidget(self._toggle)
        links.addStretch(1)
        links.addWidget(self._reset_all)
        first.addLayout(links)
        first.addWidget(self._rest)
        self._layout.insertWidget(0, self._body)
        self._order_tabs()
        self._show_rest(self._toggle.isChecked())

    def _add_field(self, info: ParamInfo, parent: QWidget) -> ParamField:
        field = self._fields[info.name] = ParamField(info, parent)
        field.edited.connect(lambda: self._on_edited(info.name))
        field.committed.connect(lambda: self._on_committed(info.name))
        return field

    def _order_tabs(self) -> None:
        stops = self.tab_stops()
        QWidget.setTabOrder(self._toggle, stops[0])  # it stands where the form does; new fields stand at the very end
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _show_rest(self, shown: bool) -> None:
        assert self._rest is not None
        self._toggle.setText("Fewer" if shown else f"All ({len(self._fields)})")
        set_icon(self._toggle, "chevron-down" if shown else "chevron-right", "accent")
        self._rest.setVisible(shown)

    def _on_edited(self, name: str) -> None:
        self._refused.pop(name, None)
        self._refresh(uncommitted=name)
        self.edited.emit(name)

    def _on_committed(self, name: str) -> None:
        self._refresh()
        if not any(fault.field == name for fault in self.faults()):
            self.committed.emit(name, self._fields[name].value())

    def _refresh(self, uncommitted: str = "") -> None:
        """Say at each field what there is to say: a fault, or when its change counts."""
        faults = {fault.field: f"Takes {fault.allowed}" for fault in self.faults()}
        together = [words for field, words in faults.items() if field not in self._fields]
        faults = {**self._refused, **faults}
        for name, field in self._fields.items():
            if name in faults:
                field.show_note(faults[name], "fault")
            else:
                field.show_note(*self._badge(name, name == uncommitted))
        if self._rest is not None and any(
            self._rest.isAncestorOf(self._fields[n]) for n in faults if n in self._fields
        ):
            self._toggle.setChecked(True)  # a fault must not hide
        self._together.setText("\n".join(words.removeprefix("Takes ") for words in together))
        self._together.setVisible(bool(together))
        self._reset_all.setVisible(any(field.is_changed() for field in self._fields.values()))

    def _badge(self, name: str, uncommitted: bool) -> tuple[str, str]:
        field = self._fields[name]
        if self._running is None or name not in self._running:
            return "", "badge"
        if same(field.value(), self._running[name]):
            return (APPLIED, "badge") if name in self._applied else ("", "badge")
        if uncommitted and field.info.live != "no":
            return UNCOMMITTED, "badge"
        return PENDING[field.info.live]


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    return column


def _heading(text: str, parent: QWidget) -> QLabel:
    label = QLabel(capitalised(text) or "Other", parent)
    label.setContentsMargins(0, 8, 0, 0)
    set_role(label, "heading")
    return label


def _link(parent: QWidget, name: str) -> QPushButton:
    button = QPushButton(parent)
    button.setAutoDefault(False)  # in a dialog Enter is for its own button
    button.setObjectName(name)
    button.setAccessibleName("Show all parameters" if name == "allParamsButton" else "Reset all parameters")
    set_role(button, "link")
    return button

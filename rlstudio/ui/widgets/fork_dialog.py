"""ForkDialog: where a run is to be forked, and what is different from there on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from rlstudio.core.params import ParamError, ParamFault, Params, describe, param, validate
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.param_field import ParamField
from rlstudio.ui.widgets.param_form import ParamForm
from rlstudio.ui.widgets.value_editors import QuietCombo

_CHARACTERS = 56


class ForkLimits(Params):
    """How long the fork trains, counted from the very first step."""

    steps: int = param(
        50_000,
        title="until step",
        ge=1,
        le=10_000_000_000,
        log=True,
        help="The fork ends at this environment step, counted from the first step of the run that it is forked from.",
    )
    episodes: int = param(
        500,
        title="until episode",
        ge=1,
        le=1_000_000_000,
        log=True,
        help="The fork ends after so many episodes, those of the run that it is forked from counted in.",
    )


class Source(Protocol):
    """What the dialog asks about the run."""

    def params_at(self, step: int) -> dict[str, Any]:
        """The parameters in force at a step."""

    def changes_after(self, step: int) -> int:
        """Live changes that were made later."""


@dataclass(frozen=True)
class Place:
    """A checkpoint: its step, its name, and what happens there first."""

    step: int
    name: str
    words: str


class ForkDialog(QDialog):
    """Asks; `step()`, `params()`, `limits()` and `later_changes()` are the answers."""

    def __init__(
        self,
        run_name: str,
        places: Sequence[Place],
        source: Source,
        params_type: type[Params],
        limits: dict[str, int | None],
        parent: QWidget | None = None,
    ) -> None:
        """`limits` is the run's own budget: steps, episodes, None for one that does not count."""
        super().__init__(parent)
        self.setObjectName("forkDialog")
        self.setWindowTitle("Fork a run")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._places, self._source, self._params_type = list(places), source, params_type
        self._budget = {name: value for name, value in limits.items() if value is not None}
        self._typed: set[str] = set()
        self.checkpoint = QuietCombo(self)
        self.checkpoint.setObjectName("forkCheckpoint")
        self.checkpoint.setAccessibleName("Checkpoint to fork at")
        self.checkpoint.setToolTip("The fork is the run as it was up to here")
        for place in self._places:
            self.checkpoint.addItem(place.name, place.step)
        self.note = _label("forkNote", "muted")
        self.form = ParamForm(self)
        self.form.setObjectName("forkForm")
        fields = {info.name: info for info in describe(ForkLimits)}
        self.limit_fields = {
            name: ParamField(fields[name], self, object_name=f"fork{name.capitalize()}") for name in self._budget
        }
        self.later = QCheckBox(self)
        self.later.setObjectName("forkLaterChanges")
        self.later.setToolTip("Changes that were made while the run trained, after this checkpoint")
        self.later.setChecked(True)
        self.faults = _label("forkFaults", "fault")
        self._lay_out(run_name)
        self.checkpoint.currentIndexChanged.connect(self._show_place)
        for name, field in self.limit_fields.items():
            field.edited.connect(lambda name=name: self._on_limit(name))
        self.form.edited.connect(lambda _name: self._judge())
        self.form.set_params(params_type, {})
        self._order_tabs()
        self._show_place()

    # ------------------------------------------------------------ the answers

    def step(self) -> int:
        """The checkpoint."""
        return int(self.checkpoint.currentData())

    def choose(self, step: int | None) -> None:
        """Stand at a checkpoint, if it is one of those offered; else at the newest."""
        index = self.checkpoint.findData(step) if step is not None else -1
        self.checkpoint.setCurrentIndex(index if index >= 0 else self.checkpoint.count() - 1)

    def params(self) -> dict[str, Any]:
        """The parameters that are different from there on. Raises ParamError."""
        changed = self.form.values()
        checked = validate(self._params_type, {**self._source.params_at(self.step()), **changed})
        return {name: getattr(checked, name) for name in changed}

    def limits(self) -> dict[str, int]:
        """The budget: steps, episodes, or both. Raises ParamError."""
        values = {name: field.value() for name, field in self.limit_fields.items()}
        checked = validate(ForkLimits, values)
        return {name: getattr(checked, name) for name in values}

    def later_changes(self) -> bool:
        """Whether changes that the run saw later are made again."""
        return self.later.isChecked()

    def show_faults(self, faults: Iterable[ParamFault]) -> None:
        """Faults found elsewhere, each at its field, the others below."""
        left = self.form.show_faults(faults)
        self.faults.setText("\n".join(str(fault) for fault in left))
        self.faults.setVisible(bool(left))

    # ------------------------------------------------------------ layout

    def _lay_out(self, run_name: str) -> None:
        heading = _label("forkHeading", "strong")
        heading.setText(run_name)
        about = _label("forkAbout", "muted")
        about.setText("A new run: this one up to a checkpoint, and from there on with what you change here.")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.ok = buttons.addButton("Fork and train", QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setObjectName("forkOkButton")
        self.ok.setDefault(True)
        set_role(self.ok, "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        area = QScrollArea()
        area.setObjectName("forkSettings")
        area.setAccessibleName("Settings of the fork")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields take the focus, and scroll into view
        area.setWidget(self._page())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for widget in (heading, about, self.checkpoint, self.note):
            column.addWidget(widget)
        limits = QVBoxLayout()
        limits.setSpacing(8)
        for field in self.limit_fields.values():
            limits.addWidget(field)
        column.addLayout(_near(limits))
        column.addWidget(area, 1)
        for widget in (self.later, self.faults, buttons):
            column.addWidget(widget)
        self.resize(560, min(620, round(0.8 * self.screen().availableGeometry().height())))

    def _page(self) -> QWidget:
        """What can be changed."""
        page = QWidget()
        set_role(page, "page")
        inner = QVBoxLayout()
        inner.setSpacing(8)
        inner.addWidget(self.form)
        inner.addStretch(1)
        page.setLayout(_near(inner))
        return page

    def _order_tabs(self) -> None:
        limits = [stop for field in self.limit_fields.values() for stop in field.tab_stops()]
        stops = [self.checkpoint, *limits, *self.form.tab_stops(), self.later]  # the buttons stand last already
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    # ------------------------------------------------------------ what is shown

    def _show_place(self) -> None:
        place = self._places[self.checkpoint.currentIndex()]
        self.note.setText(place.words)
        self.form.set_params(self._params_type, self._source.params_at(place.step))
        steps = self._budget.get("steps")
        if steps is not None and "steps" not in self._typed:
            field = self.limit_fields["steps"]
            field.set_base(steps if steps > place.step else place.step + steps)
            field.set_value(field.base())
        count = self._source.changes_after(place.step)
        which = "the live change that was" if count == 1 else f"the {count:,} live changes that were"
        self.later.setText(f"Make {which} made after it again")
        self.later.setVisible(count > 0)
        self._judge()

    def _on_limit(self, name: str) -> None:
        self._typed.add(name)
        self._judge()

    def _judge(self) -> None:
        """Say what stands in the way at its field; then there is nothing to press."""
        found: list[ParamFault] = []
        try:
            steps = self.limits().get("steps")
            if steps is not None and steps <= self.step():
                found.append(ParamFault("steps", steps, f"a number above {self.step():,}, where the fork begins"))
        except ParamError as error:
            found = error.faults
        told = {fault.field: f"Takes {fault.allowed}" for fault in found}
        for name, field in self.limit_fields.items():
            field.show_note(told.get(name, ""), "fault")
        self.faults.hide()
        self.ok.setEnabled(not found and not self.form.faults())


def _near(fields: QVBoxLayout) -> QHBoxLayout:
    """Of one width, whether there is a scroll bar or not: each number near its name, and all below each other."""
    holder, row = QWidget(), QHBoxLayout()
    fields.setContentsMargins(0, 4, 0, 4)
    holder.setLayout(fields)
    holder.setFixedWidth(_CHARACTERS * holder.fontMetrics().averageCharWidth())
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(holder)
    row.addStretch(1)
    return row


def _label(name: str, role: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    set_role(label, role)
    return label

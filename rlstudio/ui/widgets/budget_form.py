"""How long a run lasts, when it stops early, its seed and its device: the fields every algorithm shares."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Literal

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QToolButton, QVBoxLayout, QWidget

from rlstudio.core.params import ParamError, ParamFault, Params, describe, param, validate
from rlstudio.ui.icons import set_icon
from rlstudio.ui.widgets.param_field import ParamField, same
from rlstudio.ui.widgets.value_editors import ChoiceEditor, QuietCombo

DEVICES = {"auto": "auto", "cpu": "CPU", "cuda": "CUDA", "mps": "MPS"}
DEFAULT_EPISODES = 500
AT_NEXT_START = {
    "steps": "A change while training counts at the next start: a new run has that many steps, Continue adds that many "
    "on top.",
    "episodes": "A change while training counts at the next start: a new run has that many episodes, Continue adds "
    "that many on top.",
    "stop_at": "A change while training counts at the next start, of a new run or with Continue.",
    "window": "A change while training counts at the next start, of a new run or with Continue.",
}
"""When a change of what Continue uses too counts. Seed and device stay a run's own."""


class BudgetParams(Params):
    """The limits of a run; they agree with RunConfig's."""

    steps: int = param(
        50_000, title="steps", ge=1, le=10_000_000_000, log=True, help="The run ends after so many environment steps."
    )
    episodes: int = param(
        DEFAULT_EPISODES,
        title="episodes",
        ge=1,
        le=1_000_000_000,
        log=True,
        help="The run ends after so many episodes.",
    )
    window: int = param(
        25,
        title="mean over last",
        unit="episodes",
        ge=1,
        le=10_000,
        help="Episodes that the mean return is taken over.",
    )
    stop_at: float = param(
        0.0, title="mean return", help="The run stops when the mean return of the last episodes is at least this."
    )
    seed: int = param(
        0,
        title="seed",
        ge=0,
        le=2**31 - 1,
        help="All randomness of the run is drawn from it: the same seed and settings give the same returns.",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = param(
        "auto", title="device", help="What the networks are computed on: CUDA is an NVIDIA GPU, MPS an Apple one."
    )


class BudgetForm(QWidget):
    """Budget in steps or episodes, stop rule, seed and device. `changed` follows every edit by the user."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._elsewhere: dict[str, str] = {}
        self._running: dict[str, Any] | None = None
        self._touched: set[str] = set()
        names = {"steps": "stepsField", "episodes": "episodesField", "seed": "seedField"}
        names |= {"window": "windowField", "stop_at": "stopAtField", "device": "devicePicker"}
        self._fields = {
            info.name: ParamField(info, self, object_name=names[info.name], counts=AT_NEXT_START.get(info.name, ""))
            for info in describe(BudgetParams)
        }
        self._unit = _combo(self, "budgetUnit", "Budget counted in", {"steps": "Steps", "episodes": "Episodes"})
        self._stop = QCheckBox("Stop at mean", self)
        self._stop.setObjectName("stopRule")
        self._stop.setAccessibleName("Stop when the mean return is reached")
        device = self._fields["device"].editor
        assert isinstance(device, ChoiceEditor)
        self._device = device
        for index, words in enumerate(DEVICES.values()):
            self._device.setItemText(index, words)
        self._new_seed = QToolButton(self)
        self._lay_out()
        self._connect()
        self.set_devices(("cpu",))
        self._refresh()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._fields["stop_at"].set_head(self._stop)
        for name in ("steps", "episodes", "stop_at", "window"):
            column.addWidget(self._fields[name])
        self._new_seed.setObjectName("newSeedButton")
        self._new_seed.setAccessibleName("New seed")
        self._new_seed.setToolTip("Another seed, drawn at random")
        set_icon(self._new_seed, "seed")
        self._fields["seed"].set_button(self._new_seed)
        column.addWidget(self._fields["seed"])
        column.addWidget(self._fields["device"])
        edit = {name: field.editor for name, field in self._fields.items()}
        stops = [self._unit, edit["steps"], edit["episodes"], self._stop, edit["stop_at"], edit["window"]]
        QWidget.setTabOrder(edit["steps"], self._unit)  # where the form stands among its neighbours
        for before, after in pairwise([*stops, edit["seed"], self._new_seed, edit["device"]]):
            QWidget.setTabOrder(before, after)

    def _connect(self) -> None:
        for name, field in self._fields.items():
            field.edited.connect(lambda name=name: self._on_edited(name))
        self._unit.activated.connect(lambda: self._on_edited("unit"))
        self._stop.toggled.connect(lambda: self._on_edited("stop"))
        self._new_seed.clicked.connect(self.new_seed)

    def set_defaults(
        self, *, steps: int | None, episodes: int | None, stop_at: float | None, window: int | None, afresh: bool
    ) -> None:
        """What applies where the user has said nothing: from the preset, the algorithm and the environment.

        `afresh` forgets the stop rule as edited: a mean return means something else in another environment.
        """
        if afresh:
            self._touched -= {"stop", "stop_at"}
        bases = {"steps": steps, "episodes": episodes, "stop_at": stop_at, "window": window}
        for name, base in bases.items():
            field = self._fields[name]
            edited = name in self._touched and field.is_changed()
            field.set_base("" if name == "stop_at" and base is None else field.info.default if base is None else base)
            if not edited:
                field.set_value(field.base())
        if "unit" not in self._touched:
            self._unit.setCurrentIndex(self._unit.findData("episodes" if steps is None and episodes else "steps"))
        if "stop" not in self._touched:
            with QSignalBlocker(self._stop):
                self._stop.setChecked(stop_at is not None)
        self._refresh()

    def set_devices(self, supported: Iterable[str]) -> None:
        """Which devices the algorithm can use; where there is but the CPU, nothing is asked."""
        supported = tuple(supported)
        self._fields["device"].setVisible(len(supported) > 1)
        for index, key in enumerate(DEVICES):
            reason = "" if key == "auto" or key in supported else "this algorithm does not use it"
            self._device.set_item_refused(index, reason or missing_device(key))
        if not self._device.model().item(self._device.currentIndex()).isEnabled():
            self._fields["device"].set_value("auto")

    def request(self) -> dict[str, Any]:
        """The fields of a run's request: steps or episodes, stop_at, window, seed, device."""
        unit = self._unit.currentData()
        values = {name: field.value() for name, field in self._fields.items()}
        return {
            "steps": values["steps"] if unit == "steps" else None,
            "episodes": values["episodes"] if unit == "episodes" else None,
            "stop_at": values["stop_at"] if self._stop.isChecked() else None,
            "window": values["window"],
            "seed": values["seed"],
            "device": values["device"],
        }

    def set_request(self, request: dict[str, Any]) -> None:
        """Show what `request` returned earlier; fields it does not name stay."""
        for name in self._fields:
            if request.get(name) is not None and not self._refused(name, request[name]):
                self._fields[name].set_value(request[name])
                self._touched.add(name)
        if request.get("steps") is not None or request.get("episodes") is not None:
            self._unit.setCurrentIndex(self._unit.findData("steps" if request.get("steps") is not None else "episodes"))
            self._touched.add("unit")
        if "stop_at" in request:
            with QSignalBlocker(self._stop):
                self._stop.setChecked(request["stop_at"] is not None)
            self._touched.add("stop")
        self._elsewhere.clear()
        self._refresh()

    def _refused(self, name: str, value: Any) -> bool:
        """Whether a value is a device that cannot be chosen here."""
        index = self._device.findData(value)
        return name == "device" and index >= 0 and not self._device.model().item(index).isEnabled()

    def faults(self) -> list[ParamFault]:
        """What is wrong with the fields in use."""
        try:
            validate(BudgetParams, {name: self._fields[name].value() for name in self._in_use()})
        except ParamError as error:
            return error.faults
        return []

    def show_faults(self, faults: Iterable[ParamFault]) -> list[ParamFault]:
        """Show faults found elsewhere at their fields until those are edited; returns the ones that fit no field."""
        left = []
        for fault in faults:
            name = self._unit.currentData() if fault.field == "budget" else fault.field
            if name in self._fields:
                self._elsewhere[name] = f"Takes {fault.allowed}"
            else:
                left.append(fault)
        self._refresh()
        return left

    def set_running(self, values: dict[str, Any] | None) -> None:
        """The limits and seed of the run that is training, to measure edits against; None when there is none."""
        self._running = values
        self._refresh()

    def new_seed(self) -> None:
        """Draw another seed, short enough to be said aloud."""
        old = self._fields["seed"].value()
        self._fields["seed"].set_value(next(seed for seed in iter(lambda: random.randrange(1000), -1) if seed != old))
        self._on_edited("seed")

    def _in_use(self) -> list[str]:
        return [self._unit.currentData(), "window", "seed", "device", *(["stop_at"] if self._stop.isChecked() else [])]

    def _on_edited(self, name: str) -> None:
        self._touched.add(name)
        self._elsewhere.pop(name, None)
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        in_use = self._in_use()
        faults = {**self._elsewhere, **{fault.field: f"Takes {fault.allowed}" for fault in self.faults()}}
        for name, field in self._fields.items():
            if name in faults or self._running is None or name not in in_use:
                field.show_note(faults.get(name, ""), "fault")
            else:
                differs = not same(field.value(), self._running.get(name))
                when = "next start" if name in AT_NEXT_START else "next run"
                field.show_note(when if differs else "", "badge-next")
        for name in ("steps", "episodes"):
            self._fields[name].setVisible(name in in_use)
        self._fields[self._unit.currentData()].set_head(self._unit)
        self._fields["stop_at"].editor.setEnabled("stop_at" in in_use)


def missing_device(key: str) -> str:
    """Why a device is not to be had on this computer, found without importing torch; "" when it seems to be there."""
    if key == "cuda" and shutil.which("nvidia-smi") is None:
        return "no NVIDIA driver was found on this computer"
    if key == "mps" and sys.platform != "darwin":
        return "Apple computers only"
    return ""


def _combo(parent: QWidget, name: str, accessible: str, entries: dict[str, str]) -> QuietCombo:
    combo = QuietCombo(parent)
    combo.setObjectName(name)
    combo.setAccessibleName(accessible)
    for key, words in entries.items():
        combo.addItem(words, key)
    return combo

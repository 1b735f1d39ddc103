"""Budget, stop rule, seed and device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QToolButton

from rlstudio.core.params import ParamError, ParamFault, describe
from rlstudio.core.run_config import RunConfig
from rlstudio.ui.widgets import budget_form
from rlstudio.ui.widgets.budget_form import BudgetForm, BudgetParams


@pytest.fixture
def form(show: Callable[..., Any]) -> BudgetForm:
    made = BudgetForm()
    made.set_defaults(steps=100_000, episodes=None, stop_at=475.0, window=None, afresh=True)
    return show(made, 260, 300)


def type_in(form: BudgetForm, name: str, text: str) -> None:
    line = form.findChild(QLineEdit, name)
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def pick(form: BudgetForm, name: str, text: str) -> None:
    combo = form.findChild(QComboBox, name)
    combo.setCurrentIndex(combo.findText(text))
    combo.activated.emit(combo.currentIndex())


def test_tab_goes_from_top_to_bottom(form: BudgetForm) -> None:
    form.activateWindow()
    form.findChild(QComboBox, "budgetUnit").setFocus()
    reached = []
    for _ in range(6):
        reached.append(QApplication.focusWidget().objectName())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert reached == ["budgetUnit", "stepsField", "stopRule", "stopAtField", "windowField", "seedField"]


def test_it_starts_with_the_defaults(form: BudgetForm) -> None:
    assert form.request() == {
        "steps": 100_000,
        "episodes": None,
        "stop_at": 475.0,
        "window": 25,
        "seed": 0,
        "device": "auto",
    }


def test_the_budget_is_in_steps_or_in_episodes(form: BudgetForm) -> None:
    assert form.findChild(QLineEdit, "stepsField").isVisible()
    pick(form, "budgetUnit", "Episodes")
    assert not form.findChild(QLineEdit, "stepsField").isVisible()
    type_in(form, "episodesField", "1e3")
    assert form.request()["episodes"] == 1000
    assert form.request()["steps"] is None


def test_the_stop_rule_can_be_switched_off_and_has_its_number(form: BudgetForm) -> None:
    type_in(form, "stopAtField", "195")
    type_in(form, "windowField", "100")
    assert (form.request()["stop_at"], form.request()["window"]) == (195.0, 100)
    form.findChild(QCheckBox, "stopRule").click()
    assert form.request()["stop_at"] is None
    assert not form.findChild(QLineEdit, "stopAtField").isEnabled()


def test_a_stop_rule_without_a_number_is_asked_for(form: BudgetForm) -> None:
    form.set_defaults(steps=100_000, episodes=None, stop_at=None, window=None, afresh=True)
    assert form.request()["stop_at"] is None
    assert form.faults() == []
    form.findChild(QCheckBox, "stopRule").click()
    assert [fault.field for fault in form.faults()] == ["stop_at"]


def test_another_environment_brings_its_own_stop_rule_and_keeps_the_budget(form: BudgetForm) -> None:
    type_in(form, "stopAtField", "195")
    type_in(form, "stepsField", "2000")
    form.set_defaults(steps=50_000, episodes=None, stop_at=-110.0, window=None, afresh=True)
    assert (form.request()["steps"], form.request()["stop_at"]) == (2000, -110.0)


def test_a_wrong_number_is_kept_and_refused_only_where_it_is_used(form: BudgetForm) -> None:
    type_in(form, "stepsField", "0")
    assert [fault.field for fault in form.faults()] == ["steps"]
    assert form.request()["steps"] == 0
    pick(form, "budgetUnit", "Episodes")
    assert form.faults() == []
    pick(form, "budgetUnit", "Steps")
    assert form.findChild(QLineEdit, "stepsField").text() == "0"


def test_a_new_seed_is_one_click(form: BudgetForm) -> None:
    heard: list[bool] = []
    form.changed.connect(lambda: heard.append(True))
    seeds = []
    for _ in range(5):
        form.findChild(QToolButton, "newSeedButton").click()
        seeds.append(form.request()["seed"])
    assert all(before != after for before, after in zip([0, *seeds], seeds, strict=False))
    assert all(0 <= seed < 1000 for seed in seeds)
    assert len(heard) == 5


def test_request_and_set_request_are_inverse(form: BudgetForm) -> None:
    wanted = {"steps": None, "episodes": 40, "stop_at": None, "window": 7, "seed": 12, "device": "cpu"}
    form.set_request(wanted)
    assert form.request() == wanted


def test_devices_that_cannot_be_used_are_greyed_with_the_reason(
    form: BudgetForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    combo = form.findChild(QComboBox, "devicePicker")
    assert not combo.isVisible()
    monkeypatch.setattr(budget_form.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(budget_form.sys, "platform", "linux")
    form.set_devices(("cpu", "cuda", "mps"))
    assert combo.isVisible()
    usable = [combo.itemText(i) for i in range(combo.count()) if combo.model().item(i).isEnabled()]
    assert usable == ["auto", "CPU", "CUDA"]
    assert "Apple" in combo.itemData(combo.findText("MPS"), Qt.ItemDataRole.ToolTipRole)
    form.set_request({"device": "cuda"})
    assert form.request()["device"] == "cuda"
    form.set_devices(("cpu",))
    assert form.request()["device"] == "auto"


def test_faults_found_elsewhere_come_to_their_field(form: BudgetForm) -> None:
    stranger = ParamFault("gamma", 1, "x")
    left = form.show_faults([ParamFault("budget", None, "steps, episodes or both"), stranger])
    assert left == [stranger]
    assert form.findChild(QLineEdit, "stepsField").property("fault") is True


def test_while_a_run_trains_edits_are_for_the_next_run(form: BudgetForm) -> None:
    form.set_running({**form.request()})
    type_in(form, "seedField", "5")
    assert form._fields["seed"].note() == "next run"
    assert form._fields["steps"].note() == ""
    type_in(form, "stepsField", "7000")
    type_in(form, "stopAtField", "100")
    assert (form._fields["steps"].note(), form._fields["stop_at"].note()) == ("next start", "next start")
    assert "Continue adds that many on top" in form._fields["steps"].toolTip()
    assert "next run" in form._fields["seed"].toolTip()
    form.set_running(None)
    assert form._fields["seed"].note() == ""


@pytest.mark.parametrize("info", describe(BudgetParams), ids=lambda info: info.name)
def test_the_fields_allow_what_a_run_configuration_allows(info: Any) -> None:
    def accepted(value: object) -> bool:
        try:
            RunConfig.parse({"env": "e", "algorithm": "a", "steps": 1, info.name: value})
        except ParamError:
            return False
        return True

    for bound, beyond in ((info.low, -1), (info.high, 1)):
        if bound is not None:
            assert accepted(int(bound))
            assert not accepted(int(bound) + beyond)

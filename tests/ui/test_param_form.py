"""The parameter form: fields of every kind, faults in words that lose nothing, marks, resets and badges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fakes import GradientParams, ValueParams
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QToolButton

from rlstudio.core.params import ParamFault, describe
from rlstudio.ui import theme
from rlstudio.ui.widgets.param_form import ParamForm


@pytest.fixture
def form(show: Callable[..., Any]) -> ParamForm:
    made = ParamForm()
    made.set_params(GradientParams, {"n_steps": 32})
    show(made, 260, 600)
    return made


def line(form: ParamForm, name: str) -> QLineEdit:
    found = form.findChild(QLineEdit, f"param_{name}")
    assert found is not None
    return found


def type_in(form: ParamForm, name: str, text: str, *, enter: bool = True) -> None:
    field = line(form, name)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    if enter:
        QTest.keyClick(field, Qt.Key.Key_Return)


def test_every_parameter_has_a_named_field_that_shows_its_default(form: ParamForm) -> None:
    shown = {info.name: form.field(info.name).value() for info in describe(GradientParams)}
    assert shown == {**GradientParams().model_dump(), "hidden": [64, 64], "n_steps": 32}
    assert line(form, "learning_rate").text() == "3e-4"
    assert line(form, "hidden").text() == "64, 64"
    assert form.values() == {}


def test_only_the_essential_ones_are_shown_until_all_is_asked_for(form: ParamForm) -> None:
    button = form.findChild(QPushButton, "allParamsButton")
    assert button.text() == "All (7)"
    assert line(form, "gamma").isVisible()
    assert not line(form, "hidden").isVisible()
    button.click()
    assert line(form, "hidden").isVisible()
    headings = [label.text() for label in form.findChildren(QLabel) if label.property("role") == "heading"]
    assert headings == ["Update", "Network"]


def test_values_are_typed_ticked_and_chosen(form: ParamForm) -> None:
    form.findChild(QPushButton, "allParamsButton").click()
    type_in(form, "learning_rate", "1e-3")
    type_in(form, "hidden", "256, 256")
    type_in(form, "target_kl", "0.02")
    form.findChild(QCheckBox, "param_normalise").click()
    combo = form.findChild(QComboBox, "param_activation")
    combo.setCurrentIndex(combo.findText("relu"))
    combo.activated.emit(combo.currentIndex())
    assert form.values() == {
        "learning_rate": 0.001,
        "hidden": [256, 256],
        "target_kl": 0.02,
        "normalise": False,
        "activation": "relu",
    }
    assert form.faults() == []


def test_a_wrong_value_stays_in_its_red_field_with_what_is_allowed(form: ParamForm) -> None:
    committed: list[object] = []
    form.committed.connect(lambda name, value: committed.append((name, value)))
    type_in(form, "learning_rate", "-3")
    field = form.field("learning_rate")
    assert line(form, "learning_rate").text() == "-3"
    assert field.note() == "Takes a number above 0 and at most 1"
    assert line(form, "learning_rate").property("fault") is True
    assert [fault.field for fault in form.faults()] == ["learning_rate"]
    assert form.values()["learning_rate"] == -3
    assert committed == []
    type_in(form, "learning_rate", "0.5")
    assert field.note() == ""
    assert line(form, "learning_rate").property("fault") is False
    assert committed == [("learning_rate", 0.5)]


def test_words_in_a_number_field_are_kept_and_refused(form: ParamForm) -> None:
    type_in(form, "n_steps", "many")
    assert form.values()["n_steps"] == "many"
    assert "whole number" in form.field("n_steps").note()


def test_a_fault_behind_all_opens_it(form: ParamForm) -> None:
    form.set_values({"hidden": "64, x"})
    assert line(form, "hidden").isVisible()
    assert line(form, "hidden").text() == "64, x"


def test_a_change_is_marked_and_can_be_taken_back(form: ParamForm) -> None:
    reset = form.findChild(QToolButton, "reset_n_steps")
    assert not reset.isVisible()
    assert not form.findChild(QPushButton, "resetAllButton").isVisible()
    type_in(form, "n_steps", "64")
    assert form.field("n_steps").title.property("role") == "strong"
    assert reset.isVisible()
    assert "32" in reset.toolTip()
    reset.click()
    assert form.values() == {}
    assert not reset.isVisible()


def test_reset_all_brings_back_every_default(form: ParamForm) -> None:
    type_in(form, "n_steps", "64")
    type_in(form, "gamma", "7")
    form.findChild(QPushButton, "resetAllButton").click()
    assert form.values() == {}
    assert form.faults() == []


def test_another_preset_keeps_what_the_user_changed(form: ParamForm) -> None:
    type_in(form, "gamma", "0.9")
    form.set_params(GradientParams, {"n_steps": 128})
    assert form.values() == {"gamma": 0.9}
    assert form.field("n_steps").value() == 128


def test_another_algorithm_builds_another_form(form: ParamForm) -> None:
    form.set_params(ValueParams, {})
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete: the old fields are gone
    assert form.findChild(QLineEdit, "param_gamma") is None
    assert line(form, "buffer_size").text() == "100,000"
    assert not form.findChild(QPushButton, "allParamsButton").isVisible()


def test_faults_found_elsewhere_are_shown_until_edited_and_strangers_are_returned(form: ParamForm) -> None:
    stranger = ParamFault("env", "x", "y")
    assert form.show_faults([ParamFault("gamma", 0.99, "a smaller number"), stranger]) == [stranger]
    assert form.field("gamma").note() == "Takes a smaller number"
    type_in(form, "gamma", "0.9")
    assert form.field("gamma").note() == ""


def test_tooltips_say_what_it_is_what_more_and_less_do_and_the_default(form: ParamForm) -> None:
    tip = form.field("learning_rate").toolTip()
    for words in ("Size of each gradient step", "Higher: faster", "Lower: steadier", "1e-4 to 3e-3", "Default: 3e-4"):
        assert words in tip
    assert "next update" in tip


@pytest.mark.parametrize(
    ("name", "text", "badge"),
    [("gamma", "0.9", "live now"), ("learning_rate", "1e-2", "next update"), ("n_steps", "64", "next run")],
)
def test_while_training_an_edit_says_when_it_counts(form: ParamForm, name: str, text: str, badge: str) -> None:
    form.set_running({**GradientParams().model_dump(), "n_steps": 32})
    assert form.field(name).note() == ""
    type_in(form, name, text)
    assert form.field(name).note() == badge
    form.set_running(None)
    assert form.field(name).note() == ""


def test_a_live_value_half_typed_is_not_sent(form: ParamForm) -> None:
    form.set_running(GradientParams().model_dump())
    committed: list[object] = []
    form.committed.connect(lambda name, value: committed.append((name, value)))
    type_in(form, "gamma", "0.9", enter=False)
    assert committed == []
    assert form.field("gamma").note() == "press Enter to apply"
    QTest.keyClick(line(form, "gamma"), Qt.Key.Key_Return)
    assert committed == [("gamma", 0.9)]


def test_a_live_value_taken_over_or_refused_is_said_at_its_field(form: ParamForm) -> None:
    form.set_running(GradientParams().model_dump())
    type_in(form, "gamma", "0.9")
    form.mark_applied("gamma", 0.9)
    assert form.field("gamma").note() == "in force"
    type_in(form, "gamma", "0.8", enter=False)
    type_in(form, "gamma", "0.9")
    assert form.field("gamma").note() == "in force"
    form.refuse("learning_rate", "the optimiser does not allow it")
    assert form.field("learning_rate").note() == "the optimiser does not allow it"
    assert line(form, "learning_rate").property("fault") is True


@pytest.mark.parametrize(("key", "text"), [(Qt.Key.Key_Return, "0.9"), (Qt.Key.Key_Escape, "0.5")])
def test_enter_keeps_an_edit_escape_takes_it_back_and_both_give_the_keys_to_the_window(
    form: ParamForm, key: Qt.Key, text: str
) -> None:
    heard: list[str] = []
    for name in ("R", "Escape"):
        QShortcut(QKeySequence(name), form).activated.connect(lambda name=name: heard.append(name))
    form.activateWindow()
    type_in(form, "gamma", "0.5")
    type_in(form, "gamma", "0.9", enter=False)
    assert line(form, "gamma").hasFocus()
    QTest.keyClick(line(form, "gamma"), key)
    assert line(form, "gamma").text() == text
    assert form.values() == {"gamma": float(text)}
    assert not line(form, "gamma").hasFocus()
    assert heard == []
    QTest.keyClick(form.window().windowHandle(), Qt.Key.Key_R)
    assert heard == ["R"]
    assert line(form, "gamma").text() == text
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget().objectName() == "param_n_steps"


def test_one_step_can_be_asked_for_from_within_a_number(form: ParamForm) -> None:
    heard: list[str] = []
    QShortcut(QKeySequence("Ctrl+Right"), form).activated.connect(lambda: heard.append("step"))
    form.activateWindow()
    line(form, "gamma").setFocus()
    QTest.keyClick(form.window().windowHandle(), Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert heard == ["step"]
    assert line(form, "gamma").hasFocus()


def test_escape_takes_back_a_wrong_value_and_commits_nothing_new(form: ParamForm) -> None:
    form.set_running(GradientParams().model_dump())
    type_in(form, "gamma", "bogus", enter=False)
    assert form.faults()
    QTest.keyClick(line(form, "gamma"), Qt.Key.Key_Escape)
    assert form.faults() == []
    assert form.field("gamma").note() == ""
    assert form.values() == {}


def test_arrow_keys_step_and_commit(form: ParamForm) -> None:
    QTest.keyClick(line(form, "learning_rate"), Qt.Key.Key_Up)
    assert form.values() == {"learning_rate": 5e-4}


def test_the_wheel_changes_nothing(form: ParamForm) -> None:
    form.findChild(QPushButton, "allParamsButton").click()
    for editor in (*form.findChildren(QComboBox), *form.findChildren(QLineEdit)):
        here = QPointF(editor.rect().center())
        wheel = QWheelEvent(
            here,
            QPointF(editor.mapToGlobal(here.toPoint())),
            QPoint(0, 0),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(editor, wheel)
    assert form.values() == {}


def test_tab_reaches_every_shown_field_in_order(form: ParamForm) -> None:
    form.activateWindow()
    line(form, "learning_rate").setFocus()
    reached = []
    for _ in range(3):
        reached.append(QApplication.focusWidget().objectName())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert reached == ["param_learning_rate", "param_gamma", "param_n_steps"]


def test_a_click_on_a_name_goes_to_its_field(form: ParamForm) -> None:
    form.findChild(QPushButton, "allParamsButton").click()
    QTest.mouseClick(form.field("normalise").title, Qt.MouseButton.LeftButton)
    assert form.values() == {"normalise": False}


@pytest.mark.parametrize("points", [8, 10, 14])
def test_no_text_is_cut_at_any_font_size(form: ParamForm, app: QApplication, points: int) -> None:
    form.findChild(QPushButton, "allParamsButton").click()
    try:
        theme.set_font_size(app, points)
        form.resize(form.minimumSizeHint().width() + 60, 700)
        app.processEvents()
        for editor in form.findChildren(QLineEdit):
            assert editor.fontMetrics().horizontalAdvance(editor.text()) <= editor.width() - 16, editor.objectName()
        for label in form.findChildren(QLabel):
            if label.isVisible() and label.text():
                assert label.height() >= label.heightForWidth(label.width()), label.text()
    finally:
        theme.set_font_size(app, theme.DEFAULT_POINTS)

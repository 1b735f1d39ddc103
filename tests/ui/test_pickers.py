"""The pickers: what they list, how they are searched, what cannot be chosen and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import ANT, CARDS, CARTPOLE, PENDULUM, SPECS
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPushButton

from rlstudio.ui.widgets.algorithm_picker import AlgorithmPicker
from rlstudio.ui.widgets.choice import CHOICE_ROLE, Choice
from rlstudio.ui.widgets.choice_popup import ChoicePopup
from rlstudio.ui.widgets.environment_picker import EnvironmentPicker


@pytest.fixture
def picker(show: Callable[..., Any]) -> EnvironmentPicker:
    made = EnvironmentPicker()
    made.set_cards(CARDS)
    made.set_key("CartPole-v1")
    show(made, 220, 30)
    return made


def listed(popup: ChoicePopup) -> list[str]:
    model = popup.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_it_shows_what_is_chosen(picker: EnvironmentPicker) -> None:
    assert picker.text() == "Cart Pole"
    assert picker.card() is CARTPOLE
    assert picker.accessibleName() == "Environment: Cart Pole"


def test_families_stand_together_and_older_versions_are_asked_for(picker: EnvironmentPicker) -> None:
    popup = picker.popup()
    assert listed(popup) == ["Classic control", "Pendulum", "Cart Pole", "MuJoCo", "Ant"]
    popup.findChild(QCheckBox, "environmentExtras").setChecked(True)
    assert "Cart Pole (v0)" in listed(popup)


def test_typing_searches_and_enter_chooses(picker: EnvironmentPicker) -> None:
    chosen: list[str] = []
    picker.chosen.connect(chosen.append)
    QTest.mouseClick(picker, Qt.MouseButton.LeftButton)
    popup = picker.popup()
    assert popup.isVisible()
    QTest.keyClicks(popup.search, "pend")
    assert listed(popup) == ["Classic control", "Pendulum"]
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert chosen == ["Pendulum-v1"]
    assert not popup.isVisible()
    assert picker.card() is PENDULUM


def test_arrow_keys_move_past_headings_while_typing(picker: EnvironmentPicker) -> None:
    picker.open_popup()
    popup = picker.popup()
    assert popup.list.currentIndex().data() == "Cart Pole"
    QTest.keyClick(popup.search, Qt.Key.Key_Down)
    assert popup.list.currentIndex().data() == "Ant"
    QTest.keyClick(popup.search, Qt.Key.Key_Up)
    QTest.keyClick(popup.search, Qt.Key.Key_Up)
    assert popup.list.currentIndex().data() == "Pendulum"


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_keys_open_it(picker: EnvironmentPicker, key: Qt.Key) -> None:
    QTest.keyClick(picker, key)
    assert picker.popup().isVisible()


def test_what_is_not_available_says_why_and_can_be_copied_but_not_chosen(picker: EnvironmentPicker) -> None:
    chosen: list[str] = []
    picker.chosen.connect(chosen.append)
    picker.open_popup()
    popup = picker.popup()
    QTest.keyClicks(popup.search, "ant")
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert chosen == []
    assert popup.isVisible()
    assert "MuJoCo is not installed" in popup.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
    install = popup.findChild(QLineEdit, "installLine")
    assert install.isVisible()
    popup.findChild(QPushButton, "copyInstallButton").click()
    assert QGuiApplication.clipboard().text() == ANT.install
    with pytest.raises(ValueError, match="MuJoCo is not installed"):
        picker.choose("Ant-v5")


def test_the_reading_side_tells_everything_on_the_card(picker: EnvironmentPicker) -> None:
    picker.open_popup()
    text = picker.popup().details.text.toPlainText()
    for words in (
        "Keep a pole upright",
        "4 numbers: cart position (m)",
        "push left",
        "500 steps",
        "475",
        "attached by",
    ):
        assert words in text
    assert "##" not in text


def test_a_search_without_a_result_says_so(picker: EnvironmentPicker, app: QApplication) -> None:
    picker.open_popup()
    QTest.keyClicks(picker.popup().search, "zzz")
    assert listed(picker.popup()) == []
    shown = [
        label.text() for label in picker.popup().details.children() if hasattr(label, "text") and callable(label.text)
    ]
    assert any("zzz" in text for text in shown)


def test_a_name_found_comes_before_a_text_found() -> None:
    want = Choice("Taxi-v4", "Taxi", more="where they want to go")
    ant = Choice("Ant-v5", "Ant")
    plant = Choice("Plant-v0", "Plant")
    assert (ant.rank(["ant"]), plant.rank(["ant"]), want.rank(["ant"])) == (0, 1, None)
    assert want.rank(["want"]) == 2
    assert ant.rank([]) is not None


def test_pictures_are_shown_and_a_broken_one_is_left_out(show: Callable[..., Any], tmp_path: Path) -> None:
    good, broken = tmp_path / "good.png", tmp_path / "broken.png"
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    image.save(str(good))
    broken.write_bytes(b"not a picture")
    picker = show(EnvironmentPicker(), 200, 30)
    picker.set_choices([Choice("a", "A", picture=str(good)), Choice("b", "B", picture=str(broken))])
    picker.open_popup()
    model = picker.popup().list.model()
    assert model.index(0, 0).data(Qt.ItemDataRole.DecorationRole).width() > 0
    assert model.index(1, 0).data(Qt.ItemDataRole.DecorationRole) is None
    assert picker.popup().list.grab().toImage().pixelColor(30, 30).red() > 200


def test_algorithms_are_listed_once_and_greyed_with_the_reason(show: Callable[..., Any]) -> None:
    picker = show(AlgorithmPicker(), 220, 30)
    picker.set_specs(SPECS, PENDULUM)
    picker.set_key("PPO")
    popup = picker.popup()
    assert listed(popup) == ["Policy gradient", "PPO", "Value-based", "DQN"]
    choice = popup.list.model().index(3, 0).data(CHOICE_ROLE)
    assert choice.why_not == "DQN needs discrete actions; Pendulum's are continuous"
    picker.set_specs(SPECS, CARTPOLE)
    assert popup.list.model().index(3, 0).data(CHOICE_ROLE).why_not == ""

"""The pickers: what they list, how they are searched, what cannot be chosen and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import ANT, CARDS, CARTPOLE, PENDULUM, SPECS, ValueParams, spec
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPushButton

from rlstudio.algorithms.catalogue import algorithms, presets_for
from rlstudio.core.params import describe
from rlstudio.ui.widgets.algorithm_form import AlgorithmForm
from rlstudio.ui.widgets.algorithm_page import AlgorithmPage
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


def test_families_stand_in_a_sensible_order_and_say_who_made_what(show: Callable[..., Any]) -> None:
    picker = show(AlgorithmPicker(), 220, 30)
    studio, other, search = (
        spec(key, title, ValueParams, family=family, implementation=by)
        for key, title, family, by in (
            ("dqn", "DQN", "value based", "Studio"),
            ("sb3_dqn", "DQN", "value based", "Stable-Baselines3"),
            ("ars", "ARS", "evolution and search", "sb3-contrib"),
        )
    )
    picker.set_specs([studio, other, search], CARTPOLE)
    model = picker.popup().list.model()
    assert listed(picker.popup()) == ["Evolution and search", "ARS", "Value based", "DQN"]
    assert model.index(3, 0).data(CHOICE_ROLE).aside == "Studio · Stable-Baselines3"
    for words, found in (
        ("sb3 contrib", ["ARS"]),
        ("sb3_dqn", ["DQN"]),
        ("evolution", ["ARS"]),
        ("baselines3", ["ARS", "DQN"]),
    ):
        picker.popup().search.setText(words)
        assert [name for name in listed(picker.popup()) if name in ("ARS", "DQN")] == found, words


def test_an_algorithm_is_greyed_only_where_no_implementation_can_act(show: Callable[..., Any]) -> None:
    picker = show(AlgorithmPicker(), 220, 30)
    refusing = spec("a", "DQN", ValueParams, refuses=lambda card: "not here by this one")
    willing = spec("b", "DQN", ValueParams, implementation="Stable-Baselines3")
    picker.set_specs([refusing, willing], PENDULUM)
    choice = picker.popup().list.model().index(1, 0).data(CHOICE_ROLE)
    assert choice.why_not == ""
    assert "Not here by Studio: not here by this one" in choice.details()


def test_a_long_reason_is_shown_whole(show: Callable[..., Any]) -> None:
    picker = show(AlgorithmPicker(), 220, 30)
    short, long = "needs discrete actions", "needs to know the rules, which are published nowhere; " * 3
    picker.set_specs(
        [spec(str(len(why)), str(len(why)), ValueParams, refuses=lambda card, why=why: why) for why in (short, long)],
        PENDULUM,
    )
    picker.open_popup()
    popup = picker.popup()
    rows = [popup.list.model().index(row, 0) for row in (1, 2)]
    heights = [popup.list.sizeHintForIndex(row).height() for row in rows]
    assert [popup.list.visualRect(row).height() for row in rows] == heights
    assert heights[1] >= heights[0] + 2 * popup.list.fontMetrics().height() * 0.9


def test_the_page_about_an_algorithm_says_everything_its_spec_says(show: Callable[..., Any]) -> None:
    form = show(AlgorithmForm(list(algorithms().values()), presets_for), 288, 200)
    form.set_environment("CartPole-v1", CARTPOLE)
    form.set_choice("ppo", None)
    form.explain_button.click()
    page = form.findChild(AlgorithmPage)
    assert page.isVisible()
    assert page.windowTitle() == "About PPO"
    text = page.text.toPlainText()
    ppo = algorithms()["ppo"]
    for info in describe(ppo.params):
        assert all(words in text for words in (info.help, info.higher, info.lower, info.usual))
    for metric in ppo.metrics:
        assert metric.healthy in text
    assert "r = π(a|s) / πold(a|s)" in text
    assert "RL Zoo" in text
    assert "<i>r</i>" in form.picker.whatsThis()
    form.set_choice("dqn", None)
    assert page.windowTitle() == "About DQN"
    page.close()

"""The setup panel: what it asks for, and what it says while a run trains."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from fakes import CARDS, SPECS, GradientParams, presets
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QWidget,
)

from rlstudio.algorithms.catalogue import algorithms
from rlstudio.algorithms.resolve import resolve
from rlstudio.algorithms.words import shipped_cards
from rlstudio.core.params import ParamError, ParamFault, describe
from rlstudio.core.run_config import RunConfig
from rlstudio.ui import theme
from rlstudio.ui.panels.setup import SetupPanel
from rlstudio.ui.widgets.algorithm_picker import AlgorithmPicker
from rlstudio.ui.widgets.environment_picker import EnvironmentPicker
from rlstudio.ui.widgets.param_field import ParamField


@pytest.fixture
def panel(show: Callable[..., Any]) -> SetupPanel:
    made = SetupPanel(specs=SPECS, presets=presets)
    made.set_cards(CARDS)
    return show(made, 270, 800)


def type_in(panel: SetupPanel, name: str, text: str) -> None:
    line = panel.findChild(QLineEdit, name)
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def pick(panel: SetupPanel, name: str, text: str) -> None:
    combo = panel.findChild(QComboBox, name)
    assert combo.findText(text) >= 0
    combo.setCurrentIndex(combo.findText(text))
    combo.activated.emit(combo.currentIndex())


def choose_environment(panel: SetupPanel, key: str) -> None:
    panel.findChild(EnvironmentPicker, "environmentPicker").choose(key)


def choose_algorithm(panel: SetupPanel, title: str) -> None:
    panel.findChild(AlgorithmPicker, "algorithmPicker").choose(title)


def train(panel: SetupPanel) -> RunConfig:
    request = panel.request()
    base = {**GradientParams().model_dump(), "n_steps": 32, "learning_rate": 1e-3, **request.pop("params")}
    config = RunConfig(**{**request, "params": base})
    panel.set_training(True, config)
    return config


def test_it_asks_for_a_tuned_run_at_once(panel: SetupPanel) -> None:
    assert panel.request() == {
        "env": "CartPole-v1",
        "env_kwargs": {},
        "algorithm": "ppo",
        "preset": "zoo",
        "params": {},
        "steps": 80_000,
        "episodes": None,
        "stop_at": 475.0,
        "window": 25,
        "seed": 0,
        "device": "auto",
    }
    assert panel.faults() == []


def test_only_what_was_changed_is_asked_for(panel: SetupPanel) -> None:
    heard: list[bool] = []
    panel.requestChanged.connect(lambda: heard.append(True))
    type_in(panel, "param_gamma", "0.95")
    assert panel.request()["params"] == {"gamma": 0.95}
    assert heard


def test_a_wrong_value_blocks_the_run_and_stays(panel: SetupPanel) -> None:
    type_in(panel, "param_gamma", "7")
    type_in(panel, "stepsField", "none")
    with pytest.raises(ParamError) as caught:
        panel.request()
    assert {fault.field for fault in caught.value.faults} == {"gamma", "steps"}
    assert panel.findChild(QLineEdit, "param_gamma").text() == "7"
    type_in(panel, "param_gamma", "0.9")
    type_in(panel, "stepsField", "10")
    assert panel.request()["params"] == {"gamma": 0.9}


def test_a_preset_brings_its_values_budget_and_stop_rule(panel: SetupPanel) -> None:
    pick(panel, "presetPicker", "As in the demonstration")
    asked = panel.request()
    assert (asked["preset"], asked["params"]) == ("demo", {})
    assert (asked["steps"], asked["episodes"], asked["stop_at"], asked["window"]) == (None, 600, 195.0, 10)
    assert panel.findChild(QLineEdit, "param_gamma").text() == "0.98"
    assert any("A collapse is expected" in label.text() for label in panel.findChildren(QLabel))
    pick(panel, "presetPicker", "The algorithm's defaults")
    assert panel.request()["preset"] == "none"
    assert panel.findChild(QLineEdit, "param_learning_rate").text() == "3e-4"


def test_an_algorithm_that_cannot_learn_gives_way_and_says_so(panel: SetupPanel) -> None:
    choose_algorithm(panel, "DQN")
    assert panel.request()["algorithm"] == "dqn"
    choose_environment(panel, "Pendulum-v1")
    assert panel.request()["algorithm"] == "ppo"
    said = [label.text() for label in panel.findChildren(QLabel)]
    assert any(
        "DQN needs discrete actions; Pendulum's are continuous; PPO was chosen instead." in text for text in said
    )
    with pytest.raises(ValueError, match="discrete"):
        choose_algorithm(panel, "DQN")


def test_looking_at_another_algorithm_loses_nothing(panel: SetupPanel) -> None:
    type_in(panel, "param_gamma", "0.95")
    choose_algorithm(panel, "DQN")
    type_in(panel, "param_buffer_size", "500")
    choose_algorithm(panel, "PPO")
    assert panel.request()["params"] == {"gamma": 0.95}
    choose_algorithm(panel, "DQN")
    assert panel.request()["params"] == {"buffer_size": 500}


def test_another_environment_starts_from_its_own_preset(panel: SetupPanel) -> None:
    type_in(panel, "param_learning_rate", "5e-3")
    pick(panel, "presetPicker", "As in the demonstration")
    type_in(panel, "param_learning_rate", "5e-3")
    choose_environment(panel, "Pendulum-v1")
    asked = panel.request()
    assert (asked["algorithm"], asked["preset"], asked["params"]) == ("ppo", "none", {})
    assert panel.findChild(QLineEdit, "param_learning_rate").text() == "3e-4"
    choose_environment(panel, "CartPole-v1")
    asked = panel.request()
    assert (asked["preset"], asked["params"]) == ("demo", {"learning_rate": 5e-3})


def test_a_draft_leaves_out_what_is_wrong(panel: SetupPanel, show: Callable[..., Any]) -> None:
    choose_environment(panel, "Pendulum-v1")
    assert panel.draft() == {**panel.request(), "eval_every": None, "eval_episodes": 5}
    type_in(panel, "param_gamma", "0.9")
    type_in(panel, "param_learning_rate", "bogus")
    type_in(panel, "stepsField", "none")
    type_in(panel, "seedField", "5")
    draft = panel.draft()
    assert (draft["env"], draft["params"], draft["seed"]) == ("Pendulum-v1", {"gamma": 0.9}, 5)
    assert "steps" not in draft
    other = show(SetupPanel(specs=SPECS, presets=presets), 270, 600)
    other.set_request(json.loads(json.dumps(draft)))
    other.set_cards(CARDS)
    asked = other.request()
    assert (asked["env"], asked["params"], asked["steps"], asked["seed"]) == (
        "Pendulum-v1",
        {"gamma": 0.9},
        100_000,
        5,
    )


def test_an_environment_without_a_threshold_has_no_stop_rule(panel: SetupPanel) -> None:
    choose_environment(panel, "Pendulum-v1")
    assert panel.request()["stop_at"] is None
    assert not panel.findChild(QCheckBox, "stopRule").isChecked()


def test_implementation_and_preset_are_asked_only_where_there_is_a_choice(panel: SetupPanel) -> None:
    implementation = panel.findChild(QComboBox, "implementationPicker")
    assert [implementation.itemText(i) for i in range(implementation.count())] == ["Studio", "Stable-Baselines3"]
    pick(panel, "implementationPicker", "Stable-Baselines3")
    assert panel.request()["algorithm"] == "sb3-ppo"
    assert not panel.findChild(QComboBox, "presetPicker").isVisible()
    choose_algorithm(panel, "DQN")
    assert not implementation.isVisible()


def test_request_and_set_request_are_inverse(panel: SetupPanel, show: Callable[..., Any]) -> None:
    choose_algorithm(panel, "PPO")
    type_in(panel, "param_gamma", "0.9")
    type_in(panel, "seedField", "77")
    pick(panel, "budgetUnit", "Episodes")
    other = show(SetupPanel(specs=SPECS, presets=presets), 270, 600)
    other.set_request(panel.request())
    other.set_cards(CARDS)
    assert other.request() == panel.request()


def test_a_whole_configuration_can_be_shown(panel: SetupPanel) -> None:
    params = {**GradientParams().model_dump(), "gamma": 0.5}
    config = RunConfig(env="Pendulum-v1", algorithm="ppo", params=params, steps=123, seed=4)
    panel.set_request(config.model_dump())
    asked = panel.request()
    assert (asked["env"], asked["preset"], asked["steps"], asked["seed"]) == ("Pendulum-v1", "none", 123, 4)
    assert asked["params"] == {"gamma": 0.5}


def test_what_has_no_field_is_said_kept_and_let_go_of(panel: SetupPanel) -> None:
    words, drop = panel.findChild(QLabel, "keptSettingsText"), panel.findChild(QToolButton, "dropKeptButton")
    assert words.parentWidget().isHidden()
    config = train(panel).model_copy(update={"eval_every": 5_000, "eval_episodes": 10})
    panel.set_request(config.model_dump(mode="json"))
    assert (words.isVisible(), words.text()) == (True, "Evaluated every 5,000 steps, 10 episodes each")
    again = train(panel)
    assert (again.eval_every, again.eval_episodes) == (5_000, 10)
    panel.set_request(panel.draft())
    assert panel.request()["eval_every"] == 5_000
    drop.click()
    assert words.parentWidget().isHidden()
    assert not {"eval_every", "eval_episodes"} & panel.request().keys()
    panel.set_request({"eval_every": "often", "eval_episodes": -3})
    assert words.parentWidget().isHidden()
    panel.set_request({"eval_every": 0})
    assert words.text() == "Not evaluated while it trains"
    assert train(panel).eval_every == 0


def test_an_unknown_algorithm_is_said_in_words(panel: SetupPanel) -> None:
    panel.set_request({"algorithm": "alphazero"})
    assert any("alphazero" in label.text() for label in panel.findChildren(QLabel) if label.isVisible())
    assert panel.request()["algorithm"] == "ppo"


def test_faults_found_elsewhere_are_shown_where_they_belong(panel: SetupPanel) -> None:
    panel.show_faults(
        [ParamFault("params.gamma", 2, "less"), ParamFault("seed", -1, "more"), ParamFault("env", "x", "another")]
    )
    assert panel.findChild(QLineEdit, "param_gamma").property("fault") is True
    assert panel.findChild(QLineEdit, "seedField").property("fault") is True
    assert any(label.text().startswith("env: 'x'") for label in panel.findChildren(QLabel) if label.isVisible())


def test_a_live_change_is_sent_once_when_finished_and_allowed(panel: SetupPanel) -> None:
    train(panel)
    sent: list[tuple[str, object]] = []
    panel.liveChange.connect(lambda name, value: sent.append((name, value)))
    type_in(panel, "param_learning_rate", "5e-4")
    type_in(panel, "param_learning_rate", "5e-4")
    type_in(panel, "param_learning_rate", "-1")
    type_in(panel, "param_n_steps", "64")
    assert sent == [("learning_rate", 5e-4)]
    type_in(panel, "param_learning_rate", "1e-3")
    assert sent[1:] == [("learning_rate", 1e-3)]


def said_at(panel: SetupPanel, name: str) -> str:
    """The badge or fault under a field."""
    field = panel.findChild(QLineEdit, name).parentWidget()
    assert isinstance(field, ParamField)
    return field.note()


def test_what_the_run_took_over_stays_in_force_through_pauses_and_looks_elsewhere(panel: SetupPanel) -> None:
    config = train(panel)
    sent: list[object] = []
    panel.liveChange.connect(lambda _name, value: sent.append(value))
    type_in(panel, "param_learning_rate", "5e-4")
    assert said_at(panel, "param_learning_rate") == "next update"
    panel.set_training(True, config)  # paused: not yet taken over
    assert said_at(panel, "param_learning_rate") == "next update"
    panel.mark_applied("learning_rate", 5e-4)
    panel.set_training(True, config)
    assert said_at(panel, "param_learning_rate") == "in force"
    choose_environment(panel, "Pendulum-v1")
    panel.findChild(QPushButton, "backToRunningButton").click()
    assert panel.findChild(QLineEdit, "param_learning_rate").text() == "5e-4"
    assert said_at(panel, "param_learning_rate") == "in force"
    type_in(panel, "param_learning_rate", "5e-4")
    assert sent == [5e-4]
    panel.set_training(True, config.model_copy())  # another run
    assert said_at(panel, "param_learning_rate") == "next update"


def test_what_a_continued_run_was_asked_for_is_no_edit(panel: SetupPanel) -> None:
    config = train(panel)
    panel.set_training(False, None)
    panel.set_training(True, config.model_copy(update={"steps": config.steps + 500}))
    assert said_at(panel, "stepsField") == ""
    type_in(panel, "stepsField", "10")
    assert said_at(panel, "stepsField") == "next start"


def test_a_click_beside_a_field_ends_its_edit(panel: SetupPanel) -> None:
    panel.activateWindow()
    line = panel.findChild(QLineEdit, "param_gamma")
    line.setFocus()
    assert line.hasFocus()
    QTest.mouseClick(panel.window().windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert not line.hasFocus()


def test_a_refused_live_change_can_be_tried_again(panel: SetupPanel) -> None:
    train(panel)
    sent: list[object] = []
    panel.liveChange.connect(lambda _name, value: sent.append(value))
    type_in(panel, "param_gamma", "0.5")
    panel.refuse("gamma", "not in this run")
    assert panel.findChild(QLineEdit, "param_gamma").property("fault") is True
    type_in(panel, "param_gamma", "0.5")
    assert sent == [0.5, 0.5]


def test_another_environment_while_training_prompts_and_stops_nothing(panel: SetupPanel) -> None:
    config = train(panel)
    prompts: list[str] = []
    panel.newRunPrompt.connect(lambda: prompts.append("prompt"))
    panel.trainRequested.connect(lambda: prompts.append("train"))
    sent: list[str] = []
    panel.liveChange.connect(lambda name, _value: sent.append(name))
    choose_environment(panel, "Pendulum-v1")
    assert prompts == ["prompt"]
    note = panel.findChild(QWidget, "trainingNote")
    assert note.isVisible()
    assert any("PPO on CartPole-v1 goes on training" in label.text() for label in note.findChildren(QLabel))
    type_in(panel, "param_gamma", "0.5")
    assert sent == []
    panel.findChild(QPushButton, "trainNewRunButton").click()
    assert prompts == ["prompt", "train"]
    panel.findChild(QPushButton, "backToRunningButton").click()
    assert not note.isVisible()
    asked = panel.request()
    assert (asked["env"], asked["algorithm"]) == (config.env, config.algorithm)


def test_nothing_is_sent_or_said_when_no_run_trains(panel: SetupPanel) -> None:
    train(panel)
    panel.set_training(False, None)
    said: list[object] = []
    panel.liveChange.connect(lambda *change: said.append(change))
    panel.newRunPrompt.connect(lambda: said.append("prompt"))
    type_in(panel, "param_gamma", "0.5")
    choose_environment(panel, "Pendulum-v1")
    assert said == []


def test_it_folds_to_a_rail_and_back(panel: SetupPanel) -> None:
    heard: list[bool] = []
    panel.foldedChanged.connect(heard.append)
    wide = panel.minimumWidth()
    panel.findChild(QToolButton, "foldSetupButton").click()
    assert panel.maximumWidth() <= 48
    assert not panel.findChild(QLineEdit, "seedField").isVisible()
    panel.findChild(QToolButton, "unfoldSetupButton").click()
    assert panel.minimumWidth() == wide
    assert panel.findChild(QLineEdit, "seedField").isVisible()
    assert heard == [True, False]


@pytest.mark.parametrize(("key", "points"), [*((key, 14) for key in algorithms()), ("ppo", 8), ("ppo", 10)])
def test_nothing_is_cut_at_the_least_width(show: Callable[..., Any], app: QApplication, points: int, key: str) -> None:
    try:
        theme.set_font_size(app, points)
        panel = SetupPanel()
        panel.set_cards(CARDS)
        panel.set_request({"algorithm": key})
        show(panel, panel.minimumWidth(), 600)
        if panel.findChild(QPushButton, "allParamsButton").isVisible():
            panel.findChild(QPushButton, "allParamsButton").click()
        app.processEvents()
        panel.resize(panel.minimumWidth(), 600)
        app.processEvents()
        area = panel.findChild(QScrollArea)
        assert area.widget().width() <= area.viewport().width()
        for label in panel.findChildren(QLabel):
            if label.isVisible() and label.text():
                assert label.height() >= label.heightForWidth(label.width()), label.text()
                widest = max(
                    label.fontMetrics().horizontalAdvance(word) for word in label.text().replace("-", "- ").split()
                )
                assert widest <= label.width(), label.text()
        for line in panel.findChildren(QLineEdit):
            if line.isVisible():
                assert line.fontMetrics().horizontalAdvance(line.text()) <= line.width() - 16, line.objectName()
    finally:
        theme.set_font_size(app, theme.DEFAULT_POINTS)


@pytest.mark.parametrize("key", list(algorithms()))
def test_every_algorithm_has_a_form_whose_request_resolves(show: Callable[..., Any], key: str) -> None:
    spec = algorithms()[key]
    can = [card.id for card in shipped_cards() if spec.why_not(card) is None]
    panel = show(SetupPanel(), 270, 600)
    panel.set_cards(shipped_cards())
    panel.set_request({"algorithm": key, "env": can[0] if can else "CartPole-v1"})
    names = {info.name for info in describe(spec.params)}
    for name in names:
        field = panel.findChild(QWidget, f"param_{name}")
        assert field is not None
        assert field.accessibleName()
    faults = panel.faults()
    if faults:  # there is something to fill in first, or no environment for it here
        assert {fault.field for fault in faults} <= (names if can else {"algorithm"})
        return
    config = resolve(**panel.request())
    assert config.algorithm == key
    assert config == resolve(**{**panel.request(), "params": config.params})


def test_every_control_has_a_name_for_assistive_tools(panel: SetupPanel) -> None:
    for control in panel.findChildren(QWidget):
        if (
            isinstance(control, (QAbstractButton, QLineEdit, QComboBox))
            and control.objectName().startswith("qt_") is False
        ):
            named = control.accessibleName() or (isinstance(control, QAbstractButton) and control.text())
            assert named, control.objectName() or control


def test_the_window_stays_free_of_torch_and_gymnasium() -> None:
    code = (
        "import sys; from PySide6.QtWidgets import QApplication, QLineEdit; app = QApplication([])\n"
        "from rlstudio.ui.panels.setup import SetupPanel; panel = SetupPanel()\n"
        "for key in ('dqn', 'reinforce', 'ppo'):\n    panel.set_request({'algorithm': key}); panel.request()\n"
        "panel.deleteLater(); print(sorted({'torch', 'gymnasium', 'stable_baselines3'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.strip() == "[]", done.stderr

"""Models of Stable-Baselines3 in the window: opened as runs, their environment asked for, damaged ones refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from foreign_models import saved_model
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel

from rlstudio.core.messages import ModelNeedsEnvironment
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.widgets.model_question import ModelQuestion

Wait = Callable[..., None]


def asked(**changes: Any) -> ModelNeedsEnvironment:
    plain = {"title": "PPO of Stable-Baselines3", "needs": "observations of 4 numbers", "fitting": ("A-v1", "B-v0")}
    return ModelNeedsEnvironment(**{"path": "model.zip", **plain, **changes})


@pytest.mark.parametrize(
    ("changes", "chosen", "hint"),
    [
        ({}, "", "the model's maker knows"),
        ({"likely": "A-v1"}, "A-v1", "speaks of A-v1"),
        ({"fitting": ("B-v0",)}, "B-v0", "the only one"),
        ({"fitting": ()}, "", "None of those listed"),
    ],
)
def test_the_question_offers_what_fits(
    show: Callable[..., Any], changes: dict[str, Any], chosen: str, hint: str
) -> None:
    question = show(ModelQuestion(asked(**changes)))
    assert question.environment.currentText() == chosen
    assert question.findChild(object, "modelOpen").isEnabled() is bool(chosen)
    assert hint in question.hint.text()
    answers: list[str] = []
    question.chosen.connect(answers.append)
    question.environment.setCurrentText("  Mine-v3 ")
    question.buttons.accepted.emit()
    assert answers == ["Mine-v3"]
    assert question.result() == QDialog.DialogCode.Accepted


def test_enter_opens_what_was_guessed(show: Callable[..., Any]) -> None:
    question = show(ModelQuestion(asked(likely="A-v1")))
    answers: list[str] = []
    question.chosen.connect(answers.append)
    QTest.keyClick(question.environment.lineEdit(), Qt.Key.Key_Return)
    assert answers == ["A-v1"]


def test_markup_in_a_name_is_no_markup(show: Callable[..., Any]) -> None:
    question = show(ModelQuestion(asked(path="<b>big.zip")))
    assert any("<b>big.zip" in label.text() for label in question.findChildren(QLabel))


def test_a_model_is_asked_about_and_opened(
    whole_window: tuple[MainWindow, Controller], tmp_path: Path, wait_for: Wait
) -> None:
    window, controller = whole_window
    opened: list[Any] = []
    controller.library.opened.connect(opened.append)
    controller.library.open_paths([saved_model("dqn", tmp_path)])
    wait_for(lambda: window.findChild(ModelQuestion) is not None, "the question", 60)
    question = window.findChild(ModelQuestion)
    question.environment.setCurrentText("Acrobot-v1")
    question.buttons.accepted.emit()
    wait_for(lambda: again(window, question), "the question again", 60)
    question = again(window, question)
    assert question.environment.currentText() == "Acrobot-v1"
    assert "does not fit Acrobot-v1" in question.fault.text()
    question.environment.setCurrentText("CartPole-v1")
    assert not question.fault.isVisible()
    question.buttons.accepted.emit()
    wait_for(lambda: opened, "the run", 60)
    assert opened[0].info.config.algorithm == "sb3_dqn"
    assert opened[0].policy is not None
    assert not question.isVisible()


def test_what_does_not_fit_or_is_no_model_is_said(
    whole_window: tuple[MainWindow, Controller], tmp_path: Path, wait_for: Wait
) -> None:
    window, controller = whole_window
    (tmp_path / "no.zip").write_bytes(b"PK")
    for path, words in ((tmp_path / "no.zip", "cut off"), (saved_model("ars", tmp_path), "does not fit CartPole-v1")):
        controller.files.open_paths([path], "CartPole-v1")
        wait_for(lambda words=words: words in banner(window), words, 60)
        assert "Traceback" not in banner(window)


def again(window: MainWindow, before: ModelQuestion) -> ModelQuestion | None:
    return next((each for each in window.findChildren(ModelQuestion) if each.isVisible() and each is not before), None)


def banner(window: MainWindow) -> str:
    return " ".join(label.text() for label in window.banner.findChildren(QLabel))

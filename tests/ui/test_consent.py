"""A file of Python code in the window: chosen, asked about, run after a yes alone, asked about anew when it changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLineEdit, QMessageBox, QPushButton

from rlstudio.ui.consent import WARNING
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.widgets.speed_slider import FULL

WaitFor = Callable[..., None]


class OwnPolicy:
    """A window, and a policy's file that makes a marker whenever it is executed."""

    def __init__(self, window: MainWindow, controller: Controller, folder: Path, wait_for: WaitFor) -> None:
        self.window, self.controller, self.wait_for = window, controller, wait_for
        self.path, self.marker = folder / "own.py", folder / "was run"
        self.write("1")

    def write(self, action: str) -> None:
        self.path.write_text(
            f"from pathlib import Path\n\nPath({str(self.marker)!r}).touch()\n\n"
            f"def act(observation, info):\n    return {action}, 'a note'\n",
            encoding="utf-8",
        )

    def ask(self) -> None:
        params = {"file": str(self.path)}
        self.window.setup.set_request(
            {"env": "CartPole-v1", "algorithm": "user_policy", "params": params, "steps": 300, "seed": 1}
        )

    def box(self) -> QMessageBox | None:
        return self.window.findChild(QMessageBox, "consentBox")

    def click(self, name: str) -> None:
        button = self.window.findChild(QAbstractButton, name)
        assert button is not None, name
        assert button.isEnabled(), name
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def question(self) -> QMessageBox:
        self.wait_for(self.box, "the question")
        found = self.box()
        assert found is not None
        return found

    def answer(self, name: str) -> None:
        button = self.question().findChild(QPushButton, name)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.wait_for(lambda: self.box() is None, "the question to go")

    def wait_for_the_end(self) -> None:
        training = self.controller.training
        self.wait_for(lambda: training.status == "finished" and not training.active, "the run to end", 60)


@pytest.fixture
def own(whole_window: tuple[MainWindow, Controller], tmp_path: Path, wait_for: WaitFor) -> OwnPolicy:
    window, controller = whole_window
    window.toolbar.speed.set_position(FULL)
    return OwnPolicy(window, controller, tmp_path, wait_for)


def test_a_no_runs_nothing_and_a_yes_runs_it(own: OwnPolicy) -> None:
    own.ask()
    own.controller.watching.show()  # nobody has agreed: it is not played either
    own.click("trainButton")
    box = own.question()
    assert WARNING in box.text()
    assert str(own.path) in box.text()
    assert f"{own.path.stat().st_size:,} bytes" in box.text()
    assert box.defaultButton().text() == "Cancel"
    assert box.escapeButton() is box.defaultButton()
    own.answer("cancelProgramButton")
    assert not own.controller.training.active
    assert not own.marker.exists()
    own.click("trainButton")
    own.answer("runProgramButton")
    own.wait_for_the_end()
    assert own.marker.exists()
    own.controller.starting.train("new")  # the same file is not asked about again
    assert own.box() is None
    own.wait_for_the_end()
    own.write("0")
    own.controller.starting.train("new")
    own.answer("cancelProgramButton")
    assert not own.controller.training.active


def test_a_run_of_before_that_names_a_file_does_not_run_it(own: OwnPolicy) -> None:
    own.ask()
    own.click("trainButton")
    own.answer("runProgramButton")
    own.wait_for_the_end()
    own.controller.live.stop()
    own.controller.consent._given.clear()  # as in a window opened tomorrow
    own.marker.unlink()
    opened: list[object] = []
    own.controller.library.opened.connect(opened.append)
    own.controller.library.open_path(Path(own.controller.training.run or ""))
    own.wait_for(lambda: opened, "the run to be opened")
    own.click("evaluateButton")
    own.answer("cancelProgramButton")
    assert not own.controller.acting.evaluating.active
    assert not own.marker.exists()
    own.click("evaluateButton")
    own.answer("runProgramButton")
    own.wait_for(lambda: own.marker.exists(), "the file to be run", 30)
    own.wait_for(lambda: not own.controller.acting.active, "the evaluation to end", 60)


def test_the_file_is_chosen_with_a_button(own: OwnPolicy) -> None:
    own.window.setup.set_request({"env": "CartPole-v1", "algorithm": "user_policy", "steps": 300})
    own.window.setup.set_folded(False)
    own.click("browse_file")
    dialog = own.window.findChild(QFileDialog, "programDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(own.path))
    dialog.reject()
    line = own.window.findChild(QLineEdit, "param_file")
    assert line is not None
    assert line.text() == str(own.path)
    assert own.window.setup.request()["params"] == {"file": str(own.path)}
    assert not own.marker.exists()
    assert own.box() is None


def test_what_was_refused_is_no_longer_said_once_the_question_is_asked(own: OwnPolicy) -> None:
    own.window.setup.set_request({"env": "CartPole-v1", "algorithm": "user_policy", "steps": 300})
    own.click("trainButton")
    assert "path of a Python file" in own.window.banner.text()
    assert own.window.banner.isVisible()
    own.ask()
    own.click("trainButton")
    assert not own.window.banner.isVisible()
    own.answer("cancelProgramButton")


def test_a_file_that_is_not_there_is_said(own: OwnPolicy) -> None:
    own.path.unlink()
    own.ask()
    own.click("trainButton")
    own.wait_for(lambda: "own.py cannot be read" in own.window.banner.text(), "the fault to be said")
    assert own.box() is None

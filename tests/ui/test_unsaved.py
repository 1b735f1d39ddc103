"""A disk that refuses what a run learns: the window says so and when it is well again, and closes only when told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QMessageBox, QPushButton

from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.run_words import state_words
from rlstudio.ui.widgets.speed_slider import FULL

LONG = {"env": "CartPole-v1", "algorithm": "random", "preset": None, "steps": 50_000_000, "seed": 1, "stop_at": None}


class InTheWay:
    """A folder where run.json is to be written: root is refused that, too."""

    def __init__(self, run: Path) -> None:
        self._file, self._kept = run / "run.json", run / "run.json.kept"

    def put(self) -> None:
        self._file.rename(self._kept)
        self._file.mkdir()

    def take_away(self) -> None:
        self._file.rmdir()
        self._kept.rename(self._file)


def test_what_cannot_be_saved_is_told_until_it_is_and_closing_waits_for_an_answer(
    whole_window: tuple[MainWindow, Controller], wait_for: Callable[..., None]
) -> None:
    window, controller = whole_window
    training = controller.training
    window.setup.set_request(LONG)
    window.toolbar.speed.set_position(FULL)
    window.toolbar.train.click()
    wait_for(lambda: len(training.history.returns) > 2, "the first episodes", 60)
    run = Path(training.run or "")
    way = InTheWay(run)

    way.put()
    wait_for(lambda: training.unsaved, "the refusal", 30)
    assert "The run cannot be saved at step" in window.banner.text()
    assert "Training goes on" in window.banner.text()
    assert "not saved" in state_words(training)
    assert training.state == "running"
    way.take_away()
    wait_for(lambda: not training.unsaved, "the disk to be well", 30)
    assert "nothing of the run is missing" in window.banner.text()
    assert "not saved" not in state_words(training)

    way.put()
    wait_for(lambda: training.unsaved, "the second refusal", 30)
    window.close()
    box = window.findChild(QMessageBox, "closeBox")
    box.findChild(QPushButton, "stopAndCloseButton").click()
    wait_for(lambda: training.unsaved.startswith("Training is over"), "the end of the training", 30)
    wait_for(lambda: window.findChild(QMessageBox, "closeBox") is None, "the question to go")
    assert window.isVisible()
    assert "waiting for the disk" in state_words(training)
    window.close()
    box = window.findChild(QMessageBox, "closeBox")
    assert "cannot be saved" in box.text()
    box.findChild(QPushButton, "closeUnsavedButton").click()
    wait_for(lambda: not window.isVisible(), "the window to close", 30)
    wait_for(lambda: not (run / "run.json").is_dir() or way.take_away() is None, "the folder to be put right")
    assert RunFolder.open(run).load_learner()[2] >= 0

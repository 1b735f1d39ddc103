"""A fork from the window: what the dialog asks and answers, and the run that comes of it; training on with a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from job_harness import train_inline
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.core.messages import Change
from rlstudio.core.run_config import Parent
from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.controller import Controller
from rlstudio.ui.extending import extended, notes, read_stand
from rlstudio.ui.fork_reading import ForkSource, read_fork_source
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.trained_run import TrainedRun
from rlstudio.ui.widgets.extend_dialog import ExtendDialog
from rlstudio.ui.widgets.fork_dialog import ForkDialog, Place
from rlstudio.ui.widgets.speed_slider import FULL

Show = Callable[..., Any]
WaitFor = Callable[..., None]
ASKED: dict[str, Any] = {
    "env": "FrozenLake-v1",
    "algorithm": "q_learning",
    "steps": 400,
    "seed": 3,
    "eval_every": 0,
    "params": {"epsilon_schedule": "linear"},
}


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run of 400 steps; do not change it."""
    return train_inline(tmp_path_factory.mktemp("parents"), **ASKED)[0]


@pytest.fixture
def source(parent: RunFolder) -> ForkSource:
    return read_fork_source(parent.path)


@pytest.fixture
def dialog(show: Show, source: ForkSource) -> ForkDialog:
    """As the window opens it, with a live change at step 300 made up."""
    source = ForkSource(
        source.opened, source.curves, source.points, (Change(300, 1.0, "learning_rate", 0.8, 0.2),), source.midway
    )
    places = [Place(point.step, f"checkpoint {point.step}", point.words(midway=True)) for point in source.points]
    params = get_algorithm("q_learning").params
    found: ForkDialog = show(ForkDialog("a run", places, source, params, {"steps": 400, "episodes": None}))
    return found


# ---------------------------------------------------------------- what is offered


def test_a_checkpoint_says_whether_steps_are_lived_again(source: ForkSource) -> None:
    words = {point.step: point.words(midway=source.midway) for point in source.points}
    assert (words[0], words[400]) == ("It begins at once.", "It begins at once.")
    between = next(step for step in words if 100 < step < 400)
    assert words[between].startswith(f"First the steps 0 to {between} are lived once more")


def test_the_form_shows_what_is_in_force_at_the_checkpoint(dialog: ForkDialog) -> None:
    before = next(place.step for place in dialog._places if 100 < place.step < 300)
    dialog.choose(before)
    usual = dialog.form.field("learning_rate")
    assert usual is not None
    began_with = usual.value()
    assert not dialog.later.isHidden()
    assert "the live change that was made after it" in dialog.later.text()
    dialog.choose(400)
    assert (usual.value(), began_with == 0.2) == (0.2, False)
    assert dialog.later.isHidden()
    assert dialog.params() == {}


def test_edits_stay_when_another_checkpoint_is_chosen(dialog: ForkDialog) -> None:
    field = dialog.form.field("discount")
    assert field is not None
    field.set_value(0.5)
    dialog.choose(0)
    assert dialog.params() == {"discount": 0.5}


def test_the_budget_follows_the_checkpoint_until_it_is_typed(dialog: ForkDialog) -> None:
    dialog.choose(0)
    assert dialog.limits() == {"steps": 400}
    dialog.choose(400)
    assert dialog.limits() == {"steps": 800}
    field = dialog.limit_fields["steps"]
    field.set_value(300)
    field.edited.emit()
    assert not dialog.ok.isEnabled()
    assert "above 400" in field.note()
    dialog.choose(0)
    assert (dialog.limits(), dialog.ok.isEnabled()) == ({"steps": 300}, True)


def test_a_wrong_value_cannot_be_sent(dialog: ForkDialog) -> None:
    field = dialog.form.field("discount")
    assert field is not None
    field.set_value(7)
    dialog.form.edited.emit("discount")
    assert not dialog.ok.isEnabled()


def test_tab_goes_down_the_dialog_and_escape_closes_it(dialog: ForkDialog) -> None:
    dialog.activateWindow()
    dialog.choose(0)  # there is a live change after it
    dialog.checkpoint.setFocus()
    reached = []
    for _ in range(20):
        reached.append(QApplication.focusWidget().objectName())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if QApplication.focusWidget() is dialog.checkpoint:
            break
    fields = [name for name in reached if name.startswith("param_")]
    assert (reached[0], len(fields) > 2) == ("forkCheckpoint", True)
    assert reached[1:-1] == ["forkSteps", *fields, "allParamsButton", "forkLaterChanges", "forkOkButton"]

    closed: list[int] = []
    dialog.finished.connect(closed.append)
    line = dialog.limit_fields["steps"].editor
    line.setFocus()
    QTest.keyClicks(line, "7")
    QTest.keyClick(line, Qt.Key.Key_Escape)  # this one takes the digit back
    assert (dialog.limits(), closed) == ({"steps": 400}, [])
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert closed == [0]


def test_enter_in_a_field_forks(dialog: ForkDialog) -> None:
    accepted: list[int] = []
    dialog.finished.connect(accepted.append)
    field = dialog.form.field("discount")
    assert field is not None
    field.editor.setFocus()
    field.editor.selectAll()
    QTest.keyClicks(field.editor, "0.5")
    assert not dialog.form.findChild(QPushButton, "allParamsButton").isDefault()
    QTest.keyClick(field.editor, Qt.Key.Key_Return)
    assert (accepted, dialog.params()) == ([1], {"discount": 0.5})


# ---------------------------------------------------------------- the whole window


def test_a_fork_begins_with_its_parents_curve_and_ends_as_a_run_of_its_own(
    whole_window: tuple[MainWindow, Controller], wait_for: WaitFor, tmp_path: Path
) -> None:
    window, controller = whole_window
    window.toolbar.speed.set_position(FULL)
    parent, _ = train_inline(controller.starting._runs_dir, **ASKED)
    step = next(step for step in parent.checkpoints() if step > 200)
    controller.forking.ask(parent.path, step)
    wait_for(lambda: window.findChild(ForkDialog) is not None, "the question")
    dialog = window.findChild(ForkDialog)
    assert dialog.step() == step
    field = dialog.form.field("learning_rate")
    field.set_value(0.05)
    dialog.accept()
    wait_for(lambda: controller.training.status == "finished", "the fork", 60.0)
    child = RunFolder.open(Path(str(controller.training.run)))
    assert child.path != parent.path
    assert child.read_info().config.parent == Parent(run=parent.path.name, step=step)
    assert child.read_info().config.params["learning_rate"] == 0.05
    assert controller.training.history.returns.tolist() == child.read_monitor().returns.tolist()
    assert controller.training.ghost is not None
    assert controller.training.ghost.returns.tolist() == parent.read_monitor().returns.tolist()
    assert [(change.step, change.name) for change in controller.training.history.changes] == [(step, "learning_rate")]


def test_a_fork_that_waited_for_a_core_has_its_parents_curve_as_well(
    whole_window: tuple[MainWindow, Controller], wait_for: WaitFor
) -> None:
    _window, controller = whole_window
    parent, _ = train_inline(controller.starting._runs_dir, **ASKED)
    step = next(step for step in parent.checkpoints() if step > 200)
    config = read_fork_source(parent.path).fork(step)
    run = TrainedRun(controller.desk, lambda *_what: None)
    controller.side_by_side.launched.emit(run, controller.starting.command(config))
    wait_for(lambda: len(run.history.returns), "the curve")
    ended = parent.read_monitor().end_steps
    assert run.history.returns.tolist() == parent.read_monitor().returns[ended <= step].tolist()
    assert run.ghost is not None
    assert len(run.ghost.returns) == len(ended)


def test_the_bar_below_the_stage_forks_the_run_that_is_shown(
    whole_window: tuple[MainWindow, Controller], wait_for: WaitFor
) -> None:
    window, controller = whole_window
    parent, _ = train_inline(controller.starting._runs_dir, **ASKED)
    bar = controller.time_machine.bar
    assert not bar.fork.isEnabled()
    controller.library.open_run(parent.path)
    wait_for(lambda: bar.fork.isEnabled(), "its checkpoints")
    bar.fork.click()
    wait_for(lambda: window.findChild(ForkDialog) is not None, "the question")
    dialog = window.findChild(ForkDialog)
    assert dialog.step() == 400
    dialog.reject()


def test_a_run_that_cannot_be_forked_is_said(whole_window: tuple[MainWindow, Controller], wait_for: WaitFor) -> None:
    window, controller = whole_window
    controller.forking.ask(Path("/nowhere"))
    banner = window.banner
    wait_for(lambda: not banner.isHidden(), "the words")
    assert "no run folder" in " ".join(label.text() for label in banner.findChildren(QLabel))


# ---------------------------------------------------------------- training on


def test_a_finished_run_trains_on_in_its_own_folder(
    whole_window: tuple[MainWindow, Controller], wait_for: WaitFor
) -> None:
    window, controller = whole_window
    window.toolbar.speed.set_position(FULL)
    folder, _ = train_inline(controller.starting._runs_dir, **ASKED)
    window.runs.extendRequested.emit(str(folder.path))
    wait_for(lambda: window.findChild(ExtendDialog) is not None, "the question")
    dialog = window.findChild(ExtendDialog)
    assert dialog.limits() == {"steps": 800}
    dialog.fields["steps"].set_value(600)
    dialog.fields["steps"].edited.emit()
    dialog.accept()
    wait_for(lambda: controller.training.status == "finished", "its end", 60.0)
    assert controller.training.run == str(folder.path)
    assert folder.read_info().steps == 600
    assert controller.training.history.returns.tolist() == folder.read_monitor().returns.tolist()


def test_no_budget_below_what_is_done_is_taken(show: Show) -> None:
    dialog: ExtendDialog = show(
        ExtendDialog("a run", {"steps": 400, "episodes": 9}, {"steps": 1000, "episodes": None}, lambda _limits: "note")
    )
    field = dialog.fields["steps"]
    assert (field.value(), dialog.ok.isEnabled(), dialog.note.text()) == (1000, True, "note")
    field.set_value(400)
    field.edited.emit()
    assert (dialog.ok.isEnabled(), "above 400" in field.note(), dialog.note.isHidden()) == (False, True, True)


def test_what_comes_of_another_budget_is_said(parent: RunFolder) -> None:
    stand = read_stand(parent.path)
    assert stand.opened.info.config.params["epsilon_schedule"] == "linear"
    assert notes(stand, {"steps": 400}) == ""
    assert notes(stand, {"steps": 4_000}).startswith(
        "What falls linearly with the budget (learning_rate and epsilon) now does so over"
    )
    config = extended(stand, {"steps": 500})
    assert (config.steps, config.parent) == (500, None)

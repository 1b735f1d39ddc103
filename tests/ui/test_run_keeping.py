"""Runs in the whole window: listed, labelled, trashed and brought back, and trained again as they began."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from rlstudio.algorithms.resolve import resolve
from rlstudio.core import messages as m
from rlstudio.core.run_config import Parent
from rlstudio.storage.labels import Labels, read_labels
from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.run_keeping import RunKeeping
from rlstudio.ui.settings import Settings
from rlstudio.ui.widgets.labels_dialog import LabelsDialog
from rlstudio.ui.widgets.run_view import RunView
from rlstudio.ui.widgets.trash_dialog import TrashDialog

Studio = tuple[MainWindow, Controller]
WaitFor = Callable[..., None]


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    made = []
    for seed in range(2):
        config = resolve(
            env="CartPole-v1", algorithm="ppo", params={"learning_rate": 0.02}, episodes=7, seed=seed, eval_every=333
        )
        with RunFolder.create(tmp_path / "runs", config) as folder:
            folder.write_info(status="stopped")
        made.append(folder.path)
    return made


@pytest.fixture
def studio(runs: list[Path], whole_window: Studio, wait_for: WaitFor) -> Studio:
    wait_for(lambda: len(whole_window[0].runs.runs()) == 2, "the list")
    return whole_window


def test_a_title_reaches_the_disk_and_the_table(studio: Studio, runs: list[Path], wait_for: WaitFor) -> None:
    panel = studio[0].runs
    panel.labelled.emit([(runs[0], Labels("First", ("a",)))])
    wait_for(lambda: any(run.labels.title == "First" for run in panel.runs()), "the title")
    assert read_labels(runs[0]) == Labels("First", ("a",))


def test_deleted_runs_come_back(studio: Studio, runs: list[Path], wait_for: WaitFor) -> None:
    window, _controller = studio
    panel = window.runs
    panel.deleteRequested.emit([str(path) for path in runs])
    wait_for(lambda: not panel.runs(), "both to go")
    assert "2 runs moved to the trash" in window.banner.text()
    assert not any(path.exists() for path in runs)
    panel.undoRequested.emit()
    wait_for(lambda: len(panel.runs()) == 2, "both to come back")
    assert {run.path for run in panel.selection()} == set(runs)
    assert all((path / "run.json").exists() for path in runs)
    panel.undoRequested.emit()
    assert "nothing to bring back" in window.banner.text()


def test_what_cannot_be_deleted_is_said_and_the_rest_goes(studio: Studio, runs: list[Path], wait_for: WaitFor) -> None:
    window, _controller = studio
    with RunFolder.open(runs[0], write=True):
        window.runs.deleteRequested.emit([str(path) for path in runs])
        wait_for(lambda: not runs[1].exists(), "one to go")
        wait_for(lambda: "stop it first" in window.banner.text(), "the reason")
        assert runs[0].exists()


def test_keys_of_the_table_are_its_own_though_the_window_has_them_too(studio: Studio, runs: list[Path]) -> None:
    window, _controller = studio
    window.tabs.open("runs")
    window.activateWindow()
    table = window.runs.findChild(RunView, "runsTable")
    window.runs.select(runs[0])
    for key, field in ((Qt.Key.Key_N, "labelsNote"), (Qt.Key.Key_T, "labelsTags")):
        table.setFocus()
        QTest.keyClick(table, key)
        dialog = next(each for each in window.findChildren(LabelsDialog) if each.isVisible())
        assert dialog.focusWidget().objectName() == field
        dialog.reject()
    table.setFocus()
    deleted: list[object] = []
    window.runs.deleteRequested.connect(deleted.append)
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert deleted == [[str(runs[0])]]


def test_emptying_the_trash_is_asked_first(studio: Studio, runs: list[Path], wait_for: WaitFor) -> None:
    window, controller = studio
    window.runs.deleteRequested.emit([str(runs[0])])
    wait_for(lambda: len(window.runs.runs()) == 1, "one to go")
    window.runs.emptyRequested.emit()
    wait_for(lambda: "for good?" in window.banner.text(), "the question")
    trash = runs[0].parent / ".trash"
    assert len(list(trash.iterdir())) == 1
    controller.library.keeping._empty()
    wait_for(lambda: not list(trash.iterdir()), "the trash to be empty")


def test_it_looks_again_while_the_panel_is_open_alone(studio: Studio) -> None:
    window, controller = studio
    timer = controller.library.keeping._timer
    window.tabs.open("runs")
    assert timer.isActive()
    window.tabs.open("log")
    assert not timer.isActive()


def test_it_looks_again_also_where_the_panel_is_open_from_the_start(
    app: QApplication, runs: list[Path], tmp_path: Path, wait_for: WaitFor, show: Callable[..., object]
) -> None:
    settings = Settings(tmp_path / "w.json")
    settings.set(tab="runs")
    window = MainWindow(settings)
    keeping = RunKeeping(window, runs[0].parent)
    show(window)
    keeping._timer.setInterval(5)
    wait_for(lambda: len(window.runs.runs()) == 2, "the list")
    keeping.close()


def test_same_again_trains_exactly_that_config(
    studio: Studio, runs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    window, controller = studio
    started: list[Any] = []
    monkeypatch.setattr(controller.training, "start", started.append)
    monkeypatch.setattr(controller.starting, "show_run", lambda: None)
    run = next(run for run in window.runs.runs() if run.path == runs[1])
    window.runs.againRequested.emit(run)
    [command] = started
    assert isinstance(command, m.StartTraining)
    assert (command.config, command.resume) == (run.info.config.model_dump(mode="json"), None)


@pytest.mark.parametrize("wanted", [True, False])
def test_changes_that_were_made_while_it_trained_are_made_again_where_that_is_wanted(
    studio: Studio, runs: list[Path], monkeypatch: pytest.MonkeyPatch, wait_for: WaitFor, wanted: bool
) -> None:
    window, controller = studio
    started: list[Any] = []
    monkeypatch.setattr(controller.training, "start", started.append)
    monkeypatch.setattr(controller.starting, "show_run", lambda: None)
    with RunFolder.open(runs[1], write=True) as folder:
        folder.append_event("param", 300, 1.0, name="learning_rate", old=0.02, value=0.01)
        folder.write_info(live_params={"learning_rate": 0.01}, status="stopped")
    controller.library.refresh()
    wait_for(lambda: any(run.info.live_params for run in window.runs.runs()), "the change")
    run = next(run for run in window.runs.runs() if run.path == runs[1])
    window.runs.againRequested.emit(run)
    wait_for(lambda: "was changed once while it trained" in window.banner.text(), "the question")
    assert not started
    name = "bannerMakeTheChangeAgain" if wanted else "bannerWithoutTheChange"
    window.findChild(QPushButton, name).click()
    [command] = started
    expected = [{"step": 300, "name": "learning_rate", "value": 0.01}] if wanted else []
    assert command.config == {**run.info.config.model_dump(mode="json"), "events": expected}


def test_a_fork_is_forked_again(studio: Studio, runs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    window, controller = studio
    asked: list[Any] = []
    monkeypatch.setattr(controller.repeating, "fork_again", lambda *what: asked.append(what))
    run = next(run for run in window.runs.runs() if run.path == runs[1])
    config = run.info.config.model_copy(update={"parent": Parent(run=runs[0].name, step=30)})
    window.runs.againRequested.emit(replace(run, info=replace(run.info, config=config)))
    assert asked == [(runs[0], config)]


def test_same_with_changes_fills_the_setup(studio: Studio, runs: list[Path]) -> None:
    window, controller = studio
    run = next(run for run in window.runs.runs() if run.path == runs[1])
    window.runs.changesRequested.emit(run)
    assert controller.starting.wanted().model_dump(mode="json") == run.info.config.model_dump(mode="json")
    assert "setup holds the settings" in window.banner.text()


def test_tensorboard_files_are_written_by_runs_that_begin_once_it_is_ticked(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, controller = studio
    started: list[Any] = []
    monkeypatch.setattr(controller.training, "start", started.append)
    monkeypatch.setattr(controller.starting, "show_run", lambda: None)
    run = window.runs.runs()[0]
    for ticked in (False, True):
        window.actions_by_name["tensorboardAction"].setChecked(ticked)
        window.runs.againRequested.emit(run)
    assert [command.tensorboard for command in started] == [None, ""]
    assert window.settings.get("tensorboard", bool, False)


def test_of_very_many_runs_only_the_first_are_named(
    studio: Studio, runs: list[Path], tmp_path: Path, wait_for: WaitFor
) -> None:
    window, controller = studio
    told: list[str] = []
    keeping = controller.findChild(RunKeeping) or window.findChild(RunKeeping)
    assert keeping is not None
    keeping.failed.connect(told.append)
    keeping.delete([tmp_path / "runs" / f"none{number}" for number in range(40)])
    wait_for(lambda: told, "the fault")
    assert told[0].count("is no run folder") == 5
    assert told[0].endswith("; and 35 more")


def test_older_trash_is_listed_brought_back_and_emptied_when_that_is_meant(
    studio: Studio, runs: list[Path], wait_for: WaitFor
) -> None:
    window, _controller = studio
    panel = window.runs
    panel.deleteRequested.emit([str(path) for path in runs])
    wait_for(lambda: not panel.runs(), "both to go")
    window.findChild(QAction, "trashAction").trigger()
    wait_for(lambda: window.findChild(TrashDialog) is not None, "the dialog")
    dialog = window.findChild(TrashDialog)
    wait_for(lambda: dialog.list.count() == 2, "what is in the trash")
    lines = [dialog.list.item(row).text() for row in range(2)]
    assert all(line.startswith("CartPole-v1 · ppo, seed ") and line.endswith("deleted just now") for line in lines)
    assert not dialog.restore.isEnabled()
    first = next(row for row in range(2) if "seed 0" in lines[row])
    dialog.list.setCurrentRow(first)
    assert window.banner.text() == "2 runs moved to the trash."
    dialog.list.setFocus()
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    wait_for(lambda: [run.path for run in panel.runs()] == [runs[0]], "the run to come back")
    wait_for(lambda: dialog.list.count() == 1, "the list without it")
    assert window.banner.text() == ""  # its Undo is not offered any more
    dialog.empty.click()
    assert dialog.keep.hasFocus()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)  # takes the question back
    assert dialog.isVisible()
    assert not dialog.sure.isVisible()
    dialog.empty.click()
    assert dialog.sure.isVisible()
    assert "Delete the run for good? This cannot be undone." in dialog.findChild(QLabel, "emptyTrashQuestion").text()
    dialog.sure.click()
    wait_for(lambda: dialog.list.count() == 0, "an empty trash")
    assert dialog.findChild(QLabel, "trashWords").text() == "The trash is empty."
    assert (runs[0].exists(), list((runs[0].parent / ".trash").iterdir())) == (True, [])
    dialog.reject()
    panel.undoRequested.emit()
    assert "There is nothing to bring back" in window.banner.text()

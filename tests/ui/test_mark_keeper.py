"""Marks set in the window stay with the recording that its run keeps."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_episodes import episode
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest

from rlstudio.core.episode import Episode
from rlstudio.storage.episode_file import load_episode, save_episode
from rlstudio.ui import mark_keeper
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.mark_keeper import MarkKeeper

WaitFor = Callable[..., None]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A recording in a run's folder."""
    run = tmp_path / "a_run"
    run.mkdir()
    (run / "run.json").write_text("{}")
    path = run / "episodes" / "episode-0001.rlepisode"
    save_episode(path, episode([1.0] * 9, recorded="2026-11-22T08:00:00+00:00"))
    return path


@pytest.fixture
def keeper(app: object, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(mark_keeper, "_SETTLE_MILLISECONDS", 20)
    parent = QObject()
    made = MarkKeeper(parent)
    yield made
    made.close()


def test_marked_in_the_window_it_is_in_the_file_a_moment_later_and_at_the_end(
    whole_window: tuple[MainWindow, Controller], kept: Path, wait_for: WaitFor
) -> None:
    window, controller = whole_window
    window.activateWindow()
    wait_for(window.isActiveWindow, "the window to have the keyboard")
    window.stage.set_episodes([load_episode(kept)])
    window.stage.seek(4)
    QTest.keyClick(window, Qt.Key.Key_M)
    wait_for(lambda: load_episode(kept).marks == (4,), "the mark in the file")
    window.stage.seek(6)
    QTest.keyClick(window, Qt.Key.Key_M)
    controller.microscope.marks.close()  # as when the window is closed before it was written
    assert load_episode(kept).marks == (4, 6)


def test_what_is_marked_while_it_writes_is_written_after_it(
    keeper: MarkKeeper, kept: Path, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, or the older marks might be written last."""
    go_on, seen = threading.Event(), []

    def keep(one: Episode) -> None:
        seen.append(one.marks)
        assert go_on.wait(10)

    monkeypatch.setattr(mark_keeper, "keep_marks", keep)
    recording = load_episode(kept)
    recording.marks = (1,)
    keeper.marked(recording)
    wait_for(lambda: seen == [(1,)], "the first write")
    recording.marks = (1, 2)
    keeper.marked(recording)
    wait_for(lambda: not keeper._settle.isActive(), "the second to be due")
    assert seen == [(1,)]
    go_on.set()
    wait_for(lambda: seen == [(1,), (1, 2)], "the second write")


def test_a_disk_that_refuses_is_told(
    keeper: MarkKeeper, kept: Path, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keep(_one: Episode) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr(mark_keeper, "keep_marks", keep)
    told: list[str] = []
    keeper.failed.connect(told.append)
    keeper.marked(load_episode(kept))
    wait_for(lambda: told, "the fault")
    assert "could not be kept" in told[0]
    assert "no permission to write there" in told[0]


def test_an_episode_of_no_run_is_not_looked_for(keeper: MarkKeeper) -> None:
    keeper.marked(episode([1.0]))
    assert not keeper._settle.isActive()

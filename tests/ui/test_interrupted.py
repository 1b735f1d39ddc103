"""At the start of the window a quiet bar tells of runs whose process died; Resume goes on with them, to the bit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from job_harness import FakeChannel, story, train_inline
from PySide6.QtWidgets import QApplication, QPushButton

from rlstudio.core import messages as m
from rlstudio.storage.interrupted import Interruption
from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.controller import Controller
from rlstudio.ui.interrupted import words
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.settings import Settings
from rlstudio.ui.widgets.speed_slider import FULL

RUN: dict[str, Any] = {"algorithm": "q_learning", "env": "FrozenLake-v1", "steps": 4000, "eval_every": 0}

Opened = tuple[MainWindow, Controller]


def kill(runs_dir: Path, seed: int) -> Path:
    """A run that died on its way; the lines that its process would have written are not there."""
    looks = 0

    def listen(_channel: FakeChannel) -> m.Command | None:
        nonlocal looks
        looks += 1
        if looks > 3:
            raise EOFError
        return None

    channel = FakeChannel(listen)
    with pytest.raises(EOFError):
        train_inline(runs_dir, channel, seed=seed, autosave_steps=500, **RUN)
    path = Path(channel.of(m.Started)[0].run or "")
    data = json.loads((path / "run.json").read_text(encoding="utf-8"))
    (path / "run.json").write_text(json.dumps({**data, "status": "running"}), encoding="utf-8")
    return path


@pytest.fixture
def open_window(app: QApplication, tmp_path: Path) -> Iterator[Callable[[], Opened]]:
    """Opens a window on the runs in `tmp_path`; `whole_window` would open before there are any."""
    opened: list[Opened] = []

    def close() -> None:
        window, controller = opened.pop()
        controller.end()
        window.settings.save()
        window.may_close = True
        window.close()
        window.deleteLater()

    def open_() -> Opened:
        if opened:
            close()
        window = MainWindow(Settings(tmp_path / "window.json"))
        opened.append((window, Controller(window, runs_dir=tmp_path / "runs")))
        window.resize(1280, 720)
        window.show()
        opened[0][1].begin()
        return opened[0]

    yield open_
    while opened:
        close()


def test_resume_goes_on_to_the_end(
    open_window: Callable[[], Opened], wait_for: Callable[..., None], tmp_path: Path
) -> None:
    expected, _ = train_inline(tmp_path / "whole", seed=1, **RUN)
    path = kill(tmp_path / "runs", seed=1)
    window, controller = open_window()
    wait_for(window.banner.text, "the bar")
    step = RunFolder.open(path).resume_point()[0]
    assert "q_learning on FrozenLake-v1, seed 1 was interrupted " in window.banner.text()
    assert f"Resume goes on from step {step:,} of 4,000" in window.banner.text()
    window.toolbar.speed.set_position(FULL)
    window.banner.findChild(QPushButton, "bannerResume").click()
    wait_for(lambda: controller.training.status == "finished", "the run", 60.0)
    wait_for(lambda: not controller.training.active, "the child's end", 20.0)
    folder = RunFolder.open(path)
    assert story(folder) == story(expected)
    assert folder.read_info().status == "finished"
    assert controller.training.run == str(path)


def test_several_are_told_in_one_bar_and_once(
    open_window: Callable[[], Opened], wait_for: Callable[..., None], tmp_path: Path
) -> None:
    paths = [kill(tmp_path / "runs", seed) for seed in (1, 2)]
    window, _controller = open_window()
    wait_for(window.banner.text, "the bar")
    assert window.banner.text().startswith("2 runs were interrupted, the last one ")
    assert "q_learning on FrozenLake-v1, seed 2. Resume goes on" in window.banner.text()
    assert window.banner.height() >= window.banner.layout().heightForWidth(window.banner.width())
    for path in paths:
        assert json.loads((path / "run.json").read_text(encoding="utf-8"))["status"] == "interrupted"
    window.banner.findChild(QPushButton, "bannerShowRuns").click()
    assert window.tabs.current() == "runs"
    wait_for(lambda: len(window.runs.runs()) == 2, "the runs")
    wait_for(lambda: {run.info.status for run in window.runs.runs()} == {"interrupted"}, "their status")
    window, controller = open_window()
    wait_for(lambda: not controller.interrupted._background._readers, "the second look")
    assert window.banner.text() == ""


def test_a_run_that_died_before_its_first_checkpoint_is_said_to_begin_again(tmp_path: Path) -> None:
    info = RunFolder.open(kill(tmp_path / "runs", seed=1)).read_info()
    assert "Resume begins it again at step 0" in words([Interruption(info, 0, "")])
    assert "Resume goes on from step 7 of 4,000" in words([Interruption(info, 7, "")])


def test_nothing_is_said_where_nothing_was_interrupted(
    open_window: Callable[[], Opened], wait_for: Callable[..., None], tmp_path: Path
) -> None:
    train_inline(tmp_path / "runs", seed=1, **{**RUN, "steps": 100})
    window, controller = open_window()
    wait_for(lambda: not controller.interrupted._background._readers, "the look")
    assert window.banner.text() == ""

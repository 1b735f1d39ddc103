"""Several runs at once, with real children: begun, shown, paused, stopped, waiting, crashed; each speaks for itself."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fleet import LONG, Fleet
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.trained_run import TrainedRun
from rlstudio.ui.widgets.live_strip import LiveStrip, StripItem

WaitFor = Callable[..., None]


@pytest.fixture
def fleet(whole_window: tuple[MainWindow, Controller], wait_for: WaitFor) -> Fleet:
    return Fleet(*whole_window, wait_for)


def status_of(run: TrainedRun) -> str:
    return str(json.loads((Path(run.run or "") / "run.json").read_text())["status"])


def test_two_runs_train_at_once_and_one_of_them_is_shown(fleet: Fleet) -> None:
    window = fleet.window
    first = fleet.train()
    assert window.strip.isHidden()  # of one run alone there is nothing to choose
    assert window.toolbar.train.text() == "New run"
    second = fleet.train(env="Acrobot-v1", seed=2)
    assert fleet.training.live == [first, second]
    assert fleet.training.shown is second
    fleet.side.refresh()
    assert not window.strip.isHidden()
    first_chip, second_chip = fleet.chips()
    assert first_chip.startswith("random · CartPole-v1, seed 1 · ")
    assert second_chip.startswith("random · Acrobot-v1, seed 2 · ")
    assert second_chip.endswith(", shown")

    before = len(first.history.returns)
    fleet.wait_for(lambda: len(first.history.returns) > before, "the unseen run to go on", 30)
    window.strip.chosen.emit(first.number)
    assert fleet.training.shown is first
    assert window.setup.request()["env"] == "CartPole-v1"
    assert window.plots._history is first.history
    assert "CartPole-v1" in window.windowTitle()
    assert {run.state for run in (first, second)} == {"running"}

    window.strip.wished.emit(second.number, "pause")
    assert (first.state, second.state) == ("running", "paused")
    window.strip.wished.emit(second.number, "resume")
    window.strip.wished.emit(second.number, "stop")
    fleet.wait_for(lambda: not second.active, "the other one to stop", 30)
    assert first.active
    assert status_of(second) == "stopped"
    assert any("stopped" in chip for chip in fleet.chips())  # until it was looked at, or taken away
    window.strip.wished.emit(second.number, "dismiss")
    assert window.strip.isHidden()
    fleet.stop_all()


def test_the_runs_panel_shows_pauses_and_stops_what_trains_here(fleet: Fleet) -> None:
    window, first = fleet.window, fleet.train()
    second = fleet.train(seed=2)
    window.tabs.open("runs")
    fleet.wait_for(lambda: len(window.runs.runs()) == 2, "both to be listed", 20)
    action = window.runs._actions.by_name
    window.runs.select(Path(first.run or ""))
    fleet.wait_for(lambda: action["pause"].isEnabled(), "the run to be known as ours", 10)
    action["pause"].trigger()
    assert (first.state, second.state) == ("paused", "running")
    fleet.side.refresh()
    assert {run.info.config.seed: run.doing for run in window.runs.runs()} == {1: "paused", 2: "running"}
    assert action["pause"].text() == "Go on"
    action["pause"].trigger()
    assert first.state == "running"
    action["open"].trigger()
    fleet.wait_for(lambda: fleet.training.shown is first, "the run to be shown", 10)
    action["stop"].trigger()
    fleet.wait_for(lambda: not first.active, "it to stop", 30)
    assert second.active
    fleet.stop_all()


def test_runs_of_before_are_opened_and_repeated_beside_what_trains(fleet: Fleet) -> None:
    window, side = fleet.window, fleet.side
    done = fleet.train(steps=600, seed=3)
    fleet.wait_for(lambda: not done.active, "a run to end", 60)
    live = fleet.train(seed=4)
    fleet.controller.library.open_path(Path(done.run or ""))
    fleet.wait_for(lambda: fleet.training.run == done.run, "the run of before to be shown", 20)
    assert live.state == "running"
    side.refresh()
    assert len(fleet.chips()) == 2
    fleet.controller.library.open_path(Path(live.run or ""))
    fleet.wait_for(lambda: fleet.training.shown is live, "the run that trains to be shown again", 20)
    window.tabs.open("runs")
    fleet.wait_for(lambda: len(window.runs.runs()) == 2, "both to be listed", 20)
    window.runs.select(Path(done.run or ""))
    window.runs._actions.by_name["again"].trigger()
    again = fleet.training.shown
    assert again not in (live, done)
    fleet.wait_for(lambda: again.status == "finished", "the same again", 60)
    assert live.state == "running"
    assert again.history.returns.tolist() == done.history.returns.tolist()
    fleet.stop_all()


def test_a_live_change_counts_for_the_run_that_is_shown_alone(fleet: Fleet) -> None:
    first = fleet.train(algorithm="ppo")
    second = fleet.train(algorithm="ppo", seed=2)
    fleet.window.setup.liveChange.emit("learning_rate", 5e-4)
    fleet.wait_for(lambda: second.history.changes, "the change", 30)
    fleet.window.strip.chosen.emit(first.number)
    assert fleet.window.setup.request()["params"].get("learning_rate") != 5e-4
    fleet.window.strip.chosen.emit(second.number)
    assert fleet.window.setup.request()["params"]["learning_rate"] == 5e-4
    assert not first.history.changes
    fleet.stop_all()


def test_what_was_set_up_for_another_run_is_there_again(fleet: Fleet) -> None:
    run = fleet.train()
    fleet.window.toolbar.train.click()
    assert not fleet.training.active
    fleet.window.setup.set_request({**LONG, "env": "Acrobot-v1", "seed": 77})
    fleet.side.refresh()
    fleet.window.strip.chosen.emit(run.number)
    assert fleet.window.setup.request()["seed"] == 1
    fleet.window.toolbar.train.click()
    asked = fleet.window.setup.request()
    assert (asked["env"], asked["seed"]) == ("Acrobot-v1", 77)
    fleet.stop_all()


def test_beyond_the_cores_a_run_waits_and_its_turn_comes(fleet: Fleet) -> None:
    fleet.side.most_at_once = 1
    first = fleet.train()
    fleet.window.toolbar.train.click()
    fleet.window.setup.set_request({**LONG, "seed": 5, "steps": 600})
    fleet.window.toolbar.train.click()
    assert not fleet.training.active
    assert "as many as this computer has cores" in fleet.window.banner.text()
    button = fleet.window.findChild(QPushButton, "bannerTrainWhenOneEnds")
    assert button is not None
    button.click()
    assert len(fleet.side.waiting) == 1
    assert fleet.training.live == [first]
    launched: list[TrainedRun] = []
    fleet.side.launched.connect(lambda run, _command: launched.append(run))
    fleet.window.strip.wished.emit(first.number, "stop")
    fleet.wait_for(lambda: launched and launched[0].status == "finished", "the one that waited to end", 60)
    assert launched[0].config is not None
    assert launched[0].config.seed == 5
    assert not fleet.side.waiting
    fleet.wait_for(lambda: not fleet.training.any_active, "its child to end", 30)


def test_a_new_seed_is_trained_beside_at_once(fleet: Fleet) -> None:
    first = fleet.train()
    fleet.window.toolbar.trainRequested.emit("new seed")
    second = fleet.training.shown
    assert second is not first
    fleet.wait_for(lambda: second.state == "running", "the second to begin", 60)
    assert first.state == "running"
    assert second.config is not None
    assert second.config.seed != 1
    fleet.stop_all()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_crash_is_said_for_its_own_run_and_the_other_goes_on(fleet: Fleet) -> None:
    first = fleet.train()
    second = fleet.train(seed=2)
    assert first._job is not None
    os.kill(first._job.pid, signal.SIGKILL)
    fleet.wait_for(lambda: not first.active, "the crash to be seen", 20)
    assert "random on CartPole-v1, seed 1" in fleet.window.banner.text()
    assert "SIGKILL" in fleet.window.banner.text()
    before = len(second.history.returns)
    fleet.wait_for(lambda: len(second.history.returns) > before, "the other one to go on", 30)
    assert (second.state, second.trouble) == ("running", "")
    fleet.window.strip.chosen.emit(first.number)  # it can still be looked at, and goes on from here
    assert fleet.training.status == "interrupted"
    fleet.stop_all()


def test_a_run_that_is_not_shown_and_answers_again_is_no_longer_complained_of(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fleet.train()
    fleet.train(seed=2)
    said = ["the process has given no sign of life for 12 s"]
    monkeypatch.setattr(first._job, "trouble", lambda: said[0])
    first.check_health()
    assert fleet.window.banner.text().startswith("random on CartPole-v1, seed 1: Training does not answer")
    said[0] = ""
    first.check_health()
    assert fleet.window.banner.text() == ""
    fleet.stop_all()


def test_closing_saves_all_of_them(fleet: Fleet) -> None:
    runs = [fleet.train(), fleet.train(seed=2)]
    fleet.side.wait([fleet.controller.starting.command(fleet.controller.starting.wanted())])
    assert not fleet.window.may_close
    fleet.window.close()
    box = fleet.window.findChild(QMessageBox, "closeBox")
    assert box is not None
    assert "2 runs" in box.text()
    stop = box.findChild(QPushButton, "stopAndCloseButton")
    assert stop is not None
    stop.click()
    fleet.wait_for(lambda: not fleet.window.isVisible(), "the window to close", 60)
    assert [status_of(run) for run in runs] == ["stopped", "stopped"]
    assert not fleet.side.waiting  # what waited for its turn did not take it
    assert not fleet.training.any_active


def test_the_row_says_what_it_is_told(show: Callable[..., Any]) -> None:
    strip = show(LiveStrip(), 900, 60)
    one = StripItem(1, "ppo · CartPole-v1 · seed 0", "45%", share=0.45, shown=True, live=True, offers=("pause", "stop"))
    strip.show_runs([one], 0, can_compare=False)
    assert strip.isHidden()
    strip.show_runs([one], 3, can_compare=False)
    assert not strip.isHidden()
    strip.put_away(True)  # while presenting
    strip.show_runs([one], 3, can_compare=False)
    assert strip.isHidden()
    strip.put_away(False)
    assert not strip.isHidden()
    wished: list[tuple[int, str]] = []
    strip.wished.connect(lambda number, what: wished.append((number, what)))
    pause = strip.findChild(QWidget, "pauseLiveButton")
    assert not pause.isHidden()
    pause.click()
    assert wished == [(1, "pause")]


def test_curves_from_elsewhere_that_are_dropped_lie_beside_what_is_shown(fleet: Fleet, tmp_path: Path) -> None:
    run = fleet.train()
    zoo = tmp_path / "a2c_1"
    zoo.mkdir()
    (zoo / "0.monitor.csv").write_text('#{"t_start": 1, "env_id": "CartPole-v1"}\nr,l,t\n9,9,0.1\n11,11,0.2\n')
    fleet.controller.files.open_paths([zoo])
    comparing = fleet.controller.library.comparing
    fleet.wait_for(lambda: comparing.window is not None and comparing.window.table.rowCount() == 2, "both", 20)
    assert comparing.window is not None
    names = [comparing.window.table.item(row, 0).text() for row in range(2)]
    assert names == ["CartPole-v1 · random · seed 1", "a2c_1"] or names == ["random · seed 1", "a2c_1"]
    assert run.active
    fleet.stop_all()

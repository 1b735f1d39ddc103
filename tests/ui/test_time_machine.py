"""The learning time machine in the whole window: real children train, and record the checkpoints that are asked for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from job_harness import train_inline
from made_episodes import episode
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel

from rlstudio.core.checkpoint_choice import nearest
from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.acting import FIRST_SEED
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.time_machine import TimeMachine
from rlstudio.ui.widgets.checkpoint_dialog import CheckpointDialog
from rlstudio.ui.widgets.speed_slider import FULL

WaitFor = Callable[..., None]


class Studio:
    """A window that shows a run, and short ways to what these tests look at."""

    def __init__(self, window: MainWindow, controller: Controller, wait_for: WaitFor) -> None:
        self.window, self.controller, self.wait_for = window, controller, wait_for

    @property
    def machine(self) -> TimeMachine:
        return self.controller.time_machine

    def text(self, name: str) -> str:
        label = self.window.findChild(QLabel, name)
        assert label is not None, f"there is no label {name}"
        return label.text()

    def click(self, name: str) -> None:
        button = self.window.findChild(QAbstractButton, name)
        assert button is not None
        assert button.isEnabled()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def click_curve(self, step: float) -> None:
        plot = self.window.plots.plots()[0]
        bottom, top = plot.view.viewRange()[1]
        place = plot.mapFromScene(plot.view.mapViewToScene(QPointF(step, (bottom + top) / 2)))
        QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def open(self, run: Path) -> None:
        self.controller.library.open_path(run)
        self.wait_for(lambda: self.machine.steps, "the checkpoints of the run to be listed", 20)

    def wait_for_stage(self, step: int, seconds: float = 40) -> None:
        def there() -> bool:
            shown = self.window.stage.current_episode()
            return shown is not None and shown.step == step

        self.wait_for(there, f"checkpoint {step} on the stage", seconds)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PPO run on CartPole, long enough to have a handful of checkpoints."""
    folder, _ = train_inline(tmp_path_factory.mktemp("runs"), algorithm="ppo", steps=4000)
    return folder.path


@pytest.fixture
def studio(whole_window: tuple[MainWindow, Controller], wait_for: WaitFor) -> Studio:
    window, controller = whole_window
    window.toolbar.speed.set_position(FULL)
    return Studio(window, controller, wait_for)


def test_a_click_on_the_curve_shows_the_nearest_checkpoint_and_a_second_click_is_at_once(
    studio: Studio, run: Path
) -> None:
    studio.open(run)
    stage, machine = studio.window.stage, studio.machine
    assert machine.bar.isVisible()
    first, *_, last = machine.steps
    found = nearest(machine.steps, 1_300)
    assert found is not None
    assert found not in (first, last)
    studio.click_curve(1_300)
    assert studio.text("checkpointLabel").startswith(f"Recording checkpoint {found:,}")
    studio.wait_for_stage(found)
    shown = stage.current_episode()
    assert shown is not None
    assert (shown.seed, shown.run, stage.is_playing()) == (FIRST_SEED, str(run), True)
    assert studio.text("checkpointLabel").startswith(f"checkpoint {found:,}")
    asked = int(studio.text("checkpointLabel").rpartition(" ")[2].replace(",", ""))
    assert asked == pytest.approx(1_300, abs=40), "a pixel of the curve is that many steps"
    assert studio.window.plots._ticks.shown == found
    assert machine.bar.slider.value() == machine.steps.index(found)

    studio.click("backToLiveButton")
    studio.wait_for(lambda: studio.window.plots._ticks.shown is None, "nothing to be shown any more")
    studio.click_curve(1_300)
    assert stage.current_episode() is shown, "at once: nothing was waited for"


def test_the_slider_shows_each_in_turn_and_the_last_wish_counts(studio: Studio, run: Path) -> None:
    studio.open(run)
    slider, steps = studio.machine.bar.slider, studio.machine.steps
    slider.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(slider, key)
    studio.wait_for_stage(steps[2])
    QTest.keyClick(slider, Qt.Key.Key_Home)
    studio.wait_for_stage(0)
    assert studio.text("checkpointLabel") == "untrained policy"
    assert studio.text("sourceLabel") == "recorded · untrained policy"


def test_four_are_compared_side_by_side_under_one_clock(studio: Studio, run: Path) -> None:
    studio.open(run)
    recorded = episode([1.0])
    studio.window.stage.set_episodes([recorded])
    studio.click("compareButton")
    dialog = studio.window.findChild(CheckpointDialog)
    assert dialog is not None
    chosen = dialog.steps()
    assert len(chosen) == 4
    assert chosen[0] == 0
    assert studio.machine.best in chosen
    dialog.accept()
    assert studio.text("checkpointLabel") == "Recording 4 checkpoints: 0 done"
    compare = studio.window.stage.pictures.compare
    studio.wait_for(compare.episodes, "the comparison", 60)
    assert [one.step for one in compare.episodes()] == chosen
    assert {one.seed for one in compare.episodes()} == {FIRST_SEED}
    assert compare.captions()[0] == "untrained policy"
    assert compare.captions()[chosen.index(studio.machine.best)].endswith("· best")
    studio.window.stage.seek(5)
    assert compare.index == 5
    studio.click("backToLiveButton")
    assert not studio.window.stage.pictures.comparing
    assert studio.window.stage.episodes() == [recorded], "what was recorded before waits"


def test_a_recording_that_is_cancelled_shows_nothing(studio: Studio, run: Path) -> None:
    studio.open(run)
    studio.machine.show_checkpoints([studio.machine.steps[-1]])
    studio.wait_for(lambda: studio.machine.recording.active, "the child")
    studio.click("cancelCheckpointButton")
    assert not studio.text("checkpointLabel").startswith("Recording")
    studio.machine.show_checkpoints([0])
    studio.wait_for_stage(0)
    assert studio.machine.steps[-1] not in studio.machine._episodes


def test_a_child_that_dies_is_said_and_the_next_click_works(studio: Studio, run: Path) -> None:
    studio.open(run)
    studio.machine.show_checkpoints([0])
    studio.wait_for(lambda: studio.machine.recording._job is not None, "the child")
    job = studio.machine.recording._job
    assert job is not None
    job.kill()
    studio.wait_for(lambda: studio.window.banner.text(), "the fault to be said", 20)
    assert "Recording checkpoints ended unexpectedly" in studio.window.banner.text()
    studio.click_curve(0)
    studio.wait_for_stage(0)


def test_while_it_trains_its_checkpoints_come_and_can_be_shown(studio: Studio) -> None:
    studio.window.setup.set_request(
        {"env": "CartPole-v1", "algorithm": "ppo", "preset": None, "steps": 50_000_000, "seed": 1, "stop_at": None}
    )
    studio.click("trainButton")
    studio.wait_for(lambda: len(studio.machine.steps) > 2, "some checkpoints", 60)
    assert studio.controller.training.active
    studio.click_curve(0)
    studio.wait_for_stage(0)
    assert studio.controller.training.active
    assert studio.text("checkpointLabel").startswith("untrained policy")


def test_a_run_of_before_that_has_none_greys_the_bar(studio: Studio, run: Path, tmp_path: Path) -> None:
    studio.open(run)
    empty, _ = train_inline(tmp_path / "other", algorithm="random", steps=50)
    for step in empty.checkpoints()[1:]:
        for file in (empty.path / "checkpoints" / str(step)).iterdir():
            file.unlink()
    studio.controller.library.open_path(empty.path)
    studio.wait_for(lambda: studio.controller.training.run == str(empty.path), "the other run", 20)
    studio.wait_for(lambda: studio.machine.steps in ([], [0]), "its checkpoints")
    assert not studio.machine.bar.usable
    assert studio.machine.bar.words.text().startswith("This run kept ")
    studio.machine.show_nearest(1e9)  # of one checkpoint that one is shown
    assert studio.window.plots._ticks.steps == tuple(studio.machine.steps)


def test_learning_is_replayed_from_untrained_to_trained(
    studio: Studio, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rlstudio.ui.learning_replay.SECONDS_EACH", 0.05)
    monkeypatch.setattr("rlstudio.ui.learning_replay._HOLD_END_SECONDS", 0.0)
    studio.open(run)
    seen: list[Any] = []
    studio.machine.shown.connect(lambda: seen.extend(studio.machine._on_stage))
    studio.click("replayLearningButton")
    expected = list(studio.machine.replay.steps)
    assert (expected[0], expected[-1]) == (0, studio.machine.steps[-1])
    studio.wait_for(lambda: not studio.machine.replay.running, "the end of the replay", 90)
    assert list(dict.fromkeys(seen)) == expected


def test_episodes_too_large_to_be_kept_are_still_compared_and_replayed(
    studio: Studio, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rlstudio.ui.learning_replay.SECONDS_EACH", 0.05)
    monkeypatch.setattr("rlstudio.ui.learning_replay._HOLD_END_SECONDS", 0.0)
    studio.open(run)
    machine = studio.machine
    machine._episodes._most_bytes = 1
    chosen = machine.steps[:3]
    machine.show_checkpoints(chosen)
    studio.wait_for(lambda: studio.window.stage.pictures.comparing, "three side by side", 15)
    assert [each.step for each in studio.window.stage.pictures.compare.episodes()] == chosen
    machine.show_checkpoints([machine.steps[-1]])
    studio.wait_for_stage(machine.steps[-1], 15)
    assert len(machine._episodes._episodes) == 1, "what is wanted no more goes"
    studio.click("replayLearningButton")
    expected = list(machine.replay.steps)
    seen: list[int] = []
    machine.shown.connect(lambda: seen.extend(machine._on_stage))
    studio.wait_for(lambda: not machine.replay.running, "the end of the replay", 30)
    assert list(dict.fromkeys(seen)) == expected


def test_another_run_is_not_asked_of_the_child_that_recorded_the_one_before(
    studio: Studio, run: Path, tmp_path: Path
) -> None:
    studio.open(run)
    studio.machine.bar.slider.setValue(1)
    studio.wait_for_stage(studio.machine.steps[1])
    assert studio.machine.recording.active, "it waits for another wish"
    folder, _ = train_inline(tmp_path / "others", algorithm="ppo", steps=4000, seed=1)
    studio.controller.library.open_path(folder.path)
    studio.wait_for(lambda: studio.machine.checkpoints.run == str(folder.path), "the other run", 20)
    studio.wait_for(lambda: studio.machine.steps, "its checkpoints to be listed", 20)
    studio.machine.bar.slider.setValue(1)
    studio.wait_for_stage(studio.machine.steps[1], 15)
    shown = studio.window.stage.current_episode()
    assert shown is not None
    assert shown.run == str(folder.path)


@pytest.fixture
def damaged(run: Path, tmp_path: Path) -> tuple[Path, int]:
    """The run with one checkpoint whose file holds nonsense, and its step."""
    copy = tmp_path / "runs" / "copy"
    shutil.copytree(run, copy)
    step = RunFolder.open(copy).checkpoints()[1]
    (copy / "checkpoints" / str(step) / "policy.safetensors").write_bytes(b"no")
    return copy, step


def test_a_damaged_neighbour_stops_no_other(studio: Studio, damaged: tuple[Path, int]) -> None:
    path, step = damaged
    studio.open(path)
    machine, banner = studio.machine, studio.window.banner
    machine.show_checkpoints([0])
    studio.wait_for_stage(0)
    log = studio.window.log
    studio.wait_for(lambda: "A checkpoint is left out" in log.text(), "the neighbour to be told in the log")
    studio.wait_for(lambda: machine.steps[2] in machine._episodes, "the neighbour behind it", 15)
    assert not banner.text()
    machine.show_checkpoints([0, step, machine.steps[2]])
    studio.wait_for(lambda: studio.window.stage.pictures.comparing, "those that are whole", 15)
    assert [each.step for each in studio.window.stage.pictures.compare.episodes()] == [0, machine.steps[2]]
    assert "is damaged" in banner.text()
    assert "Choose another one" in banner.text()
    machine.show_checkpoints([step])
    studio.wait_for(lambda: not machine._wanted, "it to be given up")
    assert machine.recording.active, "the child goes on"
    machine.show_checkpoints([machine.steps[-1]])
    studio.wait_for_stage(machine.steps[-1], 15)


def test_a_damaged_checkpoint_is_left_out_of_the_replay(
    studio: Studio, damaged: tuple[Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rlstudio.ui.learning_replay.SECONDS_EACH", 0.05)
    monkeypatch.setattr("rlstudio.ui.learning_replay._HOLD_END_SECONDS", 0.0)
    path, _ = damaged
    studio.open(path)
    studio.machine.replay.start(studio.machine.steps)
    step = studio.machine.replay.steps[1]
    studio.machine.replay.stop()
    (path / "checkpoints" / str(step) / "policy.safetensors").write_bytes(b"no")
    seen: list[Any] = []
    studio.machine.shown.connect(lambda: seen.extend(studio.machine._on_stage))
    studio.click("replayLearningButton")
    expected = [each for each in studio.machine.replay.steps if each != step]
    assert len(expected) < len(studio.machine.replay.steps)
    studio.wait_for(lambda: not studio.machine.replay.running, "the end of the replay", 90)
    assert list(dict.fromkeys(seen)) == expected
    assert "A checkpoint is left out" in studio.window.banner.text()

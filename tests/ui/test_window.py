"""The window as a person uses it, driven by the names of its controls: real children train, play, record and export."""

from __future__ import annotations

import csv
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QMessageBox, QPushButton

from rlstudio.core import messages as m
from rlstudio.ui.controller import Controller
from rlstudio.ui.job_desk import JobDesk
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.settings import Settings
from rlstudio.ui.training import Training
from rlstudio.ui.widgets.environment_picker import EnvironmentPicker
from rlstudio.ui.widgets.export_dialog import ExportDialog
from rlstudio.ui.widgets.speed_slider import FULL

WaitFor = Callable[..., None]
REQUEST = {"env": "CartPole-v1", "algorithm": "ppo", "preset": None, "steps": 3_000, "seed": 1, "stop_at": None}


class Studio:
    """A window with its controller, and short ways to its controls."""

    def __init__(self, window: MainWindow, controller: Controller, runs_dir: Path, wait_for: WaitFor) -> None:
        self.window, self.controller, self.runs_dir, self.wait_for = window, controller, runs_dir, wait_for

    def button(self, name: str) -> QAbstractButton:
        found = self.window.findChild(QAbstractButton, name)
        assert found is not None, f"there is no button {name}"
        return found

    def click(self, name: str) -> None:
        button = self.button(name)
        assert button.isEnabled(), f"{name} is disabled"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def text(self, name: str) -> str:
        label = self.window.findChild(QLabel, name)
        assert label is not None, f"there is no label {name}"
        return label.text()

    def ask(self, **changes: Any) -> None:
        self.window.setup.set_request({**REQUEST, **changes})

    def train_to_the_end(self, **changes: Any) -> Path:
        self.ask(**changes)
        self.click("trainButton")
        self.wait_for(lambda: not self.controller.training.active, "the run to end", 60)
        assert self.controller.training.status == "finished", self.window.banner.text()
        return Path(self.controller.training.run or "")

    def begin_a_long_run(self, **changes: Any) -> None:
        self.ask(steps=50_000_000, **changes)
        self.click("trainButton")
        self.wait_for(lambda: len(self.controller.training.history.returns) > 5, "the first episodes", 60)


@pytest.fixture
def studio(app: QApplication, wait_for: WaitFor, tmp_path: Path) -> Iterator[Studio]:
    window = MainWindow(Settings(tmp_path / "window.json"))
    controller = Controller(window, runs_dir=tmp_path / "runs")
    window.resize(1280, 720)
    window.show()
    controller.begin()
    window.toolbar.speed.set_position(FULL)
    made = Studio(window, controller, tmp_path / "runs", wait_for)
    yield made
    controller.end()
    window.may_close = True
    window.close()
    window.deleteLater()


def monitor(run: Path) -> list[dict[str, str]]:
    with open(run / "monitor.csv", encoding="utf-8", newline="") as file:
        next(file)  # the line that says where it comes from
        return list(csv.DictReader(file))


def test_alive_at_once(studio: Studio) -> None:
    studio.wait_for(lambda: "untrained" in studio.text("sourceLabel"), "an untrained policy on the stage", 30)
    assert studio.button("trainButton").isEnabled()
    for name in ("pauseButton", "stopButton"):
        assert not studio.button(name).isEnabled()


def test_the_start_of_a_run_is_said_in_words_and_moves_nothing(studio: Studio) -> None:
    studio.wait_for(lambda: "untrained" in studio.text("sourceLabel"), "an untrained policy on the stage", 30)
    studio.ask(steps=600)
    studio.window.setup.set_folded(True)
    QApplication.processEvents()
    view, said, places = studio.window.stage.view, [], set()

    def look() -> None:
        said.append(studio.text("endingLabel"))
        if studio.controller.training.state in ("starting", "running"):
            places.add((view.y(), view.width(), view.height()))

    studio.controller.training.stateChanged.connect(look)
    studio.controller.training.batchCame.connect(look)
    studio.click("trainButton")
    studio.wait_for(lambda: not studio.controller.training.active, "the run to end", 60)
    for words in ("", ": opening CartPole-v1", ": loading PPO"):
        assert f"Training starts{words}…" in said
    assert len(places) == 1
    assert "Training starts" not in studio.text("endingLabel")


@pytest.mark.parametrize("faults", [(), ("One is left out.", "Another is left out.")])
@pytest.mark.parametrize("listed", [True, False])
def test_environments_are_listed_once_where_no_list_fits(
    app: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: bool, faults: tuple[str, ...]
) -> None:
    if not listed:
        monkeypatch.setattr("rlstudio.ui.controller.load_cards", lambda _folder: None)
    monkeypatch.setattr("rlstudio.ui.controller.left_out", lambda: faults)
    window = MainWindow(Settings(tmp_path / "window.json"))
    controller = Controller(window, runs_dir=tmp_path / "runs")
    asked: list[m.Command] = []
    monkeypatch.setattr(controller._listing, "start", asked.append)
    controller.begin()
    told = window.log.text()
    controller.end()
    window.may_close = True
    window.close()
    window.deleteLater()
    assert [type(command) for command in asked] == ([] if listed else [m.MakeCatalogue])
    assert all(fault in told for fault in faults)


def test_train_record_export_and_all_numbers_are_one(studio: Studio, tmp_path: Path) -> None:
    run = studio.train_to_the_end()
    written = monitor(run)
    assert [float(row["r"]) for row in written] == studio.controller.training.history.returns.tolist()
    info = json.loads((run / "run.json").read_text())
    assert info["status"] == "finished"
    assert info["episodes"] == len(written)

    _choose(studio, "recordButton", "Episodes", 1)
    studio.click("recordButton")
    studio.wait_for(lambda: not studio.controller.acting.active, "the recording", 60)
    stage = studio.window.stage
    (episode,) = stage.episodes()
    assert len(episode.frames) == episode.length + 1
    stage.seek_last()
    assert f"return {episode.total_reward:g}" in _strip_text(studio)
    assert studio.window.scores.text().count("\n") >= 1
    (file,) = (run / "episodes").glob("*.rlepisode")
    assert file.stat().st_size > 0

    stage.export()
    dialog = studio.window.findChild(ExportDialog)
    assert dialog is not None
    target = tmp_path / "out.gif"
    dialog.file.edit.setText(str(target))
    dialog.accept()
    studio.wait_for(lambda: target.exists() and not studio.controller.acting.active, "the GIF", 60)
    with Image.open(target) as picture:
        assert picture.n_frames == episode.length + 1


def _strip_text(studio: Studio) -> str:
    return " ".join(label.text() for label in studio.window.stage.strip.findChildren(QLabel))


def _choose(studio: Studio, button: str, _section: str, value: object) -> None:
    """Check the entry of a button's menu that stands for `value`."""
    for action in studio.button(button).menu().actions():  # type: ignore[attr-defined]
        if action.data() == value and type(action.data()) is type(value):
            action.trigger()
            return
    raise AssertionError(f"{button} offers no {value!r}")


def test_a_live_change_is_applied_marked_and_written_down(studio: Studio) -> None:
    studio.begin_a_long_run()
    studio.window.setup.set_folded(False)
    field = studio.window.findChild(QLineEdit, "param_learning_rate")
    assert field is not None
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "5e-4")
    QTest.keyClick(field, Qt.Key.Key_Return)
    history = studio.controller.training.history
    studio.wait_for(lambda: history.changes, "the change to be applied", 20)
    change = history.changes[0]
    assert (change.name, change.new) == ("learning_rate", 5e-4)
    studio.click("stopButton")
    studio.wait_for(lambda: not studio.controller.training.active, "the run to stop", 30)
    lines = (Path(studio.controller.training.run or "") / "events.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [(row["step"], row["name"], row["value"]) for row in rows if row["kind"] == "param"] == [
        (change.step, "learning_rate", 5e-4)
    ]


def test_the_run_before_stays_as_a_ghost_in_the_same_environment_alone(studio: Studio) -> None:
    training = studio.controller.training
    studio.train_to_the_end(steps=600)
    first = training.history
    for env, ghost in (("CartPole-v1", first), ("Acrobot-v1", None)):
        studio.ask(steps=600, env=env)
        studio.window.toolbar.trainRequested.emit("new")
        assert training.config is not None
        assert training.config.env == env
        assert training.ghost is ghost
        studio.wait_for(lambda: not training.active, f"the run in {env} to end", 60)


def test_a_click_on_the_picture_gives_the_keys_to_the_window(studio: Studio) -> None:
    studio.window.activateWindow()
    studio.wait_for(studio.window.isActiveWindow, "the window to be active", 5)
    studio.window.setup.set_folded(False)
    field = studio.window.findChild(QLineEdit, "param_learning_rate")
    assert field is not None
    field.setFocus()
    assert field.hasFocus()
    picture = studio.window.stage.mapTo(studio.window, studio.window.stage.rect().center())
    QTest.mouseClick(studio.window.windowHandle(), Qt.MouseButton.LeftButton, pos=picture)
    assert not field.hasFocus()


def test_from_a_fresh_home_to_a_gif_of_five_episodes(studio: Studio, tmp_path: Path) -> None:
    """Keys and defaults alone: Ctrl+Enter, a live change, stop, five episodes recorded, all of them exported."""
    training, stage = studio.controller.training, studio.window.stage
    studio.window.activateWindow()
    studio.wait_for(studio.window.isActiveWindow, "the window to be active", 5)
    QTest.keyClick(studio.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    studio.wait_for(lambda: len(training.history.returns) > 5, "the first episodes", 60)
    studio.window.setup.set_folded(False)
    field = studio.window.findChild(QLineEdit, "param_learning_rate")
    assert field is not None
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "2e-3")
    QTest.keyClick(field, Qt.Key.Key_Return)
    studio.wait_for(lambda: training.history.changes or not training.active, "the change to be applied", 20)
    if training.active:
        studio.click("stopButton")
        studio.wait_for(lambda: not training.active, "the run to stop", 30)
    studio.click("recordButton")
    studio.wait_for(lambda: not studio.controller.acting.active, "the recording", 120)
    assert len(stage.episodes()) == 5
    stage.export()
    dialog = studio.window.findChild(ExportDialog)
    assert dialog is not None
    target = tmp_path / "five.gif"
    dialog.file.edit.setText(str(target))
    dialog.accept()
    studio.wait_for(lambda: target.exists() and not studio.controller.acting.active, "the GIF", 120)
    with Image.open(target) as picture:
        assert picture.n_frames == sum(episode.length + 1 for episode in stage.episodes())


def test_a_wrong_value_is_refused_at_its_field_and_nothing_starts(studio: Studio) -> None:
    studio.ask()
    field = studio.window.findChild(QLineEdit, "param_learning_rate")
    assert field is not None
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "-1")
    QTest.keyClick(field, Qt.Key.Key_Tab)
    studio.click("trainButton")
    assert not studio.controller.training.active
    said = studio.window.banner.text()
    assert "learning_rate" in said
    assert "-1" in said
    assert "above 0" in said
    assert field.text() == "-1"


def test_pause_one_step_resume_stop_continue(studio: Studio) -> None:
    training = studio.controller.training
    studio.begin_a_long_run()
    studio.click("pauseButton")
    assert training.state == "paused"
    studio.wait_for(lambda: training.last_batch is not None and training.last_batch.paused, "the pause", 20)
    studio.wait_for(lambda: "Paused" in studio.text("statusLabel"), "the words")
    before = training.last_batch.step  # type: ignore[union-attr]
    studio.click("stepOnceButton")
    studio.wait_for(lambda: training.last_batch.step > before, "one step", 20)  # type: ignore[union-attr]
    assert training.last_batch.step - before <= 8  # type: ignore[union-attr]
    studio.click("pauseButton")
    studio.wait_for(lambda: training.last_batch.step > before + 1000, "it to go on", 20)  # type: ignore[union-attr]
    studio.click("stopButton")
    assert studio.button("stopButton").text() == "End now"
    studio.wait_for(lambda: not training.active, "the run to stop", 30)
    assert training.status == "stopped"
    run, episodes = training.run, len(training.history.returns)
    assert studio.button("trainButton").text() == "Continue"
    studio.click("trainButton")
    studio.wait_for(lambda: len(training.history.returns) > episodes, "more episodes of the same run", 60)
    assert training.run == run
    studio.click("stopButton")
    studio.wait_for(lambda: not training.active, "the run to stop", 30)
    assert len(monitor(Path(run or ""))) == len(training.history.returns)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs POSIX signals")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGSTOP"])
def test_a_child_that_dies_or_hangs_is_said_and_train_works_again(studio: Studio, name: str) -> None:
    training = studio.controller.training
    studio.begin_a_long_run()
    run = Path(training.run or "")
    assert training.shown._job is not None
    studio.wait_for(lambda: monitor(run), "the first episodes to be on disk", 20)
    os.kill(training.shown._job.pid, getattr(signal, name))
    studio.wait_for(lambda: studio.window.banner.text(), "the fault to be said", 2.0)
    assert "process" in studio.window.banner.text()
    assert studio.button("trainButton").isEnabled()
    studio.ask()
    studio.click("trainButton")
    studio.wait_for(lambda: training.status == "finished", "a run to end", 60)
    assert json.loads((run / "run.json").read_text())["config"]["seed"] == 1
    assert monitor(run)


def test_closing_while_it_trains_asks_saves_and_leaves_no_process(studio: Studio) -> None:
    studio.begin_a_long_run()
    pids = studio.controller.desk.pids
    studio.window.close()
    assert studio.window.isVisible()
    box = studio.window.findChild(QMessageBox, "closeBox")
    assert box is not None
    stop = next(button for button in box.findChildren(QPushButton) if button.text() == "Stop and close")
    QTest.mouseClick(stop, Qt.MouseButton.LeftButton)
    studio.wait_for(lambda: not studio.window.isVisible(), "the window to close", 30)
    run = Path(studio.controller.training.run or "")
    assert json.loads((run / "run.json").read_text())["status"] == "stopped"
    studio.controller.end()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_another_environment_while_training_asks_first(studio: Studio) -> None:
    studio.begin_a_long_run()
    studio.window.setup.set_folded(False)
    picker = studio.window.findChild(QAbstractButton, "environmentPicker")
    assert picker is not None
    studio.window.setup._environment.choose("Acrobot-v1")
    studio.wait_for(lambda: "goes on" in studio.window.banner.text(), "the question", 5)
    assert studio.controller.training.active
    studio.click("bannerKeepTraining")
    assert studio.window.setup._environment.key() == "CartPole-v1"
    studio.click("stopButton")
    studio.wait_for(lambda: not studio.controller.training.active, "the run to stop", 30)


def test_another_environment_leaves_the_recording_and_its_numbers_behind(studio: Studio) -> None:
    _choose(studio, "recordButton", "Episodes", 1)
    studio.click("recordButton")
    stage, inspector = studio.window.stage, studio.window.inspector
    studio.wait_for(lambda: stage.episodes() and not studio.controller.acting.active, "the recording", 60)
    stage.seek(0)
    numbers = inspector.step_facts
    assert numbers.isVisible()
    assert stage.showing_recording()
    studio.window.setup._environment.choose("Acrobot-v1")
    studio.wait_for(lambda: not stage.showing_recording(), "the live picture", 10)
    assert not numbers.isVisible()
    stage.show_recording()
    assert numbers.isVisible()
    stage.back_to_live()
    studio.controller.watching.show()
    assert numbers.isVisible(), "the same environment as before: nothing is taken away"


def test_evaluate_lists_each_score(studio: Studio) -> None:
    studio.train_to_the_end()
    _choose(studio, "evaluateButton", "Episodes", 5)
    studio.click("evaluateButton")
    studio.wait_for(lambda: not studio.controller.acting.evaluating.active, "the evaluation", 60)
    assert studio.window.tabs.current() == "scores"
    assert "mean" in studio.window.scores.summary.text()


def test_a_run_of_before_opens_with_its_curve_and_policy(studio: Studio) -> None:
    run = studio.train_to_the_end()
    returns = studio.controller.training.history.returns.tolist()
    studio.click("newSeedButton")
    studio.wait_for(lambda: studio.button("trainButton").text() == "New run", "the offer of a new run", 5)
    studio.click("trainButton")
    studio.wait_for(lambda: not studio.controller.training.active, "the second run to end", 60)
    assert studio.controller.training.run != str(run)
    studio.controller.library.open_path(run)
    studio.wait_for(lambda: studio.controller.training.run == str(run), "the run to open", 20)
    assert studio.controller.training.history.returns.tolist() == returns
    assert studio.controller.training.policy is not None
    assert studio.button("trainButton").text() == "Continue"


@pytest.mark.parametrize("mode", ["policy", "training", "off"])
def test_what_a_run_that_starts_waits_for_is_said_once(studio: Studio, mode: str) -> None:
    studio.wait_for(lambda: "untrained" in studio.text("sourceLabel"), "an untrained policy on the stage", 30)
    watch = studio.window.findChild(QComboBox, "watchMode")
    watch.setCurrentIndex(watch.findData(mode))
    studio.ask(steps=600)
    said: list[list[str]] = []

    def look() -> None:
        if studio.controller.training.state == "starting":
            studio.controller._show_status()
            places = (studio.text("endingLabel"), studio.text("statusLabel"), studio.window.stage.view._message)
            said.append([text for text in places if "Training starts" in text])

    studio.controller.training.stateChanged.connect(look)
    studio.click("trainButton")
    studio.wait_for(lambda: not studio.controller.training.active, "the run to end", 60)
    assert said
    assert {len(found) for found in said} == {1}


def test_a_curve_of_another_environment_than_the_chosen_one_is_told_to_be_a_former_runs(studio: Studio) -> None:
    studio.train_to_the_end(steps=300)
    assert "former" not in studio.text("runCaption")
    picker = studio.window.findChild(EnvironmentPicker, "environmentPicker")
    assert picker is not None
    picker.choose("Acrobot-v1")
    studio.wait_for(lambda: "a former run" in studio.text("runCaption"), "the words", 5)
    assert "CartPole-v1" in studio.text("runCaption")
    picker.choose("CartPole-v1")
    studio.wait_for(lambda: "former" not in studio.text("runCaption"), "the words to go", 5)


def test_watching_the_training_environment_and_nothing(studio: Studio) -> None:
    watch = studio.window.findChild(QComboBox, "watchMode")
    assert watch is not None
    studio.begin_a_long_run()
    watch.setCurrentIndex(watch.findData("training"))
    studio.wait_for(lambda: "training env" in studio.text("sourceLabel"), "the training environment's frames", 20)
    watch.setCurrentIndex(watch.findData("off"))
    studio.wait_for(lambda: "training env" not in studio.text("sourceLabel"), "the stage to go quiet", 5)
    studio.click("stopButton")
    studio.wait_for(lambda: not studio.controller.training.active, "the run to stop", 30)


def test_a_quick_pause_and_resume_leaves_it_running(studio: Studio) -> None:
    training = studio.controller.training
    studio.begin_a_long_run()
    for _ in range(10):
        studio.click("pauseButton")
        studio.click("pauseButton")
        before = training.last_batch.step  # type: ignore[union-attr]
        studio.wait_for(lambda before=before: training.last_batch.step > before, "training to go on", 20)
        assert training.state == "running"
    studio.click("stopButton")
    studio.wait_for(lambda: not training.active, "the run to stop", 30)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs POSIX signals")
def test_a_child_that_answers_again_is_no_longer_complained_of(studio: Studio) -> None:
    training = studio.controller.training
    studio.begin_a_long_run()
    assert training.shown._job is not None
    os.kill(training.shown._job.pid, signal.SIGSTOP)
    studio.wait_for(studio.window.banner.text, "the fault to be said", 4)
    os.kill(training.shown._job.pid, signal.SIGCONT)
    studio.wait_for(lambda: not studio.window.banner.text(), "the message to go", 10)
    assert studio.button("pauseButton").isEnabled()
    studio.click("stopButton")
    studio.wait_for(lambda: not training.active, "the run to stop", 30)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
@pytest.mark.parametrize(
    ("last", "well"), [(m.Finished("finished"), 1), (m.Finished("stopped"), 1), (m.Failed("It failed.", "", ""), 0)]
)
def test_a_run_that_ends_well_is_no_longer_complained_of(app: QApplication, last: m.Report, well: int) -> None:
    training = Training(JobDesk())
    recovered = QSignalSpy(training.recovered)
    training.shown.trouble = "the process has given no sign of life for 1.6 s"
    training.shown._heard(last)
    training.shown._ended(0)
    assert (recovered.count(), training.trouble) == (well, "")


def test_a_live_view_that_dies_comes_back(studio: Studio) -> None:
    live = studio.controller.live
    studio.wait_for(lambda: "untrained" in studio.text("sourceLabel"), "an untrained policy on the stage", 30)
    assert live._job is not None
    pid = live._job.pid
    os.kill(pid, signal.SIGKILL)
    studio.wait_for(lambda: live._job is not None and live._job.pid != pid, "another player", 10)
    taken: list[object] = []
    studio.wait_for(lambda: taken.append(live.take_frame()) or taken[-1], "a frame of it", 30)


def test_a_run_of_an_unknown_algorithm_is_refused_in_words(studio: Studio) -> None:
    run = studio.train_to_the_end()
    info = json.loads((run / "run.json").read_text())
    info["config"]["algorithm"] = "alien"
    (run / "run.json").write_text(json.dumps(info))
    studio.controller.library.open_path(run)
    studio.wait_for(lambda: "alien" in studio.window.banner.text(), "the refusal", 10)
    assert studio.controller.watching.opened is None


def test_a_fault_of_the_window_itself_is_said(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise RuntimeError("a slot went wrong")
    except RuntimeError as error:
        studio.controller.telling.fault_in_the_window(type(error), error, error.__traceback__)
    assert "a slot went wrong" in studio.window.banner.text()
    assert "Traceback" in capsys.readouterr().err


def _run_info(studio: Studio) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(studio.controller.training.run or "") / "run.json").read_text())
    return found


def test_continue_keeps_what_was_changed_live(studio: Studio) -> None:
    training = studio.controller.training
    studio.begin_a_long_run(params={"entropy_weight": 0.05})
    studio.window.setup.set_folded(False)
    field = studio.window.findChild(QLineEdit, "param_entropy_weight")
    assert field is not None
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0")  # the default: a form that keeps only what differs from it would forget this
    QTest.keyClick(field, Qt.Key.Key_Return)
    studio.wait_for(lambda: training.history.changes, "the change to be applied", 20)
    studio.click("stopButton")
    studio.wait_for(lambda: not training.active, "the run to stop", 30)
    run = Path(training.run or "")
    studio.click("trainButton")
    studio.wait_for(lambda: training.state == "running", "the run to go on", 30)
    assert training.config is not None
    assert training.config.params["entropy_weight"] == 0.0
    studio.click("stopButton")
    studio.wait_for(lambda: not training.active, "the run to stop", 30)
    studio.controller.library.open_path(run)
    opened = studio.controller.watching
    studio.wait_for(lambda: opened.opened is not None, "the run to open", 20)
    assert field.text() == "0"


def test_a_solved_run_goes_on_past_its_goal(studio: Studio) -> None:
    run = studio.train_to_the_end(stop_at=15, window=5)
    solved_at = _run_info(studio)["solved_at"]
    assert solved_at is not None
    episodes = studio.controller.training.history.episode
    assert studio.button("trainButton").text() == "Continue"
    studio.click("trainButton")
    studio.wait_for(lambda: not studio.controller.training.active, "the run to end", 60)
    assert studio.controller.training.run == str(run)
    assert studio.controller.training.history.episode > episodes + 5
    assert _run_info(studio)["solved_at"] == solved_at


def test_presenting_keeps_the_way_back_in_reach_on_a_small_screen(studio: Studio) -> None:
    studio.window.toggle_present()
    studio.window.resize(1280, 720)
    studio.wait_for(lambda: not studio.window.setup.isVisible(), "the setup to make room", 5)
    bar = studio.window.toolbar
    studio.wait_for(lambda: bar.present.isVisible() and bar.menu_button.isVisible(), "the buttons", 5)
    studio.click("presentButton")
    assert studio.window.setup.isVisible()
    assert studio.button("recordButton").text() == "Record"


def test_picture_and_curve_are_equal_in_size_at_every_size_of_the_window(studio: Studio) -> None:
    for width, height in ((1280, 720), (1600, 1000), (1360, 768)):
        studio.window.resize(width, height)
        studio.wait_for(lambda width=width: studio.window.width() == width, "the new size", 5)
        stage, plots = studio.window.pair.sizes()
        assert abs(stage - plots) <= 2


def test_a_change_that_continuing_brings_is_marked_on_the_curve(studio: Studio) -> None:
    training = studio.controller.training
    run = studio.train_to_the_end()
    step = training.history.step
    field = studio.window.findChild(QLineEdit, "param_learning_rate")
    assert field is not None
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "5e-3")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert studio.button("trainButton").text() == "Continue"
    studio.click("trainButton")
    studio.wait_for(lambda: not training.active, "the run to end", 60)
    assert training.run == str(run)
    assert [(mark.step, mark.name, mark.new) for mark in training.history.changes] == [(step, "learning_rate", 5e-3)]

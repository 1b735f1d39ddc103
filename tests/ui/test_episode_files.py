"""Recorded episodes as files in the window: opened, several at once, dropped, saved, told about, exported as data."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from job_harness import train_inline
from made_episodes import episode
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QFileDialog, QLabel, QLineEdit, QPushButton, QWidget

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.frame_store import FrameStore
from rlstudio.storage.data_formats import read_data, write_data
from rlstudio.storage.episode_file import load_episode, save_episode
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.panels.stage import StagePanel
from rlstudio.ui.settings import Settings
from rlstudio.ui.widgets.compare_view import CompareView
from rlstudio.ui.widgets.data_dialog import DataDialog
from rlstudio.ui.widgets.episode_facts import EpisodeFacts, episode_facts
from rlstudio.ui.widgets.file_progress import FileProgress
from rlstudio.ui.widgets.frame_view import FrameView
from rlstudio.ui.widgets.plain_tip import plain_tip

WaitFor = Callable[..., None]


class Studio:
    """A window with its controller."""

    def __init__(self, window: MainWindow, controller: Controller, wait_for: WaitFor) -> None:
        self.window, self.controller, self.wait_for = window, controller, wait_for

    def shown(self) -> list[Episode]:
        return self.window.stage.episodes()

    def open(self, *paths: Path) -> None:
        self.controller.library.open_paths(list(paths))

    def opened(self, count: int) -> list[Episode]:
        self.wait_for(lambda: len(self.shown()) == count, f"{count} episodes on the stage", 30)
        return self.shown()


@pytest.fixture
def studio(app: QApplication, wait_for: WaitFor, tmp_path: Path) -> Iterator[Studio]:
    window = MainWindow(Settings(tmp_path / "window.json"))
    controller = Controller(window, runs_dir=tmp_path / "runs")
    window.resize(1280, 720)
    window.show()
    window.stage.set_watch_mode("off")
    controller.begin()
    window.stage.set_watch_mode("off")
    yield Studio(window, controller, wait_for)
    controller.end()
    window.may_close = True
    window.close()
    window.deleteLater()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two episode files, of an environment that is not here."""
    paths = [tmp_path / "first.rlepisode", tmp_path / "second.rlepisode"]
    for seed, path in enumerate(paths, start=1):
        thoughts = [Thought(probabilities=np.array([0.3, 0.7], np.float32), value=1.0)] * 5
        made = episode([1.0] * 5, env="Elsewhere-v9", seed=seed, run_name="a_run", thoughts=thoughts, step=40_000)
        save_episode(path, made)
    return paths


def test_files_are_shown_with_all_there_is(studio: Studio, files: list[Path]) -> None:
    """Several at once; that their environment is not installed is no obstacle to watching."""
    studio.open(*files)
    first, second = studio.opened(2)
    assert (first.seed, second.seed) == (1, 2)
    assert first.thoughts[0].value == 1.0
    assert studio.window.stage.showing_recording()
    studio.window.stage.seek_last()
    assert studio.window.stage.current_index() == 5
    assert studio.window.inspector.isVisible()
    log = studio.window.log.text()
    assert "Opened 2 files: 2 episodes, the first Elsewhere-v9, 5 steps, return 5" in log
    assert "run a_run" in log


def test_one_that_cannot_be_read_is_named_and_the_others_are_shown(studio: Studio, files: list[Path]) -> None:
    files[0].write_bytes(files[0].read_bytes()[:-7])
    studio.open(*files, files[0].parent / "missing.rlepisode")
    (shown,) = studio.opened(1)
    assert shown.seed == 2
    text = studio.window.banner.text()
    assert "first.rlepisode cannot be opened as a recorded episode: its arrays take" in text
    assert "1 more could not be opened" in text


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert not window.findChild(QLabel, "dropHint").isHidden()
    event = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(window, event)
    assert event.isAccepted()
    assert window.findChild(QLabel, "dropHint").isHidden()


def test_files_are_dropped_into_the_window(studio: Studio, files: list[Path]) -> None:
    drop(studio.window, *files)
    assert len(studio.opened(2)) == 2


def test_text_that_is_dragged_is_none_of_its_business(studio: Studio) -> None:
    data = QMimeData()
    data.setText("CartPole-v1")
    enter = QDragEnterEvent(
        QPoint(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    enter.ignore()
    QApplication.sendEvent(studio.window, enter)
    assert not enter.isAccepted()
    assert studio.window.findChild(QLabel, "dropHint").isHidden()


def test_an_episode_is_saved_as_it_is(studio: Studio, files: list[Path], tmp_path: Path) -> None:
    studio.open(files[0])
    (shown,) = studio.opened(1)
    studio.window.actions_by_name["saveEpisodeAction"].trigger()
    dialog = studio.window.findChild(QFileDialog, "saveEpisodeDialog")
    assert dialog is not None
    name = dialog.findChild(QLineEdit)
    assert name is None or "Elsewhere-v9-40000-seed-1" in name.text()
    dialog.fileSelected.emit(str(tmp_path / "copy.rlepisode"))
    dialog.close()
    studio.wait_for(lambda: "Saved" in studio.window.log.text(), "the file", 20)
    copy = load_episode(tmp_path / "copy.rlepisode")
    assert copy.rewards.tolist() == shown.rewards.tolist()
    assert copy.frames.blobs == shown.frames.blobs
    assert (copy.run_name, copy.seed) == ("a_run", 1)


def test_where_it_cannot_be_saved_is_said(studio: Studio, files: list[Path], tmp_path: Path) -> None:
    studio.open(files[0])
    (shown,) = studio.opened(1)
    (tmp_path / "in the way").mkdir()
    studio.controller.files.save(shown, tmp_path / "in the way")
    studio.wait_for(lambda: studio.window.banner.text(), "the refusal", 20)
    assert "could not be saved" in studio.window.banner.text()


def test_with_nothing_recorded_the_menu_says_what_to_do(studio: Studio) -> None:
    for name in ("saveEpisodeAction", "exportDataAction", "aboutEpisodeAction"):
        studio.window.actions_by_name[name].trigger()
        assert "record an episode (R), or open one" in studio.window.banner.text()
        studio.window.banner.hide()


@pytest.mark.parametrize("ending", [".npz", ".minari"])
def test_data_are_exported_in_the_background_and_opened_again(
    studio: Studio, files: list[Path], tmp_path: Path, ending: str
) -> None:
    studio.open(*files)
    episodes = studio.opened(2)
    studio.window.actions_by_name["exportDataAction"].trigger()
    dialog = studio.window.findChild(DataDialog)
    assert dialog is not None
    formats = dialog.findChild(QComboBox, "dataFormat")
    formats.setCurrentIndex(formats.findData(ending))
    dialog.findChild(QCheckBox, "dataFrames").setChecked(True)
    assert dialog.path().suffix == ending
    assert "2 episodes, 10 steps · pictures of 60×40" in dialog.size.text()
    dialog.path_field.setText(str(tmp_path / f"out{ending}"))
    dialog.path_field.textEdited.emit(dialog.path_field.text())
    dialog.findChild(QPushButton, "dataExportButton").click()
    studio.wait_for(lambda: not studio.controller.files.exporting.active, "the export", 60)
    back = list(read_data(tmp_path / f"out{ending}"))
    assert [one.frames.blobs for one in back] == [one.frames.blobs for one in episodes]
    assert "Saved" in studio.controller.files._data_progress.words.text()
    studio.window.stage.set_episodes([])
    studio.open(tmp_path / f"out{ending}")
    assert [one.seed for one in studio.opened(2)] == [1, 2]


def test_the_dialog_says_why_it_cannot_export(studio: Studio, show: Callable[..., DataDialog], tmp_path: Path) -> None:
    others = [episode([1.0]), episode([1.0], env="Acrobot-v1")]
    dialog = show(DataDialog(others, 0, tmp_path, "name"))
    button = dialog.findChild(QPushButton, "dataExportButton")
    assert "another environment" in dialog.fault.text()
    assert not button.isEnabled()
    dialog.which.setCurrentIndex(0)
    assert (dialog.fault.text(), button.isEnabled()) == ("", True)
    for words, fault in (
        ("", "Give the file a name."),
        (str(tmp_path / "a.txt"), "The name must end in .npz."),
        (str(tmp_path / "no" / "a.npz"), "There is no folder"),
    ):
        dialog.path_field.setText(words)
        dialog.path_field.textEdited.emit(words)
        assert fault in dialog.fault.text()
        assert not button.isEnabled()
    others[0].frames = FrameStore()
    dialog.which.setCurrentIndex(1)
    dialog.which.setCurrentIndex(0)
    assert not dialog.frames.isEnabled()


def test_a_child_refuses_hostile_data_in_words(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04" + bytes(99))
    studio.open(tmp_path / "bad.npz")
    studio.wait_for(lambda: studio.window.banner.text(), "the refusal", 30)
    assert "bad.npz cannot be read as episodes: it is no .npz file" in studio.window.banner.text()


def test_an_episode_without_pictures_is_shown_by_its_numbers(studio: Studio, tmp_path: Path) -> None:
    made = episode([1.0, 2.0])
    made.frames = FrameStore()
    save_episode(tmp_path / "bare.rlepisode", made)
    studio.open(tmp_path / "bare.rlepisode")
    studio.opened(1)
    stage = studio.window.stage
    assert "no pictures" in said(stage)
    stage.seek_last()
    assert "return 3" in " ".join(label.text() for label in stage.strip.findChildren(QLabel))


def test_a_damaged_frame_is_said_and_the_others_are_shown(studio: Studio) -> None:
    made = episode([1.0, 2.0])
    made.frames.blobs[1] = made.frames.blobs[1][:-3] + b"\0\0\0"
    studio.window.stage.set_episodes([made])
    studio.window.stage.seek(1)
    assert "frame 1" in said(studio.window.stage)
    studio.window.stage.seek(2)
    assert said(studio.window.stage) == ""


def said(stage: StagePanel) -> str:
    """The words in the picture's place; "" where there is a picture."""
    return "" if stage.view.image() is not None else stage.view._message


HOSTILE = "<b>bold</b><img src='x'>"


def test_what_a_file_says_is_shown_as_plain_text(studio: Studio, tmp_path: Path) -> None:
    """Wherever it goes: no label may take it for markup."""
    made = episode(
        [1.0, 2.0],
        env=HOSTILE,
        ending=HOSTILE,
        source=HOSTILE,
        run_name=HOSTILE,
        algorithm=HOSTILE,
        observation_names=(HOSTILE, f"x ({HOSTILE})"),
        action_names=(HOSTILE, HOSTILE),
        env_kwargs={HOSTILE: HOSTILE},
        versions={HOSTILE: HOSTILE},
        recorded=HOSTILE,
        thoughts=[Thought(note=HOSTILE, q_values=np.array([1, 2], np.float32))] * 2,
    )
    path = tmp_path / "h.rlepisode"
    save_episode(path, made)
    studio.open(path)
    studio.opened(1)
    window = studio.window
    window.stage.seek_last()
    window.stage.seek(1)
    for key in ("inspector", "episode", "values", "log"):
        window.tabs.open(key)
        QApplication.processEvents()
    studio.controller.files.tell_about()
    studio.controller.telling.fail(HOSTILE)
    QApplication.processEvents()
    labels = [label for label in window.findChildren(QLabel) if "<b>" in label.text()]
    assert len(labels) > 8
    rich = [label for label in labels if label.textFormat() != Qt.TextFormat.PlainText]
    assert [(label.objectName(), type(label).__name__, label.text()[:60]) for label in rich] == []
    tips = [type(widget).__name__ for widget in window.findChildren(QWidget) if "<b>bold" in widget.toolTip()]
    assert tips == []  # a tooltip that looks like markup is taken for it
    window.findChild(EpisodeFacts).close()


def test_a_tooltip_shows_markup_as_it_is() -> None:
    assert plain_tip("cart position, 1 < 2") == "cart position, 1 < 2"
    assert plain_tip("<b>a</b>\nb") == "<p>&lt;b&gt;a&lt;/b&gt;<br>b</p>"


WORST = [np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-45, 0.0]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # infinity less infinity: NumPy's word for what there is none
@pytest.mark.parametrize("discrete", [True, False])
def test_numbers_that_no_environment_gives_break_nothing(studio: Studio, tmp_path: Path, discrete: bool) -> None:
    worst = np.array(WORST, np.float32)
    tree = np.array([[-1, 1, np.nan, np.inf], [0, 2, -np.inf, 3e38]], np.float32)
    thoughts = [
        Thought(probabilities=worst, q_values=worst[::-1].copy(), quantiles=np.stack([worst, worst]), allowed=worst),
        Thought(mean=worst, std=worst, value=float("inf"), sensitivity=worst[:2]),
        Thought(candidates=np.stack([worst, worst]), scores=worst[:2], tree=tree, tree_actions=tree[:, :1]),
        Thought(q_values=worst, value=float("-inf")),
        Thought(probabilities=-worst, sensitivity=worst[1:3]),
        Thought(value=3e38, scores=worst),
        Thought(note="x" * 1_000),
    ]
    whole = [0, -1, 100_000, -100_000, 1, 99, -5]
    made = episode(WORST, thoughts=thoughts, discrete=discrete, fps=9_999.0, size=(1, 1), seed=-(2**62), discount=1.0)
    made.actions = np.array(whole) if discrete else np.stack([worst] * 7)
    made.observations = np.stack([np.roll([*WORST, 1.0], turn)[:2] for turn in range(8)]).astype(np.float32)
    made.marks = (0, 2)
    save_episode(tmp_path / "worst.rlepisode", made)
    studio.open(tmp_path / "worst.rlepisode")
    studio.opened(1)
    for key in ("inspector", "episode", "values", "scores", "log"):
        studio.window.tabs.open(key)
        for index in range(8):
            studio.window.stage.seek(index)
            QApplication.processEvents()
    studio.controller.files.tell_about()
    studio.window.findChild(EpisodeFacts).close()
    studio.controller.what_if.ask()
    assert studio.window.stage.current_index() == 7


def test_side_by_side_an_episode_without_pictures_says_so(show: Callable[..., CompareView]) -> None:
    bare, damaged = episode([1.0, 2.0]), episode([1.0, 2.0])
    bare.frames = FrameStore()
    damaged.frames.blobs[1] = b"nothing"
    view = show(CompareView(), 600, 300)
    view.set_episodes([bare, damaged, episode([1.0])], ["a", "b", "c"])
    view.show_index(1)
    messages = [one.image() is None and one._message for one in view.findChildren(FrameView) if one.isVisible()]
    assert "no pictures" in messages[0]
    assert "frame 1 cannot be unpacked" in messages[1]
    assert messages[2] is False


@pytest.mark.parametrize("path", ["/etc/passwd", "C:\\x", "~/a.xml", "http://x", ["a", {"b": "./x.xml"}]])
def test_no_path_from_a_file_is_used_for_what_if(studio: Studio, path: object, tmp_path: Path) -> None:
    made = episode([1.0, 2.0], env_kwargs={"xml_file": path})
    save_episode(tmp_path / "h.rlepisode", made)
    studio.open(tmp_path / "h.rlepisode")
    studio.opened(1)
    studio.controller.what_if.ask()
    assert "made with a file or address, which is not taken" in studio.window.banner.text()


def test_the_recordings_of_a_run_come_after_it_in_the_background_without_the_damaged_ones(
    studio: Studio, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = train_inline(tmp_path / "runs", algorithm="random", steps=50)
    folder.episodes_dir.mkdir(exist_ok=True)
    for number, path in enumerate(files):
        path.rename(folder.episodes_dir / f"{number}.rlepisode")
    (folder.episodes_dir / "7.rlepisode").write_bytes(b"nothing")
    may_read, threads = threading.Event(), set()

    def slowly(path: Path, progress: Callable[[int, int], None] | None = None) -> Episode:
        threads.add(threading.current_thread())
        assert may_read.wait(30)
        return load_episode(path, progress)

    monkeypatch.setattr("rlstudio.ui.episode_opening.load_episode", slowly)
    studio.open(folder.path)
    studio.wait_for(lambda: studio.controller.training.run == str(folder.path), "the run, without its recordings", 30)
    assert studio.shown() == []
    may_read.set()
    assert {made.seed for made in studio.opened(2)} == {1, 2}
    assert not studio.window.stage.showing_recording()
    assert studio.window.stage.recordings_button.isVisible()
    assert threading.main_thread() not in threads
    studio.wait_for(lambda: not studio.controller.files.opening.active, "the reading to end")


def test_reading_is_told_of_and_can_be_cancelled(
    studio: Studio, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    going = threading.Event()

    def slow(path: Path, progress: Callable[[int, int], None]) -> Episode:
        going.set()
        for _ in range(20_000):  # a minute at most
            progress(30, 100)
            time.sleep(0.003)
        raise AssertionError("it was not cancelled")

    monkeypatch.setattr("rlstudio.ui.episode_opening.load_episode", slow)
    studio.open(files[0])
    studio.wait_for(going.is_set, "the reading to begin")
    widget = studio.window.findChild(FileProgress, "openProgress")
    studio.wait_for(lambda: widget.isVisible() and widget.bar.value() == 300, "the progress")
    assert "Opening first.rlepisode" in widget.words.text()
    widget.cancel_button.click()
    studio.wait_for(lambda: not studio.controller.files.opening.active, "the end")
    assert widget.words.text() == "Opening was cancelled"
    assert studio.shown() == []


def test_closing_asks_while_data_are_exported(studio: Studio, tmp_path: Path) -> None:
    many = [episode([1.0] * 60, size=(200, 300)) for _ in range(20)]
    studio.controller.files.export(many, tmp_path / "out.npz", frames=True)
    assert not studio.window.may_close
    studio.window.findChild(FileProgress, "dataProgress").cancel_button.click()
    studio.wait_for(lambda: not studio.controller.files.exporting.active, "the end", 60)
    assert studio.window.may_close
    assert list(tmp_path.glob("*out*")) == []


def test_facts_say_where_it_comes_from() -> None:
    made = episode(
        [1.0, 2.0],
        env_kwargs={"is_slippery": False},
        run_name="a_run",
        algorithm="ppo",
        step=40_000,
        recorded="2026-11-22T05:30:00+00:00",
        versions={"gymnasium": "1.4.0", "rlstudio": "0.1.0"},
    )
    facts = dict(episode_facts(made))
    assert facts["environment"] == "CartPole-v1"
    assert facts["its options"] == "is_slippery=false"
    assert (facts["seed"], facts["run"], facts["checkpoint"]) == ("7", "a_run", "step 40,000")
    assert facts["versions"] == "gymnasium 1.4.0, rlstudio 0.1.0"
    assert facts["pictures"] == "3 of 60×40"


def test_what_minari_wrote_is_opened(studio: Studio, tmp_path: Path) -> None:
    write_data(tmp_path / "data.minari", [episode([1.0, 2.0])])
    studio.open(tmp_path / "data.minari" / "metadata.json")
    (shown,) = studio.opened(1)
    assert (shown.length, shown.has_pictures) == (2, False)

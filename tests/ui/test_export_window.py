"""Exporting from the window as a person does it, with real children: dialog, progress, cancel, the file in the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from made_episodes import episode
from PIL import Image
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QSpinBox

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.frame_store import FrameStore
from rlstudio.media.frames import Clip
from rlstudio.media.styled import styled
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.settings import Settings
from rlstudio.ui.widgets.speed_slider import FULL

WaitFor = Callable[..., None]


class Window:
    """A window with its controller, and what a person does with it."""

    def __init__(self, window: MainWindow, controller: Controller, wait_for: WaitFor) -> None:
        self.window, self.controller, self.wait_for = window, controller, wait_for

    def find(self, kind: type, name: str) -> Any:
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # of dialogs that were closed
        found = self.window.findChild(kind, name)
        assert found is not None, f"there is no {name}"
        return found

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        self.window.activateWindow()
        self.wait_for(self.window.isActiveWindow, "the window to be active", 5)
        QTest.keyClick(self.window, key, modifiers)

    def open_dialog(self) -> None:
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert self.window.findChild(QObject, "exportDialog") is None
        self.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        self.wait_for(lambda: self.window.findChild(QObject, "exportDialog"), "the dialog")

    def pick(self, name: str, data: object) -> None:
        box = self.find(QComboBox, name)
        assert box.findData(data) >= 0
        box.setCurrentIndex(box.findData(data))

    def write(self, name: str, words: object) -> None:
        field = self.find(QLineEdit, name)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, str(words))

    def click(self, name: str) -> None:
        button = self.find(QAbstractButton, name)
        assert button.isEnabled(), f"{name} is disabled"
        assert button.isVisible(), f"{name} is hidden"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def wait_for_the_file(self) -> None:
        self.wait_for(lambda: not self.controller.acting.exporting.active, "the export", 60)
        assert "Saved" in self.window.exporting.words.text(), self.window.exporting.words.text()


@pytest.fixture
def made(whole_window: tuple[MainWindow, Controller], wait_for: WaitFor) -> Window:
    window, controller = whole_window
    window.toolbar.speed.set_position(FULL)
    return Window(window, controller, wait_for)


def rolling(steps: int) -> Episode:
    """A block that runs over a plain ground, and what was thought of it."""
    thoughts = [Thought(probabilities=np.array([0.25, 0.75], np.float32)) for _ in range(steps)]
    rolled = episode([1.0] * steps, thoughts=thoughts, fps=25.0)
    frames = FrameStore()
    for t in range(steps + 1):
        picture = np.full((80, 120, 3), 240, np.uint8)
        picture[30:50, t % 100 : t % 100 + 20] = (0, 114, 178)
        frames.append(picture)
    rolled.frames = frames
    return rolled


def test_an_mp4_of_part_of_an_episode(made: Window, tmp_path: Path) -> None:
    made.window.stage.set_episodes([rolling(40)])
    made.open_dialog()
    made.pick("exportFormat", "mp4")
    made.find(QSpinBox, "exportFirst").setValue(10)
    made.find(QSpinBox, "exportLast").setValue(34)
    made.pick("exportSpeed", 2.0)
    made.write("exportPath", tmp_path / "part.mp4")
    made.click("exportConfirmButton")
    made.wait_for_the_file()
    with av.open(str(tmp_path / "part.mp4")) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        assert stream.average_rate == 50
    assert len(frames) == 25
    wanted = rolling(40).frames[10].astype(float)
    assert np.abs(frames[0].astype(float) - wanted).mean() < 3
    assert np.abs(frames[24].astype(float) - wanted).mean() > 3, "it does not stand still"


def test_a_composed_webp_has_the_very_pixels_that_its_layout_has(made: Window, tmp_path: Path) -> None:
    made.window.stage.set_episodes([rolling(12)])
    made.open_dialog()
    made.pick("exportFormat", "webp")
    made.pick("exportLayout", "wide")
    made.pick("exportTheme", "dark")
    made.write("exportCaption", "A block that rolls")
    made.find(QSpinBox, "exportWidth").setValue(640)
    made.write("exportPath", tmp_path / "composed.webp")
    style = made.find(QObject, "exportDialog").options().style
    made.click("exportConfirmButton")
    made.wait_for_the_file()
    frames, size = styled([Clip.whole(rolling(12))], style)
    assert (style.caption, style.theme, size) == ("A block that rolls", "dark", (640, 360))
    with Image.open(tmp_path / "composed.webp") as picture:
        assert (picture.n_frames, picture.size) == (13, size)
        for number, wanted in enumerate(frames):
            picture.seek(number)
            assert np.array_equal(np.asarray(picture.convert("RGB")), wanted)


def test_a_gif_within_a_limit_and_the_answers_come_back(made: Window, tmp_path: Path) -> None:
    made.window.stage.set_episodes([rolling(60)])
    made.open_dialog()
    made.pick("exportFormat", "gif")
    made.find(QSpinBox, "exportWidth").setValue(480)
    made.pick("exportSpeed", 0.5)
    made.write("exportPath", tmp_path / "small.gif")
    made.click("exportConfirmButton")
    made.wait_for_the_file()
    with Image.open(tmp_path / "small.gif") as picture:
        assert (picture.n_frames, picture.size, picture.info["duration"]) == (61, (480, 320), 80)
    made.open_dialog()
    assert made.find(QSpinBox, "exportWidth").value() == 480
    assert made.find(QComboBox, "exportSpeed").currentData() == 0.5
    assert Path(made.find(QLineEdit, "exportPath").text()).parent == tmp_path
    made.find(QObject, "exportDialog").reject()
    made.window.remember()
    assert Settings(tmp_path / "window.json").get("export", dict, {})["widths"] == {"plain": 480}


def test_a_cancelled_export_leaves_nothing(made: Window, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    made.window.stage.set_episodes([rolling(2_000)])
    made.open_dialog()
    made.pick("exportFormat", "webm")
    made.pick("exportLayout", "wide")
    made.write("exportPath", tmp_path / "out" / "long.webm")
    made.click("exportConfirmButton")
    progress = made.window.exporting
    made.wait_for(lambda: progress.bar.value() > 3, "some frames", 60)
    assert "writing frame" in progress.bar.toolTip()
    made.click("exportCancelButton")
    made.wait_for(lambda: not made.controller.acting.exporting.active, "the end", 60)
    assert "nothing was written" in progress.words.text()
    assert list((tmp_path / "out").iterdir()) == []


def test_closing_the_window_midway_leaves_nothing(made: Window, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    made.window.stage.set_episodes([rolling(2_000)])
    made.open_dialog()
    made.pick("exportFormat", "png_sequence")
    made.write("exportPath", out / "frames")
    made.click("exportConfirmButton")
    made.wait_for(lambda: any(out.glob("*/frame-00003.png")), "half a folder", 60)
    made.controller.closing.save_and_close()
    assert list(out.iterdir()) == []


def test_what_cannot_be_written_is_said_with_what_to_do(made: Window, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    made.window.stage.set_episodes([rolling(10)])
    made.open_dialog()
    made.write("exportPath", tmp_path / "gone" / "a.gif")
    (tmp_path / "gone").rmdir()
    made.click("exportConfirmButton")
    made.wait_for(lambda: not made.controller.acting.exporting.active, "the end", 60)
    assert "no such file or folder; check the path" in made.window.exporting.words.text()


def test_numbers_alone_and_nothing_at_all_are_refused_in_words(made: Window) -> None:
    made.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert "nothing to export" in made.window.banner.text()
    blind = rolling(5)
    blind.frames = FrameStore()
    made.window.stage.set_episodes([blind])
    made.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert "no pictures" in made.window.banner.text()
    assert made.window.findChild(QObject, "exportDialog") is None


def test_the_training_becomes_a_film(made: Window, tmp_path: Path) -> None:
    action = made.window.actions_by_name["filmAction"]
    assert not action.isEnabled()
    made.window.stage.set_episodes([rolling(5)])
    made.open_dialog()
    assert made.window.findChild(QAbstractButton, "exportFilmButton") is None, "there is no run to record"
    made.find(QObject, "exportDialog").reject()
    request = {"env": "CartPole-v1", "env_kwargs": {}, "algorithm": "ppo", "preset": None, "params": {}, "seed": 0}
    made.window.setup.set_request({**request, "steps": 1_500})
    made.click("trainButton")
    made.wait_for(lambda: not made.controller.training.active, "the run to end", 60)
    assert action.isEnabled()
    made.open_dialog()
    made.click("exportFilmButton")
    made.wait_for(lambda: made.window.findChild(QObject, "filmDialog"), "the film's dialog")
    made.wait_for(lambda: made.find(QLabel, "exportPreviewFrame").text(), "the preview")
    dialog = made.find(QObject, "filmDialog")
    assert made.find(QComboBox, "exportFormat").currentData() == "mp4"
    made.pick("exportLayout", "square")
    made.find(QSpinBox, "exportWidth").setValue(480)
    made.find(QSpinBox, "filmCheckpoints").setValue(3)
    dialog.seconds.setValue(0.5)
    made.write("exportPath", tmp_path / "film.mp4")
    steps = dialog.chosen_steps()
    assert (len(steps), steps[0]) == (3, 0)
    assert "untrained" in made.find(QLabel, "filmPlan").text()
    made.click("filmConfirmButton")
    made.wait_for_the_file()
    with av.open(str(tmp_path / "film.mp4")) as container:
        frames = sum(1 for _ in container.decode(video=0))
        assert container.streams.video[0].codec_context.width == 480
    assert 20 < frames <= 0.5 * (2 + 3) * 50
    assert made.window.settings.get("film", dict, {})["checkpoints"] == 3

"""What an export holds: frames, timing in words, names; and the dialog and progress around it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_episodes import episode
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QListWidget

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.messages import Exported, PictureStyle
from rlstudio.core.time_left import TimeLeft
from rlstudio.media.formats import format_named
from rlstudio.media.frames import Clip
from rlstudio.media.styled import styled
from rlstudio.ui.widgets import export_progress
from rlstudio.ui.widgets.export_dialog import ExportDialog
from rlstudio.ui.widgets.export_plan import ExportOptions, free_path, timing_words
from rlstudio.ui.widgets.export_progress import ExportProgress

Show = Callable[..., Any]
WaitFor = Callable[..., None]


def pick(box: QComboBox, data: object) -> None:
    """Choose the entry that stands for `data`."""
    box.setCurrentIndex(box.findData(data))


def write_path(dialog: ExportDialog, path: Path | str) -> None:
    """Write another name as a person does."""
    dialog.file.edit.setText(str(path))
    dialog.file.edit.textEdited.emit(str(path))


def choose(dialog: ExportDialog, words: str) -> None:
    dialog.clips.which.setCurrentIndex(dialog.clips.which.findText(words, Qt.MatchFlag.MatchContains))


@pytest.mark.parametrize(
    ("fps", "speed", "to", "words"),
    [
        (50, 1, "gif", "20 ms"),
        (25, 1, "gif", "40 ms"),
        (30, 1, "gif", "30 or 40 ms"),
        (60, 0.5, "gif", "30 or 40 ms"),
        (50, 2, "gif", "a GIF shows at most 50. Every frame is kept, so it plays at ×1."),
        (30, 4, "gif", "plays at ×1.67"),
        (30, 4, "mp4", "True timing: 120 frames a second."),
        (50, 4, "apng", "an animated PNG shows at most 60"),
        (50, 4, "webp", "an animated WebP shows at most 60"),
        (50, 1, "png_sequence", "hold no time"),
    ],
)
def test_the_timing_is_told_truly(fps: float, speed: float, to: str, words: str) -> None:
    assert words in timing_words(fps, speed, format_named(to))


def test_a_gif_keeps_every_frame_and_never_asks_for_more_than_50_a_second() -> None:
    made = episode([1.0] * 9)
    options = ExportOptions(Path("a.gif"), (Clip(made, 2, 5),), fps=50, speed=4)
    command = options.command()
    (clip,) = command.clips
    assert (clip.first, clip.last) == (2, 5)
    assert clip.data["frame_blobs"] == made.frames.blobs
    assert clip.data["fps"] * command.speed == 50
    assert options.frames == 4
    assert options.seconds == pytest.approx(4 / 50)


def test_it_opens_ready_for_all_that_was_recorded(show: Show, tmp_path: Path) -> None:
    episodes = [episode([1.0] * 5, algorithm="ppo", step=40_000, seed=3), episode([1.0] * 8)]
    dialog = show(ExportDialog(episodes, 0, folder=tmp_path))
    assert dialog.options().frames == 6 + 9
    assert dialog.fault.text() == ""
    choose(dialog, "this")
    options = dialog.options()
    assert options.path == tmp_path / "CartPole-v1-ppo-step40000-seed3.gif"
    assert [(clip.first, clip.last) for clip in options.clips] == [(0, 5)]
    assert dialog.fault.text() == ""


def test_several_and_all_take_whole_episodes(show: Show, tmp_path: Path) -> None:
    episodes = [episode([1.0] * length) for length in (5, 8, 3)]
    dialog = show(ExportDialog(episodes, 1, folder=tmp_path))
    choose(dialog, "all")
    assert dialog.options().frames == 6 + 9 + 4
    choose(dialog, "several")
    assert dialog.options().frames == 9
    dialog.clips.chosen.item(2).setCheckState(Qt.CheckState.Checked)
    assert [clip.episode.length for clip in dialog.options().clips] == [8, 3]
    for row in range(3):
        dialog.clips.chosen.item(row).setCheckState(Qt.CheckState.Unchecked)
    assert "at least one" in dialog.fault.text()


def test_episodes_of_another_picture_size_cannot_share_a_file(show: Show, tmp_path: Path) -> None:
    episodes = [episode([1.0] * 5), episode([1.0] * 5, size=(20, 20)), episode([1.0] * 5)]
    dialog = show(ExportDialog(episodes, 0, folder=tmp_path))
    choose(dialog, "all")
    assert len(dialog.options().clips) == 2
    assert "1 of another picture size" in dialog.outcome.text()


def test_frames_from_a_to_b(show: Show, tmp_path: Path) -> None:
    dialog = show(ExportDialog([episode([1.0] * 9)], 0, folder=tmp_path))
    dialog.clips.first.setValue(3)
    dialog.clips.last.setValue(6)
    assert dialog.options().frames == 4
    dialog.clips.last.setValue(2)
    assert "after the last" in dialog.fault.text()


def test_a_wrong_name_is_refused_in_words(show: Show, tmp_path: Path) -> None:
    dialog = show(ExportDialog([episode([1.0])], 0, folder=tmp_path))
    for name, words in (
        (tmp_path / "a.png", "end in .gif"),
        (tmp_path / "none" / "a.gif", "no folder"),
        ("", "a name"),
    ):
        write_path(dialog, name)
        assert words in dialog.fault.text()
        assert not dialog.export_button.isEnabled()
    (tmp_path / "old.gif").touch()
    write_path(dialog, tmp_path / "old.gif")
    assert "will be replaced" in dialog.fault.text()
    assert dialog.export_button.isEnabled()


def test_the_ending_follows_the_format_and_a_name_of_ones_own_stays(show: Show, tmp_path: Path) -> None:
    dialog = show(ExportDialog([episode([1.0], seed=3)], 0, folder=tmp_path))
    pick(dialog.picture.format, "mp4")
    assert dialog.options().path == tmp_path / "CartPole-v1-episode-seed3.mp4"
    write_path(dialog, tmp_path / "mine.mp4")
    pick(dialog.picture.format, "webm")
    assert dialog.options().path == tmp_path / "mine.webm"
    pick(dialog.picture.format, "png_sequence")
    assert dialog.options().path == tmp_path / "mine"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "there.txt").touch()
    write_path(dialog, tmp_path / "mine")
    assert "not empty" in dialog.fault.text()
    pick(dialog.picture.format, "gif")
    assert dialog.options().path == tmp_path / "mine.gif"


def test_a_still_picture_is_the_frame_that_is_shown(show: Show, tmp_path: Path) -> None:
    dialog = show(ExportDialog([episode([1.0] * 9), episode([1.0] * 4)], 0, index=6, folder=tmp_path))
    pick(dialog.picture.format, "png")
    options = dialog.options()
    assert [(clip.first, clip.last) for clip in options.clips] == [(6, 6)]
    assert options.path.name == "CartPole-v1-episode-seed7-frame6.png"
    assert dialog.clips.frame.isVisible()
    for gone in (dialog.clips.which, dialog.clips.first, dialog.speed):
        assert not gone.isVisible()
    pick(dialog.picture.format, "mp4")
    assert dialog.options().frames == 10 + 5
    assert dialog.speed.isVisible()


def test_size_layout_caption_and_limit_reach_the_job(show: Show, tmp_path: Path) -> None:
    dialog = show(ExportDialog([episode([1.0] * 3)], 0, folder=tmp_path))
    assert dialog.options().style == PictureStyle("gif", "plain", None, "light", "", None)
    dialog.picture.width.setValue(120)
    assert dialog.picture.height.text() == "× 80"
    assert not dialog.picture.caption.isEnabled()
    pick(dialog.picture.format, "mp4")
    pick(dialog.picture.layout, "wide")
    pick(dialog.picture.theme, "dark")
    dialog.picture.caption.setText("  PPO at work ")
    dialog.picture.limit.setValue(2.5)
    assert dialog.options().command().style == PictureStyle("mp4", "wide", None, "dark", "PPO at work", 2_500_000)
    assert (dialog.picture.width.value(), dialog.picture.height.text()) == (1280, "× 720")
    dialog.picture.width.setValue(640)
    assert dialog.options().style.width == 640
    pick(dialog.picture.layout, "plain")
    style = dialog.options().style
    assert (style.width, style.caption) == (120, ""), "each layout keeps the width that was chosen for it"


def test_the_next_dialog_begins_with_the_last_answers(show: Show, tmp_path: Path) -> None:
    dialog = show(ExportDialog([episode([1.0] * 3)], 0, folder=tmp_path))
    for box, value in (
        (dialog.picture.format, "webp"),
        (dialog.picture.layout, "square"),
        (dialog.picture.theme, "dark"),
        (dialog.speed, 2.0),
    ):
        pick(box, value)
    dialog.picture.width.setValue(500)
    dialog.picture.limit.setValue(4.0)
    remembered = json.loads(json.dumps(dialog.remembered()))
    assert remembered["folder"] == str(tmp_path)
    again = show(ExportDialog([episode([1.0] * 5)], 0, folder=tmp_path, remembered=remembered))
    assert again.options().style == PictureStyle("webp", "square", 500, "dark", "", 4_000_000)
    assert again.options().speed == 2.0


@pytest.mark.parametrize(
    "damaged",
    [
        {"format": "avi", "layout": "spiral", "theme": 3, "limit": "x", "widths": [1], "speed": 9},
        {"widths": {"plain": -4, "wide": 10**9}, "limit": -1.0, "format": None},
    ],
)
def test_answers_of_another_version_do_no_harm(show: Show, tmp_path: Path, damaged: dict[str, Any]) -> None:
    dialog = show(ExportDialog([episode([1.0] * 3)], 0, folder=tmp_path, remembered=damaged))
    assert dialog.options().style == PictureStyle("gif", "plain", None, "light", "", None)
    assert dialog.options().speed == 1.0


def test_the_preview_shows_the_very_picture_that_is_written(show: Show, wait_for: WaitFor, tmp_path: Path) -> None:
    made = episode([1.0] * 9)
    dialog = show(ExportDialog([made], 0, index=6, folder=tmp_path))
    wait_for(lambda: dialog.preview.view.image() is not None, "a picture")
    shown = dialog.preview.view.image()
    assert shown.pixelColor(30, 20).red() == 6
    assert "frame 7 of 10" in dialog.preview.words.text()
    pick(dialog.picture.layout, "wide")
    dialog.picture.caption.setText("a caption")
    dialog.picture.caption.textEdited.emit("a caption")
    wait_for(lambda: dialog.preview.view.image().width() == 1280, "a composed picture")
    style = dialog.options().style
    frames, size = styled(dialog.options().clips, style)
    assert size == (1280, 720)
    expected = list(frames)[6]
    image = dialog.preview.view.image()
    for x, y in np.random.default_rng(0).integers((0, 0), size, (300, 2)).tolist():
        colour = image.pixelColor(x, y)
        assert (colour.red(), colour.green(), colour.blue()) == tuple(expected[y, x])


def test_the_preview_plays_on_from_the_frame_and_returns(show: Show, wait_for: WaitFor, tmp_path: Path) -> None:
    dialog = show(ExportDialog([episode([1.0] * 40, fps=100.0)], 0, index=10, folder=tmp_path))
    wait_for(lambda: "frame 11" in dialog.preview.words.text(), "a picture")
    seen: set[str] = set()

    def later() -> bool:
        seen.add(dialog.preview.words.text())
        return not dialog.preview.playing and "frame 11 " in dialog.preview.words.text()

    dialog.preview.play_button.click()
    assert dialog.preview.playing
    wait_for(later, "the end")
    assert len(seen) > 3
    dialog.preview.play_button.click()
    dialog.reject()
    assert not dialog.preview.playing


def test_the_size_is_told_once_it_is_known(show: Show, wait_for: WaitFor, tmp_path: Path) -> None:
    dialog = show(ExportDialog([scrolling(40)], 0, folder=tmp_path))
    wait_for(lambda: "roughly" in dialog.outcome.text(), "an estimate")
    gif = dialog.outcome.text()
    pick(dialog.picture.format, "png_sequence")
    assert "roughly" not in dialog.outcome.text()
    wait_for(lambda: "roughly" in dialog.outcome.text(), "another estimate")
    assert dialog.outcome.text() != gif
    dialog.picture.limit.setValue(0.1)
    wait_for(lambda: "brought below 100 kB" in dialog.outcome.text(), "what the limit does")


def test_every_control_has_a_name_and_says_what_it_does(show: Show, tmp_path: Path) -> None:
    episodes = [episode([1.0] * 3), episode([1.0] * 4)]
    dialog = show(ExportDialog(episodes, 0, folder=tmp_path, film=True))
    kinds = (QAbstractButton, QComboBox, QAbstractSpinBox, QListWidget)
    controls = [control for kind in kinds for control in dialog.findChildren(kind)]
    named = [control for control in controls if control.objectName() and not control.objectName().startswith("qt_")]
    assert len(named) >= 14
    for control in named:
        assert control.accessibleName() or control.text(), control.objectName()  # type: ignore[attr-defined]
        assert control.toolTip(), control.objectName()


@pytest.mark.parametrize(("width", "height"), [(1280, 720)])
def test_it_keeps_its_size_and_fits_a_small_screen(show: Show, tmp_path: Path, width: int, height: int) -> None:
    episodes = [episode([1.0] * 3) for _ in range(5)]
    dialog = show(ExportDialog(episodes, 0, folder=tmp_path, film=True))
    sizes = set()
    for key in ("gif", "png", "png_sequence", "mp4"):
        pick(dialog.picture.format, key)
        for which in range(3):
            dialog.clips.which.setCurrentIndex(which)
            QApplication.processEvents()
            sizes.add((dialog.width(), dialog.height()))
    assert len(sizes) == 1
    assert dialog.width() <= width
    assert dialog.height() <= height - 60, "room for a title bar and a panel"


def test_a_suggested_name_never_takes_a_file_that_exists(tmp_path: Path) -> None:
    (tmp_path / "a.gif").touch()
    (tmp_path / "a-2.gif").touch()
    assert free_path(tmp_path, "a.gif") == tmp_path / "a-3.gif"


def test_progress_cancel_and_the_file_in_the_end(show: Show) -> None:
    progress = ExportProgress()
    assert not progress.isVisible()
    show(progress)
    progress.begin("/somewhere/a.gif", 10)
    progress.set_progress(4, 10)
    assert (progress.bar.value(), progress.bar.maximum()) == (4, 10)
    cancelled = QSignalSpy(progress.cancelRequested)
    progress.cancel_button.click()
    progress.cancel_button.click()
    assert cancelled.count() == 1
    progress.finish(Exported("/somewhere/a.gif", 10, 600, 400, 65_000, 0.1))
    assert "a.gif" in progress.words.text()
    assert "65 kB" in progress.words.text()
    assert progress.show_button.isVisible()
    progress.close_button.click()
    assert not progress.isVisible()
    progress.fail("The disk is full.")
    assert not progress.show_button.isVisible()


@pytest.mark.parametrize(
    ("seconds", "done", "total", "words"),
    [(0.2, 5, 10, ""), (4, 0, 10, ""), (4, 10, 10, ""), (4, 1, 4, "about 12 s left"), (60, 1, 11, "about 10 min left")],
)
def test_the_time_left_is_told_once_it_can_be(
    show: Show, monkeypatch: pytest.MonkeyPatch, seconds: float, done: int, total: int, words: str
) -> None:
    now = [100.0]
    monkeypatch.setattr(export_progress, "TimeLeft", lambda: TimeLeft(lambda: now[0]))
    progress = show(ExportProgress())
    progress.begin("/somewhere/a.gif", total)
    now[0] += seconds
    progress.set_progress(done, total)
    assert progress.left.text() == words


def scrolling(patch: int, count: int = 40) -> Episode:
    """A picture in which a speckled patch of a given width runs over a plain ground."""
    made = episode([1.0] * (count - 1), size=(120, 180))
    speckles = np.random.default_rng(0).integers(0, 4, (80, patch, 1)).astype(np.uint8) * np.uint8(60)
    frames = FrameStore()
    for t in range(count):
        picture = np.full((120, 180, 3), (200, 220, 240), np.uint8)
        picture[20:100, t : t + patch] = speckles
        frames.append(picture)
    made.frames = frames
    return made

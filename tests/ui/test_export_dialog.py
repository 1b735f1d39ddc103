"""What an export holds: frames, timing in words, names; and the dialog and progress around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_episodes import episode
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.messages import Exported
from rlstudio.media.gif import write_gif
from rlstudio.ui.widgets.export_dialog import ExportDialog
from rlstudio.ui.widgets.export_plan import Clip, ExportOptions, free_path, timing_words
from rlstudio.ui.widgets.export_progress import ExportProgress

Show = Callable[..., Any]


def choose(dialog: ExportDialog, words: str) -> None:
    dialog.which.setCurrentIndex(dialog.which.findText(words, Qt.MatchFlag.MatchContains))


@pytest.mark.parametrize(
    ("fps", "speed", "words"),
    [
        (50, 1, "20 ms"),
        (25, 1, "40 ms"),
        (30, 1, "30 or 40 ms"),
        (60, 0.5, "30 or 40 ms"),
        (50, 2, "plays at ×1."),
        (30, 4, "plays at ×1.67"),
    ],
)
def test_the_timing_is_told_truly(fps: float, speed: float, words: str) -> None:
    assert words in timing_words(fps, speed)


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
    dialog.chosen.item(2).setCheckState(Qt.CheckState.Checked)
    assert [clip.episode.length for clip in dialog.options().clips] == [8, 3]
    for row in range(3):
        dialog.chosen.item(row).setCheckState(Qt.CheckState.Unchecked)
    assert "at least one" in dialog.fault.text()


def test_episodes_of_another_picture_size_cannot_share_a_file(show: Show, tmp_path: Path) -> None:
    episodes = [episode([1.0] * 5), episode([1.0] * 5, size=(20, 20)), episode([1.0] * 5)]
    dialog = show(ExportDialog(episodes, 0, folder=tmp_path))
    choose(dialog, "all")
    assert len(dialog.options().clips) == 2
    assert "1 of another picture size" in dialog.size.text()


def test_frames_from_a_to_b(show: Show, tmp_path: Path) -> None:
    dialog = show(ExportDialog([episode([1.0] * 9)], 0, folder=tmp_path))
    dialog.first.setValue(3)
    dialog.last.setValue(6)
    assert dialog.options().frames == 4
    dialog.last.setValue(2)
    assert "after the last" in dialog.fault.text()


def test_a_wrong_name_is_refused_in_words(show: Show, tmp_path: Path) -> None:
    dialog = show(ExportDialog([episode([1.0])], 0, folder=tmp_path))
    for name, words in ((tmp_path / "a.png", "end in .gif"), (tmp_path / "none" / "a.gif", "no folder")):
        dialog.path.setText(str(name))
        dialog.path.textEdited.emit(str(name))
        assert words in dialog.fault.text()
    (tmp_path / "old.gif").touch()
    dialog.path.setText(str(tmp_path / "old.gif"))
    dialog.path.textEdited.emit("")
    assert "will be replaced" in dialog.fault.text()
    assert dialog._export.isEnabled()


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


@pytest.mark.parametrize("patch", [4, 40, 140])
@pytest.mark.parametrize("clips", [1, 3])
def test_the_size_told_beforehand_is_about_the_size_it_gets(tmp_path: Path, patch: int, clips: int) -> None:
    made = scrolling(patch)
    options = ExportOptions(tmp_path / "a.gif", tuple(Clip(made, 0, made.length) for _ in range(clips)), fps=30.0)
    frames = FrameStore(made.frames.shape, made.frames.blobs * clips)
    written = write_gif(tmp_path / "a.gif", frames, len(frames), fps=30.0)
    assert options.estimated_bytes() == pytest.approx(written.n_bytes, rel=0.25)


def test_one_frame_and_no_frame_have_a_size_too(tmp_path: Path) -> None:
    made = scrolling(40)
    whole = ExportOptions(tmp_path / "a.gif", (Clip(made, 3, 3),), fps=30.0)
    assert whole.estimated_bytes() > 1000
    assert ExportOptions(tmp_path / "a.gif", (), fps=30.0).estimated_bytes() == 0

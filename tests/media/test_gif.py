"""GIFs, judged by decoding them: every frame there, every pixel right, every delay true, and nothing left behind."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from rlstudio.core.frame_store import Frame, FrameStore
from rlstudio.media.errors import Cancelled, MediaError
from rlstudio.media.gif import delays_for, write_gif
from rlstudio.media.info import MediaInfo


def decoded(path: Path) -> tuple[NDArray[np.uint8], list[int]]:
    """All frames, shape (n, height, width, 3), and how long each is shown, in milliseconds."""
    frames, delays = [], []
    with Image.open(path) as picture:
        for number in range(picture.n_frames):
            picture.seek(number)
            frames.append(np.asarray(picture.convert("RGB")))
            delays.append(picture.info["duration"])
    return np.stack(frames), delays


def moving_block(
    count: int, height: int = 40, width: int = 60, colour: tuple[int, int, int] = (200, 30, 40)
) -> list[Frame]:
    frames = []
    for number in range(count):
        frame = np.full((height, width, 3), 255, np.uint8)
        left = number * 3 % (width - 8)
        frame[10:20, left : left + 8] = colour
        frames.append(frame)
    return frames


def with_colours(n: int, size: int = 64) -> list[Frame]:
    """Two frames with exactly n colours in all, half of them in the second only."""
    codes = np.random.default_rng(n).choice(1 << 24, n, replace=False)
    colours = np.stack([codes & 255, codes >> 8 & 255, codes >> 16], axis=1).astype(np.uint8)
    first = colours[np.resize(np.arange(max(1, n // 2)), size * size)]
    second = colours[np.resize(np.arange(n), size * size)]
    return [frame.reshape(size, size, 3) for frame in (first, second)]


def test_every_frame_every_pixel_and_every_delay(tmp_path: Path) -> None:
    frames = moving_block(50)
    info = write_gif(tmp_path / "a.gif", frames, 50, fps=30)
    found, delays = decoded(tmp_path / "a.gif")
    assert np.array_equal(found, np.stack(frames))
    assert delays == [30, 30, 40] * 16 + [30, 30]
    assert info == MediaInfo(tmp_path / "a.gif", 50, 60, 40, (tmp_path / "a.gif").stat().st_size, 1.66, True)


def test_equal_frames_are_kept(tmp_path: Path) -> None:
    frame = moving_block(1)[0]
    frames = [frame] * 5 + moving_block(3)[2:] + [frame] * 4
    write_gif(tmp_path / "a.gif", frames, 10, fps=50)
    found, delays = decoded(tmp_path / "a.gif")
    assert np.array_equal(found, np.stack(frames))
    assert delays == [20] * 10


def test_another_decoder_agrees(tmp_path: Path) -> None:
    frames = moving_block(20)
    write_gif(tmp_path / "a.gif", frames, 20, fps=25)
    with av.open(str(tmp_path / "a.gif")) as container:
        found = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert np.array_equal(np.stack(found), np.stack(frames))


def test_it_repeats_for_ever(tmp_path: Path) -> None:
    write_gif(tmp_path / "a.gif", moving_block(3), 3, fps=25)
    with Image.open(tmp_path / "a.gif") as picture:
        assert picture.info["loop"] == 0


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 128, 129, 254, 255, 256])
def test_up_to_256_colours_are_exact(tmp_path: Path, n: int) -> None:
    frames = with_colours(n)
    assert write_gif(tmp_path / "a.gif", frames, 2, fps=50).exact_colours
    assert np.array_equal(decoded(tmp_path / "a.gif")[0], np.stack(frames))


def test_256_colours_leave_no_room_for_transparency_and_equal_frames_still_count(tmp_path: Path) -> None:
    frames = [*with_colours(256), *with_colours(256)[1:], *with_colours(256)[:1]]
    write_gif(tmp_path / "a.gif", frames, 4, fps=50)
    assert np.array_equal(decoded(tmp_path / "a.gif")[0], np.stack(frames))


def test_257_colours_come_close(tmp_path: Path) -> None:
    frames = with_colours(257)
    assert not write_gif(tmp_path / "a.gif", frames, 2, fps=50).exact_colours
    error = decoded(tmp_path / "a.gif")[0].astype(float) - np.stack(frames)
    assert (error != 0).any(axis=-1).mean() < 0.05
    assert np.sqrt((error**2).mean()) < 3


def test_many_colours_are_merged_to_the_nearest(tmp_path: Path) -> None:
    """A slope of 40,000 colours: with 255 of them each is off by a few, where the 6×6×6 web palette is off by 25."""
    rows, columns = np.mgrid[0:200, 0:200]
    slope = np.stack([rows, columns, np.full((200, 200), 90)], axis=-1).astype(np.uint8)
    frames = [np.roll(slope, shift, axis=1) for shift in range(4)]
    write_gif(tmp_path / "a.gif", frames, 4, fps=50)
    found = decoded(tmp_path / "a.gif")[0].astype(float)
    error = np.abs(found - np.stack(frames))
    assert len(found) == 4
    assert np.sqrt((error**2).mean()) < 5
    assert error.max() < 25


def test_flat_colours_stay_exact_among_many(tmp_path: Path) -> None:
    """Sky and grass fill the picture, noise a corner: the large flat colours must not shift."""
    generator = np.random.default_rng(0)
    frames = []
    for _ in range(5):
        frame = np.full((80, 80, 3), (100, 204, 101), np.uint8)
        frame[:40] = (93, 160, 227)
        frame[60:, 60:] = generator.integers(0, 256, (20, 20, 3), np.uint8)
        frames.append(frame)
    write_gif(tmp_path / "a.gif", frames, 5, fps=50)
    found = decoded(tmp_path / "a.gif")[0]
    assert np.array_equal(found[:, :60], np.stack(frames)[:, :60])


def test_odd_sizes_single_pixels_and_single_frames(tmp_path: Path) -> None:
    for height, width in ((1, 1), (1, 7), (7, 1), (33, 17)):
        frames = list(np.random.default_rng(0).integers(0, 2, (3, height, width, 3), np.uint8) * 255)
        write_gif(tmp_path / "a.gif", frames, 3, fps=50)
        assert np.array_equal(decoded(tmp_path / "a.gif")[0], np.stack(frames))
    write_gif(tmp_path / "a.gif", moving_block(1), 1, fps=50)
    assert np.array_equal(decoded(tmp_path / "a.gif")[0][0], moving_block(1)[0])


def test_frames_that_are_drawn_into_the_same_memory(tmp_path: Path) -> None:
    class Canvas:
        def __iter__(self) -> Iterator[Frame]:
            canvas = np.zeros((10, 10, 3), np.uint8)
            for number in range(4):
                canvas[number, number] = 255
                yield canvas

    write_gif(tmp_path / "a.gif", Canvas(), 4, fps=50)
    assert [int((frame == 255).sum()) for frame in decoded(tmp_path / "a.gif")[0]] == [3, 6, 9, 12]


def test_frames_whose_memory_is_not_contiguous(tmp_path: Path) -> None:
    frames = [frame.transpose(1, 0, 2)[::-1] for frame in moving_block(4)]
    write_gif(tmp_path / "a.gif", frames, 4, fps=50)
    assert np.array_equal(decoded(tmp_path / "a.gif")[0], np.stack(frames))


def test_frames_from_a_store(tmp_path: Path) -> None:
    store = FrameStore()
    for frame in moving_block(6):
        store.append(frame)
    write_gif(tmp_path / "a.gif", store, len(store), fps=50)
    assert np.array_equal(decoded(tmp_path / "a.gif")[0], np.stack(list(store)))


def test_progress_rises_to_the_number_of_frames(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_gif(tmp_path / "a.gif", moving_block(9), 9, fps=50, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (9, 9)
    assert {done for done, _ in seen} == set(range(10))


@pytest.mark.parametrize("after", [0, 1, 9, 10, 15, 19])
def test_cancelling_at_any_time_leaves_nothing(tmp_path: Path, after: int) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(Cancelled):
        write_gif(tmp_path / "a.gif", moving_block(10), 10, fps=50, cancelled=cancelled)
    assert list(tmp_path.iterdir()) == []


def test_a_failing_export_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    write_gif(tmp_path / "a.gif", moving_block(3), 3, fps=50)
    before = (tmp_path / "a.gif").read_bytes()
    with pytest.raises(Cancelled):
        write_gif(tmp_path / "a.gif", moving_block(9), 9, fps=50, cancelled=lambda: True)
    assert (tmp_path / "a.gif").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


@pytest.mark.parametrize("fps", [0, -1, 50.1, 60, 1e-9, float("nan"), float("inf")])
def test_rates_that_no_gif_can_hold_are_refused_by_name(tmp_path: Path, fps: float) -> None:
    with pytest.raises(ValueError, match=r"fps: .* is not allowed; a GIF takes 0.0015259 to 50 frames a second"):
        write_gif(tmp_path / "a.gif", moving_block(3), 3, fps=fps)
    assert list(tmp_path.iterdir()) == []


def test_delays() -> None:
    assert delays_for(30, 7) == [3, 3, 4, 3, 3, 4, 3]
    assert delays_for(50, 3) == [2, 2, 2]
    assert delays_for(12.5, 2) == [8, 8]
    assert delays_for(0.5, 2) == [200, 200]
    assert delays_for(50, 0) == []


@pytest.mark.parametrize("fps", [1, 7, 15, 24, 29.97, 30, 33.3, 45, 49.9, 50])
def test_delays_add_up_and_are_never_too_short(fps: float) -> None:
    delays = delays_for(fps, 1000)
    assert min(delays) >= 2
    assert max(delays) - min(delays) <= 1
    assert abs(sum(delays) - 100_000 / fps) <= 1


@pytest.mark.parametrize(
    ("frames", "count", "words"),
    [
        (lambda: moving_block(3), 4, "there are 3 frames, not the 4"),
        (lambda: moving_block(3), 2, "more frames than the 2"),
        (list, 0, "no frames"),
        (list, 3, "there are 0 frames"),
        (lambda: iter(moving_block(3)), 3, "not an iterator"),
        (lambda: [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5, 3), np.uint8)], 2, "must be of one size"),
        (lambda: [np.zeros((4, 4, 3))], 1, "a frame is"),
        (lambda: [np.zeros((4, 4), np.uint8)], 1, "a frame is"),
    ],
)
def test_frames_that_do_not_fit_are_refused(
    tmp_path: Path, frames: Callable[[], list[Frame]], count: int, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        write_gif(tmp_path / "a.gif", frames(), count, fps=50)
    assert list(tmp_path.iterdir()) == []


def test_paths_that_cannot_be_written_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "folder.gif").mkdir()
    (tmp_path / "file").write_text("")
    for path, words in (
        ("missing/a.gif", "no such file or folder"),
        ("folder.gif", "is a folder"),
        ("file/a.gif", "way"),
    ):
        with pytest.raises(MediaError, match=words):
            write_gif(tmp_path / path, moving_block(2), 2, fps=50)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.gif"]


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MediaError, match="the disk is full"):
        write_gif(tmp_path / "a.gif", moving_block(2), 2, fps=50)
    assert list(tmp_path.iterdir()) == []


def test_what_stands_still_takes_no_room(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 8, (100, 100, 1), np.uint8).repeat(3, axis=2) * 32
    one = write_gif(tmp_path / "one.gif", [noise], 1, fps=50).n_bytes
    many = write_gif(tmp_path / "many.gif", [noise] * 20, 20, fps=50).n_bytes
    assert many < one + 20 * 40

"""What every format promises, judged by decoding the files with others' decoders; GIF has more tests of its own."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from decoding import by_ffmpeg, by_pillow, moving_block, moving_slope, psnr
from PIL import Image

from rlstudio.core.frame_store import Frame, FrameStore
from rlstudio.media.errors import Cancelled, MediaError, TooLargeError
from rlstudio.media.formats import FORMATS, MediaFormat, format_named, format_of
from rlstudio.media.size_limit import write_within

ANIMATED = [each for each in FORMATS if each.animated]
ONE_FILE = [each for each in ANIMATED if not each.folder]
EXACT = [format_named(key) for key in ("apng", "webp", "png_sequence")]
VIDEOS = [format_named(key) for key in ("mp4", "webm")]


def target(folder: Path, each: MediaFormat) -> Path:
    return folder / f"out{each.suffix}"


def read(path: Path, each: MediaFormat) -> np.ndarray:
    if each.folder:
        return np.concatenate([by_pillow(file)[0] for file in sorted(path.iterdir())])
    return by_ffmpeg(path)[0] if each in VIDEOS else by_pillow(path)[0]


@pytest.mark.parametrize("each", EXACT, ids=lambda each: each.key)
@pytest.mark.parametrize("frames", [moving_block(12), moving_slope(6)], ids=["few colours", "many colours"])
def test_lossless_formats_give_every_pixel_back(tmp_path: Path, each: MediaFormat, frames: list[Frame]) -> None:
    info = each.write(target(tmp_path, each), frames, len(frames), fps=25)
    assert info.exact_colours
    assert np.array_equal(read(info.path, each), np.stack(frames))


@pytest.mark.parametrize("key", ["apng", "webp"])
def test_noise_of_more_colours_than_a_table_holds_comes_back(tmp_path: Path, key: str) -> None:
    frames = list(np.random.default_rng(0).integers(0, 256, (5, 33, 47, 3), np.uint8))
    for frame in frames[1:]:
        frame[:20] = frames[0][:20]  # part of it stands still
    each = format_named(key)
    each.write(target(tmp_path, each), frames, 5, fps=25)
    assert np.array_equal(read(target(tmp_path, each), each), np.stack(frames))


@pytest.mark.parametrize("frames", [moving_block(12), moving_slope(6)], ids=["few colours", "many colours"])
def test_ffmpeg_reads_an_apng_as_pillow_does(tmp_path: Path, frames: list[Frame]) -> None:
    each = format_named("apng")
    each.write(target(tmp_path, each), frames, len(frames), fps=25)
    found, times = by_ffmpeg(target(tmp_path, each))
    assert np.array_equal(found, np.stack(frames))
    assert times == pytest.approx([number / 25 for number in range(len(frames))])


@pytest.mark.parametrize("each", VIDEOS, ids=lambda each: each.key)
def test_videos_come_close_to_what_went_in(tmp_path: Path, each: MediaFormat) -> None:
    """Halved colour resolution costs edges between colours; flat ones and grey pictures stay true."""
    block, slope = moving_block(30, 120, 160), moving_slope(12)
    for frames, decibels in ((block, 34.0), (slope, 30.0)):
        each.write(target(tmp_path, each), frames, len(frames), fps=50)
        found = read(target(tmp_path, each), each)
        assert psnr(found, np.stack(frames)) > decibels
    grey = [np.repeat(frame[..., :1], 3, axis=2) for frame in block]
    each.write(target(tmp_path, each), grey, len(grey), fps=50)
    found = read(target(tmp_path, each), each)
    assert psnr(found, np.stack(grey)) > 40.0


@pytest.mark.parametrize("each", VIDEOS, ids=lambda each: each.key)
def test_flat_colours_of_a_video_are_what_they_were(tmp_path: Path, each: MediaFormat) -> None:
    """Wrong matrices or ranges shift them by ten and more; players go by the marks in the file."""
    colours = [(255, 255, 255), (0, 0, 0), (200, 30, 40), (40, 160, 60), (0, 114, 178)]
    for colour in colours:
        frames = [np.full((64, 64, 3), colour, np.uint8)] * 3
        each.write(target(tmp_path, each), frames, 3, fps=25)
        found = read(target(tmp_path, each), each).astype(int)
        assert np.abs(found - np.array(colour)).max() <= 4
    with av.open(str(target(tmp_path, each))) as container:
        picture = next(container.decode(video=0))
        assert (int(picture.colorspace), int(picture.color_range)) == (1, 1)  # BT.709, 16 to 235
        assert picture.format.name == "yuv420p"


@pytest.mark.parametrize("fps", [0.5, 4, 25, 29.97, 30, 50, 60, 75, 240])
@pytest.mark.parametrize("each", VIDEOS, ids=lambda each: each.key)
def test_every_frame_of_a_video_is_shown_at_its_time(tmp_path: Path, each: MediaFormat, fps: float) -> None:
    info = each.write(target(tmp_path, each), moving_block(31), 31, fps=fps)
    found, times = by_ffmpeg(info.path)
    assert len(found) == info.frames == 31
    assert times == pytest.approx([number / fps for number in range(31)], abs=0.00051, rel=1e-5)
    with av.open(str(info.path)) as container:
        assert container.duration is not None
        assert container.duration / 1e6 == pytest.approx(31 / fps, abs=0.0021, rel=1e-5)
    assert info.seconds == pytest.approx(31 / fps, rel=1e-4)


@pytest.mark.parametrize("fps", [0.5, 4, 25, 30, 50, 60])
@pytest.mark.parametrize("key", ["apng", "webp"])
def test_every_delay_of_an_animation_is_true(tmp_path: Path, key: str, fps: float) -> None:
    each = format_named(key)
    info = each.write(target(tmp_path, each), moving_block(31), 31, fps=fps)
    found, delays = by_pillow(info.path)
    assert len(found) == 31
    assert sum(delays) == pytest.approx(31_000 / fps, abs=1)
    assert max(delays) - min(delays) <= 1
    assert info.seconds == pytest.approx(31 / fps, abs=0.001)
    with Image.open(info.path) as picture:
        assert picture.info["loop"] == 0  # for ever


@pytest.mark.parametrize("key", ["apng", "webp", "png_sequence"])
def test_equal_frames_are_kept(tmp_path: Path, key: str) -> None:
    each = format_named(key)
    frames = [*moving_block(1) * 5, *moving_block(3)[2:], *moving_block(1) * 4]
    each.write(target(tmp_path, each), frames, 10, fps=50)
    assert np.array_equal(read(target(tmp_path, each), each), np.stack(frames))


@pytest.mark.parametrize("each", VIDEOS, ids=lambda each: each.key)
def test_odd_sides_are_made_even_without_cutting_anything_off(tmp_path: Path, each: MediaFormat) -> None:
    frames = [np.full((41, 63, 3), 255, np.uint8) for _ in range(4)]
    for frame in frames:
        frame[-4:, -4:] = 0
    info = each.write(target(tmp_path, each), frames, 4, fps=25)
    found = read(info.path, each)
    assert found.shape == (4, 42, 64, 3) == (info.frames, info.height, info.width, 3)
    assert found[:, -5:, -5:].max() < 80  # the corner, and its repetition in the added row and column
    assert found[:, :30, :50].min() > 200


@pytest.mark.parametrize("key", ["apng", "webp"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (33, 17)])
def test_odd_sizes_and_single_frames(tmp_path: Path, key: str, shape: tuple[int, int]) -> None:
    each = format_named(key)
    for count in (1, 3):
        frames = list(np.random.default_rng(0).integers(0, 2, (count, *shape, 3), np.uint8) * 255)
        each.write(target(tmp_path, each), frames, count, fps=25)
        assert np.array_equal(read(target(tmp_path, each), each), np.stack(frames))


def test_a_small_mp4_is_the_same_each_time(tmp_path: Path) -> None:
    """Whatever was encoded before it, and so lies in the memory that an encoder is given."""
    noise = [np.random.default_rng(number).normal(0, 12, (120, 160, 3)) for number in range(16)]
    slopes = [
        np.clip(slope + grain, 0, 255).astype(np.uint8) for slope, grain in zip(moving_slope(16), noise, strict=True)
    ]
    contents = set()
    for number in range(6):
        format_named("mp4").write(tmp_path / "a.mp4", slopes, 16, fps=25)
        contents.add((tmp_path / "a.mp4").read_bytes())
        format_named("mp4").write(
            tmp_path / "b.mp4", [slope.copy() for slope in slopes], 16, fps=25, quality=10 * number
        )
    assert len(contents) == 1


def test_an_mp4_can_play_while_it_loads(tmp_path: Path) -> None:
    format_named("mp4").write(tmp_path / "a.mp4", moving_slope(8), 8, fps=25)
    content = (tmp_path / "a.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_a_png_is_one_exact_picture_and_says_what_else_to_choose_for_more(tmp_path: Path) -> None:
    png = format_named("png")
    info = png.write(tmp_path / "a.png", moving_slope(1), 1, fps=25)
    assert np.array_equal(by_pillow(tmp_path / "a.png")[0], np.stack(moving_slope(1)))
    assert (info.width, info.height, info.n_bytes) == (160, 120, (tmp_path / "a.png").stat().st_size)
    with pytest.raises(ValueError, match="a PNG holds one picture, not 2; choose one frame"):
        png.write(tmp_path / "b.png", moving_slope(2), 2, fps=25)


def test_a_sequence_is_a_folder_of_numbered_files(tmp_path: Path) -> None:
    info = format_named("png_sequence").write(tmp_path / "frames", moving_block(3), 3, fps=25)
    names = sorted(file.name for file in (tmp_path / "frames").iterdir())
    assert names == ["frame-00000.png", "frame-00001.png", "frame-00002.png"]
    assert info.n_bytes == sum(file.stat().st_size for file in (tmp_path / "frames").iterdir())
    (tmp_path / "empty").mkdir()
    format_named("png_sequence").write(tmp_path / "empty", moving_block(3), 3, fps=25)
    with pytest.raises(MediaError, match="not empty; choose a new one"):
        format_named("png_sequence").write(tmp_path / "frames", moving_block(2), 2, fps=25)
    assert len(list((tmp_path / "frames").iterdir())) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "frames"]


@pytest.mark.parametrize("each", ANIMATED, ids=lambda each: each.key)
def test_frames_from_a_store_and_frames_drawn_into_the_same_memory(tmp_path: Path, each: MediaFormat) -> None:
    store = FrameStore()
    for frame in moving_block(6):
        store.append(frame)
    info = each.write(target(tmp_path, each), store, len(store), fps=25)
    assert len(read(info.path, each)) == 6

    class Canvas:
        def __iter__(self) -> Iterator[Frame]:
            canvas = np.zeros((32, 32, 3), np.uint8)
            for number in range(4):
                canvas[number * 8 : number * 8 + 8] = 255
                yield canvas

    path = tmp_path / f"again{each.suffix}"
    each.write(path, Canvas(), 4, fps=25)
    assert [round(frame.mean() / 255 * 4) for frame in read(path, each)] == [1, 2, 3, 4]


@pytest.mark.parametrize("each", ANIMATED, ids=lambda each: each.key)
def test_progress_rises_to_the_number_of_frames(tmp_path: Path, each: MediaFormat) -> None:
    seen: list[tuple[int, int]] = []
    each.write(
        target(tmp_path, each), moving_block(9), 9, fps=25, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == sorted(seen)
    assert seen[-1] == (9, 9)
    assert {done for done, _ in seen} >= set(range(1, 10))


@pytest.mark.parametrize("after", [0, 4, 9])
@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.key)
def test_cancelling_leaves_nothing_and_what_was_there_as_it_was(tmp_path: Path, each: MediaFormat, after: int) -> None:
    count = 10 if each.animated else 1
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > (after if each.animated else 0)

    if not each.folder:
        target(tmp_path, each).write_bytes(b"before")
    with pytest.raises(Cancelled):
        each.write(target(tmp_path, each), moving_block(count), count, fps=25, cancelled=cancelled)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == ([] if each.folder else [b"before"])


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.key)
def test_what_outgrows_its_bound_is_given_up(tmp_path: Path, each: MediaFormat) -> None:
    frames = moving_slope(10 if each.animated else 1)
    with pytest.raises(TooLargeError):
        each.write(target(tmp_path, each), frames, len(frames), fps=25, stop_above=300)
    assert list(tmp_path.iterdir()) == []
    info = each.write(target(tmp_path, each), frames, len(frames), fps=25)
    again = each.write(tmp_path / f"again{each.suffix}", frames, len(frames), fps=25, stop_above=info.n_bytes)
    assert again.n_bytes == info.n_bytes


@pytest.mark.parametrize("each", ONE_FILE, ids=lambda each: each.key)
def test_a_disk_that_is_full_is_said_and_leaves_nothing(tmp_path: Path, each: MediaFormat) -> None:
    """The system refuses files beyond 2,000 bytes; what refuses is the write itself, wherever it happens."""
    resource = pytest.importorskip("resource", reason="Windows bounds no file's size")
    frames = list(np.random.default_rng(0).integers(0, 256, (20, 128, 128, 3), np.uint8))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, limits[1]))
    try:
        with pytest.raises(MediaError, match=r"could not write .*out"):
            each.write(target(tmp_path, each), frames, len(frames), fps=25)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.key)
def test_a_missing_folder_is_said_in_words(tmp_path: Path, each: MediaFormat) -> None:
    with pytest.raises(MediaError, match="no such file or folder"):
        each.write(tmp_path / "missing" / f"a{each.suffix}", moving_block(1), 1, fps=25)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("each", ONE_FILE, ids=lambda each: each.key)
@pytest.mark.parametrize("excess", [1.01, 1000.0, float("nan"), float("inf"), 0.0])
def test_rates_that_a_format_cannot_hold_are_refused_by_name(tmp_path: Path, each: MediaFormat, excess: float) -> None:
    with pytest.raises(ValueError, match=rf"fps: .* is not allowed; .* {each.max_fps:g} frames a second"):
        each.write(target(tmp_path, each), moving_block(3), 3, fps=each.max_fps * excess)
    each.write(target(tmp_path, each), moving_block(3), 3, fps=each.max_fps)
    each.write(target(tmp_path, each), moving_block(3), 3, fps=each.min_fps)


@pytest.mark.parametrize(
    ("frames", "count", "words"),
    [
        (moving_block(3), 4, "there are 3 frames, not the 4"),
        (moving_block(3), 2, "more frames than the 2"),
        ([], 0, "no frames"),
        ([], 3, "there are 0 frames"),
        ([np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5, 3), np.uint8)], 2, "must be of one size"),
        ([np.zeros((4, 4, 3)), np.zeros((4, 4, 3))], 2, "a frame is"),
    ],
)
@pytest.mark.parametrize("each", ANIMATED, ids=lambda each: each.key)
def test_frames_that_do_not_fit_are_refused(
    tmp_path: Path, each: MediaFormat, frames: list[Frame], count: int, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        each.write(target(tmp_path, each), frames, count, fps=25)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("each", [e for e in FORMATS if len(e.qualities) > 1], ids=lambda each: each.key)
def test_a_lower_quality_makes_a_smaller_file(tmp_path: Path, each: MediaFormat) -> None:
    frames = [
        np.clip(np.random.default_rng(n).normal(frame, 20), 0, 255).astype(np.uint8)
        for n, frame in enumerate(moving_slope(10))
    ]
    sizes = [
        each.write(target(tmp_path, each), frames, 10, fps=25, quality=quality).n_bytes for quality in each.qualities
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 0.7 * sizes[0]


def test_formats_are_known_by_their_suffix() -> None:
    assert format_of(Path("a/b.MP4")).key == "mp4"
    assert format_of(Path("a/b.apng")).key == "apng"
    assert format_of(Path("a/b.png")).key == "png"
    assert format_of(Path("a/frames")).key == "png_sequence"
    with pytest.raises(ValueError, match=r"\.avi.*\.gif.*\.mp4.*\.webm.*\.apng.*\.webp.*\.png"):
        format_of(Path("a.avi"))
    with pytest.raises(KeyError):
        format_named("avi")


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.key)
def test_what_is_in_the_way_is_said_before_anything_is_written(tmp_path: Path, each: MediaFormat) -> None:
    done: list[int] = []
    path = target(tmp_path, each)
    path.write_bytes(b"mine") if each.folder else path.mkdir()
    with pytest.raises(MediaError, match=f"could not write .*{'in the way' if each.folder else 'that is a folder'}"):
        each.write(path, moving_block(1), 1, fps=25, progress=lambda frames, of: done.append(frames))
    with pytest.raises(MediaError, match="could not write "):
        write_within(10**9, each, path, moving_block(1), 1, (160, 120), fps=25)
    assert done == []
    assert [left.name for left in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(("key", "side"), [("gif", 65_536), ("webp", 16_384), ("mp4", 8_193), ("webm", 8_193)])
def test_pictures_too_large_for_a_format_are_refused_in_words(tmp_path: Path, key: str, side: int) -> None:
    each = format_named(key)
    with pytest.raises(ValueError, match=r"pictures of \d+×\d are too large for .*; choose a smaller size"):
        each.write(target(tmp_path, each), [np.zeros((1, side, 3), np.uint8)], 1, fps=25)
    assert list(tmp_path.iterdir()) == []

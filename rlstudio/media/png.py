"""Frames in, PNG out: one picture, or a folder with one file a frame. Exact; whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from rlstudio.core.frame_store import Frame
from rlstudio.core.whole_file import whole_file, whole_path
from rlstudio.media.errors import MediaError, TooLargeError, disk_errors
from rlstudio.media.info import MediaInfo
from rlstudio.media.watch import Cancel, Progress, Watch


def write_png(
    path: Path,
    frames: Iterable[Frame],
    count: int = 1,
    *,
    fps: float = 1.0,
    quality: int = 100,
    stop_above: int | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> MediaInfo:
    """Write one frame as a PNG. `fps` and `quality` change nothing; otherwise as `video.write_mp4`.

    Raises:
        ValueError: for more than one frame.
    """
    if count > 1:
        raise ValueError(f"a PNG holds one picture, not {count:,}; choose one frame, or an animated format")
    with disk_errors("write", path), whole_file(path) as file:
        for frame in Watch(frames, count, progress=progress, cancelled=cancelled):
            Image.fromarray(frame).save(file, "PNG", optimize=True)
            height, width = frame.shape[:2]
        n_bytes = file.tell()
        _check(n_bytes, stop_above, "the picture needs")
    return MediaInfo(path, 1, width, height, n_bytes, 0.0, exact_colours=True)


def write_png_sequence(
    path: Path,
    frames: Iterable[Frame],
    count: int,
    *,
    fps: float,
    quality: int = 100,
    stop_above: int | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> MediaInfo:
    """Write each frame to a file of its own, `frame-00000.png` and so on, in the new (or empty) folder `path`.

    A file holds no time: `fps` only says how long they would play. Otherwise as `video.write_mp4`.

    Raises:
        MediaError: as there, and where the folder holds something already.
    """
    watch = Watch(frames, count, progress=progress, cancelled=cancelled)
    digits = max(5, len(str(count - 1)))
    n_bytes = 0
    with disk_errors("write", path):
        if path.is_dir() and any(path.iterdir()):
            raise MediaError(f"could not write to {path}: the folder is not empty; choose a new one")
        if path.exists() and not path.is_dir():
            raise MediaError(f"could not write to {path}: a file of that name is in the way; choose another name")
        with whole_path(path) as folder:
            folder.mkdir()
            for number, frame in enumerate(watch):
                file = folder / f"frame-{number:0{digits}d}.png"
                Image.fromarray(frame).save(file, "PNG")
                height, width = frame.shape[:2]
                n_bytes += file.stat().st_size
                _check(n_bytes, stop_above, f"{count} pictures need")
    return MediaInfo(path, count, width, height, n_bytes, count / fps, exact_colours=True)


def _check(n_bytes: int, stop_above: int | None, what: str) -> None:
    if stop_above is not None and n_bytes > stop_above:
        raise TooLargeError(f"{what} more than {stop_above:,} bytes")

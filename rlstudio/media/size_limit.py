"""Writing a file that is no larger than a person said, by giving up quality first, then frames, then size.

The best is tried first. Where it is too large, the gentlest of these steps is sought at which the lowest quality fits,
and then, by halving, the highest quality that still does. A try that outgrows the limit is ended at once. What
stands in the end was measured, not estimated.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from rlstudio.core.frame_store import Frame
from rlstudio.core.whole_file import temporary_beside, whole_path
from rlstudio.media.errors import MediaError, TooLargeError, disk_errors
from rlstudio.media.formats import MediaFormat
from rlstudio.media.frames import EveryNth, Scaled, Size
from rlstudio.media.info import MediaInfo
from rlstudio.media.watch import Cancel, Progress

SLOWEST = 8.0
"""Frames a second below which none are left out: it would no longer look like motion."""
_SCALES = (0.75, 0.5, 0.375, 0.25)
_SMALLEST = 48
"""Pixels that the shorter side keeps."""


@dataclass(frozen=True)
class _Step:
    """What is given up: all but every n-th frame, and size."""

    every: int
    size: Size


def write_within(
    limit: int | None,
    to: MediaFormat,
    path: Path,
    frames: Iterable[Frame],
    count: int,
    size: Size,
    *,
    fps: float,
    quality: int | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> MediaInfo:
    """Write frames of `size` as `to`, in at most `limit` bytes (None: as large as it gets).

    What had to be given up stands in the answer's `given_up`. Frames that are left out leave their time to those before
    them: what is shown keeps its speed. Progress counts all tries that may be needed.

    Raises:
        MediaError: also where it cannot be met, with the size that would do.
        ValueError, Cancelled: as the writers do (`video.write_mp4`).
    """
    best = to.quality if quality is None else quality
    if limit is None:
        return to.write(path, frames, count, fps=fps, quality=best, progress=progress, cancelled=cancelled)
    if limit < 1:
        raise ValueError(f"size limit: {limit:,} bytes is not allowed; it takes at least 1")
    with disk_errors("write", path), whole_path(path, folder=to.folder) as kept:
        tries = _Tries(to, kept, frames, count, size, fps, limit, progress, cancelled)
        info = _search(tries, _steps(size, fps, to.animated), best, [q for q in to.qualities if q < best])
        if progress:
            progress(count, count)
    return replace(info, path=path)


def _search(tries: _Tries, steps: list[_Step], best: int, lower: list[int]) -> MediaInfo:
    """Step after step, as a smaller picture is not always a smaller file: smoothing adds colours."""
    qualities = [best, *lower]
    worst = qualities[-1]
    tries.expect(1 + len(steps) * (1 + tries.exact_may_be_smaller) + len(qualities).bit_length())
    if info := tries.attempt(steps[0], best):
        return info
    for number, step in enumerate(steps):
        first = 1 if number == 0 else 0  # of the qualities to try; the best at full size was tried
        if worst != best or number:
            info = tries.attempt(step, worst)
        if info:
            _, better = _first_that_fits(len(qualities) - 1 - first, _at_qualities(tries, step, qualities[first:]))
            return better or info
        if number and tries.exact_may_be_smaller and (info := tries.attempt(step, best)):
            return info
    return tries.last_resort(steps[-1], worst)


def _at_qualities(tries: _Tries, step: _Step, qualities: list[int]) -> Callable[[int], MediaInfo | None]:
    return lambda place: tries.attempt(step, qualities[place])


def _first_that_fits(n: int, attempt: Callable[[int], MediaInfo | None]) -> tuple[int, MediaInfo | None]:
    """The first of n places, ever smaller, that fits, by halving; (n, None) when none does."""
    low, high, found = 0, n, None
    while low < high:
        middle = (low + high) // 2
        if info := attempt(middle):
            high, found = middle, info
        else:
            low = middle + 1
    return high, found


def _steps(size: Size, fps: float, animated: bool) -> list[_Step]:
    """From nothing given up to the most: half the frames, then ever smaller pictures."""
    every = 2 if animated and fps / 2 >= SLOWEST else 1
    smaller = [(round(size[0] * scale), round(size[1] * scale)) for scale in _SCALES]
    steps = [_Step(1, size), _Step(every, size)] if every > 1 else [_Step(1, size)]
    return steps + [_Step(every, each) for each in smaller if min(each) >= _SMALLEST]


class _Tries:
    """Writes try after try beside `kept`; the newest that fits takes that place."""

    def __init__(
        self,
        to: MediaFormat,
        kept: Path,
        frames: Iterable[Frame],
        count: int,
        size: Size,
        fps: float,
        limit: int,
        progress: Progress | None,
        cancelled: Cancel | None,
    ) -> None:
        self._to, self._kept, self._frames, self._count, self._size = to, kept, frames, count, size
        self._fps, self._limit, self._progress, self._cancelled = fps, limit, progress, cancelled
        self._done, self._expected = 0, 1
        self.exact_may_be_smaller = to.lossless and len(to.qualities) > 1
        """Of flat pictures: packed exactly they may be smaller than at the lowest quality."""

    def expect(self, tries: int) -> None:
        """How many tries there may be, for the progress."""
        self._expected = tries

    def attempt(self, step: _Step, quality: int, *, bounded: bool = True) -> MediaInfo | None:
        """One try; None where it is too large."""
        frames = self._frames if step.every == 1 else EveryNth(self._frames, step.every)
        if step.size != self._size:
            frames = Scaled(frames, step.size)
        path = temporary_beside(self._kept)
        try:
            info = self._to.write(
                path,
                frames,
                -(-self._count // step.every),
                fps=self._fps / step.every,
                quality=quality,
                stop_above=self._limit if bounded else None,
                progress=self._tell,
                cancelled=self._cancelled,
            )
        except TooLargeError:
            return None
        finally:
            self._done = min(self._done + 1, self._expected - 1)
        if info.n_bytes > self._limit:
            _remove(path)
            raise MediaError(
                f"could not keep to {megabytes(self._limit)}: these {self._count:,} frames take at least "
                f"{megabytes(_enough(info.n_bytes))} as {self._to.name}; allow that much, export fewer of them, or "
                f"choose another format"
            )
        _remove(self._kept)
        path.replace(self._kept)
        return replace(info, path=self._kept, given_up=self._given_up(step, quality))

    def last_resort(self, step: _Step, quality: int) -> MediaInfo:
        """The smallest there is. Raises MediaError with its size where that is still too large."""
        info = self.attempt(step, quality, bounded=False)
        assert info is not None
        return info

    def _tell(self, done: int, total: int) -> None:
        if self._progress:
            share = (self._done + done / total) / self._expected
            self._progress(min(self._count - 1, int(self._count * share)), self._count)

    def _given_up(self, step: _Step, quality: int) -> str:
        parts = []
        if quality < self._to.quality:
            parts.append(f"quality {quality} of 100")
        if step.every > 1:
            parts.append(f"every {step.every}nd frame, {self._fps / step.every:g} a second")
        if step.size != self._size:
            parts.append(f"{step.size[0]}×{step.size[1]} instead of {self._size[0]}×{self._size[1]}")
        return ", ".join(parts)


def megabytes(n_bytes: int) -> str:
    """A size in words, in millions of bytes as file managers and mail programs count."""
    return f"{n_bytes / 1e6:.3g} MB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:.3g} kB"


def _enough(n_bytes: int) -> int:
    """A limit that does, also once `megabytes` has rounded it: libx264 does not make the same file to the byte."""
    return round(n_bytes * 1.03)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

"""About how large a picture file gets, told from a few stretches of it that are written and thrown away."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rlstudio.core.frame_store import Frame
from rlstudio.media.formats import MediaFormat
from rlstudio.media.watch import Cancel

STRETCHES, STRETCH = 3, 8
"""How many stretches are written, and of how many frames each."""


def estimate_bytes(
    to: MediaFormat,
    frame_at: Callable[[int], Frame],
    count: int,
    *,
    fps: float,
    scenes: int = 1,
    cancelled: Cancel | None = None,
) -> int:
    """About how many bytes `count` frames take as `to`; `frame_at` makes the frame of an index. They are of so many
    `scenes`, each of which begins with a picture that has nothing of the one before.

    The first frame of each stretch, written alone, tells what a whole picture takes; the stretch, what each further
    frame adds. Of classic control, Box2D and toy text: exact formats and GIF within a third, WebM too, MP4 up to 1.6
    times too large, as an encoder that sees only a stretch cannot spread what it is given.

    Raises:
        ValueError, MediaError, Cancelled: as the writers do (`video.write_mp4`).
    """
    length = min(STRETCH, count)
    starts = _starts(count, length)
    whole, more = 0.0, 0.0
    with tempfile.TemporaryDirectory(prefix="rlstudio-estimate-") as folder:
        names = itertools.count()

        def size_of(frames: Sequence[Frame]) -> int:
            path = Path(folder) / f"{next(names)}{to.suffix}"
            return to.write(path, frames, len(frames), fps=fps, cancelled=cancelled).n_bytes

        for start in starts:
            frames = [frame_at(index) for index in range(start, start + length)]
            alone = size_of(frames[:1])
            whole += alone / len(starts)
            if length > 1 and to.animated:
                more += (size_of(frames) - alone) / (length - 1) / len(starts)
    return round(whole * scenes + more * (count - scenes))


def _starts(count: int, length: int) -> list[int]:
    """First frames of the stretches, evenly spread, none twice."""
    last = count - length
    return sorted({round(last * (number + 0.5) / STRETCHES) for number in range(STRETCHES)})

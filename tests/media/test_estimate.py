"""What a file's size is said to be before it is written, beside what it gets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rlstudio.core.frame_store import FrameStore
from rlstudio.media.errors import Cancelled
from rlstudio.media.estimate import estimate_bytes
from rlstudio.media.formats import FORMATS, MediaFormat, format_named


def scrolling(patch: int, count: int = 60) -> FrameStore:
    """A picture in which a speckled patch of a given width runs over a plain ground."""
    speckles = np.random.default_rng(0).integers(0, 4, (80, patch, 1)).astype(np.uint8) * np.uint8(60)
    frames = FrameStore()
    for t in range(count):
        picture = np.full((120, 240, 3), (200, 220, 240), np.uint8)
        picture[20:100, t : t + patch] = speckles
        frames.append(picture)
    return frames


@pytest.mark.parametrize("patch", [4, 40, 140])
@pytest.mark.parametrize("to", [each for each in FORMATS if each.animated], ids=lambda each: each.key)
def test_the_size_told_beforehand_is_about_the_size_it_gets(tmp_path: Path, to: MediaFormat, patch: int) -> None:
    frames = scrolling(patch)
    written = to.write(tmp_path / f"a{to.suffix}", frames, len(frames), fps=30.0)
    told = estimate_bytes(to, frames.__getitem__, len(frames), fps=30.0)
    off = 2.0 if to.key in ("mp4", "webm") else 1.3
    assert written.n_bytes / off < told < written.n_bytes * off


def test_one_frame_has_the_very_size_of_its_file(tmp_path: Path) -> None:
    frames, to = scrolling(40), format_named("png")
    written = to.write(tmp_path / "a.png", [frames[3]], 1, fps=1.0)
    assert estimate_bytes(to, lambda _index: frames[3], 1, fps=1.0) == written.n_bytes


def test_a_long_film_is_told_from_a_few_of_its_frames() -> None:
    frames, seen = scrolling(40, 100), set()

    def frame_at(index: int) -> np.ndarray:
        seen.add(index)
        return frames[index % 100]

    estimate_bytes(format_named("gif"), frame_at, 100_000, fps=30.0)
    assert len(seen) < 40
    assert max(seen) > 50_000


def test_an_estimate_that_nobody_waits_for_ends_at_once(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        estimate_bytes(format_named("mp4"), scrolling(4).__getitem__, 60, fps=30.0, cancelled=lambda: True)

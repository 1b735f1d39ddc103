"""The rectangle of what changed between frames, against looking at every pixel."""

from __future__ import annotations

import numpy as np
import pytest

from rlstudio.media.changes import with_changes


def _smallest(before: np.ndarray, frame: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero((before != frame).any(axis=2))
    return int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5, 8, 16, 24, 25])
def test_the_rectangle_is_the_smallest(width: int) -> None:
    draw = np.random.default_rng(width)
    frames = [np.zeros((6, width, 3), np.uint8)]
    for _ in range(200):
        frame = frames[-1].copy()
        for _ in range(draw.integers(1, 4)):  # a few channels of a few pixels
            frame[draw.integers(6), draw.integers(width), draw.integers(3)] ^= draw.integers(1, 256, dtype=np.uint8)
        frames.append(frame)
    for before, (frame, (rows, columns)) in zip(frames, list(with_changes(frames))[1:], strict=False):
        if (before != frame).any():
            assert (rows.start, rows.stop, columns.start, columns.stop) == _smallest(before, frame)
        else:
            assert frame[rows, columns].shape == (1, 1, 3)


def test_the_first_frame_counts_whole() -> None:
    (_, (rows, columns)), *_ = with_changes([np.zeros((4, 7, 3), np.uint8)])
    assert (rows, columns) == (slice(0, 4), slice(0, 7))

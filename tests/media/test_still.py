"""PNG pictures: to the bit and back, or refused in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rlstudio.media.errors import MediaError
from rlstudio.media.still import read_png, write_png


def test_comes_back_to_the_bit(tmp_path: Path) -> None:
    frame = np.random.default_rng(0).integers(0, 256, (13, 17, 3), np.uint8)
    for given in (frame, frame.transpose(1, 0, 2)):
        write_png(tmp_path / "a.png", given)
        assert np.array_equal(read_png(tmp_path / "a.png"), given)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_picture_that_is_read_may_be_drawn_on(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.zeros((2, 2, 3), np.uint8))
    read_png(tmp_path / "a.png")[0, 0] = 255


def test_cut_off_anywhere_is_the_whole_picture_or_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    frame = np.random.default_rng(0).integers(0, 256, (4, 4, 3), np.uint8)
    write_png(path, frame)
    data = path.read_bytes()
    for end in range(len(data) - 20):  # of the last 20 bytes, only checksums and the end mark, it can do without
        path.write_bytes(data[:end])
        with pytest.raises(MediaError, match="no whole PNG"):
            read_png(path)
    for end in range(len(data) - 20, len(data) + 1):
        path.write_bytes(data[:end])
        assert np.array_equal(read_png(path), frame)


def test_what_cannot_be_written_or_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no such file or folder"):
        write_png(tmp_path / "missing" / "a.png", np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(MediaError, match="no such file or folder"):
        read_png(tmp_path / "a.png")
    with pytest.raises(ValueError, match="a frame is"):
        write_png(tmp_path / "a.png", np.zeros((2, 2), np.uint8))
    assert list(tmp_path.iterdir()) == []

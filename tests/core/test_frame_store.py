"""FrameStore: any frame back to the bit, sizes kept alike, damage noticed."""

from __future__ import annotations

import numpy as np
import pytest
import zstandard

from rlstudio.core.frame_store import FrameStore


def test_any_frame_comes_back_to_the_bit() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (5, 6, 7, 3), np.uint8)
    store = FrameStore()
    for frame in frames:
        store.append(frame)
    assert len(store) == 5
    assert store.shape == (6, 7, 3)
    assert all(np.array_equal(store[index], frames[index]) for index in (4, 0, 2, -1))
    assert np.array_equal(np.stack(list(store)), frames)
    assert np.array_equal(np.stack(list(store)), frames), "it can be gone through twice"
    with pytest.raises(IndexError):
        store[5]


def test_frames_whose_memory_is_not_contiguous() -> None:
    turned = np.random.default_rng(0).integers(0, 256, (7, 6, 3), np.uint8).transpose(1, 0, 2)
    store = FrameStore()
    store.append(turned)
    assert np.array_equal(store[0], turned)


def test_flat_pictures_take_little() -> None:
    store = FrameStore()
    store.append(np.full((400, 600, 3), 255, np.uint8))
    assert 0 < store.n_bytes < 1000


@pytest.mark.parametrize("frame", [np.zeros((2, 2), np.uint8), np.zeros((2, 2, 4), np.uint8), np.zeros((2, 2, 3))])
def test_what_is_no_frame_is_refused(frame: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a frame is"):
        FrameStore().append(frame)


def test_a_frame_of_another_size_is_refused() -> None:
    store = FrameStore()
    store.append(np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(ValueError, match="does not fit"):
        store.append(np.zeros((2, 3, 3), np.uint8))
    assert len(store) == 1


def test_a_frame_that_unpacks_to_another_size_is_refused() -> None:
    store = FrameStore((2, 2, 3), [zstandard.ZstdCompressor().compress(bytes(11))])
    with pytest.raises(ValueError, match="11 bytes instead of 12"):
        store[0]

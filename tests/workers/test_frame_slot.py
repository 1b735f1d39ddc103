"""FrameSlot: the newest frame only, never half of one, and nothing left when it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest
from process_harness import wait_until

from rlstudio.core import messages as m
from rlstudio.workers import frame_slot
from rlstudio.workers.frame_slot import FrameSlot
from rlstudio.workers.process import Worker


@pytest.fixture
def slot() -> Iterator[FrameSlot]:
    made = FrameSlot()
    yield made
    made.close()


def picture(value: int, height: int = 4, width: int = 6) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_a_frame_and_its_note_come_across_once(slot: FrameSlot) -> None:
    other = FrameSlot(slot.name)
    assert slot.take() is None
    assert other.put(picture(7), {"episode": 3, "ending": "fell – 12°"})
    taken = slot.take()
    assert taken is not None
    frame, note = taken
    np.testing.assert_array_equal(frame, picture(7))
    assert note == {"episode": 3, "ending": "fell – 12°"}
    assert slot.take() is None
    other.close()


def test_a_frame_waits_until_it_was_taken(slot: FrameSlot) -> None:
    assert slot.free
    assert slot.put(picture(1), {})
    assert not slot.free
    assert not slot.put(picture(2), {})
    taken = slot.take()
    assert taken is not None
    assert taken[0].max() == 1
    assert slot.free
    assert slot.put(picture(3), {})


def test_what_was_taken_is_a_copy(slot: FrameSlot) -> None:
    slot.put(picture(1), {})
    taken = slot.take()
    assert taken is not None
    slot.put(picture(2), {})
    assert taken[0].max() == 1


def test_frames_that_are_no_block_of_memory_come_across(slot: FrameSlot) -> None:
    frame = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)[::-1, ::2]
    slot.put(frame, {})
    taken = slot.take()
    assert taken is not None
    np.testing.assert_array_equal(taken[0], frame)


def test_a_frame_too_large_is_shown_smaller(slot: FrameSlot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_slot, "CAPACITY", 4 * 6 * 3)
    frame = np.arange(8 * 12 * 3, dtype=np.uint8).reshape(8, 12, 3)
    slot.put(frame, {})
    taken = slot.take()
    assert taken is not None
    np.testing.assert_array_equal(taken[0], frame[::2, ::2])


def test_a_note_too_long_is_refused(slot: FrameSlot) -> None:
    with pytest.raises(ValueError, match="at most 4096 fit"):
        slot.put(picture(1), {"words": "x" * 5000})
    assert slot.free


def test_the_memory_is_freed_by_its_owner() -> None:
    owner = FrameSlot()
    other = FrameSlot(owner.name)
    other.close()
    SharedMemory(owner.name).close()
    owner.close()
    owner.close()
    with pytest.raises(FileNotFoundError):
        SharedMemory(owner.name)


def test_no_frame_is_ever_torn_and_none_comes_twice() -> None:
    worker = Worker("worker_entries:paints")
    numbers: list[int] = []

    def look() -> bool:
        for _ in range(2000):
            taken = worker.take_frame()
            if taken is None:
                continue
            frame, note = taken
            number = note["number"]
            size = 50 + number % 7
            assert frame.shape == (size, 2 * size, 3)
            assert frame.min() == frame.max() == number % 256
            numbers.append(number)
        return len(numbers) >= 600  # past where a counter needs its second byte

    try:
        wait_until(look, "600 frames came")
        assert numbers == sorted(set(numbers))
        worker.send(m.Stop())
    finally:
        worker.close()

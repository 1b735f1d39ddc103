"""Tracks: what an episode was made of, and a beginning joined to another future."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.track import joined, track_of


def store(first: int, count: int, side: int = 4) -> FrameStore:
    """Frames of the shades `first`, `first + 1`, …"""
    found = FrameStore()
    for shade in range(first, first + count):
        found.append(np.full((side, side, 3), shade, np.uint8))
    return found


def episode(steps: int, *, first: int = 0, numbers: int = 2, saliency: bool = False, width: int = 2) -> Episode:
    """Number t of everything is `first + t`; thoughts are `width` numbers wide."""
    rows = np.repeat(np.arange(first, first + steps + 1, dtype=np.float32)[:, None], numbers, axis=1)
    thoughts = [
        Thought(q_values=np.full(width, first + t, np.float32), value=float(first + t), note=f"note {first + t}")
        for t in range(steps)
    ]
    return Episode(
        "CartPole-v1",
        {},
        7,
        "made up",
        50.0,
        observations=rows,
        actions=np.arange(first, first + steps),
        rewards=np.arange(first, first + steps, dtype=np.float64),
        terminated=True,
        thoughts=thoughts,
        frames=store(first, steps + 1),
        saliency=store(100 + first, steps) if saliency else FrameStore(),
    )


def test_a_track_is_the_beginning_and_its_last_picture() -> None:
    track = track_of(episode(9), 4)
    assert (track.length, len(track.observations), list(track.pictures)) == (4, 5, [4])
    assert not track.terminated
    assert track_of(episode(9)).terminated
    assert list(track_of(episode(9, numbers=0), 4).pictures) == [0, 1, 2, 3, 4]  # nothing else shows the state


@pytest.mark.parametrize("at", [0, 3, 5])
@pytest.mark.parametrize("width", [2, 3])
def test_a_beginning_and_another_future_are_one_episode(at: int, width: int) -> None:
    whole = joined(episode(6, saliency=True), at, episode(4, first=at, saliency=True, width=width))
    assert whole.length == at + 4
    assert whole.rewards.tolist() == whole.actions.tolist() == list(range(at + 4))
    assert whole.observations[:, 0].tolist() == list(range(at + 5))
    assert [int(frame[0, 0, 0]) for frame in whole.frames] == list(range(at + 5))
    assert [int(frame[0, 0, 0]) for frame in whole.saliency] == list(range(100, 104 + at))
    assert [thought.value for thought in whole.thoughts] == list(range(at + 4))
    assert [thought.note for thought in whole.thoughts] == [f"note {t}" for t in range(at + 4)]
    for t, thought in enumerate(whole.thoughts):
        assert thought.q_values is not None
        assert thought.q_values.tolist() == [t] * (2 if t < at else width)


def test_where_one_part_has_no_saliency_there_is_none() -> None:
    assert len(joined(episode(6, saliency=True), 3, episode(4, first=3)).saliency) == 0
    assert len(joined(episode(6), 3, episode(4, first=3, saliency=True)).saliency) == 0


def test_pictures_of_another_size_are_refused() -> None:
    other = replace(episode(4, first=3), frames=store(3, 5, side=8))
    with pytest.raises(ValueError, match="do not go on from frames"):
        joined(episode(6), 3, other)

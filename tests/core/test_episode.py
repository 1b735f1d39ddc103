"""Episode: T steps, T+1 observations and frames; and as plain data and back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.episode_data import episode_from_data, episode_to_data
from rlstudio.core.frame_store import FrameStore


def make(steps: int = 3, thoughts: list[Thought] | None = None, **fields: Any) -> Episode:
    frames = FrameStore()
    for number in range(steps + 1):
        frames.append(np.full((2, 4, 3), number % 256, np.uint8))
    return Episode(
        env="E",
        env_kwargs={},
        seed=1,
        source="random",
        fps=30.0,
        observations=np.arange(2 * (steps + 1), dtype=np.float32).reshape(-1, 2),
        actions=np.zeros(steps, np.int64),
        rewards=np.full(steps, 0.1),
        thoughts=[Thought()] * steps if thoughts is None else thoughts,
        frames=frames,
        **fields,
    )


def test_length_return_and_return_so_far() -> None:
    episode = make(3)
    assert episode.length == 3
    assert episode.returns_so_far().tolist() == [0.0, 0.1, 0.2, 0.1 + 0.1 + 0.1]


@pytest.mark.parametrize("steps", [1, 3, 200, 1000])
def test_the_return_is_one_number_wherever_it_is_read(steps: int) -> None:
    """The strip adds rewards one by one, as does the job that writes monitor.csv: not by halves, as np.sum does."""
    episode = replace(make(steps), rewards=np.random.default_rng(0).normal(size=steps))
    one_by_one = 0.0
    for reward in episode.rewards.tolist():
        one_by_one += reward
    assert episode.total_reward == one_by_one
    assert episode.returns_so_far()[-1] == one_by_one


def test_an_episode_of_no_steps_has_return_zero() -> None:
    assert make(0).total_reward == 0.0
    assert make(0).returns_so_far().tolist() == [0.0]


@pytest.mark.parametrize("name", ["actions", "observations", "thoughts", "rewards"])
def test_lengths_that_do_not_fit_are_named(name: str) -> None:
    episode = make(3)
    setattr(episode, name, getattr(episode, name)[:-1])
    with pytest.raises(ValueError, match="instead of"):
        episode.check()


def test_a_missing_last_frame_is_noticed() -> None:
    episode = make(3)
    episode.frames.blobs.pop()
    with pytest.raises(ValueError, match="frames: 3 instead of 4"):
        episode.check()


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ([[-1, 1, 0, 0], [0, 2, 0, 0], [-1, 1, 0, 0]], None),
        ([[-1, 1, 0, 0], [7, 2, 0, 0]], "behind its parent"),
        ([[-1, 1, 0, 0], [1, 2, 0, 0]], "behind its parent"),
        ([[-2, 1, 0, 0]], "behind its parent"),
        ([[np.nan, 1, 0, 0]], "behind its parent"),
        ([[-1, 1, 0, 0], [0, 1e9, 0, 0]], "one level below"),
        ([[-1, np.nan, 0, 0]], "one level below"),
        ([[-1, 1, 0]], "has not the columns"),
    ],
)
def test_a_search_tree_that_is_none_is_refused(tree: Any, words: str | None) -> None:
    """Whoever draws it follows a node's parents: a file from elsewhere must not lead them astray."""
    episode = make(1, [Thought(tree=np.array(tree, np.float32))])
    if words is None:
        episode.check()
        return
    with pytest.raises(ValueError, match=words):
        episode.check()


def test_plain_data_and_back() -> None:
    first = Thought(q_values=np.array([1.0, 2.0], np.float32), value=2.0, note="greedy")
    second = Thought(mean=np.array([0.5], np.float32), std=np.array([0.1], np.float32))
    episode = make(3, [first, second, Thought()], action_names=("left", "right"), step=7, truncated=True)
    back = episode_from_data(episode_to_data(episode))
    assert (back.action_names, back.step, back.truncated, back.length) == (("left", "right"), 7, True, 3)
    assert back.thoughts[0].q_values is not None
    assert back.thoughts[0].q_values.tolist() == [1.0, 2.0]
    assert (back.thoughts[0].value, back.thoughts[0].note, back.thoughts[0].mean) == (2.0, "greedy", None)
    assert back.thoughts[1].std is not None
    assert back.thoughts[1].q_values is None
    assert back.thoughts[2] == Thought()
    assert all(np.array_equal(a, b) for a, b in zip(back.frames, episode.frames, strict=True))


def test_plain_data_holds_builtins_and_arrays_only() -> None:
    data = episode_to_data(make(2))
    rest = {name: value for name, value in data.items() if not isinstance(value, np.ndarray)}
    assert all(isinstance(blob, bytes) for blob in rest.pop("frame_blobs"))
    json.dumps(rest)


def test_plain_data_that_does_not_fit_is_refused() -> None:
    data = episode_to_data(make(2))
    data["frame_blobs"] = data["frame_blobs"][:-1]
    with pytest.raises(ValueError, match="frames: 2 instead of 3"):
        episode_from_data(data)


@pytest.mark.parametrize("which", ["frames", "saliency"])
def test_pictures_without_a_pixel_are_refused(which: str) -> None:
    episode = make(2)
    blobs = [b""] * (3 if which == "frames" else 2)
    setattr(episode, which, FrameStore((0, 8, 3), blobs))
    with pytest.raises(ValueError, match="are no pictures"):
        episode.check()

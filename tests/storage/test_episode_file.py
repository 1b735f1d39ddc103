"""Recorded episodes on disk: whole, to the bit, or refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import zstandard
from safetensors.numpy import load_file, save_file

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.frame_store import FrameStore
from rlstudio.storage.episode_file import load_episode, save_episode


@pytest.fixture
def episode() -> Episode:
    generator = np.random.default_rng(0)
    frames = FrameStore()
    for _ in range(4):
        frames.append(generator.integers(0, 255, (6, 8, 3), np.uint8))
    return Episode(
        env="CartPole-v1",
        env_kwargs={"sutton_barto_reward": True},
        seed=11,
        source="checkpoint 40,000 · greedy",
        fps=50.0,
        observation_names=("x", "θ"),
        action_names=("left", "right"),
        observations=generator.normal(size=(4, 2)).astype(np.float32),
        actions=np.array([0, 1, 1]),
        rewards=np.array([1.0, 0.1, 0.2]),
        terminated=True,
        ending="fell: pole angle beyond 12°",
        thoughts=[
            Thought(probabilities=np.array([0.25, 0.75], np.float32), value=2.5),
            Thought(note="explored"),
            Thought(),
        ],
        frames=frames,
        step=40_000,
        greedy=False,
    )


def test_comes_back_to_the_bit(tmp_path: Path, episode: Episode) -> None:
    path = tmp_path / "new" / "1.episode"
    save_episode(path, episode)
    loaded = load_episode(path)
    for name in (
        "env",
        "env_kwargs",
        "seed",
        "source",
        "fps",
        "observation_names",
        "action_names",
        "discrete",
        "ending",
    ):
        assert getattr(loaded, name) == getattr(episode, name), name
    assert (loaded.terminated, loaded.truncated, loaded.step, loaded.greedy) == (True, False, 40_000, False)
    for name in ("observations", "actions", "rewards"):
        assert getattr(loaded, name).dtype == getattr(episode, name).dtype
        assert getattr(loaded, name).tobytes() == getattr(episode, name).tobytes()
    assert all(np.array_equal(a, b) for a, b in zip(loaded.frames, episode.frames, strict=True))
    first, second, third = loaded.thoughts
    assert first.probabilities is not None
    assert first.probabilities.tolist() == [0.25, 0.75]
    assert (first.value, second.note, second.probabilities, third.value) == (2.5, "explored", None, None)
    assert list(path.parent.iterdir()) == [path]


def test_episode_without_observations_or_thoughts(tmp_path: Path) -> None:
    frames = FrameStore()
    frames.append(np.zeros((2, 2, 3), np.uint8))
    episode = Episode("E", {}, 0, "nobody", 30.0, observations=np.zeros((1, 0), np.float32), frames=frames)
    save_episode(tmp_path / "e", episode)
    assert load_episode(tmp_path / "e").observations.shape == (1, 0)


def test_file_cut_off_anywhere_is_refused_in_words(tmp_path: Path, episode: Episode) -> None:
    path = tmp_path / "e"
    save_episode(path, episode)
    data = path.read_bytes()
    for end in range(len(data)):
        path.write_bytes(data[:end])
        with pytest.raises(ValueError, match="cannot be opened as a recorded episode"):
            load_episode(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    save_file({"x": np.zeros(3)}, tmp_path / "weights")
    with pytest.raises(ValueError, match="it is no recorded episode"):
        load_episode(tmp_path / "weights")
    with pytest.raises(FileNotFoundError):
        load_episode(tmp_path / "missing")


def test_frame_that_would_unpack_to_another_size_is_refused(tmp_path: Path, episode: Episode) -> None:
    episode.frames.blobs[2] = zstandard.ZstdCompressor().compress(bytes(50_000_000))
    save_episode(tmp_path / "e", episode)
    with pytest.raises(ValueError, match="another size"):
        load_episode(tmp_path / "e")


def test_lengths_that_do_not_fit_are_refused_before_writing(tmp_path: Path, episode: Episode) -> None:
    episode.actions = episode.actions[:-1]
    with pytest.raises(ValueError, match="actions: 2 instead of 3"):
        save_episode(tmp_path / "e", episode)
    assert list(tmp_path.iterdir()) == []


def test_nothing_in_the_file_is_executable(tmp_path: Path, episode: Episode) -> None:
    save_episode(tmp_path / "e", episode)
    data = (tmp_path / "e").read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    assert json.loads(header["__metadata__"]["episode"])["env"] == "CartPole-v1"
    assert all(array.dtype.kind in "fiu" for array in load_file(tmp_path / "e").values())

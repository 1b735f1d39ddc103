"""Marked frames and the discount are kept in an episode's file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.frame_store import FrameStore
from rlstudio.storage.episode_file import load_episode, save_episode


def test_marks_and_discount_come_back(tmp_path: Path) -> None:
    frames = FrameStore()
    for shade in range(4):
        frames.append(np.full((2, 4, 3), shade, np.uint8))
    episode = Episode(
        env="E",
        env_kwargs={},
        seed=1,
        source="random",
        fps=30.0,
        observations=np.zeros((4, 1), np.float32),
        actions=np.zeros(3, np.int64),
        rewards=np.ones(3),
        thoughts=[Thought()] * 3,
        frames=frames,
        discount=0.97,
        marks=(0, 3),
    )
    save_episode(tmp_path / "episode.npz", episode)
    back = load_episode(tmp_path / "episode.npz")
    assert (back.discount, back.marks) == (0.97, (0, 3))

"""Made-up episodes, and files of them with anything in their place: for the tests of what is read from disk."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from safetensors.numpy import save

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.episode_data import episode_to_data
from rlstudio.core.frame_store import FrameStore
from rlstudio.storage.records import plain


def made_episode(steps: int = 3, *, seed: int = 11, size: tuple[int, int] = (6, 8)) -> Episode:
    """An episode whose every field is set; frames and observations are noise."""
    generator = np.random.default_rng(seed)
    frames = FrameStore()
    for _ in range(steps + 1):
        frames.append(generator.integers(0, 255, (*size, 3), np.uint8))
    thoughts = [
        Thought(probabilities=np.array([0.25, 0.75], np.float32), value=2.5),
        Thought(note="explored: θ"),
        Thought(),
    ]
    return Episode(
        env="CartPole-v1",
        env_kwargs={"sutton_barto_reward": True},
        seed=seed,
        source="checkpoint 40,000 · greedy",
        fps=50.0,
        observation_names=("x", "θ"),
        action_names=("left", "right"),
        observations=generator.normal(size=(steps + 1, 2)).astype(np.float32),
        actions=generator.integers(0, 2, steps),
        rewards=np.round(generator.normal(size=steps), 3),
        terminated=True,
        ending="fell: pole angle beyond 12°",
        thoughts=[thoughts[step % 3] for step in range(steps)],
        frames=frames,
        algorithm="ppo",
        step=40_000,
        greedy=False,
        discount=0.99,
        marks=(1, 2),
        recorded="2026-11-22T05:30:00+00:00",
        versions={"gymnasium": "1.4.0"},
        run_name="cartpole_ppo",
    )


def first_format(episode: Episode, **changes: Any) -> bytes:
    """What the first version of the program wrote."""
    data = episode_to_data(episode)
    blobs: list[bytes] = data.pop("frame_blobs")
    for name in ("run_name", "recorded", "versions", "discount", "marks"):
        data.pop(name)
    arrays = {name: np.asarray(value, order="C") for name, value in data.items() if isinstance(value, np.ndarray)}
    rest = {name: value for name, value in data.items() if name not in arrays} | changes
    arrays["frame_bytes"] = np.frombuffer(b"".join(blobs), np.uint8)
    arrays["frame_ends"] = np.cumsum([len(blob) for blob in blobs], dtype=np.int64)
    text = json.dumps(plain(rest, finite=False))
    return save(arrays, metadata={"format": "rlstudio-episode-1", "episode": text})

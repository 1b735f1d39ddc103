"""Episodes made up for composed pictures, with thoughts of every kind."""

from __future__ import annotations

import numpy as np

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.frame_store import FrameStore


def made_up(
    steps: int = 20,
    *,
    thoughts: str = "probabilities",
    n_actions: int = 2,
    height: int = 40,
    width: int = 60,
    step: int | None = 1200,
    colour: tuple[int, int, int] = (255, 0, 255),
) -> Episode:
    """Frames of one colour but for a block that moves; a reward of 1 a step; action t mod n_actions."""
    frames = FrameStore()
    for number in range(steps + 1):
        frame = np.full((height, width, 3), colour, np.uint8)
        frame[: height // 4, number % width] = 0
        frames.append(frame)
    discrete = thoughts != "mean"
    actions = np.arange(steps) % n_actions
    return Episode(
        env="Made-v0",
        env_kwargs={},
        seed=0,
        source="made up",
        fps=20.0,
        discrete=discrete,
        action_names=tuple(f"action {'abcdefghijklmnopqrstuvwxyz'[index]}" for index in range(n_actions)),
        observations=np.zeros((steps + 1, 1), np.float32),
        actions=actions if discrete else np.zeros((steps, n_actions), np.float32),
        rewards=np.ones(steps),
        terminated=True,
        ending="fell over",
        thoughts=[_thought(thoughts, number, n_actions) for number in range(steps)],
        frames=frames,
        step=step,
    )


def _thought(kind: str, number: int, n_actions: int) -> Thought:
    if kind == "none":
        return Thought()
    if kind == "mean":
        mean = np.linspace(-1, 1, n_actions).astype(np.float32) * (number % 5)
        return Thought(mean=mean, std=np.full(n_actions, 0.5, np.float32))
    values = np.roll(np.linspace(0.1, 1.0, n_actions), number).astype(np.float32)
    if kind == "probabilities":
        return Thought(probabilities=values / values.sum())
    return Thought(q_values=values * 10 - 5)

"""Made-up episodes for the tests of stage, inspector and export: every frame has a colour of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.frame_store import Frame, FrameStore


def frame(shade: int, height: int = 40, width: int = 60) -> Frame:
    """A picture of one shade."""
    return np.full((height, width, 3), shade, np.uint8)


def episode(
    rewards: Sequence[float],
    *,
    thoughts: Sequence[Thought] | None = None,
    actions: Any = None,
    discrete: bool = True,
    size: tuple[int, int] = (40, 60),
    **fields: Any,
) -> Episode:
    """An episode of these rewards; frame t has shade t."""
    steps = len(rewards)
    frames = FrameStore()
    for t in range(steps + 1):
        frames.append(frame(t % 256, *size))
    values: dict[str, Any] = {
        "env": "CartPole-v1",
        "env_kwargs": {},
        "seed": 7,
        "source": "checkpoint 40,000 · greedy",
        "fps": 50.0,
        "observation_names": ("cart position (m)", "pole angle (rad)"),
        "action_names": ("push left", "push right"),
        "ending": "fell: pole angle beyond 12°",
        "terminated": True,
    }
    made = Episode(
        **(values | fields),
        discrete=discrete,
        observations=np.arange(2 * (steps + 1), dtype=np.float32).reshape(steps + 1, 2) / 8,
        actions=np.arange(steps) % 2 if actions is None else np.asarray(actions),
        rewards=np.asarray(rewards, np.float64),
        thoughts=list(thoughts) if thoughts is not None else [Thought() for _ in rewards],
        frames=frames,
    )
    made.check()
    return made

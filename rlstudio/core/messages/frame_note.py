"""FrameNote: what crosses beside a live frame, in its shared memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class FrameNote:
    """What the strip beside a live frame says.

    Attributes:
        source: "policy", "training", or "person" at the keyboard.
        policy_step: training step of the weights that act; None when untrained.
        t: environment steps since reset; `limit` the episode's longest length, if it has one.
        ending: why the episode ended, "" while it runs; "episode 7: …" tells for a moment of the one before.
    """

    source: Literal["policy", "training", "person"]
    episode: int
    t: int
    limit: int | None
    total_reward: float
    reward: float
    fps: float
    greedy: bool = True
    policy_step: int | None = None
    untrained: bool = False
    env_index: int = 0
    n_envs: int = 1
    ending: str = ""
    train_step: int | None = None
    speed: float = 1.0
    action: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

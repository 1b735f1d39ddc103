"""Tiny environments whose best behaviour is known: repeat what you see; and one whose value is known."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, SyncVectorEnv

LENGTH = 7


class IdentityEnv(gym.Env[Any, Any]):
    """Reward 1 for the action that was shown (continuous: 1 − squared distance); episodes of LENGTH steps.

    `kind` is the action space's. `counted` shows a fixed sequence instead of a random one, so that the environment
    has no state worth saving at an episode's start.
    """

    def __init__(self, kind: str = "discrete", *, counted: bool = False) -> None:
        made: dict[str, spaces.Space[Any]] = {
            "discrete": spaces.Discrete(3),
            "shifted": spaces.Discrete(3, start=5),
            "multi_discrete": spaces.MultiDiscrete([3, 2]),
            "multi_binary": spaces.MultiBinary(2),
            "box": spaces.Box(-1.0, 1.0, (1,), np.float32),
        }
        self.action_space = made[kind]
        self.observation_space = made[kind]
        self.kind = kind
        self.counted = counted
        self.t = 0
        self.steps_taken = 0

    def _show(self) -> Any:
        if self.counted:
            self.observation_space.seed(self.t)
        self._shown = self.observation_space.sample()
        return self._shown

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        if seed is not None:
            self.observation_space.seed(seed)
        self.t = 0
        return self._show(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert self.action_space.contains(action), action
        if self.kind == "box":
            reward = 1.0 - float(np.sum((action - self._shown) ** 2))
        else:
            reward = float(np.mean(np.asarray(action) == np.asarray(self._shown)))
        self.t += 1
        self.steps_taken += 1
        return self._show(), reward, False, self.t == LENGTH, {}


class ConstantEnv(gym.Env[Any, Any]):
    """One state, reward 1 a step, five steps; ends by termination or by truncation."""

    def __init__(self, *, terminates: bool) -> None:
        self.observation_space = spaces.Box(0.0, 1.0, (1,), np.float32)
        self.action_space = spaces.Discrete(2)
        self._terminates = terminates
        self._t = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._t = 0
        return np.ones(1, np.float32), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._t += 1
        over = self._t == 5
        return np.ones(1, np.float32), 1.0, over and self._terminates, over and not self._terminates, {}


def vector(make: Any, n_envs: int) -> SyncVectorEnv:
    """`n_envs` copies that reset themselves in the step after an end."""
    return SyncVectorEnv([make] * n_envs, autoreset_mode=AutoresetMode.NEXT_STEP)

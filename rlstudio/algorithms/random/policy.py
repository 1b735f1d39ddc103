"""RandomPolicy: draws each action from the action space."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Self

import gymnasium as gym
import numpy as np

from rlstudio.algorithms.base import Arrays, Policy
from rlstudio.algorithms.blocks.randomness import acting_seed
from rlstudio.core.episode import Thought

_NOTE = "random action"


class RandomPolicy(Policy):
    """Every action alike, greedy or not."""

    def __init__(self, action_space: gym.Space[Any], seed: int = 0) -> None:
        self._space = deepcopy(action_space)  # a generator of its own: drawing disturbs nobody else
        self._space.seed(acting_seed(seed))
        self._thought = Thought(note=_NOTE)
        if isinstance(action_space, gym.spaces.Discrete):
            n = int(action_space.n)
            self._thought = Thought(probabilities=np.full(n, 1.0 / n, np.float32), note=_NOTE)

    def start_episode(self, seed: int) -> None:
        self._space.seed(acting_seed(seed))

    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        return self._space.sample(), self._thought

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        return {}, {}

    @classmethod
    def from_state(
        cls, arrays: Arrays, settings: dict[str, Any], observation_space: gym.Space[Any], action_space: gym.Space[Any]
    ) -> Self:
        return cls(action_space)

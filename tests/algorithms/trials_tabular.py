"""Trials of the tabular algorithms, and a small environment that publishes its rules."""

from __future__ import annotations

from functools import partial
from typing import Any

import gymnasium as gym
from identity_env import LENGTH, ConstantEnv
from trial import Trial

N_STATES = 3
_LIKELY, _UNLIKELY = 0.8, 0.3


class TabledEnv(gym.Env[Any, Any]):
    """Repeat what you see, as in IdentityEnv, but only likely rewarded; the rules stand in `P`. LENGTH steps long.

    What is shown next is the action just taken half of the time, else any state.
    """

    def __init__(self) -> None:
        self.observation_space = gym.spaces.Discrete(N_STATES)
        self.action_space = gym.spaces.Discrete(N_STATES)
        self.P = {
            state: {action: self._outcomes(state, action) for action in range(N_STATES)} for state in range(N_STATES)
        }
        self.t = 0
        self.steps_taken = 0
        self._state = 0

    def _outcomes(self, state: int, action: int) -> list[tuple[float, int, float, bool]]:
        chance = _LIKELY if action == state else _UNLIKELY
        return [
            (p * ((following == action) * 0.5 + 0.5 / N_STATES), following, reward, False)
            for following in range(N_STATES)
            for p, reward in ((chance, 1.0), (1.0 - chance, 0.0))
        ]

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.t = 0
        self._state = int(self.np_random.integers(N_STATES))
        return self._state, {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        outcomes = self.P[self._state][int(action)]
        index = int(self.np_random.choice(len(outcomes), p=[outcome[0] for outcome in outcomes]))
        _, self._state, reward, terminated = outcomes[index]
        self.t += 1
        self.steps_taken += 1
        return self._state, reward, terminated, self.t == LENGTH, {}


_ACTING = Trial(
    {"learning_rate": 0.5, "discount": 0.0},
    kinds=("discrete", "shifted"),
    learns=True,
    steps=1_000,
    exact=True,
    updates=420,  # each step is one, and a row comes every 50
    misfit={"make": partial(ConstantEnv, terminates=True)},
)

TABULAR = {
    "q_learning": _ACTING,
    "sarsa": _ACTING,
    "value_iteration": Trial({"discount": 0.9, "tolerance": 1e-12}, make=TabledEnv, kinds=(), rate=None),
}

"""Bit flipping: turn a row of bits into another one, for a reward that comes only at the very end.

Source: Andrychowicz et al., "Hindsight Experience Replay" (2017), section 3.1: with 15 bits there are 32,768 goals, and
an agent that explores at random next to never sees a reward. The goal is part of the observation.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

N_BITS = 15
_CELL, _GAP, _EDGE = 36, 4, 16  # pixels
_PAPER, _ONE, _ZERO = (250, 250, 248), (38, 84, 160), (214, 222, 234)
_RIGHT, _WRONG = (60, 160, 90), (214, 72, 60)

Bits = NDArray[np.int8]
Goal = dict[str, Bits]


class BitFlippingEnv(gym.Env[Goal, Any]):
    """Flip bits, one a step, until they are those of the goal.

    Observation: a dict of three rows of `n_bits` zeros and ones: `observation` and `achieved_goal` (the bits now) and
    `desired_goal`. Action: which bit to flip; with `continuous` a number for each bit, and those above 0 flip theirs.
    Reward: −1 a step, 0 for the step that reaches the goal, which ends the episode. `info["is_success"]` says so.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 4}  # noqa: RUF012 - Gymnasium's convention

    def __init__(self, n_bits: int = N_BITS, *, continuous: bool = False, render_mode: str | None = None) -> None:
        if not 1 <= n_bits <= 64:
            raise ValueError(f"n_bits is {n_bits}; it takes 1 to 64")
        self.n_bits = n_bits
        self.continuous = continuous
        self.render_mode = render_mode
        names = ("observation", "achieved_goal", "desired_goal")
        self.observation_space: spaces.Space[Any] = spaces.Dict({name: spaces.MultiBinary(n_bits) for name in names})
        self.action_space: spaces.Space[Any] = (
            spaces.Box(-1.0, 1.0, (n_bits,), np.float32) if continuous else spaces.Discrete(n_bits)
        )
        self._bits: Bits = np.zeros(n_bits, np.int8)
        self._goal: Bits = np.ones(n_bits, np.int8)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Goal, dict[str, Any]]:
        """Random bits and a random goal that differs from them."""
        super().reset(seed=seed)
        self._bits = self._draw()
        self._goal = self._draw()
        while np.array_equal(self._bits, self._goal):
            self._goal = self._draw()
        return self._observe(), {"is_success": False}

    def _draw(self) -> Bits:
        return self.np_random.integers(0, 2, self.n_bits, dtype=np.int8)

    def _observe(self) -> Goal:
        return {
            "observation": self._bits.copy(),
            "achieved_goal": self._bits.copy(),
            "desired_goal": self._goal.copy(),
        }

    def step(self, action: Any) -> tuple[Goal, float, bool, bool, dict[str, Any]]:
        """Flip what the action says."""
        if self.continuous:
            self._bits = np.where(np.asarray(action) > 0, 1 - self._bits, self._bits).astype(np.int8)
        else:
            self._bits[int(action)] ^= 1
        reward = float(self.compute_reward(self._bits, self._goal, {}))
        reached = reward == 0.0
        return self._observe(), reward, reached, False, {"is_success": reached}

    def compute_reward(self, achieved_goal: NDArray[Any], desired_goal: NDArray[Any], info: Any) -> NDArray[np.float32]:
        """0 where all bits agree, else −1; (…, n_bits) gives (…,): hindsight asks it about other goals."""
        reached = (np.asarray(achieved_goal) == np.asarray(desired_goal)).all(axis=-1)
        return np.asarray(reached, np.float32) - np.float32(1.0)

    def render(self) -> Any:
        """The bits above, the goal below, and between them a strip that says where they agree."""
        width = self.n_bits * (_CELL + _GAP) - _GAP + 2 * _EDGE
        picture = np.empty((2 * _CELL + 2 * _EDGE + 5 * _GAP, width, 3), np.uint8)
        picture[:] = _PAPER
        strip = _EDGE + _CELL + _GAP
        for i in range(self.n_bits):
            left = _EDGE + i * (_CELL + _GAP)
            columns = slice(left, left + _CELL)
            picture[_EDGE : _EDGE + _CELL, columns] = _ONE if self._bits[i] else _ZERO
            picture[strip : strip + 3 * _GAP, columns] = _RIGHT if self._bits[i] == self._goal[i] else _WRONG
            below = strip + 4 * _GAP
            picture[below : below + _CELL, columns] = _ONE if self._goal[i] else _ZERO
        return picture

"""Trials of what acts by a rule: scripted experts, and a policy from a file of the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
from identity_env import LENGTH
from trial import Trial

from rlstudio.core.trusted_files import read_program

OWN_POLICY = Path(__file__).with_name("own_policy_example.py")


class ShortPendulum(gym.Wrapper[Any, Any, Any, Any]):
    """A pendulum of LENGTH steps an episode that counts what is done in it."""

    def __init__(self) -> None:
        super().__init__(gym.make("Pendulum-v1", max_episode_steps=LENGTH))
        self.steps_taken = 0

    def step(self, action: Any) -> Any:
        self.steps_taken += 1
        return super().step(action)


SCRIPTED = {
    "scripted": Trial(make=ShortPendulum, kinds=()),
    "user_policy": Trial({"file": str(OWN_POLICY)}, programs=(read_program(OWN_POLICY)[0],)),
}

"""A test that takes `every_env_id` runs over every environment that can be made with what the project installs."""

from __future__ import annotations

import pytest

from rlstudio.envs.catalogue import all_ids
from rlstudio.envs.make import MakeError, make

REQUIRED = (
    "CartPole-v1",
    "CartPole-v0",
    "MountainCar-v0",
    "MountainCarContinuous-v0",
    "Pendulum-v1",
    "Acrobot-v1",
    "LunarLander-v3",
    "LunarLanderContinuous-v3",
    "BipedalWalker-v3",
    "BipedalWalkerHardcore-v3",
    "CarRacing-v3",
    "Blackjack-v1",
    "FrozenLake-v1",
    "FrozenLake8x8-v1",
    "CliffWalking-v1",
    "CliffWalkingSlippery-v1",
    "Taxi-v4",
    "rlstudio/BitFlipping-v0",
    "rlstudio/BitFlippingContinuous-v0",
)
"""All of classic control, Box2D, toy text and our own: these must be there, whatever else is."""


def _can_be_made(env_id: str) -> bool:
    try:
        make(env_id).close()
    except MakeError:
        return False
    return True


AVAILABLE = REQUIRED + tuple(env_id for env_id in all_ids() if env_id not in REQUIRED and _can_be_made(env_id))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test of `every_env_id` each of them, and one of `known_env_id` those that have words of their own."""
    if "every_env_id" in metafunc.fixturenames:
        metafunc.parametrize("every_env_id", AVAILABLE)
    if "known_env_id" in metafunc.fixturenames:
        metafunc.parametrize("known_env_id", REQUIRED)

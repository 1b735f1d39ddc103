"""Coming back: another environment, led by the journal, stands where the first one stood; or says that it does not."""

from __future__ import annotations

import json
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from rlstudio.envs.journal import CannotReturnError, digest
from rlstudio.envs.make import make, make_vector
from rlstudio.envs.studio_env import StudioEnv
from rlstudio.envs.whereabouts import come_back, follow, whereabouts


def act(env: Any, rng: np.random.Generator, steps: int) -> list[Any]:
    """Random steps; what was seen, episode after episode."""
    env.action_space.seed(int(rng.integers(1000)))
    seen = []
    for _ in range(steps):
        observation, reward, terminated, truncated, _ = env.step(env.action_space.sample())
        seen.append((digest(observation), digest(reward), digest(terminated)))
        if np.ndim(terminated) == 0 and (terminated or truncated):
            seen.append(digest(env.reset()[0]))
    return seen


def moved(arrays: Any, values: Any) -> tuple[Any, Any]:
    """As it is after it lay on a disk."""
    return {name: np.array(array) for name, array in arrays.items()}, json.loads(json.dumps(values))


@pytest.mark.parametrize("steps", [0, 1, 33, 240])
def test_every_environment_comes_back(known_env_id: str, steps: int) -> None:
    if steps > 200 and known_env_id == "CarRacing-v3":
        pytest.skip("drawing its pictures takes seconds")
    env, other = make(known_env_id), make(known_env_id)
    try:
        follow(env)
        follow(other)
        env.reset(seed=4)
        act(env, np.random.default_rng(1), steps)
        arrays, values = moved(*whereabouts(env))
        ahead = act(env, np.random.default_rng(2), 30)
        come_back(other, arrays, values)
        other.reset(seed=999)  # shows where it stands, whatever the seed
        assert act(other, np.random.default_rng(2), 30) == ahead
        assert other.reset()[0] is not None
    finally:
        env.close()
        other.close()


@pytest.mark.parametrize(
    ("env_id", "separate"), [("CartPole-v1", False), ("CartPole-v1", True), ("LunarLander-v3", False)]
)
@pytest.mark.parametrize("steps", [1, 77, 150])
def test_copies_come_back(env_id: str, separate: bool, steps: int) -> None:
    env, other = (make_vector(env_id, 3, separate=separate) for _ in range(2))
    try:
        follow(env)
        follow(other)
        env.reset(seed=4)
        act(env, np.random.default_rng(1), steps)
        arrays, values = moved(*whereabouts(env))
        ahead = act(env, np.random.default_rng(2), 60)
        come_back(other, arrays, values)
        other.reset(seed=999)
        assert act(other, np.random.default_rng(2), 60) == ahead
    finally:
        env.close()
        other.close()


class Moody(gym.Env[Any, Any]):
    """Its luck is its own, and no reset tells it."""

    observation_space = gym.spaces.Box(0.0, 1.0, (1,))
    action_space = gym.spaces.Discrete(2)

    def __init__(self) -> None:
        self._luck = np.random.default_rng()

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        return self._luck.random(1, np.float32), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return self._luck.random(1, np.float32), 0.0, False, False, {}


def test_an_environment_with_a_will_of_its_own_says_so() -> None:
    env, other = StudioEnv(Moody(), 100), StudioEnv(Moody(), 100)
    follow(env)
    follow(other)
    env.reset(seed=1)
    env.step(0)
    with pytest.raises(CannotReturnError, match="the same luck and the same actions it comes to another state"):
        come_back(other, *whereabouts(env))


def test_before_its_first_reset_there_is_nowhere_to_come_back_to() -> None:
    for env in (make("Pendulum-v1"), make_vector("CartPole-v1", 2), make_vector("Pendulum-v1", 2)):
        follow(env)
        with pytest.raises(CannotReturnError, match="not reset yet"):
            whereabouts(env)
        env.close()


@pytest.mark.parametrize(
    "spoil",
    [
        {"seed": None},
        {"seed": None, "random": {"bit_generator": "PCG64", "state": {"state": "x"}}},
        {"seed": "four"},
        {"seed": -1},
        {"shows": 3},
        {"steps": 2},
        {"resets": [1]},
        {"resets": "no"},
        {"random_now": None},
    ],
)
def test_what_is_damaged_is_refused(spoil: dict[str, Any]) -> None:
    env, other = make("Pendulum-v1"), make("Pendulum-v1")
    for each in (env, other):
        follow(each)
    env.reset(seed=1)
    act(env, np.random.default_rng(1), 3)
    arrays, values = whereabouts(env)
    values["copies"][0] |= spoil
    with pytest.raises(CannotReturnError):
        come_back(other, arrays, values)
    env.close()
    other.close()


def test_an_action_that_is_written_over_is_kept_as_it_was() -> None:
    env, other = make("Pendulum-v1"), make("Pendulum-v1")
    for each in (env, other):
        follow(each)
    env.reset(seed=1)
    action = np.zeros(1, np.float32)
    for strength in (-2.0, 1.0, 0.5):
        action[0] = strength
        env.step(action)
    action[0] = 0.0
    come_back(other, *whereabouts(env))
    env.close()
    other.close()

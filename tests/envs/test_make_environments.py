"""Environments are made by registered names alone, faults come in words, and closing one leaves the others whole."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.classic_control.cartpole import CartPoleVectorEnv

from rlstudio.envs.make import OUR_STEP_LIMIT, MakeError, frame_of, frame_rate, make, make_vector, step_limit


def test_a_name_with_a_module_is_refused_and_nothing_imported() -> None:
    with pytest.raises(MakeError, match="colon"):
        make("antigravity:CartPole-v1")
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("LunarLander-v2", "LunarLander-v3"),
        ("cartpole", "CartPole-v1"),
        ("Cart Pole", "CartPole-v1"),
        ("FrozenLak-v1", "FrozenLake-v1"),
        ("Taxi", "Taxi-v4"),
    ],
)
def test_a_wrong_name_gets_the_nearest_right_ones(wrong: str, right: str) -> None:
    with pytest.raises(MakeError, match=right):
        make(wrong)


def test_what_is_missing_is_named_with_the_command_that_mends_it() -> None:
    if find_spec("mujoco"):
        pytest.skip("MuJoCo is installed here")
    with pytest.raises(MakeError, match=r"MuJoCo is not installed here.*pip install \"gymnasium\[mujoco\]\""):
        make("Ant-v5")


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [
        ({"wings": 2}, "no option 'wings'; it takes continuous, gravity"),
        ({"gravity": 3.0}, "must be between -12 and 0"),
        ({"render_mode": "human"}, "the studio sets it"),
        ({"num_envs": 4}, "n_envs"),
        ({"max_episode_steps": 0}, "at least 1"),
        ({"max_episode_steps": True}, "at least 1"),
    ],
)
@pytest.mark.parametrize("maker", [make, lambda env_id, kwargs: make_vector(env_id, 2, kwargs)])
def test_wrong_options_are_refused_in_words(kwargs: dict[str, Any], words: str, maker: Any) -> None:
    with pytest.raises(MakeError, match=words):
        maker("LunarLander-v3", kwargs)


def test_options_reach_the_environment() -> None:
    env = make("LunarLander-v3", {"continuous": True, "max_episode_steps": 12})
    assert isinstance(env.action_space, gym.spaces.Box)
    assert step_limit(env) == 12
    vector = make_vector("CartPole-v1", 2, {"sutton_barto_reward": True, "max_episode_steps": 9})
    assert step_limit(vector) == 9


def test_an_endless_environment_gets_a_limit() -> None:
    env = make("CliffWalking-v1")
    env.reset(seed=0)
    assert step_limit(env) == OUR_STEP_LIMIT
    steps = 0
    truncated = False
    while not truncated:
        _, _, terminated, truncated, _ = env.step(0)  # up, for ever
        assert not terminated
        steps += 1
    assert steps == OUR_STEP_LIMIT


def test_limits_are_those_of_the_registry() -> None:
    assert [step_limit(make(env_id)) for env_id in ("CartPole-v0", "CartPole-v1", "Pendulum-v1")] == [200, 500, 200]
    assert [step_limit(make_vector(env_id, 2)) for env_id in ("CartPole-v0", "Taxi-v4")] == [200, 200]


def test_cart_pole_uses_its_own_vector_version() -> None:
    assert isinstance(make_vector("CartPole-v1", 3).unwrapped, CartPoleVectorEnv)
    with pytest.raises(MakeError, match="n_envs"):
        make_vector("CartPole-v1", 0)


def test_frame_rates_are_the_environments_own() -> None:
    assert frame_rate("CartPole-v1") == 50
    assert frame_rate("FrozenLake-v1") == 4
    assert frame_rate(make_vector("LunarLander-v3", 2)) == 50


@pytest.mark.parametrize("closed", ["CartPole-v1", "Acrobot-v1", "FrozenLake-v1", "Blackjack-v1", "CarRacing-v3"])
@pytest.mark.parametrize("other", ["CartPole-v1", "Pendulum-v1", "Taxi-v4", "CarRacing-v3", "LunarLander-v3"])
def test_closing_one_environment_leaves_another_drawing(closed: str, other: str) -> None:
    import pygame

    first, second = make(closed, render=True), make(other, render=True)
    for env in (first, second):
        env.reset(seed=0)
        frame_of(env)
    was = frame_of(second)
    pygame.display.init()
    first.close()
    assert pygame.display.get_init(), "pygame itself was left alone"
    assert np.array_equal(frame_of(second), was)
    second.close()
    third = make(closed, render=True)
    third.reset(seed=0)
    assert frame_of(third).any()
    third.close()


def test_an_environment_made_without_rendering_says_so() -> None:
    env = make("Taxi-v4")
    env.reset(seed=0)
    with pytest.warns(UserWarning, match="without specifying any render mode"), pytest.raises(ValueError, match="Taxi"):
        frame_of(env)


class _Odd(gym.Env[Any, Any]):
    """Raises what a stranger's constructor may raise."""

    observation_space = gym.spaces.Box(0, 1, (1,))
    action_space = gym.spaces.Discrete(2)

    def __init__(self, colour: str = "red") -> None:
        raise RuntimeError(f"no {colour} today")


@pytest.fixture
def odd() -> Iterator[str]:
    gym.register("StudioTest/Odd-v0", entry_point=_Odd)
    yield "StudioTest/Odd-v0"
    del gym.registry["StudioTest/Odd-v0"]


def test_a_strangers_fault_comes_in_words(odd: str) -> None:
    with pytest.raises(MakeError, match="cannot be made here: making it failed: RuntimeError: no red today"):
        make(odd)


def test_lander_flames_touch_nothing() -> None:
    env = make("LunarLander-v3", render=True)
    env.reset(seed=0)
    for _ in range(10):
        env.step(2)
    inner: Any = env.unwrapped
    assert inner.particles
    assert all(fixture.filterData.maskBits == 0 for p in inner.particles for fixture in p.fixtures)

"""Watching a training environment never changes what it does."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from rlstudio.envs.make import ending_of, ending_words, frame_of, make, make_vector, training_frame

SINGLE = (
    "CartPole-v1",
    "Pendulum-v1",
    "Acrobot-v1",
    "MountainCar-v0",
    "LunarLander-v3",
    "BipedalWalker-v3",
    "FrozenLake-v1",
    "Taxi-v4",
    "CliffWalking-v1",
    "Blackjack-v1",
)
VECTOR = ("CartPole-v1", "LunarLander-v3", "FrozenLake-v1")
WATCHED_FROM = 150


def course(env: Any, *, watched: bool, n_steps: int = 600) -> tuple[list[Any], int]:
    """All observations, rewards and ends of random actions, and how many pictures were taken on the way."""
    env.action_space.seed(11)
    observation, _ = env.reset(seed=11)
    happened: list[Any] = [np.array(observation)]
    pictures = 0
    for step in range(n_steps):
        observation, reward, terminated, truncated, _ = env.step(env.action_space.sample())
        happened += [np.array(observation), np.array(reward), np.array(terminated), np.array(truncated)]
        if watched and step >= WATCHED_FROM and step % 3 == 0:
            pictures += training_frame(env) is not None
        if isinstance(env, gym.Env) and (terminated or truncated):
            happened.append(np.array(env.reset()[0]))
    return happened, pictures


def assert_unchanged_by_watching(alone: Any, watched: Any) -> None:
    expected, _ = course(alone, watched=False)
    happened, pictures = course(watched, watched=True)
    assert pictures == 150
    assert len(happened) == len(expected)
    assert all(np.array_equal(a, b) for a, b in zip(happened, expected, strict=True))
    assert watched.render_mode is None, "rendering is on for the picture alone"
    alone.close()
    watched.close()


@pytest.mark.parametrize("env_id", SINGLE)
def test_watching_from_midway_changes_nothing(env_id: str) -> None:
    assert_unchanged_by_watching(make(env_id), make(env_id))


@pytest.mark.parametrize("env_id", VECTOR)
def test_watching_a_vector_changes_nothing(env_id: str) -> None:
    assert_unchanged_by_watching(make_vector(env_id, 3), make_vector(env_id, 3))


def test_car_racing_is_unchanged_too() -> None:
    alone, watched = make("CarRacing-v3"), make("CarRacing-v3")
    expected, _ = course(alone, watched=False, n_steps=WATCHED_FROM // 10)
    alone.reset(seed=2)
    watched.reset(seed=2)
    for step in range(30):
        action = np.array([0.1 if step % 2 else -0.1, 0.5, 0.0], np.float32)
        one, other = alone.step(action), watched.step(action)
        assert np.array_equal(one[0], other[0])
        assert one[1] == other[1]
        assert training_frame(watched) is not None
    assert len(expected) > 1


@pytest.mark.parametrize("env_id", ["CartPole-v1", "LunarLander-v3", "BipedalWalker-v3", "FrozenLake-v1", "Taxi-v4"])
def test_it_shows_what_a_rendered_environment_shows(env_id: str) -> None:
    training, drawn = make(env_id), make(env_id, render=True)
    for env in (training, drawn):
        env.reset(seed=4)
    picture = training_frame(training)
    assert picture is not None
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous
    assert np.array_equal(picture, frame_of(drawn))


def test_the_twin_of_vector_cart_pole_shows_the_first_copy() -> None:
    vector, single = make_vector("CartPole-v1", 4), make("CartPole-v1", render=True)
    vector.reset(seed=1)
    single.reset(seed=1)
    for _ in range(5):
        vector.step(np.ones(4, np.int64))
    inner: Any = vector.unwrapped
    drawn: Any = single.unwrapped
    drawn.state = inner.state[:, 0].copy()
    assert np.array_equal(training_frame(vector), frame_of(single))


def test_before_the_first_reset_there_is_no_picture() -> None:
    for env in (make("CartPole-v1"), make_vector("CartPole-v1", 2), make_vector("Taxi-v4", 2)):
        assert training_frame(env) is None


class _DrawsBadly(gym.Env[Any, Any]):
    """Renders only to raise, after using its random generator."""

    metadata = {"render_modes": ["rgb_array"]}  # noqa: RUF012 - as gymnasium has it
    observation_space = gym.spaces.Box(0, 1, (1,))
    action_space = gym.spaces.Discrete(2)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        return np.zeros(1, np.float32), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return self.np_random.random(1), 0.0, False, False, {}

    def render(self) -> Any:
        raise RuntimeError(f"no picture today: {self.np_random.random()}")


def test_an_environment_that_fails_to_draw_goes_on_undisturbed() -> None:
    alone, watched = _DrawsBadly(), _DrawsBadly()
    for env in (alone, watched):
        env.reset(seed=0)
    assert training_frame(watched) is None
    assert np.array_equal(alone.step(0)[0], watched.step(0)[0])
    assert watched.render_mode is None


@pytest.mark.parametrize("env_id", ["CartPole-v1", "FrozenLake-v1", "Blackjack-v1", "LunarLander-v3"])
@pytest.mark.parametrize("vector", [True, False])
def test_why_a_training_episode_ended_is_told_as_where_a_policy_plays(env_id: str, vector: bool) -> None:
    env: Any = make_vector(env_id, 2) if vector else make(env_id)
    env.reset(seed=3)
    env.action_space.seed(3)
    told: set[str] = set()
    for _ in range(400):
        observation, reward, terminated, truncated, _ = env.step(env.action_space.sample())
        if vector:
            observation = tuple(part[0] for part in observation) if isinstance(observation, tuple) else observation[0]
            reward, terminated, truncated = reward[0], terminated[0], truncated[0]
        words = ending_of(env, bool(terminated), bool(truncated), reward)
        assert words == ending_words(env_id, observation, bool(terminated), bool(truncated), float(reward))
        if words:
            told.add(words)
            if not vector:
                env.reset()
    env.close()
    assert told


def test_the_ending_of_an_environment_that_nobody_knows_is_told_too() -> None:
    env = gym.Env[Any, Any]()
    assert ending_of(env, True, False, 0.0) == "the environment ended the episode"
    assert ending_of(env, False, True, 0.0) == "time limit"

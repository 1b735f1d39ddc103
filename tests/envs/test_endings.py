"""Endings are told by the environments' own rules, shown on real last observations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlstudio.envs.make import ending_words, make


def last_step(env_id: str, act: Callable[[Any, int], Any], seed: int = 0, **kwargs: Any) -> tuple[Any, float, str, str]:
    """Play until the end: last observation, last reward, the ending told with and without the reward."""
    env = make(env_id, kwargs)
    observation, _ = env.reset(seed=seed)
    step = 0
    while True:
        observation, reward, terminated, truncated, _ = env.step(act(observation, step))
        step += 1
        if terminated or truncated:
            told = ending_words(env_id, observation, terminated, truncated, float(reward))
            env.close()
            return observation, float(reward), told, ending_words(env_id, observation, terminated, truncated)
        assert ending_words(env_id, observation, terminated, truncated) == ""


def test_cart_pole_falls() -> None:
    *_, told, guessed = last_step("CartPole-v1", lambda observation, step: 1)
    assert told == guessed == "fell: pole angle beyond 12°"


def test_cart_pole_leaves_the_track() -> None:
    env = make("CartPole-v1")
    env.reset(seed=0)
    env.unwrapped.state = np.array([2.39, 3.0, 0.0, 0.0])  # type: ignore[attr-defined]
    observation, _, terminated, truncated, _ = env.step(0)
    assert terminated
    assert ending_words("CartPole-v1", observation, terminated, truncated) == "left the track: cart beyond 2.4 m"


def test_a_limit_reached_is_said() -> None:
    *_, told, guessed = last_step("Pendulum-v1", lambda observation, step: np.zeros(1, np.float32))
    assert told == guessed == "time limit"


def test_lander_crashes() -> None:
    *_, told, guessed = last_step("LunarLander-v3", lambda observation, step: 0)
    assert told == guessed == "crashed: the hull touched the ground"


def test_lander_flies_away() -> None:
    def sideways(observation: Any, step: int) -> int:
        """Lean to the right, and burn."""
        return 3 if observation[4] > -0.3 and step % 2 == 0 else 2

    *_, told, guessed = last_step("LunarLander-v3", sideways)
    assert told == guessed == "flew away: out of the picture sideways"


def test_lander_lands() -> None:
    from gymnasium.envs.box2d.lunar_lander import heuristic

    env = make("LunarLander-v3")
    endings = set()
    for seed in range(4):
        observation, _ = env.reset(seed=seed)
        terminated = truncated = False
        while not (terminated or truncated):
            action = heuristic(env.unwrapped, observation)
            observation, reward, terminated, truncated, _ = env.step(action)
        told = ending_words("LunarLander-v3", observation, terminated, truncated, float(reward))
        assert told == ending_words("LunarLander-v3", observation, terminated, truncated)
        assert (reward == 100) == told.startswith(("landed", "came to rest"))
        endings.add(told)
    assert "landed between the flags" in endings


def test_walker_falls() -> None:
    *_, told, guessed = last_step("BipedalWalker-v3", lambda observation, step: np.array([1, -1, 1, -1], np.float32))
    assert told == guessed == "fell: the hull touched the ground"


def test_walker_reaches_the_end() -> None:
    from gymnasium.envs.box2d.bipedal_walker import BipedalWalkerHeuristics

    walker = BipedalWalkerHeuristics()

    def walk(observation: Any, step: int) -> Any:
        return np.asarray(walker.step_heuristic(observation) if step else np.zeros(4), np.float32)

    *_, told, guessed = last_step("BipedalWalker-v3", walk, max_episode_steps=2000)
    assert told == guessed == "reached the end"


def test_mountain_car_reaches_the_flag() -> None:
    *_, told, _ = last_step("MountainCar-v0", lambda observation, step: 2 if observation[1] >= 0 else 0)
    assert told == "reached the flag"


def test_acrobot_reaches_the_height() -> None:
    *_, told, _ = last_step("Acrobot-v1", lambda observation, step: 2 if observation[5] > 0 else 0, seed=1)
    assert told == "reached the height"


@pytest.mark.parametrize(("moves", "ending"), [((2, 1), "fell into a hole"), ((1, 1, 2, 2, 1, 2), "reached the goal")])
def test_frozen_lake(moves: tuple[int, ...], ending: str) -> None:
    *_, told, guessed = last_step("FrozenLake-v1", lambda observation, step: moves[step], is_slippery=False)
    assert told == guessed == ending


def test_cliff_walking_reaches_the_goal() -> None:
    moves = (0, *[1] * 11, 2)
    *_, told, _ = last_step("CliffWalking-v1", lambda observation, step: moves[step])
    assert told == "reached the goal"


def test_taxi_delivers() -> None:
    env = make("Taxi-v4")
    env.reset(seed=0)
    inner: Any = env.unwrapped
    inner.s = inner.encode(0, 0, 4, 0)  # at red, the passenger inside wants to go to red
    observation, reward, terminated, truncated, _ = env.step(5)
    assert reward == 20
    assert ending_words("Taxi-v4", observation, terminated, truncated) == "delivered the passenger"


def test_blackjack_is_won_lost_and_drawn() -> None:
    endings = {last_step("Blackjack-v1", lambda observation, step: 0, seed=seed)[2].split(":")[0] for seed in range(30)}
    assert endings == {"won", "lost", "drew"}
    observation, _, told, guessed = last_step("Blackjack-v1", lambda observation, step: 1)
    assert told == guessed == f"lost: went over 21 with {observation[0]}"
    assert ending_words("Blackjack-v1", (18, 5, 0), True, False) == "stood at 18"


def test_car_racing_leaves_the_playing_field() -> None:
    assert ending_words("CarRacing-v3", None, True, False, -100.0) == "left the playing field"
    assert ending_words("CarRacing-v3", None, True, False, 3.1) == "finished the lap"


def test_of_a_strangers_environment_nothing_is_made_up() -> None:
    assert ending_words("mine/CartPole-v1", np.zeros(4), True, False) == "the environment ended the episode"

"""An environment's published rules: read as they stand, refused in words where they do not fit."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from rlstudio.envs.catalogue import card_for
from rlstudio.envs.make import make
from rlstudio.envs.transition_table import publishes_table, read_table


class _Tabled(gym.Env[Any, Any]):
    """Two states, one action; states are numbered from 3."""

    def __init__(self, table: Any) -> None:
        self.observation_space = gym.spaces.Discrete(2, start=3)
        self.action_space = gym.spaces.Discrete(1)
        self.P = table


SOUND = {3: {0: [(0.25, 3, 1.0, False), (0.75, 4, 2.0, True)]}, 4: {0: [(1.0, 4, 0.0, True)]}}


def test_a_table_is_read_as_it_stands() -> None:
    table = read_table(_Tabled(SOUND))
    np.testing.assert_array_equal(table.rewards, [[1.75], [0.0]])
    np.testing.assert_array_equal(table.weights, [[[0.25, 0.0]], [[0.0, 0.0]]])
    assert table.following[0, 0, 0] == 0


@pytest.mark.parametrize("env_id", ["FrozenLake-v1", "Taxi-v4", "CliffWalkingSlippery-v1"])
def test_the_table_foretells_what_happens(env_id: str) -> None:
    """From each state, the mean reward and the states that follow are those that the environment then shows."""
    env = make(env_id)
    table = read_table(env)
    env.reset(seed=0)
    inner: Any = env.unwrapped
    rng = np.random.default_rng(0)
    for _ in range(5):
        state, action = int(rng.integers(len(table.rewards))), int(rng.integers(table.rewards.shape[1]))
        rewards, seen = [], set()
        for _ in range(400):
            inner.s = state
            observation, reward, terminated, _, _ = inner.step(action)
            rewards.append(float(reward))
            if not terminated:
                seen.add(observation)
        assert abs(np.mean(rewards) - table.rewards[state, action]) <= 5.0 * np.std(rewards) / np.sqrt(400) + 1e-9
        allowed = table.following[state, action][table.weights[state, action] > 0]
        assert seen == set(allowed.tolist())


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (None, "publishes no transition table"),
        ({3: SOUND[3]}, "has 1 states, its observations 2"),
        ({3: {0: [(0.5, 3, 0.0, False)]}, 4: SOUND[4]}, "add up to 0.5"),
        ({3: {0: [(1.0, 9, 0.0, False)]}, 4: SOUND[4]}, "leads to a state 9"),
    ],
)
def test_one_that_does_not_fit_is_refused_in_words(table: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_table(_Tabled(table))
    assert not publishes_table(_Tabled(table))


def test_cards_say_which_environments_publish_theirs() -> None:
    assert card_for("Taxi-v4").transition_table
    assert card_for("FrozenLake-v1", {"map_name": "8x8"}).transition_table
    assert not card_for("CartPole-v1").transition_table
    assert not card_for("Blackjack-v1").transition_table

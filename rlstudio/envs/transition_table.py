"""The transition table that some environments publish, `P[state][action]`, read into arrays.

Gymnasium's toy text environments (and environments written after them) hold their rules as
`env.unwrapped.P[state][action] = [(probability, next state, reward, terminated), …]`, where a state is what a Discrete
observation shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

_PROBABILITY_SLACK = 1e-6


@dataclass(frozen=True)
class TransitionTable:
    """The rules of an environment of S states and A actions, with at most K outcomes each.

    Attributes:
        rewards: expected reward of each action in each state, (S, A).
        weights: chance of each outcome after which the episode goes on, (S, A, K); 0 where it terminates or where there
            are fewer outcomes. A state behind a termination is worth nothing, so its value may be weighed with this.
        following: the state that each outcome leads to, (S, A, K).
    """

    rewards: NDArray[np.float64]
    weights: NDArray[np.float64]
    following: NDArray[np.intp]


def _table_of(env: gym.Env[Any, Any]) -> Any:
    """What stands under `P`, if the environment has both a numbered state and a numbered action."""
    if not isinstance(env.observation_space, gym.spaces.Discrete) or not isinstance(
        env.action_space, gym.spaces.Discrete
    ):
        return None
    table = getattr(env.unwrapped, "P", None)
    return table if isinstance(table, Mapping | Sequence) else None


def publishes_table(env: gym.Env[Any, Any]) -> bool:
    """Whether an environment publishes a table that `read_table` can read."""
    try:
        read_table(env)
    except (ValueError, TypeError, KeyError, IndexError):
        return False
    return True


def read_table(env: gym.Env[Any, Any]) -> TransitionTable:
    """The environment's rules as arrays; states and actions counted from 0, in the order of its spaces.

    Raises:
        ValueError: where it publishes none, or one that does not fit its spaces, in words.
    """
    table = _table_of(env)
    if table is None:
        raise ValueError("this environment publishes no transition table P of numbered states and actions")
    states, actions = _numbers(env.observation_space), _numbers(env.action_space)
    if len(table) != len(states):
        raise ValueError(f"its transition table has {len(table)} states, its observations {len(states)}")
    outcomes = [[list(table[state][action]) for action in actions] for state in states]
    most = max(len(row) for cells in outcomes for row in cells)
    shape = (len(states), len(actions), most)
    rewards, weights, following = np.zeros(shape[:2]), np.zeros(shape), np.zeros(shape, np.intp)
    for s, cells in enumerate(outcomes):
        for a, row in enumerate(cells):
            rewards[s, a] = _enter(row, weights[s, a], following[s, a], states)
    return TransitionTable(rewards, weights, following)


def _numbers(space: Any) -> range:
    return range(int(space.start), int(space.start + space.n))


def _enter(
    row: Iterable[tuple[float, int, float, bool]],
    weights: NDArray[np.float64],
    following: NDArray[np.intp],
    states: range,
) -> float:
    """Write the outcomes of one action in one state, (K,) each; returns its expected reward."""
    expected = total = 0.0
    for k, (probability, state, reward, terminated) in enumerate(row):
        if int(state) not in states:
            raise ValueError(f"its transition table leads to a state {state}, which it cannot show")
        expected += float(probability) * float(reward)
        total += float(probability)
        weights[k] = 0.0 if terminated else float(probability)
        following[k] = int(state) - states.start
    if abs(total - 1.0) > _PROBABILITY_SLACK:
        raise ValueError(f"the chances in its transition table add up to {total:g}, not to 1")
    return expected

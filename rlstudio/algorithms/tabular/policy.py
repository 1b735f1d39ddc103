"""TabularPolicy: the action of the highest Q-value in the row of the state, at random among equals."""

from __future__ import annotations

from typing import Any, Self

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import HIGHEST_Q, Arrays, Policy
from rlstudio.algorithms.blocks.randomness import acting_generator
from rlstudio.algorithms.tabular.states import StateIndex
from rlstudio.core.episode import Thought

Table = NDArray[np.float64]

_EXPLORED = "explored: random action"


class TabularPolicy(Policy):
    """Greedy in its Q-values, (n_states, n_actions); when sampled, at random with chance `epsilon`.

    Actions of the same value are drawn alike, from the episode's seed: always taking the first of them would walk into
    the same wall for ever in a state that was never learned. `visits`, (n_states,), says how often each state was
    acted in while learning, where that was counted.
    """

    value_title = HIGHEST_Q

    def __init__(
        self,
        q: Table,
        states: StateIndex,
        action_space: gym.Space[Any],
        epsilon: float = 0.0,
        visits: NDArray[np.int64] | None = None,
    ) -> None:
        if not isinstance(action_space, gym.spaces.Discrete):
            raise ValueError(f"a table of actions needs discrete ones; the action space is {action_space}")
        if q.shape != (states.n_states, int(action_space.n)) or (visits is not None and len(visits) != len(q)):
            raise ValueError(
                f"this policy was made for {' × '.join(map(str, q.shape))} states and actions; "
                f"the environment has {states.n_states} × {action_space.n}"
            )
        self._q = q
        self._states = states
        self._start = int(action_space.start)
        self._epsilon = epsilon
        self._visits = visits
        self._rng = np.random.default_rng(0)

    def start_episode(self, seed: int) -> None:
        self._rng = acting_generator(seed)

    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        state = self._states.index(observation)
        row = self._q[state]
        best = row.max()
        tied = np.flatnonzero(row == best)
        choice, notes = int(tied[0]), [self._states.words(observation)]
        if len(tied) > 1:
            choice = int(tied[self._rng.integers(len(tied))])
            notes.append(f"drawn among {len(tied)} equal actions")
        if not greedy and self._rng.random() < self._epsilon:
            choice = int(self._rng.integers(len(row)))
            notes = [_EXPLORED, *notes[:1]]
        if self._visits is not None:
            notes.append(_seen(int(self._visits[state])))
        return choice + self._start, Thought(
            q_values=row.astype(np.float32), value=float(np.float32(best)), note=" · ".join(notes)
        )

    def values(self, observations: Any) -> NDArray[np.float32]:
        best: NDArray[np.float32] = self.preferences(observations).max(axis=1)
        return best

    def preferences(self, observations: Any) -> NDArray[np.float32]:
        """Q-values; NaN in the rows of states that were never acted in, where that was counted."""
        places = np.fromiter(map(self._states.index, observations), np.intp, len(observations))
        found = self._q[places].astype(np.float32)
        if self._visits is not None:
            found[self._visits[places] == 0] = np.nan
        return found

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        arrays: Arrays = {"q": self._q.copy()}
        if self._visits is not None:
            arrays["visits"] = self._visits.copy()
        return arrays, {"epsilon": self._epsilon, **self._states.settings()}

    @classmethod
    def from_state(
        cls, arrays: Arrays, settings: dict[str, Any], observation_space: gym.Space[Any], action_space: gym.Space[Any]
    ) -> Self:
        states = StateIndex.from_settings(observation_space, settings)
        if "q" not in arrays:
            raise ValueError("this policy has no array 'q'")
        q, visits = np.asarray(arrays["q"], np.float64), arrays.get("visits")
        counted = None if visits is None else np.asarray(visits, np.int64)
        return cls(q, states, action_space, float(settings["epsilon"]), counted)


def _seen(times: int) -> str:
    if times == 0:
        return "never seen while learning"
    return f"seen {times:,} time{'s' if times > 1 else ''} while learning"

"""SARSA: correct a table of Q-values towards reward plus the discounted Q-value of the action that is taken next.

Source: Rummery and Niranjan, "On-line Q-learning using connectionist systems" (1994); Sutton and Barto (2018), section
6.4, and eq. 6.9 for the expected variant (van Seijen et al., 2009). Difference: an episode cut off by a time limit
still counts what its last state is worth; only a terminated one does not.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from rlstudio.algorithms.base import LearnerState, Run
from rlstudio.algorithms.sarsa.spec import SarsaParams
from rlstudio.algorithms.tabular.learner import TabularLearner


class SarsaLearner(TabularLearner):
    """On-policy: learns what its own behaviour, exploring included, is worth."""

    def __init__(self, env: gym.Env[Any, Any], params: SarsaParams, seed: int, device: str) -> None:
        super().__init__(env, params, seed, device)
        self._params: SarsaParams = self._params
        self._next_action = 0

    def learn(self, run: Run) -> None:
        env, index, first = self._env, self._states.index, self._first_action
        state = self._begin()
        action = self._next_action if self.midway else self._choose(self._row(state), run.progress)
        while True:
            observation, reward, terminated, truncated, _ = env.step(action + first)
            following = index(observation)
            next_row = self._row(following)
            next_action = self._choose(next_row, run.progress)  # on-policy: chosen before the correction
            after = 0.0 if terminated else self._worth(next_row, next_action)
            self._correct(state, action, float(reward), after, run.progress)
            run.record(reward, terminated, truncated)
            ended = terminated or truncated
            self._finish_step(run, ended)
            if ended:
                following = self._start_episode(env.reset()[0])
                next_action = self._choose(self._row(following), run.progress)
            self._next_action = next_action
            state, action = following, next_action
            run.tick(1)

    def state(self) -> LearnerState:
        found = super().state()
        found.values["next_action"] = self._next_action
        return found

    def load_state(self, state: LearnerState) -> None:
        super().load_state(state)
        self._next_action = int(state.values.get("next_action", 0))

    def _worth(self, row: list[float], action: int) -> float:
        """What a state is worth under the ε-greedy policy: sampled by its next action, or in expectation."""
        if not self._params.expected:
            return row[action]
        return (1.0 - self._epsilon) * max(row) + self._epsilon * sum(row) / len(row)

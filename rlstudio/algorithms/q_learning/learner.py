"""Q-learning: correct a table of Q-values towards reward plus the discounted best Q-value of the next state.

Source: Watkins and Dayan, "Q-learning" (1992), eq. 1; Sutton and Barto (2018), section 6.5. Difference: an episode cut
off by a time limit still counts what its last state is worth; only a terminated one does not.
"""

from __future__ import annotations

from rlstudio.algorithms.base import Run
from rlstudio.algorithms.tabular.learner import TabularLearner


class QLearner(TabularLearner):
    """Off-policy: learns of the greedy policy, whatever it does to explore."""

    def learn(self, run: Run) -> None:
        env, index, first = self._env, self._states.index, self._first_action
        state = self._begin()
        row = self._row(state)
        while True:
            progress = run.progress
            action = self._choose(row, progress)
            observation, reward, terminated, truncated, _ = env.step(action + first)
            following = index(observation)
            next_row = self._row(following)
            self._correct(state, action, float(reward), 0.0 if terminated else max(next_row), progress)
            run.record(reward, terminated, truncated)
            ended = terminated or truncated
            self._finish_step(run, ended)
            if ended:
                following = self._start_episode(env.reset()[0])
            # what was read before the correction is stale where the state is the same
            row = self._row(following) if ended or following == state else next_row
            state = following
            run.tick(1)

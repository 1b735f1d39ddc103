"""TabularLearner: what Q-learning and SARSA share: the table, ε-greedy choice, the correction, the diagnostics.

Source: Sutton and Barto, "Reinforcement Learning: An Introduction" (2nd edition, 2018), sections 6.4 and 6.5; learning
rates that fall by visits as in Even-Dar and Mansour, "Learning Rates for Q-learning" (2003).
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import Learner, LearnerState, Run
from rlstudio.algorithms.blocks.mean_metrics import MeanMetrics
from rlstudio.algorithms.blocks.randomness import environment_seed
from rlstudio.algorithms.blocks.schedules import exponential, linear
from rlstudio.algorithms.tabular.draws import Draws
from rlstudio.algorithms.tabular.params import FIRST_ROW_EVERY, LAST_ROW_EVERY, TabularParams
from rlstudio.algorithms.tabular.policy import TabularPolicy
from rlstudio.algorithms.tabular.sizes import too_large
from rlstudio.algorithms.tabular.states import StateIndex
from rlstudio.core.params import ParamError, ParamFault

_ROWS_PER_LENGTH = 200  # a row for each half per cent of the steps so far


class TabularLearner(Learner):
    """Learns Q-values, (n_states, n_actions), on a single environment with discrete actions.

    Single numbers of the tables are read and written through memoryviews, in a third of the time that indexing a NumPy
    array takes.
    """

    resumes_midway = True

    def __init__(self, env: gym.Env[Any, Any], params: TabularParams, seed: int, device: str) -> None:
        if not isinstance(env.action_space, gym.spaces.Discrete):
            raise ValueError(f"a table of actions needs discrete ones; the action space is {env.action_space}")
        self._env = env
        self._params = params.model_copy()
        self._seed = seed
        env_id = env.unwrapped.spec.id if env.unwrapped.spec else ""
        self._states = StateIndex.of_space(env.observation_space, params.bins, env_id)
        self._n_actions = int(env.action_space.n)
        self._first_action = int(env.action_space.start)
        reason = too_large(self._states.n_states, self._n_actions)
        if reason is not None:
            raise ParamError([ParamFault("bins", list(params.bins), f"fewer bins: {reason}")])
        shape = (self._states.n_states, self._n_actions)
        self._q: NDArray[np.float64] = np.full(shape, params.initial_value)
        self._visits: NDArray[np.int64] = np.zeros(shape, np.int64)
        self._cells: Any = self._q.reshape(-1).data
        self._counts: Any = self._visits.reshape(-1).data
        self._draws = Draws(seed)
        self._steps = self._seen = self._next_row = 0
        self._epsilon, self._rate = params.epsilon_start, params.learning_rate
        self._means = MeanMetrics()
        self._errors = self._rates = 0.0
        self._since_row = 0
        self._predicted, self._realised, self._weight = 0.0, 0.0, 1.0

    @abstractmethod
    def learn(self, run: Run) -> None:
        """See Learner; `_begin`, then step by step `_choose`, `_correct`, `_finish_step`."""

    # ------------------------------------------------------------ what `learn` is made of

    def _begin(self) -> int:
        """Reset the environment for the first time, or go on amid an episode; the state's number."""
        self._next_row = max(self._next_row, self._steps + 1)
        observation, _ = self._env.reset(seed=environment_seed(self._seed, self._steps))
        return self._states.index(observation) if self.midway else self._start_episode(observation)

    def _start_episode(self, observation: Any) -> int:
        state = self._states.index(observation)
        self._predicted, self._realised, self._weight = max(self._row(state)), 0.0, 1.0
        return state

    def _row(self, state: int) -> list[float]:
        """The Q-values of a state."""
        start = state * self._n_actions
        row: list[float] = self._cells[start : start + self._n_actions].tolist()
        return row

    def _choose(self, row: list[float], progress: float) -> int:
        """An ε-greedy choice, counted from 0; equal values are drawn alike. Sets this step's ε."""
        params, draws = self._params, self._draws
        if params.epsilon_schedule == "linear":
            epsilon = linear(params.epsilon_start, params.epsilon_end, params.exploration_fraction, progress)
        else:
            epsilon = exponential(params.epsilon_start, params.epsilon_end, params.epsilon_decay_steps, self._steps)
        self._epsilon = epsilon
        if draws.one() < epsilon:
            return draws.below(self._n_actions)
        best = max(row)
        if row.count(best) == 1:
            return row.index(best)
        tied = [action for action, value in enumerate(row) if value == best]
        return tied[draws.below(len(tied))]

    def _correct(self, state: int, action: int, reward: float, after: float, progress: float) -> None:
        """Move Q(state, action) towards reward + γ · `after`, what the next state is worth (0 when terminated)."""
        params = self._params
        cell = state * self._n_actions + action
        tries = self._counts[cell] + 1
        if tries == 1 and not any(self._visits[state]):
            self._seen += 1
        self._counts[cell] = tries
        rate = params.learning_rate
        if params.learning_rate_schedule == "linear":
            rate = linear(rate, min(rate, params.learning_rate_end), 1.0, progress)
        elif params.learning_rate_schedule == "visits":
            rate = max(rate / tries**params.visits_power, min(rate, params.learning_rate_end))
        error = reward + params.discount * after - self._cells[cell]
        self._cells[cell] += rate * error
        self._rate = rate
        self._rates += rate
        self._errors += abs(error)
        self._since_row += 1
        self._steps += 1
        self._realised += self._weight * reward
        self._weight *= params.discount

    def _finish_step(self, run: Run, ended: bool) -> None:
        """Diagnostics of the step just learned from; each step is an update."""
        if ended:
            self._means.add(predicted_q=self._predicted, discounted_return=self._realised)
            run.breathe()
        steps = self._steps
        if steps == 1 or steps >= self._next_row:
            run.say(f"learning from every step; acted in {self._seen:,} of {self._states.n_states:,} states so far")
        if steps < self._next_row:
            run.log()
            return
        self._next_row = steps + max(FIRST_ROW_EVERY, min(LAST_ROW_EVERY, steps // _ROWS_PER_LENGTH))
        by_visits, n = self._params.learning_rate_schedule == "visits", self._since_row
        errors, rates = self._errors, self._rates
        self._errors = self._rates = 0.0
        self._since_row = 0
        run.log(
            **self._means.take(),
            td_error=errors / n,
            states_visited=100.0 * self._seen / self._states.n_states,
            epsilon=self._epsilon,
            learning_rate=rates / n if by_visits else self._rate,
        )

    # ------------------------------------------------------------ the rest of the contract

    def policy(self) -> TabularPolicy:
        return TabularPolicy(self._q, self._states, self._env.action_space, self._epsilon, self._visits.sum(axis=1))

    def set_param(self, name: str, value: Any) -> None:
        setattr(self._params, name, value)

    def state(self) -> LearnerState:
        values = {
            "steps": self._steps,
            "epsilon": self._epsilon,
            "rate": self._rate,
            "next_row": self._next_row,
            "since_row": [self._since_row, self._errors, self._rates],
            "means": self._means.state(),
            "episode": [self._predicted, self._realised, self._weight],
            "draws": self._draws.state(),
        }
        return LearnerState({"q": self._q, "visits": self._visits}, values)

    def load_state(self, state: LearnerState) -> None:
        arrays, values = state.arrays, state.values
        for name, own in (("q", self._q), ("visits", self._visits)):
            if name not in arrays or arrays[name].shape != own.shape:
                raise ValueError(
                    f"the saved table {name!r} does not fit {own.shape[0]:,} states × {own.shape[1]} actions"
                )
        self._q[:], self._visits[:] = arrays["q"], arrays["visits"]
        self._seen = int(self._visits.any(axis=1).sum())
        self._steps, self._next_row = int(values["steps"]), int(values["next_row"])
        self._epsilon, self._rate = float(values["epsilon"]), float(values["rate"])
        count, self._errors, self._rates = values["since_row"]
        self._since_row = int(count)
        self._means.load_state(values["means"])
        self._predicted, self._realised, self._weight = map(float, values.get("episode", (0.0, 0.0, 1.0)))
        self._draws.load(values["draws"])

"""Value iteration: sweep over all states until their values hold still, and act greedily meanwhile.

Source: Bellman, "A Markovian decision process" (1957); Sutton and Barto, "Reinforcement Learning: An Introduction" (2nd
edition, 2018), eq. 4.10. A time limit is not part of the rules: values are those of episodes without one.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import Learner, LearnerState, Run
from rlstudio.algorithms.blocks.randomness import environment_seed
from rlstudio.algorithms.tabular.draws import Draws
from rlstudio.algorithms.tabular.policy import TabularPolicy
from rlstudio.algorithms.tabular.states import StateIndex
from rlstudio.algorithms.value_iteration.spec import ValueIterationParams
from rlstudio.envs.transition_table import read_table

Table = NDArray[np.float64]

_REALLY_BETTER = 1e-12
"""Two actions of equal worth differ in the last digits; that is no new best action."""


class ValueIterationLearner(Learner):
    """Plans on the environment's published table; Q-values are (n_states, n_actions).

    `sweeps_per_step` sweeps come before each step until the values hold still, each an update; from then on a step is.
    """

    resumes_midway = True

    def __init__(self, env: gym.Env[Any, Any], params: ValueIterationParams, seed: int, device: str) -> None:
        self._env = env
        self._params = params.model_copy()
        self._seed = seed
        self._table = read_table(env)
        self._states = StateIndex.of_space(env.observation_space, (0,), "")
        self._first_action = int(env.action_space.start)  # type: ignore[attr-defined]  # read_table has seen to it
        self._q: Table = np.zeros_like(self._table.rewards)
        self._values: Table = np.zeros(len(self._q))
        self._sweeps = self._steps = 0
        self._still = False
        self._draws = Draws(seed)
        self._first = 0
        self._realised, self._weight = 0.0, 1.0

    def learn(self, run: Run) -> None:
        env, index = self._env, self._states.index
        state = index(env.reset(seed=environment_seed(self._seed, self._steps))[0])
        if not self.midway:
            self._first, self._realised, self._weight = state, 0.0, 1.0
        while True:
            self._plan(run, self._first)
            observation, reward, terminated, truncated, _ = env.step(self._act(state) + self._first_action)
            state = index(observation)
            self._steps += 1
            self._realised += self._weight * float(reward)
            self._weight *= self._params.discount
            run.record(reward, terminated, truncated)
            ended = terminated or truncated
            if ended:
                run.breathe()
                run.log(start_value=float(self._values[self._first]), discounted_return=self._realised)
                state = self._first = index(env.reset()[0])
                self._realised, self._weight = 0.0, 1.0
            elif self._still:
                run.log()
            run.tick(1)

    def _act(self, state: int) -> int:
        """The best action, counted from 0; equal ones are drawn alike."""
        row = self._q[state].tolist()
        best = max(row)
        tied = [action for action, value in enumerate(row) if value == best]
        return tied[0] if len(tied) == 1 else tied[self._draws.below(len(tied))]

    def _plan(self, run: Run, first: int) -> None:
        """The sweeps that come before a step."""
        for _ in range(self._params.sweeps_per_step):
            if self._still:
                return
            run.breathe()
            params = self._params.model_copy()  # a change that arrives meanwhile counts from the next sweep on
            residual, changes = self._sweep(params)
            self._sweeps += 1
            self._still = residual <= params.tolerance
            if self._still:
                run.say(f"the values hold still after {self._sweeps:,} sweeps; acting on them")
            else:
                run.say(f"sweep {self._sweeps:,}: values change by up to {residual:.2g}")
            run.log(
                bellman_residual=residual,
                policy_changes=float(changes),
                start_value=float(self._values[first]),
                sweeps=float(self._sweeps),
            )

    def _sweep(self, params: ValueIterationParams) -> tuple[float, int]:
        """One pass over all states; the largest change of a value, and the number of states with a new best action."""
        table, before, choices = self._table, self._values.copy(), self._q.argmax(axis=1)
        if params.sweep_order == "in_place":
            for state in range(len(self._values)):
                ahead = (table.weights[state] * self._values[table.following[state]]).sum(axis=1)
                self._q[state] = table.rewards[state] + params.discount * ahead
                self._values[state] = self._q[state].max()
        else:
            ahead = np.einsum("sak,sak->sa", table.weights, before[table.following])
            np.multiply(ahead, params.discount, out=self._q)
            self._q += table.rewards
            self._q.max(axis=1, out=self._values)
        kept = self._q[np.arange(len(choices)), choices]
        changes = int(np.count_nonzero(self._values > kept + _REALLY_BETTER))
        return float(np.abs(self._values - before).max()), changes

    def policy(self) -> TabularPolicy:
        return TabularPolicy(self._q, self._states, self._env.action_space)

    def set_param(self, name: str, value: Any) -> None:
        setattr(self._params, name, value)
        self._still = False  # another discount, other values

    def state(self) -> LearnerState:
        values = {
            "sweeps": self._sweeps,
            "steps": self._steps,
            "still": self._still,
            "episode": [self._first, self._realised, self._weight],
            "draws": self._draws.state(),
        }
        return LearnerState({"q": self._q, "values": self._values}, values)

    def load_state(self, state: LearnerState) -> None:
        for name, own in (("q", self._q), ("values", self._values)):
            if name not in state.arrays or state.arrays[name].shape != own.shape:
                raise ValueError(f"the saved array {name!r} does not fit the environment's {len(self._q):,} states")
            own[:] = state.arrays[name]
        self._sweeps, self._steps = int(state.values["sweeps"]), int(state.values["steps"])
        self._still = bool(state.values["still"])
        first, self._realised, self._weight = state.values.get("episode", (0, 0.0, 1.0))
        self._first = int(first)
        self._draws.load(state.values["draws"])

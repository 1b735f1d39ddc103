"""EvaluationSchedule: greedy episodes at steps of a run, with fixed seeds, in an environment of their own.

Where a person said how often (`eval_every`), it is done so exactly. By itself (None) a run is evaluated on a grid of at
most 20 steps, and so that it doesn't wait for its evaluations more than for its learning: one that is due is left out
while evaluating has taken more than a third of the time. The first that is due and the one at the end are always done.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import gymnasium as gym

from rlstudio.algorithms.base import Policy
from rlstudio.algorithms.blocks.randomness import shared_generators_kept
from rlstudio.core.messages import Evaluation
from rlstudio.core.run_config import RunConfig
from rlstudio.envs.make import make
from rlstudio.jobs.evaluate import FIRST_SEED, play_out

EVALUATIONS_PER_RUN = 20
EVAL_EVERY_WITHOUT_STEPS = 5_000
"""Where the budget is in episodes alone."""
MOST_OF_THE_TIME = 1 / 3
"""Share of training and evaluating beyond which a run by itself goes on without another evaluation."""


class EvaluationSchedule:
    """When to evaluate, and which evaluation was the best so far. A run is never changed by its evaluations.

    Attributes:
        last_step: step of the last evaluation; -1 before the first.
        next_step: step from which on the next is due.
        wanted: whether this run is evaluated at all.
    """

    def __init__(
        self, config: RunConfig, first_step: int = 0, best_mean: float | None = None, *, learns: bool = True
    ) -> None:
        """A run that goes on begins at `first_step`. One that never `learns` is by itself evaluated at its end only."""
        self._config = config
        self._best_mean = best_mean
        self._env: gym.Env[Any, Any] | None = None
        self._by_itself = config.eval_every is None
        self._every = config.eval_every
        if self._every is None:
            self._every = _grid(config.steps, first_step) if learns else 0
        self.wanted = self._by_itself or self._every > 0
        self.last_step = -1
        self.next_step: float = first_step + self._every if self._every else float("inf")

    def state(self) -> dict[str, Any]:
        """When the next is due, as plain numbers; which was the best, the run's events say."""
        return {"every": self._every, "next_step": self.next_step, "last_step": self.last_step}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on with the same schedule. Raises KeyError, TypeError, ValueError."""
        every, next_step, last_step = int(state["every"]), float(state["next_step"]), int(state["last_step"])
        if every < 0 or math.isnan(next_step):
            raise ValueError("no such schedule of evaluations")
        self._every, self.last_step = every, last_step
        self.next_step = next_step if every else math.inf

    def take(self, step: int, share: float) -> bool:
        """Whether to evaluate now that one is due; False leaves it out, and the next is due a grid step later.

        `share` is what evaluating took so far of the time of training and evaluating, since the run began or went on.
        """
        if self._by_itself and self.last_step >= 0 and share > MOST_OF_THE_TIME:
            self._move_on(step)
            return False
        return True

    def evaluate(
        self, policy: Policy, step: int, seconds: float, look_up: Callable[[], None], say: Callable[[str], None]
    ) -> Evaluation:
        """Play the episodes now. A mean as good as the best so far counts as the best: later weights saw more."""
        with shared_generators_kept():
            if self._env is None:
                self._env = make(self._config.env, self._config.env_kwargs)
            returns = []
            for index in range(self._config.eval_episodes):
                say(f"evaluating: episode {index + 1} of {self._config.eval_episodes}")
                outcome = play_out(self._env, policy, FIRST_SEED + index, greedy=True, look_up=look_up)
                returns.append(outcome.total_reward)
        self.last_step = step
        self._move_on(step)
        mean = sum(returns) / len(returns)
        best = self._best_mean is None or mean >= self._best_mean
        if best:
            self._best_mean = mean
        return Evaluation(step, seconds, tuple(returns), best)

    def _move_on(self, step: int) -> None:
        while self._every and self.next_step <= step:
            self.next_step += self._every

    def close(self) -> None:
        """Close the environment."""
        if self._env is not None:
            self._env.close()
            self._env = None


def _grid(steps: int | None, first_step: int) -> int:
    """Steps from one evaluation to the next, by itself."""
    return EVAL_EVERY_WITHOUT_STEPS if steps is None else max(1, (steps - first_step) // EVALUATIONS_PER_RUN)

"""EvaluationSchedule: greedy episodes at fixed steps of a run, with fixed seeds, in an environment of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium as gym

from rlstudio.algorithms.base import Policy
from rlstudio.core.messages import Evaluation
from rlstudio.core.run_config import RunConfig
from rlstudio.envs.make import make
from rlstudio.jobs.evaluate import FIRST_SEED, play_out


class EvaluationSchedule:
    """When to evaluate, and which evaluation was the best so far. A run is never changed by its evaluations."""

    def __init__(self, config: RunConfig, first_step: int = 0, best_mean: float | None = None) -> None:
        self._config = config
        self._best_mean = best_mean
        self._env: gym.Env[Any, Any] | None = None
        self.last_step = -1
        self.next_step: float = first_step + config.eval_every if config.eval_every else float("inf")

    @property
    def wanted(self) -> bool:
        """Whether this run is evaluated at all."""
        return self._config.eval_every > 0

    def evaluate(self, policy: Policy, step: int, seconds: float, look_up: Callable[[], None]) -> Evaluation:
        """Play the episodes now. A mean as good as the best so far counts as the best: later weights saw more."""
        if self._env is None:
            self._env = make(self._config.env, self._config.env_kwargs)
        returns = tuple(
            play_out(self._env, policy, FIRST_SEED + index, greedy=True, look_up=look_up).total_reward
            for index in range(self._config.eval_episodes)
        )
        self.last_step = step
        while self.next_step <= step:
            self.next_step += self._config.eval_every
        mean = sum(returns) / len(returns)
        best = self._best_mean is None or mean >= self._best_mean
        if best:
            self._best_mean = mean
        return Evaluation(step, seconds, returns, best)

    def close(self) -> None:
        """Close the environment."""
        if self._env is not None:
            self._env.close()
            self._env = None

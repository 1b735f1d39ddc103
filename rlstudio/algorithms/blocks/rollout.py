"""Rollout buffer: what several copies of an environment went through since the last update, in preallocated arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.returns import generalised_advantages, real_steps


@dataclass
class Experience:
    """The real steps of a rollout, flat: n rows."""

    observations: Array
    actions: NDArray[Any]
    advantages: Array
    returns: Array
    values: Array
    old_log_probs: Array

    def __len__(self) -> int:
        return len(self.returns)

    def rows(self, indices: NDArray[np.int64]) -> Experience:
        """Those rows, copied."""
        return Experience(
            self.observations[indices],
            self.actions[indices],
            self.advantages[indices],
            self.returns[indices],
            self.values[indices],
            self.old_log_probs[indices],
        )


class RolloutBuffer:
    """`n_steps` steps of `n_envs` copies that reset themselves in the step after an end (next-step autoreset).

    Attributes:
        observations: (n_steps + 1, n_envs, size); the last row is what follows the last step.
        raw: the same before normalisation; the same array where there is none.
        ended_before: (n_envs,) whether the step before the first one ended an episode, so that the first is a reset.
        filled: steps of each copy that were written since the last update.
    """

    def __init__(
        self, n_steps: int, n_envs: int, observation_size: int, action: NDArray[Any], *, normalised: bool
    ) -> None:
        shape = (n_steps, n_envs)
        self.observations: Array = np.zeros((n_steps + 1, n_envs, observation_size), np.float32)
        self.raw: Array = np.zeros_like(self.observations) if normalised else self.observations
        self.actions: NDArray[Any] = np.zeros((*shape, *action.shape), action.dtype)
        self.rewards: Array = np.zeros(shape, np.float32)
        self.terminated: NDArray[np.bool_] = np.zeros(shape, np.bool_)
        self.truncated: NDArray[np.bool_] = np.zeros(shape, np.bool_)
        self.ended_before: NDArray[np.bool_] = np.zeros(n_envs, np.bool_)
        self.filled = 0

    def forget(self) -> None:
        """New episodes begin."""
        self.filled, self.ended_before = 0, np.zeros_like(self.ended_before)

    def ended_last(self) -> NDArray[np.bool_]:
        """Whether the newest step ended an episode, (n_envs,)."""
        if self.filled == 0:
            return self.ended_before
        found: NDArray[np.bool_] = self.terminated[self.filled - 1] | self.truncated[self.filled - 1]
        return found

    def _filled_part(self) -> dict[str, NDArray[Any]]:
        n = self.filled
        found = {"observations": self.observations[: n + 1], "actions": self.actions[:n], "rewards": self.rewards[:n]}
        if self.raw is not self.observations:
            found["raw"] = self.raw[: n + 1]
        return {**found, "terminated": self.terminated[:n], "truncated": self.truncated[:n]}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was written since the last update, for a learner's state."""
        return {**self._filled_part(), "ended_before": self.ended_before}

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `arrays` gave. Raises ValueError, KeyError where it does not fit."""
        if len(arrays["rewards"]) > len(self.rewards) or arrays["ended_before"].shape != self.ended_before.shape:
            raise ValueError(f"the saved rollout does not fit one of shape {self.rewards.shape}")
        self.filled = len(arrays["rewards"])
        for name, part in self._filled_part().items():
            if arrays[name].shape != part.shape or arrays[name].dtype != part.dtype:
                raise ValueError(f"the saved rollout's {name!r} do not fit: shape {part.shape} is needed here")
            part[:] = arrays[name]
        self.ended_before = np.array(arrays["ended_before"], np.bool_)

    def ended(self) -> NDArray[np.bool_]:
        """Where an episode ended, (n_steps, n_envs)."""
        found: NDArray[np.bool_] = self.terminated | self.truncated
        return found

    def real(self) -> NDArray[np.bool_]:
        """Where a step was a step and no reset, (n_steps, n_envs)."""
        return real_steps(self.ended(), self.ended_before)

    def experience(self, values: Array, rewards: Array, discount: float, gae_lambda: float) -> Experience:
        """The real steps with their advantages and returns; log-probabilities are still to be filled in.

        `values` (n_steps + 1, n_envs) of `observations`; `rewards` (n_steps, n_envs) as learned from.
        """
        advantages = generalised_advantages(rewards, values, self.terminated, self.truncated, discount, gae_lambda)
        rows = np.flatnonzero(self.real().reshape(-1))
        n_steps, n_envs = rewards.shape
        advantage_rows = advantages.reshape(-1)[rows]
        value_rows = values[:-1].reshape(-1)[rows]
        return Experience(
            observations=self.observations[:-1].reshape(n_steps * n_envs, -1)[rows],
            actions=self.actions.reshape(n_steps * n_envs, *self.actions.shape[2:])[rows],
            advantages=advantage_rows,
            returns=advantage_rows + value_rows,
            values=value_rows,
            old_log_probs=np.zeros(len(rows), np.float32),
        )

"""Foresight: what a value-based model expected of each whole episode, beside what that episode brought.

The model's best Q-value at an episode's first state stands against the sum of its rewards, discounted as the Q-values
are: far above it the model overestimates (van Hasselt et al., "Deep Reinforcement Learning with Double Q-learning",
2016, figure 3).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rlstudio.algorithms.sb3.logger import UpdateLogger


class Foresight:
    """Told by the environments of each step; records both numbers of each episode that ended since learning began."""

    def __init__(self, model: Any, log: UpdateLogger, n_envs: int) -> None:
        self._model = model
        self._log = log
        self._fresh = np.ones(n_envs, np.bool_)  # copies whose episode has not begun to act yet
        self._predicted, self._realised, self._weight = np.zeros((3, n_envs))

    def begin(self) -> None:
        """All copies were reset."""
        self._fresh[:] = True

    def before_step(self) -> None:
        """Look at each first state as the model itself sees it, just before it acts there."""
        if self._fresh.any():
            self._predicted[self._fresh] = self._best_q()[self._fresh]
            self._realised[self._fresh], self._weight[self._fresh] = 0.0, 1.0
            self._fresh[:] = False

    def after_step(self, rewards: NDArray[np.float64], dones: NDArray[np.bool_]) -> None:
        """`rewards` as the environments give them, and which copies' episodes ended, (n_envs,) each."""
        model = self._model
        self._realised += self._weight * rewards
        self._weight *= model.gamma
        if model.num_timesteps + len(dones) > model.learning_starts:
            for i in np.flatnonzero(dones).tolist():
                self._log.record("rollout/predicted_q", self._predicted[i])
                self._log.record("rollout/discounted_return", self._realised[i])
        self._fresh |= dones

    def _best_q(self) -> NDArray[np.float64]:
        """Highest Q-value of each copy's state, (n_envs,), in the units of the environments' own rewards."""
        model = self._model
        with torch.no_grad():
            seen, _ = model.policy.obs_to_tensor(model._last_obs)
            quantiles = getattr(model, "quantile_net", None)  # (n_envs, n_quantiles, n_actions)
            q_values = model.q_net(seen) if quantiles is None else quantiles(seen).mean(dim=1)
        best: NDArray[np.float64] = q_values.max(dim=1).values.cpu().numpy().astype(np.float64)
        scale = model.get_vec_normalize_env()
        return best if scale is None else np.asarray(scale.unnormalize_reward(best))

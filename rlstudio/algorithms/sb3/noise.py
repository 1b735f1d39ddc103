"""ActionNoise: what Stable-Baselines3 adds to the actions of deterministic policies, with a spread that can change."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.noise import VectorizedActionNoise

_THETA, _DT = 0.15, 0.01  # those of Stable-Baselines3's OrnsteinUhlenbeckActionNoise


class ActionNoise(VectorizedActionNoise):
    """Noise on the actions of all copies, of a spread `sigma` that can change while it is used.

    Gaussian noise is fresh at every step; a drifting one (Ornstein and Uhlenbeck's process, as in Lillicrap et al.,
    2016) goes on from where it was, and begins at 0 with each episode.
    """

    def __init__(self, sigma: float, n_envs: int, shape: tuple[int, ...], *, drifting: bool = False) -> None:
        self.sigma = sigma
        self._drifting = drifting
        self._last = np.zeros((n_envs, *shape), np.float32)

    def __call__(self) -> NDArray[np.float32]:
        if self.sigma == 0.0:
            return np.zeros_like(self._last)
        fresh = self.sigma * np.random.standard_normal(self._last.shape).astype(np.float32)
        if not self._drifting:
            return fresh
        self._last = self._last * np.float32(1.0 - _THETA * _DT) + np.float32(np.sqrt(_DT)) * fresh
        return self._last.copy()

    def reset(self, indices: Any = None) -> None:
        """An episode of these copies (of all for None) begins."""
        self._last[slice(None) if indices is None else indices] = 0.0

    def __repr__(self) -> str:
        return f"ActionNoise(sigma={self.sigma}, drifting={self._drifting})"

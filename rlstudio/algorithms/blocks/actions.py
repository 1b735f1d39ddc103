"""How an action space is acted in: which distribution fits it, and how a drawn action becomes one of the space's."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.distributions import CategoricalHead, GaussianHead, Head, StateDependentHead


def make_head(space: gym.Space[Any], *, hidden: int = 0, state_dependent: bool = False) -> Head:
    """The distribution for an action space: a choice for Discrete, several for Multi…, a Gaussian for Box.

    Raises:
        ValueError: there is none for such a space.
    """
    if isinstance(space, gym.spaces.Discrete):
        return CategoricalHead([int(space.n)])
    if isinstance(space, gym.spaces.MultiDiscrete) and space.nvec.ndim == 1:
        return CategoricalHead(space.nvec.tolist())
    if isinstance(space, gym.spaces.MultiBinary) and len(space.shape) == 1:
        return CategoricalHead([2] * space.shape[0])
    if isinstance(space, gym.spaces.Box):
        n_actions = int(np.prod(space.shape))
        return StateDependentHead(n_actions, hidden) if state_dependent else GaussianHead(n_actions)
    raise ValueError(f"no distribution over actions of the space {space}")


class ActionAdapter:
    """Turns drawn actions into the space's own: first choice added, continuous ones cut to the bounds and shaped."""

    def __init__(self, space: gym.Space[Any]) -> None:
        self._space = space
        self._start = int(space.start) if isinstance(space, gym.spaces.Discrete) else 0
        self.discrete = isinstance(space, gym.spaces.Discrete)
        self._box = space if isinstance(space, gym.spaces.Box) else None

    def many(self, drawn: NDArray[Any]) -> NDArray[Any]:
        """For a vector environment: (n_envs, …) of the action space."""
        if self._box is not None:
            bounded = np.clip(drawn.reshape(-1, *self._box.shape), self._box.low, self._box.high)
            return np.asarray(bounded, self._box.dtype)
        if self.discrete:
            return drawn + self._start if self._start else drawn
        return (drawn + getattr(self._space, "start", 0)).astype(self._space.dtype)

    def choices(self, action: Any) -> NDArray[np.intp]:
        """The choices, counted from 0, that a discrete, multi-discrete or binary action of the space stands for."""
        return (np.ravel(action) - np.ravel(getattr(self._space, "start", 0))).astype(np.intp)

    def one(self, drawn: Any) -> Any:
        """For a single environment: one drawn action, an int for Discrete."""
        if self.discrete:
            return int(drawn) + self._start
        return self.many(np.asarray(drawn)[None])[0]

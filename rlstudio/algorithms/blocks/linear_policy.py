"""LinearPolicy: acts by weighted sums of what it observes, a constant included, and nothing else."""

from __future__ import annotations

from typing import Any, Self

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import Arrays, Policy
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.sensitivity import as_one
from rlstudio.core.episode import Thought
from rlstudio.envs.readable_gradient import ReadableGradient
from rlstudio.envs.spaces import ObservationEncoder


class LinearRule:
    """How the sums become actions of a space.

    | space | sums | action |
    | --- | --- | --- |
    | two choices | 1 | the second where the sum is 0 or more, else the first |
    | more choices | one for each | the one with the largest sum |
    | several choices at once | as if each stood alone | |
    | Box | one for each number | the sum cut to ±1 and scaled to the bounds; as it is where there is no bound |

    Attributes:
        n_outputs: how many sums it needs.
    """

    def __init__(self, space: gym.Space[Any]) -> None:
        self.space = space
        self.discrete = isinstance(space, gym.spaces.Discrete)
        self._counts: list[int] = []
        self._start: Any = getattr(space, "start", 0)
        if isinstance(space, gym.spaces.Box):
            bounded = np.isfinite(space.low) & np.isfinite(space.high)
            self._middle = np.where(
                bounded, (np.where(bounded, space.low, 0) + np.where(bounded, space.high, 0)) / 2, 0
            )
            self._half = np.where(bounded, np.where(bounded, space.high, 0) - self._middle, 1)
            self._limit = np.where(bounded, 1.0, np.inf)
            self.n_outputs = int(np.prod(space.shape))
            return
        if isinstance(space, gym.spaces.Discrete):
            self._counts = [int(space.n)]
        elif isinstance(space, gym.spaces.MultiDiscrete) and space.nvec.ndim == 1:
            self._counts = space.nvec.tolist()
        elif isinstance(space, gym.spaces.MultiBinary) and len(space.shape) == 1:
            self._counts = [2] * space.shape[0]
        else:
            raise ValueError(f"weighted sums make no actions of the space {space}")
        self._sums = [1 if count == 2 else count for count in self._counts]
        self.n_outputs = sum(self._sums)

    def many(self, sums: Array) -> NDArray[Any]:
        """Actions for a vector environment, of `sums` (n, n_outputs)."""
        if not self._counts:
            assert isinstance(self.space, gym.spaces.Box)
            cut = np.clip(sums.reshape(-1, *self.space.shape), -self._limit, self._limit)
            return np.asarray(self._middle + self._half * cut, self.space.dtype)
        if self.discrete:
            found: NDArray[Any] = self._choose(sums, self._counts[0])
            return np.asarray(found + self._start) if self._start else found
        ends = np.cumsum(self._sums)[:-1]
        parts = [self._choose(part, n) for part, n in zip(np.split(sums, ends, axis=1), self._counts, strict=True)]
        return np.asarray(np.stack(parts, axis=1) + self._start, self.space.dtype)

    @staticmethod
    def _choose(sums: Array, count: int) -> NDArray[np.int64]:
        chosen = sums[:, 0] >= 0.0 if count == 2 else sums.argmax(axis=1)
        return chosen.astype(np.int64)

    def slopes(self, action: Any) -> Array:
        """∂score/∂sums of `action`, (n_outputs,): the chosen sum counts, that of the first of two choices reversed.

        Of a Box a row for each number, (n_outputs, n_outputs), before the sum is cut.
        """
        if not self._counts:
            return np.diag(np.asarray(self._half, np.float32).reshape(-1))
        parts = []
        for choice, count in zip((np.ravel(action) - np.ravel(self._start)).tolist(), self._counts, strict=True):
            row = np.zeros(1 if count == 2 else count, np.float32)
            row[0 if count == 2 else int(choice)] = -1.0 if count == 2 and not choice else 1.0
            parts.append(row)
        return np.concatenate(parts)

    def one(self, sums: Array) -> Any:
        """An action for a single environment, an int for Discrete, of `sums` (n_outputs,)."""
        action = self.many(sums[None])[0]
        return int(action) if self.discrete else action


class LinearPolicy(Policy):
    """Deterministic: greedy or not makes no difference.

    Args:
        weights: shape (observed numbers + 1, n_outputs); the last row is the constant.
    """

    def __init__(self, weights: Array, observation_space: gym.Space[Any], action_space: gym.Space[Any]) -> None:
        self._weights = weights
        self._rule = LinearRule(action_space)
        self._encoder = ObservationEncoder(observation_space)
        self._gradients = ReadableGradient(observation_space)
        needed = (self._encoder.size + 1, self._rule.n_outputs)
        if weights.shape != needed:
            raise ValueError(
                f"this policy was made for {weights.shape[0] - 1} observed numbers and {weights.shape[-1]} outputs; "
                f"the environment has {needed[0] - 1} and {needed[1]}"
            )

    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        sums = self._encoder.encode(observation) @ self._weights[:-1] + self._weights[-1]
        action = self._rule.one(sums)
        note = "weighted sum " + ", ".join(f"{value:+.3g}" for value in sums[:8])
        if self._rule.discrete:
            space: Any = self._rule.space
            certain = np.zeros(int(space.n), np.float32)
            certain[action - int(space.start)] = 1.0
            return action, Thought(probabilities=certain, note=note)
        if isinstance(self._rule.space, gym.spaces.Box):
            mean = np.asarray(action, np.float32).reshape(-1)
            return action, Thought(mean=mean, std=np.zeros_like(mean), note=note)
        return action, Thought(note=note)

    def sensitivity(self, observation: Any, action: Any, info: dict[str, Any]) -> NDArray[np.float32] | None:
        if not self._gradients.there:
            return None
        return self._gradients.readable(as_one(self._rule.slopes(action) @ self._weights[:-1].T))

    def preferences(self, observations: Any) -> NDArray[np.float32] | None:
        if not self._rule.discrete:
            return None
        sums = self._encoder.encode_batch(observations) @ self._weights[:-1] + self._weights[-1]
        return np.concatenate([-sums, sums], axis=1) if sums.shape[1] == 1 else sums

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        return {"weights": np.array(self._weights)}, {}

    @classmethod
    def from_state(
        cls, arrays: Arrays, settings: dict[str, Any], observation_space: gym.Space[Any], action_space: gym.Space[Any]
    ) -> Self:
        if "weights" not in arrays or arrays["weights"].ndim != 2:
            raise ValueError("the saved policy has no array 'weights' of two dimensions")
        return cls(np.asarray(arrays["weights"], np.float32), observation_space, action_space)

"""ReinforceNumpyPolicy: acts by the network written by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Self

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import Arrays, Policy
from rlstudio.algorithms.blocks.randomness import acting_generator
from rlstudio.algorithms.reinforce_numpy.network import Weights, by_inputs, forward, probabilities
from rlstudio.core.episode import Thought
from rlstudio.envs.readable_gradient import ReadableGradient
from rlstudio.envs.spaces import ObservationEncoder


class ReinforceNumpyPolicy(Policy):
    """Draws actions as probable as the network says; greedy: the most probable one."""

    def __init__(
        self,
        weights: Weights,
        observation_space: gym.Space[Any],
        action_space: gym.Space[Any],
        *,
        linear_last: bool,
    ) -> None:
        if not isinstance(action_space, gym.spaces.Discrete):
            raise ValueError(f"this policy chooses one of several actions; the environment has {action_space}")
        self._weights = weights
        self._linear_last = linear_last
        self._encoder = ObservationEncoder(observation_space)
        self._gradients = ReadableGradient(observation_space)
        self._first_action = int(action_space.start)
        self._rng = np.random.default_rng(0)
        outputs = 1 if action_space.n == 2 else int(action_space.n)
        if weights[0].shape[0] != self._encoder.size or weights[-1].shape[1] != outputs:
            raise ValueError(
                f"this policy was made for {weights[0].shape[0]} observed numbers and {weights[-1].shape[1]} outputs; "
                f"the environment has {self._encoder.size} and {outputs}"
            )

    def start_episode(self, seed: int) -> None:
        self._rng = acting_generator(seed)

    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        seen = self._encoder.encode(observation)[None]
        p = probabilities(forward(self._weights, seen, linear_last=self._linear_last)[0])[0]
        choice = int(p.argmax()) if greedy else int((p.cumsum()[:-1] <= self._rng.random()).sum())
        return choice + self._first_action, Thought(probabilities=p.astype(np.float32))

    def sensitivity(self, observation: Any, action: Any, info: dict[str, Any]) -> NDArray[np.float32] | None:
        if not self._gradients.there:
            return None
        z, inputs = forward(self._weights, self._encoder.encode(observation)[None], linear_last=self._linear_last)
        p, choice = probabilities(z)[0], int(action) - self._first_action
        if z.shape[1] == 1:  # ∂p/∂z of the second action; the first one's is its opposite
            delta = np.array([[p[0] * p[1] * (1.0 if choice else -1.0)]])
        else:
            delta = (p[choice] * (np.eye(len(p))[choice] - p))[None]
        return self._gradients.readable(by_inputs(self._weights, inputs, delta, linear_last=self._linear_last)[0])

    def preferences(self, observations: Any) -> NDArray[np.float32]:
        seen = self._encoder.encode_batch(observations)
        return probabilities(forward(self._weights, seen, linear_last=self._linear_last)[0]).astype(np.float32)

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        arrays: Arrays = {f"layer.{i}": weight.copy() for i, weight in enumerate(self._weights)}
        return arrays, {"linear_last": self._linear_last}

    @classmethod
    def from_state(
        cls, arrays: Arrays, settings: dict[str, Any], observation_space: gym.Space[Any], action_space: gym.Space[Any]
    ) -> Self:
        weights = [np.asarray(arrays[name], np.float64) for name in (f"layer.{i}" for i in range(6)) if name in arrays]
        if len(weights) < 2 or any(weight.ndim != 2 for weight in weights):
            raise ValueError("the saved policy has no array 'layer.0' or 'layer.1' of two dimensions")
        if any(below.shape[1] != above.shape[0] for below, above in pairwise(weights)):
            raise ValueError("the saved policy's layers do not fit each other")
        return cls(weights, observation_space, action_space, linear_last=bool(settings["linear_last"]))

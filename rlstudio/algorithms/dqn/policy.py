"""DQNPolicy: takes the action of the highest Q-value, in NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import HIGHEST_Q, Arrays, Policy
from rlstudio.algorithms.blocks.actor import load_parameters, read_spec
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.mlp import MLP, MLPSpec
from rlstudio.algorithms.blocks.randomness import acting_generator
from rlstudio.core.episode import Thought
from rlstudio.envs.readable_gradient import ReadableGradient
from rlstudio.envs.spaces import ObservationEncoder

_EXPLORED = "explored: random action"


class DQNPolicy(Policy):
    """Greedy in its Q-values; when sampled, at random with chance `epsilon`."""

    value_title = HIGHEST_Q

    def __init__(
        self,
        parameters: Mapping[str, Array],
        spec: MLPSpec,
        observation_space: gym.Space[Any],
        action_space: gym.Space[Any],
        epsilon: float,
    ) -> None:
        if not isinstance(action_space, gym.spaces.Discrete):
            raise ValueError(f"DQN needs discrete actions; the action space is {action_space}")
        self._encoder = ObservationEncoder(observation_space)
        self._gradients = ReadableGradient(observation_space)
        if (spec.sizes[0], spec.sizes[-1]) != (self._encoder.size, int(action_space.n)):
            raise ValueError(
                f"this policy was made for {spec.sizes[0]} observed numbers and {spec.sizes[-1]} actions; "
                f"the environment has {self._encoder.size} and {action_space.n}"
            )
        self._parameters = parameters
        self._mlp = MLP(spec, "q", parameters)
        self._start = int(action_space.start)
        self._epsilon = epsilon
        self._rng = np.random.default_rng(0)

    def start_episode(self, seed: int) -> None:
        self._rng = acting_generator(seed)

    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        q_values = self._mlp.act(self._encoder.encode(observation))
        choice, note = int(q_values.argmax()), ""
        thought_of = q_values.astype(np.float32)  # a copy: the network's scratch is overwritten
        if not greedy and self._rng.random() < self._epsilon:
            choice, note = int(self._rng.integers(len(q_values))), _EXPLORED
        return choice + self._start, Thought(q_values=thought_of, value=float(thought_of.max()), note=note)

    def sensitivity(self, observation: Any, action: Any, info: dict[str, Any]) -> NDArray[np.float32] | None:
        if not self._gradients.there:
            return None
        by_outputs: Array = np.zeros(self._mlp.spec.sizes[-1], np.float32)
        by_outputs[int(action) - self._start] = 1.0
        return self._gradients.readable(self._mlp.input_gradient(self._encoder.encode(observation), by_outputs))

    def values(self, observations: Any) -> NDArray[np.float32]:
        best: NDArray[np.float32] = self.preferences(observations).max(axis=1)
        return best

    def preferences(self, observations: Any) -> NDArray[np.float32]:
        return self._mlp.forward(self._encoder.encode_batch(observations)).astype(np.float32)

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        arrays: Arrays = {name: np.array(array) for name, array in self._parameters.items()}
        row = {"sizes": list(self._mlp.spec.sizes), "activation": self._mlp.spec.activation}
        return arrays, {"network": row, "epsilon": self._epsilon}

    @classmethod
    def from_state(
        cls, arrays: Arrays, settings: dict[str, Any], observation_space: gym.Space[Any], action_space: gym.Space[Any]
    ) -> Self:
        spec = read_spec(settings["network"])
        parameters = load_parameters({"q": spec}, arrays, {})
        return cls(parameters, spec, observation_space, action_space, float(settings["epsilon"]))

"""WorldModel: the networks of a model-based learner, fitted to gathered transitions, and checked on held-out ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import Arrays
from rlstudio.algorithms.blocks.action_codec import ActionCodec
from rlstudio.algorithms.blocks.adam import AdamSettings
from rlstudio.algorithms.blocks.ensemble import Ensemble, EnsembleSpec
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.scales import Scales, fold
from rlstudio.algorithms.blocks.transitions import Transitions
from rlstudio.algorithms.model_based.imagination import Imagination, sigmoid
from rlstudio.algorithms.model_based.metrics import CHECKED_STEPS
from rlstudio.algorithms.model_based.spec import ModelBasedParams

_CHECKED_ROWS = 512
_MARGIN = 0.1
"""Share of the seen range by which predicted states may leave it."""
_FAR = 1e6
_TARGET_EVERY = 50
"""Gradient steps between two looks of the value's targets at the newest networks."""
_NEXT_CANDIDATES = 16
"""Candidates that the best value of a next state is taken over, where not all actions are."""


class WorldModel:
    """Reward, dynamics and perhaps value networks. `imagination` holds them as planners use them."""

    def __init__(
        self, observation_size: int, codec: ActionCodec, params: ModelBasedParams, rng: np.random.Generator
    ) -> None:
        n_inputs = observation_size + codec.n_inputs
        specs = {
            "dynamics": EnsembleSpec(
                (n_inputs, *params.hidden, observation_size + 1), params.ensemble, params.activation
            ),
            "reward": EnsembleSpec((n_inputs, *params.reward_hidden, 2), 1, params.activation),
        }
        if params.leaf_value:
            specs["value"] = EnsembleSpec((n_inputs, *params.hidden, 1), params.value_networks, params.activation)
        adam = AdamSettings(weight_decay=params.weight_decay)
        self.networks = {name: Ensemble(name, spec, rng, adam) for name, spec in specs.items()}
        self.imagination = Imagination(specs, params.horizon_value == "lowest")
        self._codec = codec
        self._size = observation_size
        self._scales = Scales({"inputs": n_inputs, "changes": observation_size, "rewards": 2, "values": 1})
        self._rng = rng
        self._low: Array = np.full(observation_size, -_FAR, np.float32)
        self._high: Array = np.full(observation_size, _FAR, np.float32)
        self._ends = False
        self._fitted = False
        self._fold()

    # ------------------------------------------------------------ fitting

    def fit(self, store: Transitions, params: ModelBasedParams, updates: int, breathe: Callable[[], None]) -> None:
        """`updates` gradient steps of every network on minibatches of what is not held out."""
        rows = store.training_rows()
        rewards = store.rewards(params.reward_limit)
        self._measure(store, rewards, params.discount)
        inputs = self._inputs(store)
        changes = store["next_observations"] - store["observations"]
        members = self.networks["dynamics"].spec.members
        for update in range(updates):
            breathe()
            if update % _TARGET_EVERY == 0:
                self._fold()  # the values that targets lean on hold still in between
            drawn = rows[self._rng.integers(0, len(rows), (members, params.batch_size))]
            self._fit_dynamics(inputs[drawn], changes[drawn], store["terminated"][drawn], params.learning_rate)
            one = drawn[0]
            self._fit_reward(inputs[one], rewards[one], store["terminated"][one], params.learning_rate)
            if "value" in self.networks:
                self._fit_value(inputs[one], self._value_targets(store, one, params), params.learning_rate)
        self._fold()

    def _inputs(self, store: Transitions) -> Array:
        """Normalised inputs of all rows, (n, observation_size + n_inputs)."""
        raw = np.concatenate([store["observations"], self._codec.inputs(self._codec.rows(store["actions"]))], axis=1)
        return self._scales.normalise("inputs", raw)

    def _measure(self, store: Transitions, gained: Array, discount: float) -> None:
        """Scales and ranges of what was gathered so far. Actions are in ±1 or one-hot already."""
        ended = store["terminated"] > 0.5
        states, rewards = store["observations"], gained[:, None]
        self._scales.measure("inputs", states, slice(self._size))
        self._scales.measure("changes", store["next_observations"] - states)
        self._scales.measure("rewards", rewards[~ended], slice(1))
        self._scales.measure("rewards", rewards[ended], slice(1, 2))
        low, high = store["next_observations"].min(axis=0), store["next_observations"].max(axis=0)
        low, high = np.minimum(low, states.min(axis=0)), np.maximum(high, states.max(axis=0))
        self._low, self._high = low - _MARGIN * (high - low), high + _MARGIN * (high - low)
        self._ends = bool(ended.any())
        if not self._fitted:  # once: the value network learns from itself, so its scale must hold still
            self._scales.guess_returns("values", rewards, discount)
        self._fitted = True

    def _fit_dynamics(self, inputs: Array, changes: Array, ended: Array, learning_rate: float) -> None:
        """Squared error of the normalised change, plus the cross-entropy of the episode's end."""
        network = self.networks["dynamics"]
        out = network.mlp.forward(inputs)
        gradient = np.empty_like(out)
        wanted = self._scales.normalise("changes", changes)
        np.subtract(out[..., :-1], wanted, out=gradient[..., :-1])
        gradient[..., :-1] *= np.float32(2.0 / self._size)
        gradient[..., -1] = sigmoid(out[..., -1]) - ended if self._ends else 0.0
        gradient *= np.float32(1.0 / inputs.shape[1])
        network.step(gradient, learning_rate)

    def _fit_reward(self, inputs: Array, rewards: Array, ended: Array, learning_rate: float) -> None:
        """Squared error of the normalised reward: of the first output where the episode went on, else of the second."""
        network = self.networks["reward"]
        out = network.mlp.forward(inputs)
        which = ended.astype(np.int64)
        wanted = (rewards - self._scales.mean["rewards"][which]) / self._scales.std["rewards"][which]
        gradient = np.zeros_like(out)
        every = np.arange(len(inputs))
        gradient[0, every, which] = (out[0, every, which] - wanted) * np.float32(2.0 / len(inputs))
        network.step(gradient, learning_rate)

    def _fit_value(self, inputs: Array, targets: Array, learning_rate: float) -> None:
        """Squared error of the normalised value."""
        network = self.networks["value"]
        out = network.mlp.forward(inputs)
        wanted = self._scales.normalise("values", targets[:, None])
        network.step((out - wanted) * np.float32(2.0 / out.shape[0] / len(inputs)), learning_rate)

    def _value_targets(self, store: Transitions, rows: NDArray[np.int64], params: ModelBasedParams) -> Array:
        """Real rewards of the next steps, then the best of some candidates as the most careful network values it."""
        sums, last, weight = store.sums_ahead(rows, params.n_steps, params.discount, params.reward_limit)
        every = self._codec.all_choices()
        if every is not None and len(every) <= _NEXT_CANDIDATES:
            candidates = np.broadcast_to(every, (len(rows), *every.shape))
        else:
            candidates = self._codec.uniform((len(rows), _NEXT_CANDIDATES), self._rng)
        following = store["next_observations"][last]
        best: Array = self.imagination.lowest_values(following, self._codec.inputs(candidates)).max(axis=1)
        return sums + weight * best

    # ------------------------------------------------------------ for planners

    def _fold(self) -> None:
        """Put the networks with their scales into `imagination`."""
        mean, std = self._scales.mean["inputs"], self._scales.std["inputs"]
        for name, network in self.networks.items():
            n_inputs = network.spec.sizes[0]
            fold(network, self.imagination.arrays, (mean[:n_inputs], std[:n_inputs]), self._output_scale(name))
        self.imagination.set_range(self._low, self._high, self._ends)

    def _output_scale(self, name: str) -> tuple[Array, Array]:
        scales = self._scales
        if name == "dynamics":  # its last output is a logit
            return np.append(scales.mean["changes"], np.float32(0)), np.append(scales.std["changes"], np.float32(1))
        kind = {"reward": "rewards", "value": "values"}[name]
        return scales.mean[kind], scales.std[kind]

    # ------------------------------------------------------------ checking

    def check(self, store: Transitions, reward_limit: float | None) -> dict[str, float]:
        """How wrong the predictions are on held-out transitions, the newest of them; empty where there are none yet."""
        rows = store.held_out_rows()[-_CHECKED_ROWS:]
        if not len(rows):
            return {}
        inputs = self._codec.inputs(self._codec.rows(store["actions"]))
        states, rewards = store["observations"][rows], store.rewards(reward_limit)[rows]
        ended = store["terminated"][rows]
        following, predicted, ending = self.imagination.step(
            np.broadcast_to(states, (self.networks["dynamics"].spec.members, *states.shape)), inputs[rows]
        )
        spread = self._scales.std["changes"]
        errors = (following.mean(axis=0) - store["next_observations"][rows]) / spread
        found = {
            "reward_error": float(np.sqrt(np.mean((predicted.mean(axis=0) - rewards) ** 2))),
            "model_error": float(np.sqrt(np.mean(errors**2))),
            "ending_error": float(np.abs(ending.mean(axis=0) - ended).mean()),
            "disagreement": float((following.std(axis=0) / spread).mean()),
        }
        starts = store.held_out_starts(CHECKED_STEPS)[-_CHECKED_ROWS:]
        if len(starts):
            found["model_error_far"] = self._far_error(store, starts, inputs)
        return found

    def _far_error(self, store: Transitions, starts: NDArray[np.int64], inputs: Array) -> float:
        """Error of the state predicted CHECKED_STEPS ahead, in standard deviations of states."""
        states = np.broadcast_to(
            store["observations"][starts],
            (self.networks["dynamics"].spec.members, len(starts), self._size),
        )
        rows = starts
        for ahead in range(CHECKED_STEPS):
            rows = (starts + ahead) % store.capacity
            states, _, _ = self.imagination.step(states, inputs[rows])
        wrong = (states.mean(axis=0) - store["next_observations"][rows]) / self._scales.std["inputs"][: self._size]
        return float(np.sqrt(np.mean(wrong**2)))

    # ------------------------------------------------------------ saving

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        """All that an exact resume needs."""
        arrays: Arrays = {**self._scales.arrays(), "states.low": self._low, "states.high": self._high}
        values: dict[str, Any] = {"ends": self._ends, "fitted": self._fitted}
        for network in self.networks.values():
            own, numbers = network.state()
            arrays.update(own)
            values.update(numbers)
        return arrays, values

    def load_state(self, arrays: Arrays, values: dict[str, Any]) -> None:
        """Take over what `state` returned. Raises ValueError where it does not fit."""
        for network in self.networks.values():
            network.load_state(arrays, values)
        self._scales.load(arrays)
        self._low, self._high = np.array(arrays["states.low"]), np.array(arrays["states.high"])
        self._ends, self._fitted = bool(values["ends"]), bool(values["fitted"])
        self._fold()

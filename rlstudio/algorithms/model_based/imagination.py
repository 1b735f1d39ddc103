"""Imagination: the learned model as planners use it, rolled out for many action sequences at once.

Inputs and outputs of the networks are normalised while they are fitted; here those shifts and scales are multiplied
into the first and last layer once, so that imagining costs nothing but the products.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.ensemble import EnsembleMLP, EnsembleSpec
from rlstudio.algorithms.blocks.layout import Array

MODELS = ("dynamics", "reward", "value")
_LOW, _HIGH, _ENDS = "range.low", "range.high", "ends"


@dataclass(frozen=True)
class Imagined:
    """What was imagined of n action sequences over `horizon` steps; means over the members of the ensemble.

    Attributes:
        scores: discounted sum of rewards; the last step counts by its value where there is a value network, (n,).
        rewards: of each step, weighted by the chance that the episode still runs, (horizon, n).
        spread: standard deviation of the members' scores, (n,).
    """

    scores: Array
    rewards: Array
    spread: Array


class Model(Protocol):
    """What a planner needs to know of a model."""

    def start(self, observation: Array, n: int) -> Array:
        """States (members, n, observation_size) that all are the present one."""

    def step(self, states: Array, inputs: Array) -> tuple[Array, Array, Array]:
        """Next states, rewards (members, n) and chances that the episode ends, of actions (n, n_inputs)."""

    def rollout(self, observation: Array, inputs: Array, discount: float) -> Imagined:
        """What action sequences (horizon, n, n_inputs) would bring."""

    def values(self, states: Array, inputs: Array) -> Array | None:
        """Return to be had from actions (n, n_inputs) on, in states (members, n, observation_size): (members, n).
        None without a value network."""


class Imagination:
    """The networks "dynamics", "reward" and perhaps "value" with everything folded in.

    "dynamics" maps (state, action) to the state's change and, as its last output, the logit of the episode's end;
    "reward" maps (state, action) to the reward of a step after which the episode goes on, and of one that ends it;
    "value" maps (state, action) to the discounted return from there on; plans count the lowest of its members if
    `lowest_value`, else their mean. A search ends up where the value is overrated, if it is anywhere: on CartPole
    with the mean of two, plans promised 115 where no return is above 100, and drove off the track for it.
    """

    def __init__(self, specs: Mapping[str, EnsembleSpec], lowest_value: bool = False) -> None:
        self.specs = dict(specs)
        self.lowest_value = lowest_value
        self.observation_size = specs["dynamics"].sizes[-1] - 1
        shapes: dict[str, tuple[int, ...]] = {}
        for name, spec in specs.items():
            shapes.update(spec.shapes(name))
        shapes.update({_LOW: (self.observation_size,), _HIGH: (self.observation_size,), _ENDS: (1,)})
        self.arrays: dict[str, Array] = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
        self._dynamics = EnsembleMLP(specs["dynamics"], "dynamics", self.arrays)
        self._reward = EnsembleMLP(specs["reward"], "reward", self.arrays)
        self._value = EnsembleMLP(specs["value"], "value", self.arrays) if "value" in specs else None
        self._scratch: dict[tuple[int, ...], Array] = {}

    def set_range(self, low: Array, high: Array, ends: bool) -> None:
        """States are kept within `low` and `high`; `ends` says whether any episode was ever seen to end by itself."""
        self.arrays[_LOW][:], self.arrays[_HIGH][:], self.arrays[_ENDS][:] = low, high, float(ends)

    @property
    def ends(self) -> bool:
        """Whether the end of an episode is predicted at all."""
        return bool(self.arrays[_ENDS][0])

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over saved arrays. Raises ValueError where one is missing or does not fit."""
        for name, array in self.arrays.items():
            if name not in arrays:
                raise ValueError(f"the saved model has no array {name!r}; there are {', '.join(sorted(arrays))}")
            if arrays[name].shape != array.shape:
                raise ValueError(f"the saved array {name!r} has shape {arrays[name].shape}, not {array.shape}")
            array[...] = arrays[name]

    # ------------------------------------------------------------ one step

    def start(self, observation: Array, n: int) -> Array:
        """See Model.start."""
        return np.broadcast_to(observation, (self.specs["dynamics"].members, n, self.observation_size))

    def step(self, states: Array, inputs: Array) -> tuple[Array, Array, Array]:
        """See Model.step."""
        joined = self._joined(states, inputs)
        out = self._dynamics.forward(joined)
        following = np.clip(states + out[..., :-1], self.arrays[_LOW], self.arrays[_HIGH])
        ending = sigmoid(out[..., -1]) if self.ends else np.zeros(states.shape[:-1], np.float32)
        rewards = self._reward.forward(joined.reshape(-1, joined.shape[-1])).mean(axis=0)
        rewards = rewards.reshape(*states.shape[:-1], 2)
        return following, rewards[..., 0] * (1.0 - ending) + rewards[..., 1] * ending, ending

    def values(self, states: Array, inputs: Array) -> Array | None:
        """See Model.values."""
        return None if self._value is None else self._values_of(self._joined(states, inputs))

    def _joined(self, states: Array, inputs: Array) -> Array:
        return np.concatenate([states, np.broadcast_to(inputs, (len(states), *inputs.shape))], axis=-1)

    def _values_of(self, joined: Array) -> Array:
        assert self._value is not None
        found = self._value.forward(joined.reshape(-1, joined.shape[-1]))
        values: Array = found.min(axis=0) if self.lowest_value else found.mean(axis=0)
        return values.reshape(joined.shape[:-1])

    def lowest_values(self, states: Array, inputs: Array) -> Array:
        """What the most careful member of "value" expects of n_inputs-rows (n, count, n_inputs) in states
        (n, observation_size): (n, count)."""
        assert self._value is not None
        joined: Array = np.empty((*inputs.shape[:2], self.observation_size + inputs.shape[-1]), np.float32)
        joined[..., : self.observation_size] = states[:, None]
        joined[..., self.observation_size :] = inputs
        values: Array = self._value.forward(joined.reshape(-1, joined.shape[-1])).min(axis=0)
        return values.reshape(inputs.shape[:2])

    # ------------------------------------------------------------ many steps

    def rollout(self, observation: Array, inputs: Array, discount: float) -> Imagined:
        """See Model.rollout."""
        horizon, n = inputs.shape[:2]
        size, members = self.observation_size, self.specs["dynamics"].members
        joined = self._room((horizon, members, n, size + inputs.shape[-1]))
        joined[..., size:] = inputs[:, None]
        joined[0, ..., :size] = observation
        logits = self._room((horizon, members, n))
        low, high = self.arrays[_LOW], self.arrays[_HIGH]
        steps = horizon if self._value is None else horizon - 1  # the last one is not imagined but valued
        for t in range(steps):
            out = self._dynamics.forward(joined[t])
            logits[t] = out[..., size]
            if t + 1 < horizon:
                states = joined[t + 1, ..., :size]
                np.add(out[..., :size], joined[t, ..., :size], out=states)
                np.maximum(states, low, out=states)
                np.minimum(states, high, out=states)
        found = self._reward.forward(joined.reshape(-1, joined.shape[-1]))
        rewards = (found if len(found) == 1 else found.mean(axis=0, keepdims=True)).reshape(horizon, members, n, 2)
        last = None if self._value is None else self._values_of(joined[-1])
        return self._sum_up(rewards, logits, last, discount)

    def _sum_up(self, rewards: Array, logits: Array, last: Array | None, discount: float) -> Imagined:
        """Discounted sums, each step weighted by the chance that the episode still runs; of the last one `last`."""
        weights = np.float32(discount) ** np.arange(len(rewards), dtype=np.float32)
        expected = rewards[..., 0].copy()
        if self.ends:
            logits = logits if last is None else logits[:-1]
            ending = sigmoid(logits)
            expected[: len(ending)] += ending * (rewards[: len(ending), ..., 1] - expected[: len(ending)])
            alive = np.cumprod(1.0 - ending, axis=0)[: len(expected) - 1]
            expected[1:] *= alive
            if last is not None and len(alive):
                last = last * alive[-1]
        counted = expected if last is None else np.concatenate([expected[:-1], last[None]])
        scores = np.tensordot(weights, counted, axes=1)
        return Imagined(scores.mean(axis=0), expected.mean(axis=1), scores.std(axis=0))

    def _room(self, shape: tuple[int, ...]) -> Array:
        """Scratch of that shape, kept for the next plan; it is not zeroed."""
        found = self._scratch.get(shape)
        if found is None:
            if len(self._scratch) >= 8:
                self._scratch.clear()
            found = self._scratch[shape] = np.zeros(shape, np.float32)
        return found


def sigmoid(logits: Array) -> Array:
    """1 / (1 + e^−logit), without overflow."""
    found: Array = 0.5 * (1.0 + np.tanh(0.5 * logits))
    return found

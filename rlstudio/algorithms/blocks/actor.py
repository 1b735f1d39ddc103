"""ActorPolicy: a stochastic policy network, and a value network where there is one, in NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import Arrays, Policy
from rlstudio.algorithms.blocks.actions import ActionAdapter, make_head
from rlstudio.algorithms.blocks.distributions import CategoricalHead, GaussianHead, StateDependentHead, choose, softmax
from rlstudio.algorithms.blocks.layout import Array, Layout
from rlstudio.algorithms.blocks.mlp import MLP, MLPSpec
from rlstudio.algorithms.blocks.randomness import acting_generator
from rlstudio.algorithms.blocks.running import RunningMeanStd
from rlstudio.algorithms.blocks.sensitivity import as_one, of_probability
from rlstudio.core.episode import Thought
from rlstudio.envs.readable_gradient import ReadableGradient
from rlstudio.envs.spaces import ObservationEncoder

_MOST_LAYERS, _MOST_UNITS = 20, 1 << 20
LOG_STD = "log_std"


class ActorPolicy(Policy):
    """Acts by a network "actor"; "critic" gives the state's value.

    Args:
        parameters: weights by name, shared with whoever passes them; "log_std" for continuous actions.
        specs: shapes of "actor" and, if there is one, "critic".
        statistics: of observations, where the networks see normalised ones.
    """

    def __init__(
        self,
        parameters: Mapping[str, Array],
        specs: Mapping[str, MLPSpec],
        observation_space: gym.Space[Any],
        action_space: gym.Space[Any],
        *,
        statistics: RunningMeanStd | None = None,
        state_dependent: bool = False,
    ) -> None:
        self._parameters = parameters
        self._specs = dict(specs)
        self._actor = MLP(specs["actor"], "actor", parameters)
        self._critic = MLP(specs["critic"], "critic", parameters) if "critic" in specs else None
        self._statistics = statistics
        self._state_dependent = state_dependent
        self._head = make_head(action_space, hidden=specs["actor"].sizes[-2], state_dependent=state_dependent)
        self._adapter = ActionAdapter(action_space)
        self._encoder = ObservationEncoder(observation_space)
        self._gradients = ReadableGradient(observation_space)
        self._rng = np.random.default_rng(0)
        if specs["actor"].sizes[0] != self._encoder.size or specs["actor"].sizes[-1] != self._head.n_outputs:
            raise ValueError(
                f"this policy was made for {specs['actor'].sizes[0]} observed numbers and {specs['actor'].sizes[-1]} "
                f"outputs; the environment has {self._encoder.size} and {self._head.n_outputs}"
            )

    def start_episode(self, seed: int) -> None:
        self._rng = acting_generator(seed)

    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        seen = self._encoder.encode(observation)
        if self._statistics is not None:
            seen = self._statistics.normalise(seen)
        value = None if self._critic is None else float(self._critic.act(seen)[0])
        if isinstance(self._head, CategoricalHead):
            return self._choose(seen, value, greedy)
        return self._draw(seen, value, greedy)

    def _choose(self, seen: Array, value: float | None, greedy: bool) -> tuple[Any, Thought]:
        logits = self._actor.act(seen)
        if not self._adapter.discrete:
            row = logits[None]
            drawn = self._head.mode(row) if greedy else self._head.sample(row, None, None, self._rng)
            return self._adapter.one(drawn[0]), Thought(value=value)
        choice = int(logits.argmax()) if greedy else choose(logits, self._rng.random())
        return self._adapter.one(choice), Thought(probabilities=softmax(logits), value=value)

    def _draw(self, seen: Array, value: float | None, greedy: bool) -> tuple[Any, Thought]:
        """Each action stands for itself: state-dependent noise is drawn anew every step."""
        mean = self._actor.forward(seen[None])
        log_std = self._parameters[LOG_STD]
        if isinstance(self._head, StateDependentHead):
            std = self._head.std(log_std, self._actor.hidden)[0]
        else:
            assert isinstance(self._head, GaussianHead)
            std = np.exp(log_std)
        action = mean[0].copy()
        if not greedy:
            action += std * self._rng.standard_normal(action.shape, np.float32)
        return self._adapter.one(action), Thought(mean=mean[0].copy(), std=std.astype(np.float32), value=value)

    def sensitivity(self, observation: Any, action: Any, info: dict[str, Any]) -> NDArray[np.float32] | None:
        if not self._gradients.there:
            return None
        raw = self._encoder.encode(observation)
        seen = raw if self._statistics is None else self._statistics.normalise(raw)
        if isinstance(self._head, CategoricalHead):
            by_outputs = of_probability(self._actor.act(seen), self._head.choices, self._adapter.choices(action))
        else:
            by_outputs = np.eye(self._head.n_outputs, dtype=np.float32)
        gradient = as_one(self._actor.input_gradient(seen, by_outputs))
        if self._statistics is not None:
            gradient = gradient * self._statistics.slope(raw)
        return self._gradients.readable(gradient)

    def values(self, observations: Any) -> NDArray[np.float32] | None:
        return None if self._critic is None else self._critic.forward(self._seen(observations))[:, 0].copy()

    def preferences(self, observations: Any) -> NDArray[np.float32] | None:
        return self._actor.forward(self._seen(observations)).copy() if self._adapter.discrete else None

    def _seen(self, observations: Any) -> Array:
        rows = self._encoder.encode_batch(observations)
        return rows if self._statistics is None else self._statistics.normalise(rows)

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        arrays: Arrays = {name: np.array(array) for name, array in self._parameters.items()}
        if self._statistics is not None:
            arrays.update({f"observations.{name}": np.array(a) for name, a in self._statistics.arrays().items()})
        networks = {
            name: {"sizes": list(spec.sizes), "activation": spec.activation} for name, spec in self._specs.items()
        }
        return arrays, {
            "networks": networks,
            "normalised": self._statistics is not None,
            "state_dependent": self._state_dependent,
        }

    @classmethod
    def from_state(
        cls, arrays: Arrays, settings: dict[str, Any], observation_space: gym.Space[Any], action_space: gym.Space[Any]
    ) -> Self:
        specs = {name: read_spec(row) for name, row in settings["networks"].items()}
        state_dependent = bool(settings.get("state_dependent", False))
        head = make_head(action_space, hidden=specs["actor"].sizes[-2], state_dependent=state_dependent)
        statistics = None
        if settings.get("normalised"):
            statistics = RunningMeanStd(specs["actor"].sizes[0])
            statistics.load_arrays(
                {
                    name.removeprefix("observations."): a
                    for name, a in arrays.items()
                    if name.startswith("observations.")
                }
            )
        free = {} if head.free_shape is None else {LOG_STD: head.free_shape}
        return cls(
            load_parameters(specs, arrays, free),
            specs,
            observation_space,
            action_space,
            statistics=statistics,
            state_dependent=state_dependent,
        )


def read_spec(row: Mapping[str, Any]) -> MLPSpec:
    """A perceptron's shape from plain data. Raises ValueError for an activation, or a size, that there is not."""
    if row["activation"] not in ("relu", "tanh"):
        raise ValueError(f"the saved policy's activation is {row['activation']!r}; relu and tanh are known")
    sizes = tuple(int(size) for size in row["sizes"])
    if not 2 <= len(sizes) <= _MOST_LAYERS or not all(1 <= size <= _MOST_UNITS for size in sizes):
        raise ValueError("the saved policy's layers are of sizes that no network here has")
    return MLPSpec(sizes, row["activation"])


def load_parameters(
    specs: Mapping[str, MLPSpec], arrays: Mapping[str, NDArray[Any]], free: Mapping[str, tuple[int, ...]]
) -> dict[str, Array]:
    """Weights of perceptrons (and free parameters) from saved arrays. Raises ValueError where they do not fit."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, spec in specs.items():
        shapes.update(spec.shapes(name))
    layout = Layout({**shapes, **free})
    there = sum(array.size for array in arrays.values())
    if layout.size > there:  # said before memory is taken for it
        raise ValueError(f"the saved arrays do not fit: the networks have {layout.size:,} numbers, {there:,} are there")
    flat: Array = np.zeros(layout.size, np.float32)
    layout.fill(flat, arrays)
    return layout.views(flat)

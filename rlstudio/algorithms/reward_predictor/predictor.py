"""Predictor: the network that rates candidate actions, as acting uses it, and how candidates are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.action_codec import ActionCodec
from rlstudio.algorithms.blocks.ensemble import EnsembleMLP, EnsembleSpec
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.user_parts import UserParts

NAME = "reward"


class Predictor:
    """Rates (state, action) rows; scales are folded into its weights."""

    def __init__(self, spec: EnsembleSpec, codec: ActionCodec, parts: UserParts | None = None) -> None:
        self.parts = parts
        self.spec = spec
        self.arrays: dict[str, Array] = {key: np.zeros(shape, np.float32) for key, shape in spec.shapes(NAME).items()}
        self._mlp = EnsembleMLP(spec, NAME, self.arrays)
        self._codec = codec
        every = codec.all_choices()
        self._every = every
        self._size = spec.sizes[0] - codec.n_inputs

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over saved weights. Raises ValueError where one is missing or does not fit."""
        for key, own in self.arrays.items():
            if key not in arrays:
                raise ValueError(f"the saved weights have no array {key!r}; there are {', '.join(sorted(arrays))}")
            if arrays[key].shape != own.shape:
                raise ValueError(f"the saved array {key!r} has shape {arrays[key].shape}, not {own.shape}")
            own[...] = arrays[key]

    def draw(self, count: int, rng: np.random.Generator, states: int = 1) -> Array:
        """`count` candidates for each of some states, (states, count, size); all actions where there are no more."""
        if self._every is not None and len(self._every) <= count:
            return np.broadcast_to(self._every, (states, *self._every.shape))
        return self._codec.candidates((states, count), rng)

    def choose_among(self, observation: Array, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Candidates (count, size) of one observation (observation_size,) and what is predicted of each, (count,); from
        the user's own functions where there are such.
        """
        parts = self.parts
        if parts is not None and parts.has("candidates"):
            rows = parts.draw(observation, count, rng)
        else:
            rows = self.draw(count, rng)[0]
        if parts is not None and parts.has("predict_reward"):
            return rows, parts.rewards(np.broadcast_to(observation, (len(rows), len(observation))), rows)
        return rows, self.rate(observation[None], rows[None]).mean(axis=0)[0]

    def rate(self, observations: Array, rows: Array) -> Array:
        """What each member predicts of candidates (states, count, size) in observations (states, observation_size):
        (members, states, count)."""
        joined: Array = np.empty((*rows.shape[:2], self.spec.sizes[0]), np.float32)
        joined[..., : self._size] = observations[:, None]
        joined[..., self._size :] = self._codec.inputs(rows)
        found = self._mlp.forward(joined.reshape(-1, joined.shape[-1]))
        return found.reshape(self.spec.members, *rows.shape[:2])

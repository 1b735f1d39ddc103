"""Whole episodes gathered for one update, in arrays that grow to the longest seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.layout import Array


class EpisodeStore:
    """Steps of the episodes since the last update.

    Attributes:
        count: steps held.
        rewards: of each step, plain floats.
        ends: for each finished episode, the index after its last step.
    """

    def __init__(self, observation_size: int, action: NDArray[Any], mask_size: int) -> None:
        self._arrays: dict[str, NDArray[Any]] = {
            "observations": np.zeros((512, observation_size), np.float32),
            "actions": np.zeros((512, *action.shape), action.dtype),
            "masks": np.zeros((512, mask_size), np.float32),
        }
        self._bind()
        self.clear()

    def _bind(self) -> None:
        self._observations = self._arrays["observations"]
        self._actions = self._arrays["actions"]
        self._masks = self._arrays["masks"]
        self._room = len(self._observations)

    def clear(self) -> None:
        """Forget all."""
        self.count = 0
        self.rewards: list[float] = []
        self.ends: list[int] = []
        self._masked = False

    def add(self, observation: Array, action: Any, reward: float, mask: Array | None) -> None:
        """One step; `mask` are the factors of its hidden units, where there is dropout."""
        i = self.count
        if i == self._room:
            self._arrays = {name: np.concatenate([array, np.zeros_like(array)]) for name, array in self._arrays.items()}
            self._bind()
        self._observations[i] = observation
        self._actions[i] = action
        if mask is not None:
            if not self._masked:  # the steps before were taken with every unit on
                self._masked = True
                self._masks[:i] = 1.0
            self._masks[i] = mask
        elif self._masked:
            self._masks[i] = 1.0
        self.rewards.append(reward)
        self.count = i + 1

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that is held, for a learner's state."""
        found = {name: array[: self.count] for name, array in self._arrays.items() if name != "masks" or self._masked}
        return {**found, "rewards": np.array(self.rewards, np.float64), "ends": np.array(self.ends, np.int64)}

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `arrays` gave. Raises ValueError, KeyError where it does not fit."""
        count = len(arrays["rewards"])
        room = max(512, count)
        for name, own in self._arrays.items():
            self._arrays[name] = np.zeros((room, *own.shape[1:]), own.dtype)
            if name == "masks" and name not in arrays:
                continue
            if arrays[name].shape != (count, *own.shape[1:]):
                raise ValueError(f"the saved steps' {name!r} do not fit: shape {own.shape[1:]} each is needed here")
            self._arrays[name][:count] = arrays[name]
        self._bind()
        self.count, self._masked = count, "masks" in arrays
        self.rewards = [float(reward) for reward in arrays["rewards"]]
        self.ends = [int(end) for end in arrays["ends"]]

    def end(self) -> None:
        """The episode ended with the step last added."""
        self.ends.append(self.count)

    @property
    def observations(self) -> Array:
        """(count, size), a view."""
        return self._observations[: self.count]

    @property
    def actions(self) -> NDArray[Any]:
        """(count, …), a view."""
        return self._actions[: self.count]

    @property
    def masks(self) -> Array | None:
        """(count, hidden units), a view; None where no step was taken with dropout."""
        return self._masks[: self.count] if self._masked else None

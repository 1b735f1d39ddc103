"""Replay buffer: a ring of transitions in preallocated arrays.

Source: Lin, "Self-improving reactive agents based on reinforcement learning, planning and teaching" (1992).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.layout import Array


class ReplayBuffer:
    """The newest `capacity` transitions.

    A sample lies in `observations`, `next_observations` (batch, size), `actions` (batch,) int64, `rewards` and
    `terminated` (batch,) float32, overwritten by the next one. A truncated step is stored with terminated 0.

    With `binary` observations are zeros and ones alone (one-hot, say) and stored as bits: an eighth of a byte each
    instead of four.
    """

    def __init__(self, capacity: int, observation_size: int, batch_size: int, *, binary: bool = False) -> None:
        self.capacity = capacity
        self.size = 0
        self._next = 0
        self._binary = binary
        row = np.packbits(np.zeros(observation_size, np.bool_)) if binary else np.zeros(observation_size, np.float32)
        self._store: dict[str, NDArray[Any]] = {
            "observations": np.zeros((capacity, *row.shape), row.dtype),
            "next_observations": np.zeros((capacity, *row.shape), row.dtype),
            "actions": np.zeros(capacity, np.int64),
            "rewards": np.zeros(capacity, np.float32),
            "terminated": np.zeros(capacity, np.float32),
        }
        self._observations = self._store["observations"]
        self._next_observations = self._store["next_observations"]
        self._actions = self._store["actions"]
        self._rewards = self._store["rewards"]
        self._terminated = self._store["terminated"]
        self.observations: Array = np.zeros((batch_size, observation_size), np.float32)
        self.next_observations: Array = np.zeros((batch_size, observation_size), np.float32)
        self.actions: NDArray[np.int64] = np.zeros(batch_size, np.int64)
        self.rewards: Array = np.zeros(batch_size, np.float32)
        self.terminated: Array = np.zeros(batch_size, np.float32)

    def add(self, observation: Array, action: int, reward: float, next_observation: Array, terminated: bool) -> None:
        """Store one transition, over the oldest one when full."""
        i = self._next
        if self._binary:
            self._observations[i] = np.packbits(observation != 0)
            self._next_observations[i] = np.packbits(next_observation != 0)
        else:
            self._observations[i] = observation
            self._next_observations[i] = next_observation
        self._actions[i] = action
        self._rewards[i] = reward
        self._terminated[i] = terminated
        self._next = i + 1 if i + 1 < self.capacity else 0
        if self.size < self.capacity:
            self.size += 1

    def gather(self, indices: NDArray[np.int64]) -> None:
        """Fill the sample arrays with the transitions at `indices` (batch,), each below `size`."""
        # mode="clip" lets take write straight into `out`
        if self._binary:
            size = self.observations.shape[1]
            self.observations[...] = np.unpackbits(self._observations[indices], axis=1, count=size)
            self.next_observations[...] = np.unpackbits(self._next_observations[indices], axis=1, count=size)
        else:
            np.take(self._observations, indices, axis=0, out=self.observations, mode="clip")
            np.take(self._next_observations, indices, axis=0, out=self.next_observations, mode="clip")
        np.take(self._actions, indices, out=self.actions, mode="clip")
        np.take(self._rewards, indices, out=self.rewards, mode="clip")
        np.take(self._terminated, indices, out=self.terminated, mode="clip")

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Views of the filled part."""
        return {name: array[: self.size] for name, array in self._store.items()}

    @property
    def position(self) -> int:
        """Where the next transition goes."""
        return self._next

    def load(self, arrays: dict[str, NDArray[Any]], position: int) -> None:
        """Take over what `arrays` gave. Raises ValueError where it does not fit."""
        size = len(arrays.get("rewards", ()))
        if size > self.capacity:
            raise ValueError(
                f"the saved replay buffer holds {size} transitions, but this one has room for {self.capacity}"
            )
        for name, array in self._store.items():
            saved = arrays.get(name)
            if saved is None or saved.shape != (size, *array.shape[1:]) or saved.dtype != array.dtype:
                raise ValueError(f"the saved replay buffer's {name!r} does not fit this environment")
            array[:size] = saved
        self.size, self._next = size, position % self.capacity

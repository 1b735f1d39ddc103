"""Transitions: what was gathered by acting, kept in order, a tenth of it held out for checking predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import SAMPLES
from rlstudio.algorithms.blocks.layout import Array

BLOCK = 32
"""Transitions in a row that are held out together, so that predictions over several steps can be checked too."""
_ONE_BLOCK_IN = 10
_THE_HELD_OUT = 2
_ENDED = "transitions_ended"


class Transitions:
    """The newest `capacity` transitions, in the order they happened.

    Row i of each array of `arrays` is one (s, a) → (s′, r, terminated): observations (n, observation_size), actions
    (n, action_size), rewards (n,), next_observations, terminated (n,) and ended (n,), which is set after a truncated
    step too. A block of rows in every ten is held out: never drawn by `training_rows`.
    """

    def __init__(self, capacity: int, observation_size: int, action_size: int) -> None:
        self.capacity = capacity
        self.total = 0
        self._sizes = {"observations": observation_size, "actions": action_size, "next_observations": observation_size}
        self._store = {name: self._room(name, min(capacity, 1024)) for name in self._names()}

    @staticmethod
    def _names() -> tuple[str, ...]:
        return ("observations", "actions", "rewards", "next_observations", "terminated", "ended")

    def _room(self, name: str, rows: int) -> NDArray[np.float32]:
        return np.zeros((rows, self._sizes[name]) if name in self._sizes else rows, np.float32)

    @property
    def size(self) -> int:
        """Transitions held."""
        return min(self.total, self.capacity)

    def add(
        self, observation: Array, action: Array, reward: float, following: Array, terminated: bool, ended: bool
    ) -> None:
        """Store one transition, over the oldest one when full."""
        row = self.total % self.capacity
        if row >= len(self._store["rewards"]):
            self._grow()
        store = self._store
        store["observations"][row] = observation
        store["actions"][row] = action
        store["rewards"][row] = reward
        store["next_observations"][row] = following
        store["terminated"][row] = terminated
        store["ended"][row] = ended
        self.total += 1

    def break_off(self) -> None:
        """The environment begins anew, as after a resume: what is added next does not follow the newest transition."""
        if self.total:
            self._store["ended"][(self.total - 1) % self.capacity] = True

    def _grow(self) -> None:
        rows = min(self.capacity, 2 * len(self._store["rewards"]))
        for name, old in self._store.items():
            self._store[name] = self._room(name, rows)
            self._store[name][: len(old)] = old

    def rewards(self, limit: float | None) -> NDArray[np.float32]:
        """Rewards of all rows, cut to ±`limit` (None: not at all), (n,)."""
        rewards = self["rewards"]
        return rewards if limit is None else np.clip(rewards, -limit, limit)

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """One array, all rows; in the order they lie (see `age_order`)."""
        return self._store[name][: self.size]

    def age_order(self) -> NDArray[np.int64]:
        """Row numbers, oldest transition first."""
        oldest = self.total % self.capacity if self.total > self.capacity else 0
        return (np.arange(self.size) + oldest) % max(self.size, 1)

    def _numbers(self) -> NDArray[np.int64]:
        """For each row, how many transitions came before it in the whole run."""
        rows = np.arange(self.size)
        last = self.total - 1
        return last - (last - rows) % max(self.size, 1)

    def _held_out(self) -> NDArray[np.bool_]:
        held: NDArray[np.bool_] = self._numbers() // BLOCK % _ONE_BLOCK_IN == _THE_HELD_OUT
        return held

    def training_rows(self) -> NDArray[np.int64]:
        """Rows to fit to."""
        return np.flatnonzero(~self._held_out())

    def held_out_rows(self) -> NDArray[np.int64]:
        """Rows kept apart, the newest last."""
        rows: NDArray[np.int64] = np.flatnonzero(self._held_out())
        return rows[np.argsort(self._numbers()[rows])]

    def held_out_starts(self, steps: int) -> NDArray[np.int64]:
        """Held-out rows after which `steps` − 1 more of the same episode follow, all held out; `steps` ≤ BLOCK."""
        rows = self.held_out_rows()
        after = (rows[:, None] + np.arange(steps)) % max(self.capacity, 1)
        whole = after[:, -1] < self.size
        rows, after = rows[whole], after[whole]
        numbers, held = self._numbers(), self._held_out()
        in_turn = (numbers[after] == numbers[rows][:, None] + np.arange(steps)).all(axis=1)
        one_episode = ~self._store["ended"][after[:, :-1]].astype(bool).any(axis=1)
        starts: NDArray[np.int64] = rows[in_turn & one_episode & held[after].all(axis=1)]
        return starts

    def sums_ahead(
        self, rows: NDArray[np.int64], steps: int, discount: float, limit: float | None = None
    ) -> tuple[Array, NDArray[np.int64], Array]:
        """Discounted sums of the next `steps` rewards (cut to ±`limit`) from each of `rows` on, as far as its episode
        goes (n,); the last row that went into each; and the discount of what would follow that row, 0 after a
        terminated step.
        """
        sums: Array = np.zeros(len(rows), np.float32)
        last, weight = rows.copy(), np.ones(len(rows), np.float32)
        going = np.ones(len(rows), bool)
        newest = (self.total - 1) % self.capacity
        at = rows.copy()
        for _ in range(steps):
            rewards = self._store["rewards"][at]
            sums[going] += (weight * (rewards if limit is None else np.clip(rewards, -limit, limit)))[going]
            last[going] = at[going]
            weight[going] *= np.float32(discount)
            going &= (self._store["ended"][at] < 0.5) & (at != newest)
            if not going.any():
                break
            at = np.where(going, (at + 1) % self.capacity, at)
        return sums, last, weight * (1.0 - self._store["terminated"][last])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Copies for a learner's state, oldest first, named so that samples can be looked at and exported."""
        order = self.age_order()
        found = {SAMPLES + name: self[name][order] for name in self._names() if name != "ended"}
        found[_ENDED] = self["ended"][order]
        return found

    def load(self, arrays: dict[str, NDArray[Any]], total: int) -> None:
        """Take over what `arrays` gave. Raises ValueError where it does not fit."""
        size = len(arrays.get(SAMPLES + "rewards", ()))
        if size != min(total, self.capacity):
            raise ValueError(f"{size} saved transitions do not fit a store of {self.capacity} that {total} went into")
        order = (np.arange(size) + total - size) % self.capacity
        for name in self._names():
            saved = arrays.get(_ENDED if name == "ended" else SAMPLES + name)
            room = self._room(name, min(self.capacity, max(size, 1024)))
            if saved is None or saved.shape != (size, *room.shape[1:]):
                raise ValueError(f"the saved transitions' {name!r} do not fit this environment")
            room[order] = saved
            self._store[name] = room
        self.total = total

"""ValueMaps: value maps of the policy that is played, made while somebody looks, a few times a second at most."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import Policy
from rlstudio.core.messages import ShowValues, ValuesMapped
from rlstudio.core.value_map import Coordinate, ValueMap
from rlstudio.envs.spaces import action_names, readable
from rlstudio.jobs.state_coordinates import directions, first_shown, grid_states, plane_coordinates

EVERY_SECONDS = 0.25
_AT_MOST_ONE_IN = 6
"""A map that takes long is made the less often: this share of the time, at most, goes into maps."""
SIDE = 48
"""Rows and columns of a plane."""

NOT_HERE = "The states of this environment are neither a grid nor two numbers or more: there is no map of them."
NO_VALUES = "This policy values no states: it has no value network, Q-values or table."


class ValueMaps:
    """`want` says what is looked at; `update` is called often, and sends a map when one is due and would be another."""

    def __init__(self, env_id: str, env: gym.Env[Any, Any], send: Callable[[ValuesMapped], None]) -> None:
        self._env_id, self._env, self._send = env_id, env, send
        self._wish: ShowValues | None = None
        self._grid = grid_states(env_id, env)
        self._plane = () if self._grid else plane_coordinates(env_id, env.observation_space)
        self._actions = action_names(env_id, env.action_space)
        size = len(self._plane)
        self._lowest, self._highest = np.full(size, np.inf), np.full(size, -np.inf)
        self._drawn: Any = None
        self._due = 0.0

    def want(self, wish: ShowValues) -> None:
        """Another wish; drawn at the next update."""
        if self._wish is None or not wish.wanted:  # whoever looks again has forgotten what was sent
            self._drawn = None
        self._wish = wish if wish.wanted else None

    def note(self, observation: Any) -> dict[str, Any]:
        """What a frame's note is to say of the state while maps are looked at: the readable observation."""
        if self._wish is None or not (self._grid or self._plane):
            return {}
        return {
            "observation": [
                round(float(value), 5) for value in readable(self._env.observation_space, observation)[:128]
            ]
        }

    def update(self, policy: Policy, step: int | None, observation: Any) -> None:
        """Send the map of `policy`, as seen from `observation`, if it is wanted, due, and another than the last."""
        if self._wish is None or (now := time.perf_counter()) < self._due:
            return
        base = self._base(observation)
        held = self._held(base)
        self._widen(base)
        drawn = (
            policy,
            step,
            self._wish.x,
            self._wish.y,
            tuple(held.items()),
            tuple(self._lowest),
            tuple(self._highest),
        )
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self._send(self._make(policy, step, held))
        self._due = now + max(EVERY_SECONDS, _AT_MOST_ONE_IN * (time.perf_counter() - now))

    # ------------------------------------------------------------ what is shown

    def _base(self, observation: Any) -> NDArray[np.float32]:
        """The state that the map is seen from: the wished one, unless it is of another environment, shown before."""
        assert self._wish is not None
        now = readable(self._env.observation_space, observation)
        wished = None if self._wish.state is None else np.asarray(self._wish.state, np.float32)
        return now if wished is None or wished.shape != now.shape else wished

    def _sides(self) -> tuple[int, int]:
        """Which coordinates lie along x and y."""
        assert self._wish is not None
        if self._grid:
            return 1, 0
        x, y = self._wish.x, self._wish.y
        right = x is not None and y is not None and x != y and max(x, y) < len(self._plane)
        return (x, y) if right else first_shown(self._env_id)  # type: ignore[return-value]

    def _held(self, base: NDArray[np.float32]) -> dict[int, float]:
        """The other coordinates' values: as wished, else as they are now."""
        assert self._wish is not None
        coordinates = self._grid.coordinates if self._grid else self._plane
        sides = self._sides() if coordinates else ()
        given = self._wish.held
        return {
            i: given[i] if i in given else round(each.read(base), 4)
            for i, each in enumerate(coordinates)
            if i not in sides
        }

    def _widen(self, base: NDArray[np.float32]) -> None:
        """Numbers without bounds are shown as far as they have been seen, and a little further, in whole steps."""
        for i, each in enumerate(self._plane):
            if math.isinf(each.low) or math.isinf(each.high):
                value = each.read(base)
                if math.isfinite(value) and not self._lowest[i] <= value <= self._highest[i]:
                    far = 2.0 ** math.ceil(math.log2(max(abs(value), 0.5)))
                    self._lowest[i], self._highest[i] = min(self._lowest[i], -far), max(self._highest[i], far)

    def _bounded(self) -> tuple[Coordinate, ...]:
        """The coordinates of the plane with finite ranges."""
        found = []
        for i, each in enumerate(self._plane):
            low = each.low if math.isfinite(each.low) else float(self._lowest[i])
            high = each.high if math.isfinite(each.high) else float(self._highest[i])
            found.append(replace(each, low=low, high=high))
        return tuple(found)

    # ------------------------------------------------------------ the maps

    def _make(self, policy: Policy, step: int | None, held: dict[int, float]) -> ValuesMapped:
        if self._grid:
            found = self._make_grid(policy, held)
        elif self._plane:
            found = self._make_plane(policy, held)
        else:
            return ValuesMapped(None, NOT_HERE)
        if found is None:
            return ValuesMapped(None, NO_VALUES)
        return ValuesMapped(replace(found, step=step))

    def _make_plane(self, policy: Policy, held: dict[int, float]) -> ValueMap | None:
        coordinates, (x, y) = self._bounded(), self._sides()
        space: Any = self._env.observation_space
        rows: NDArray[np.float32] = np.zeros((SIDE * SIDE, int(np.prod(space.shape))), np.float32)
        for i, value in held.items():
            coordinates[i].write(rows, value)
        middles = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE
        for side, numbers in ((x, np.tile(middles, SIDE)), (y, np.repeat(middles, SIDE))):
            each = coordinates[side]
            each.write(rows, (each.low + (each.high - each.low) * numbers).astype(np.float32))
        values = policy.values(rows.reshape(-1, *space.shape).astype(space.dtype))
        if values is None:
            return None
        shaped = np.asarray(values, np.float32).reshape(SIDE, SIDE)
        return ValueMap(self._env_id, policy.value_title, coordinates, x, y, held, shaped)

    def _make_grid(self, policy: Policy, held: dict[int, float]) -> ValueMap | None:
        grid = self._grid
        assert grid is not None
        n_rows, n_columns = (int(each.high) + 1 for each in grid.coordinates[:2])
        rest = [int(held[i]) for i in sorted(held)]
        there = [
            (row, column, state)
            for row in range(n_rows)
            for column in range(n_columns)
            if (state := grid.states.get((row, column, *rest))) is not None
        ]
        places = tuple(np.array([each[:2] for each in there], np.intp).reshape(-1, 2).T)
        states = np.array([each[2] for each in there], np.int64)
        values, preferences = policy.values(states), policy.preferences(states)
        if values is None and preferences is None:
            return None
        shown: NDArray[np.float32] = np.full((n_rows, n_columns), np.nan, np.float32)
        if values is not None:
            shown[places] = values
        best = np.zeros((n_rows, n_columns, len(self._actions)), np.bool_)
        if preferences is not None:
            best[places] = best_actions(preferences)
        return ValueMap(
            self._env_id,
            policy.value_title if values is not None else "",
            grid.coordinates,
            1,
            0,
            held,
            shown,
            best,
            directions(self._actions),
            self._actions,
            grid.cells,
        )


def best_actions(preferences: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether each action is among the best of its row, (n, n_actions); none where all are alike or not known."""
    highest = preferences.max(axis=1, keepdims=True)
    best: NDArray[np.bool_] = preferences >= highest - 1e-6 * np.maximum(1.0, np.abs(highest))
    best[best.all(axis=1)] = False
    return best

"""The coordinates of an environment's states, by which a value map is drawn, and where a grid's cells lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.tabular.bins import ranges_of
from rlstudio.core.value_map import GRIDS, Cells, Coordinate
from rlstudio.envs.encoder import is_picture
from rlstudio.envs.ids import split_id
from rlstudio.envs.spaces import MAX_NAMED, readable, readable_names

_ENDLESS = 1e6
_ANGLES: dict[str, tuple[tuple[str, int, int], ...]] = {
    "Pendulum": (("angle (rad, 0 is upright)", 0, 1),),
    "Acrobot": (("first link angle (rad, 0 hangs)", 0, 1), ("second link angle (rad, 0 is straight)", 2, 3)),
}
"""Cosine and sine that stand for an angle: label and their places."""
_FIRST_SHOWN = {"CartPole": (2, 3)}
_MOVES = {
    "left": (-1, 0),
    "west": (-1, 0),
    "right": (1, 0),
    "east": (1, 0),
    "up": (0, -1),
    "north": (0, -1),
    "down": (0, 1),
    "south": (0, 1),
}
_DIRECTIONLESS = (0, 0)


@dataclass(frozen=True)
class GridStates:
    """A grid of numbered states.

    Attributes:
        coordinates: row, column and what else a state is told by.
        states: the state of each combination of coordinates that can be met before an episode's end.
    """

    coordinates: tuple[Coordinate, ...]
    states: dict[tuple[int, ...], int]
    cells: Cells


def first_shown(env_id: str) -> tuple[int, int]:
    """Which two coordinates are shown where nobody chose, along x and y."""
    return _FIRST_SHOWN.get(split_id(env_id).name, (0, 1))


def directions(names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Where each action of a grid leads, as (right, down)."""
    return tuple(_MOVES.get(name, _DIRECTIONLESS) for name in names)


def plane_coordinates(env_id: str, space: Any) -> tuple[Coordinate, ...]:
    """Of a Box of at least two numbers; empty for any other space. A range without bounds is infinite."""
    if not isinstance(space, gym.spaces.Box) or is_picture(space) or not 2 <= int(np.prod(space.shape)) <= MAX_NAMED:
        return ()
    names = readable_names(env_id, space)
    angles = _ANGLES.get(split_id(env_id).name, ())
    within = {place for _, cos, sin in angles for place in (cos, sin)}
    found = [Coordinate(label, -math.pi, math.pi, (cos, sin)) for label, cos, sin in angles]
    for place, (low, high) in enumerate(ranges_of(env_id, space)):
        if place not in within:
            low, high = (bound if abs(bound) < _ENDLESS else math.copysign(math.inf, bound) for bound in (low, high))
            found.append(Coordinate(names[place], low, high, (place,)))
    return tuple(found)


def grid_states(env_id: str, env: gym.Env[Any, Any]) -> GridStates | None:
    """The grid that an environment's states stand on, where its picture is one that is known."""
    space, cells_of = env.observation_space, _cells_of(env_id)
    if not isinstance(space, gym.spaces.Discrete) or cells_of is None:
        return None
    rows = {state: tuple(readable(space, state, env_id).astype(int).tolist()) for state in range(int(space.n))}
    names = readable_names(env_id, space)
    if len(names) < 2 or len(next(iter(rows.values()))) != len(names):
        return None
    sides = np.array(list(rows.values())).max(axis=0)
    found = tuple(
        Coordinate(label, 0.0, float(side), (place,))
        for place, (label, side) in enumerate(zip(names, sides, strict=True))
    )
    met = _met_states(env, int(space.n))
    states = {row: state for state, row in rows.items() if met[state]}
    return GridStates(found, states, cells_of(int(sides[0]) + 1, int(sides[1]) + 1))


def _met_states(env: gym.Env[Any, Any], n_states: int) -> NDArray[np.bool_]:
    """States that an episode can stand in while it goes on, by the environment's published table; all without one."""
    table: Any = getattr(env.unwrapped, "P", None)
    start: Any = getattr(env.unwrapped, "initial_state_distrib", None)
    if table is None or start is None:
        return np.ones(n_states, np.bool_)
    met = np.asarray(start) > 0
    ahead = np.flatnonzero(met).tolist()
    while ahead:
        for outcomes in table[ahead.pop()].values():
            for chance, following, _reward, over in outcomes:
                if chance > 0 and not over and not met[following]:
                    met[following] = True
                    ahead.append(int(following))
    return met


def _cells_of(env_id: str) -> Any:
    name = split_id(env_id).name
    if name in GRIDS and name != "Taxi":
        return lambda n_rows, n_columns: Cells(0.0, 0.0, 1.0 / n_columns, 1.0 / n_rows)
    if name == "Taxi":
        from gymnasium.envs.toy_text.taxi import CELL_SIZE, GRID_ORIGIN, WINDOW_SIZE

        (width, height), (left, top) = WINDOW_SIZE, GRID_ORIGIN
        return lambda _rows, _columns: Cells(left / width, top / height, CELL_SIZE[0] / width, CELL_SIZE[1] / height)
    return None

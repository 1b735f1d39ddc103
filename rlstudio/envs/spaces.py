"""Spaces described for people: every number and every action by its name, and observations as those numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from rlstudio.envs.card import Dimension, SpaceCard, SpaceKind
from rlstudio.envs.encoder import PICTURE_SIDE, ObservationEncoder, is_picture
from rlstudio.envs.words import words_for

__all__ = ["ObservationEncoder", "action_names", "belongs_to", "describe_space", "readable", "readable_names"]

MAX_NAMED = 512
"""Spaces of more numbers than this are not listed number by number."""

_OWNER = "rlstudio_env_id"
_SPELLED_OUT = 8
_LONGEST_TEXT = 60


def _kind(space: Any) -> SpaceKind:
    if is_picture(space):
        return "image"
    kinds: list[tuple[type, SpaceKind]] = [
        (spaces.Box, "box"),
        (spaces.Discrete, "discrete"),
        (spaces.MultiDiscrete, "multi_discrete"),
        (spaces.MultiBinary, "multi_binary"),
        (spaces.Tuple, "tuple"),
        (spaces.Dict, "dict"),
    ]
    return next((kind for kind_type, kind in kinds if isinstance(space, kind_type)), "other")


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _plain_dimensions(space: Any, stem: str) -> list[Dimension]:
    """One Dimension for each number of the space, named by its place alone. Empty for pictures and odd spaces."""
    if is_picture(space):
        return []
    if isinstance(space, spaces.Discrete):
        return [Dimension(stem, low=float(space.start), high=float(space.start + space.n - 1))]
    if isinstance(space, spaces.Tuple):
        parts = [_plain_dimensions(part, f"{stem} {index + 1}") for index, part in enumerate(space.spaces)]
        return [dimension for part in parts for dimension in part]
    if isinstance(space, spaces.Dict):
        parts = [_plain_dimensions(part, str(key)) for key, part in space.spaces.items()]
        return [dimension for part in parts for dimension in part]
    if isinstance(space, spaces.Box):
        lows, highs = space.low.reshape(-1), space.high.reshape(-1)
    elif isinstance(space, spaces.MultiDiscrete):
        lows = space.start.reshape(-1)
        highs = lows + space.nvec.reshape(-1) - 1
    elif isinstance(space, spaces.MultiBinary):
        lows, highs = np.zeros(int(np.prod(space.shape))), np.ones(int(np.prod(space.shape)))
    else:
        return []
    if len(lows) > MAX_NAMED:
        return []
    return [
        Dimension(f"{stem} {index + 1}" if len(lows) > 1 else stem, low=_finite(low), high=_finite(high))
        for index, (low, high) in enumerate(zip(lows, highs, strict=True))
    ]


def _decoded(space: Any, env_id: str, state: int) -> tuple[int, ...] | None:
    """A discrete observation taken apart into the numbers it stands for, where that is known."""
    decode = words_for(env_id).decode
    return decode(state, int(space.n)) if decode and isinstance(space, spaces.Discrete) else None


def _numbers_of(space: Any, env_id: str, role: Literal["observation", "action"]) -> tuple[Dimension, ...]:
    """The named numbers of an observation or a continuous action, with the space's bounds."""
    words = words_for(env_id)
    named = words.observation if role == "observation" else words.action
    if role == "observation" and isinstance(space, spaces.Discrete):
        if _decoded(space, env_id, 0) is None:
            return tuple(_plain_dimensions(space, "state"))
        last = _decoded(space, env_id, int(space.n) - 1) or ()
        return tuple(replace(name, low=0.0, high=float(high)) for name, high in zip(named, last, strict=True))
    plain = _plain_dimensions(space, "number" if role == "observation" else "action")
    if len(plain) != len(named):
        return tuple(plain)
    return tuple(replace(name, low=at.low, high=at.high) for name, at in zip(named, plain, strict=True))


def belongs_to(space: Any, env_id: str) -> None:
    """Note on a discrete observation space whose it is: its states mean nothing by themselves."""
    if isinstance(space, spaces.Discrete):
        setattr(space, _OWNER, env_id)


def action_names(env_id: str, space: Any) -> tuple[str, ...]:
    """A name for each choice of a discrete action space, or for each number of a continuous one."""
    if not isinstance(space, spaces.Discrete):
        return tuple(dimension.label for dimension in _numbers_of(space, env_id, "action"))
    choices = words_for(env_id).choices
    if len(choices) == space.n:
        return choices
    return tuple(f"action {index}" for index in range(int(space.start), int(space.start + space.n)))


def readable_names(env_id: str, space: Any) -> tuple[str, ...]:
    """Names, with units, of the numbers that `readable` gives for an observation of that space."""
    return tuple(dimension.label for dimension in _numbers_of(space, env_id, "observation"))


def _values(space: Any, observation: Any) -> list[NDArray[np.float32]]:
    """The numbers of an observation, in the order of `_plain_dimensions`."""
    if is_picture(space):
        return []
    if isinstance(space, spaces.Tuple):
        return [v for part, value in zip(space.spaces, observation, strict=True) for v in _values(part, value)]
    if isinstance(space, spaces.Dict):
        return [v for key, part in space.spaces.items() for v in _values(part, observation[key])]
    if isinstance(space, spaces.Box | spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary):
        numbers = np.array(observation, np.float32).reshape(-1)
        return [numbers] if len(numbers) <= MAX_NAMED else []
    return []


def readable(space: Any, observation: Any, env_id: str = "") -> NDArray[np.float32]:
    """The numbers that `readable_names(env_id, space)` names, shape (n_numbers,) float32.

    Of a discrete observation of a known environment the row, the column and so on, else the number of the state; of
    a picture nothing. `env_id` may be left out for a space that `belongs_to` was told of, as `make` does.
    """
    if isinstance(space, spaces.Discrete):
        env_id = env_id or getattr(space, _OWNER, "")
        state = int(np.asarray(observation).item())
        decoded = _decoded(space, env_id, state)
        return np.array([state] if decoded is None else decoded, np.float32)
    values = _values(space, observation)
    return np.concatenate(values) if values else np.zeros(0, np.float32)


def _listed(names: list[str]) -> str:
    if len(names) <= _SPELLED_OUT:
        return ", ".join(names)
    return ", ".join(names[: _SPELLED_OUT - 2]) + f" and {len(names) - _SPELLED_OUT + 2} more"


def _in_words(space: Any, env_id: str, role: Literal["observation", "action"], names: list[str]) -> str:
    """The sentence on a space: how many numbers or choices, and their names."""
    if is_picture(space):
        height, width = space.shape[:2]
        colours = "in grey" if len(space.shape) == 2 or space.shape[2] == 1 else "in colour"
        return (
            f"a picture of {width}×{height} pixels {colours}; "
            f"the learners here see it in grey, averaged to {min(width, PICTURE_SIDE)}×{min(height, PICTURE_SIDE)}"
        )
    if isinstance(space, spaces.Discrete):
        if role == "action":
            return f"one of {space.n} actions: {_listed(names)}"
        states = words_for(env_id).states
        return f"one of {space.n} states: {states + ' – ' if states else ''}{_listed(names)}"
    if not names:
        size = int(np.prod(space.shape)) if space.shape else 0
        return f"{size:,} numbers" if size else f"a {type(space).__name__} space"
    return f"{len(names)} number{'s' if len(names) > 1 else ''}: {_listed(names)}"


def _notation(space: Any) -> str:
    """Gymnasium's own notation on one line; of a Box with many bounds only the outermost ones."""
    text = " ".join(str(space).split())
    if isinstance(space, spaces.Box) and len(text) > _LONGEST_TEXT:
        low, high = (f"{bound:.4g}" for bound in (space.low.min(), space.high.max()))
        return f"Box({low}, {high}, {space.shape}, {space.dtype})"
    return text


def describe_space(space: Any, env_id: str, role: Literal["observation", "action"]) -> SpaceCard:
    """A space of an environment as a card: words for people, kind, shape and bounds for algorithms."""
    discrete_action = isinstance(space, spaces.Discrete) and role == "action"
    if discrete_action:
        names = action_names(env_id, space)
        dimensions = tuple(Dimension(name) for name in names) if len(names) <= MAX_NAMED else ()
    else:
        dimensions = _numbers_of(space, env_id, role)
    bounded = bool(np.all(np.isfinite([space.low, space.high]))) if isinstance(space, spaces.Box) else True
    return SpaceCard(
        kind=_kind(space),
        words=_in_words(space, env_id, role, [dimension.label for dimension in dimensions]),
        text=_notation(space),
        dimensions=dimensions,
        n=int(space.n) if isinstance(space, spaces.Discrete) else 0,
        shape=tuple(space.shape or ()),
        bounded=bounded,
    )

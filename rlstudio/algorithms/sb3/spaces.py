"""Spaces as Stable-Baselines3 takes them, and observations and actions carried across.

| observation space | becomes |
| --- | --- |
| Box of numbers | itself; 64-bit floats as 32-bit ones |
| picture of at least 36 × 36 pixels | bytes, channels first: a convolutional network sees all of it |
| Discrete | the same, counted from 0 |
| MultiBinary | the same, flat |
| Dict of those | a Dict of those |
| MultiDiscrete, smaller pictures, Tuple, nested Dict | one vector, as `ObservationEncoder` writes it |

(Stable-Baselines3 would take MultiDiscrete too, but its LSTM policies cannot be built for it.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from rlstudio.envs.encoder import is_picture
from rlstudio.envs.spaces import ObservationEncoder

SMALLEST_PICTURE = 36
"""Fewer rows or columns than the three convolutions of "Nature CNN" can work on (Mnih et al., 2015)."""

Convert = Callable[[Any], Any]


class ObservationBridge:
    """Observations of one environment as Stable-Baselines3 takes them.

    `space` is its space, `convert(observation)` one observation as an array (a dict of arrays for Dict spaces).
    `flat` asks for one that is neither a picture nor a dict, for policies without a network for those.

    Raises:
        ValueError: for a space without a fixed number of numbers (Text, Graph, Sequence).
    """

    def __init__(self, space: spaces.Space[Any], *, flat: bool = False) -> None:
        self.space: spaces.Space[Any]
        self.convert: Convert
        if isinstance(space, spaces.Dict) and not flat and not any(map(_is_compound, space.spaces.values())):
            parts = {str(key): _part(part) for key, part in space.spaces.items()}
            self.space = spaces.Dict({key: part for key, (part, _) in parts.items()})
            self.convert = lambda observation: {key: to(observation[key]) for key, (_, to) in parts.items()}
        elif flat and (is_picture(space) or _is_compound(space)):
            self.space, self.convert = _encoded(space)
        else:
            self.space, self.convert = _part(space)

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture for a convolutional network."""
        return _is_big_picture(self.space)

    @property
    def is_dict(self) -> bool:
        """Whether it comes in named parts."""
        return isinstance(self.space, spaces.Dict)

    def batch(self, observations: list[Any]) -> Any:
        """Converted observations of several copies, side by side: arrays (n_envs, …), or a dict of those."""
        if self.is_dict:
            return {key: np.stack([each[key] for each in observations]) for key in observations[0]}
        return np.stack(observations)


def _is_compound(space: Any) -> bool:
    return isinstance(space, spaces.Tuple | spaces.Dict)


def _is_big_picture(space: Any) -> bool:
    """Bytes from 0 to 255 with channels first, large enough for the convolutions."""
    return (
        isinstance(space, spaces.Box)
        and len(space.shape) == 3
        and space.dtype == np.uint8
        and bool(np.all(space.low == 0) and np.all(space.high == 255))
        and min(space.shape[1:]) >= SMALLEST_PICTURE
        and space.shape[0] == min(space.shape)
    )


def _encoded(space: Any) -> tuple[spaces.Space[Any], Convert]:
    encoder = ObservationEncoder(space)
    return spaces.Box(-np.inf, np.inf, (encoder.size,), np.float32), encoder.encode


def _picture(space: spaces.Box) -> tuple[spaces.Space[Any], Convert]:
    if min(space.shape[:2]) < SMALLEST_PICTURE:
        return _encoded(space)
    channels = space.shape[2] if len(space.shape) == 3 else 1
    made = spaces.Box(0, 255, (channels, *space.shape[:2]), np.uint8)

    def channels_first(picture: Any) -> NDArray[np.uint8]:
        return np.asarray(picture).reshape(*space.shape[:2], channels).transpose(2, 0, 1)

    return made, channels_first


def _box(space: spaces.Box) -> tuple[spaces.Space[Any], Convert]:
    if is_picture(space) and np.all(space.low == 0) and np.all(space.high == 255):
        return _picture(space)
    shape = space.shape or (1,)
    dtype: Any = np.float32 if np.issubdtype(space.dtype, np.floating) else space.dtype
    with np.errstate(over="ignore"):  # a bound beyond 32-bit floats is none
        low, high = (np.asarray(bound).astype(dtype).reshape(shape) for bound in (space.low, space.high))
    return spaces.Box(low, high, shape, dtype), lambda numbers: np.asarray(numbers, dtype).reshape(shape)


def _part(space: Any) -> tuple[spaces.Space[Any], Convert]:
    """A space without named parts, and how an observation of the old one becomes one of the new."""
    if isinstance(space, spaces.Box):
        return _box(space)
    if isinstance(space, spaces.Discrete):
        first = int(space.start)
        return spaces.Discrete(int(space.n)), lambda number: np.asarray(int(number) - first, np.int64)
    if isinstance(space, spaces.MultiBinary):
        size = int(np.prod(space.shape))
        return spaces.MultiBinary(size), lambda bits: np.asarray(bits, np.int8).reshape(-1)
    return _encoded(space)


class ActionBridge:
    """Actions as Stable-Baselines3 draws them, carried over into the environment's own space.

    Raises:
        ValueError: for a space that none of its algorithms can act in.
    """

    def __init__(self, space: spaces.Space[Any]) -> None:
        self._own: Any = space
        self.space: Any
        if isinstance(space, spaces.Box):
            if not np.all(np.isfinite([space.low, space.high])):
                raise ValueError(f"actions without bounds cannot be drawn by Stable-Baselines3: {space}")
            self.space = spaces.Box(space.low.astype(np.float32), space.high.astype(np.float32), dtype=np.float32)
        elif isinstance(space, spaces.Discrete):
            self.space = spaces.Discrete(int(space.n))
        elif isinstance(space, spaces.MultiDiscrete) and space.nvec.ndim == 1:
            self.space = spaces.MultiDiscrete(space.nvec)
        elif isinstance(space, spaces.MultiBinary):
            self.space = spaces.MultiBinary(int(np.prod(space.shape)))
        else:
            raise ValueError(f"Stable-Baselines3 cannot act in the space {space}")

    @property
    def n_choices(self) -> int:
        """How many switches a mask of allowed actions has: one a choice; 0 for continuous actions."""
        if isinstance(self.space, spaces.Discrete):
            return int(self.space.n)
        if isinstance(self.space, spaces.MultiDiscrete):
            return int(self.space.nvec.sum())
        return 2 * int(np.prod(self.space.shape)) if isinstance(self.space, spaces.MultiBinary) else 0

    def choices(self, action: Any) -> NDArray[np.intp]:
        """An action of the environment's own that is made of choices, as those, counted from 0."""
        return (np.ravel(action) - np.ravel(getattr(self._own, "start", 0))).astype(np.intp)

    def own(self, action: Any) -> Any:
        """The environment's own action."""
        own = self._own
        if isinstance(own, spaces.Discrete):
            return int(action) + int(own.start)
        if isinstance(own, spaces.Box):
            return np.clip(np.asarray(action).reshape(own.shape), own.low, own.high).astype(own.dtype)
        if isinstance(own, spaces.MultiDiscrete):
            return (np.asarray(action) + own.start).astype(own.dtype)
        return np.asarray(action).reshape(own.shape).astype(own.dtype)

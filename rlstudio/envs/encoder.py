"""ObservationEncoder: any observation as one float32 vector, in the one place where that is decided.

| space | becomes |
| --- | --- |
| Box of numbers | its numbers, flattened; nothing is scaled |
| picture (Box of bytes, height × width × channels) | a grey picture of at most 24 × 24 means, 0 to 1, flattened |
| Discrete, MultiDiscrete | one-hot |
| MultiBinary | its zeros and ones |
| Tuple, Dict | its parts, one after the other |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PICTURE_SIDE = 24
"""Pictures are averaged to at most this many rows and columns: enough for a small network, and said in the card."""


def is_picture(space: Any) -> bool:
    """Whether a space is a picture: bytes of shape (height, width) or (height, width, 1, 3 or 4 channels)."""
    if not isinstance(space, spaces.Box) or space.dtype != np.uint8:
        return False
    shape = space.shape
    return (len(shape) == 2 and min(shape) > 1) or (len(shape) == 3 and shape[2] in (1, 3, 4))


def picture_fields(height: int, width: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where a picture's fields begin, and where the last ones end: (rows + 1,) and (columns + 1,)."""
    rows = np.linspace(0, height, min(height, PICTURE_SIDE) + 1).astype(np.intp)
    return rows, np.linspace(0, width, min(width, PICTURE_SIDE) + 1).astype(np.intp)


class _Part(Protocol):
    size: int

    def encode(self, observation: Any) -> Floats: ...
    def encode_batch(self, observations: Any) -> Floats: ...


class _Vector:
    """A one-dimensional Box: a cast that does nothing where the numbers are float32 already."""

    def __init__(self, space: spaces.Box) -> None:
        self.size = space.shape[0]

    def encode(self, observation: Any) -> Floats:
        return np.asarray(observation, np.float32)

    def encode_batch(self, observations: Any) -> Floats:
        return np.ascontiguousarray(observations, np.float32)


class _Flat:
    """A Box of any shape, MultiBinary: the numbers in row-major order."""

    def __init__(self, space: spaces.Space[Any]) -> None:
        self.size = int(np.prod(space.shape or ()))

    def encode(self, observation: Any) -> Floats:
        return np.asarray(observation, np.float32).reshape(-1)

    def encode_batch(self, observations: Any) -> Floats:
        return np.ascontiguousarray(observations, np.float32).reshape(-1, self.size)


class _Picture:
    """The mean grey of each field of a coarse grid, 0 to 1."""

    def __init__(self, space: spaces.Box) -> None:
        height, width = space.shape[:2]
        self._rows, self._columns = picture_fields(height, width)
        self._coloured = len(space.shape) == 3
        self._scale = np.float32(1 / 255) / np.outer(np.diff(self._rows), np.diff(self._columns)).astype(np.float32)
        self.size = self._scale.size

    def encode(self, observation: Any) -> Floats:
        return self.encode_batch(np.asarray(observation)[None]).reshape(-1)

    def encode_batch(self, observations: Any) -> Floats:
        pictures = np.asarray(observations)
        if self._coloured:  # an alpha channel says nothing about the scene
            pictures = pictures[..., :3].mean(axis=-1, dtype=np.float32)
        sums = np.add.reduceat(pictures.astype(np.float32, copy=False), self._rows[:-1], axis=1)
        sums = np.add.reduceat(sums, self._columns[:-1], axis=2)
        scaled: Floats = (sums * self._scale).reshape(len(sums), self.size)
        return scaled


class _OneHot:
    """Discrete and MultiDiscrete: for each number a row of zeros with a single one."""

    def __init__(self, counts: Any, starts: Any) -> None:
        counts = np.atleast_1d(np.asarray(counts)).reshape(-1)
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        self._shift = (first - np.atleast_1d(np.asarray(starts)).reshape(-1)).astype(np.intp)
        self.size = int(counts.sum())

    def encode(self, observation: Any) -> Floats:
        row = np.zeros(self.size, np.float32)
        row[np.reshape(observation, -1) + self._shift] = 1.0
        return row

    def encode_batch(self, observations: Any) -> Floats:
        hot = np.asarray(observations).reshape(-1, len(self._shift)) + self._shift
        rows = np.zeros((len(hot), self.size), np.float32)
        np.put_along_axis(rows, hot, 1.0, axis=1)
        return rows


class _Joined:
    """Tuple and Dict: the parts side by side, in the order of the space."""

    def __init__(self, parts: dict[Any, _Part]) -> None:
        self._parts = parts
        self.size = sum(part.size for part in parts.values())

    def encode(self, observation: Any) -> Floats:
        joined: Floats = np.concatenate([part.encode(observation[key]) for key, part in self._parts.items()])
        return joined

    def encode_batch(self, observations: Any) -> Floats:
        return np.concatenate([part.encode_batch(observations[key]) for key, part in self._parts.items()], axis=1)


def _part_for(space: Any) -> _Part:
    if is_picture(space):
        return _Picture(space)
    if isinstance(space, spaces.Box):
        return _Vector(space) if len(space.shape) == 1 else _Flat(space)
    if isinstance(space, spaces.MultiBinary):
        return _Flat(space)
    if isinstance(space, spaces.Discrete):
        return _OneHot(space.n, space.start)
    if isinstance(space, spaces.MultiDiscrete):
        return _OneHot(space.nvec, space.start)
    if isinstance(space, spaces.Tuple):
        return _Joined({index: _part_for(part) for index, part in enumerate(space.spaces)})
    if isinstance(space, spaces.Dict):
        return _Joined({key: _part_for(part) for key, part in space.spaces.items()})
    raise ValueError(
        f"observations of the space {space} cannot be turned into numbers; "
        "Box, Discrete, MultiDiscrete, MultiBinary, Tuple and Dict spaces can"
    )


def _is_binary(space: Any) -> bool:
    """Whether all that a space becomes is zeros and ones."""
    if isinstance(space, spaces.Tuple):
        return all(_is_binary(part) for part in space.spaces)
    if isinstance(space, spaces.Dict):
        return all(_is_binary(part) for part in space.spaces.values())
    return isinstance(space, spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary)


class ObservationEncoder:
    """Turns observations of `space` into float32 vectors of `size` numbers.

    `encode(observation)` gives shape (size,); `encode_batch(observations)` gives C-contiguous (n, size) of what a
    VectorEnv returns: arrays with n rows, for Tuple spaces a tuple of them, for Dict spaces a dict. A float32 vector
    comes back as it is, not copied: store it in a buffer of your own before the next step. `binary` says that every
    number is 0 or 1.

    Raises:
        ValueError: for a space without a fixed number of numbers (Text, Graph, Sequence).
    """

    def __init__(self, space: Any) -> None:
        part = _part_for(space)
        self.space = space
        self.size = part.size
        self.binary = _is_binary(space)
        self.encode: Callable[[Any], Floats] = part.encode
        self.encode_batch: Callable[[Any], Floats] = part.encode_batch

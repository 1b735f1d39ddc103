"""ReadableGradient: a gradient by the numbers that a network was shown, as one by the numbers that a person reads."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from rlstudio.envs.encoder import PICTURE_SIDE, ObservationEncoder, is_picture, picture_fields
from rlstudio.envs.spaces import MAX_NAMED

Floats = NDArray[np.float32]


class ReadableGradient:
    """For one observation space, both ways of writing it: `ObservationEncoder`'s and `readable`'s.

    Attributes:
        there: whether there is anything to differentiate by: a named continuous number or bit, or a picture.
    """

    def __init__(self, space: Any) -> None:
        self._space = space
        self._picture = is_picture(space)
        self.there = self._picture or _has_numbers(space)

    def readable(self, by_encoded: NDArray[Any]) -> Floats:
        """From a gradient by the encoder's numbers, (size,), to one by `readable`'s, (n_numbers,); a choice gets 0.

        Of a picture by the brightness of each pixel, (height, width): all its colours brighter by one.
        """
        if self._picture:
            height, width = self._space.shape[:2]
            by_fields = by_encoded.size == min(height, PICTURE_SIDE) * min(width, PICTURE_SIDE)
            return _spread(by_encoded, height, width) if by_fields else self.of_pixels(by_encoded)
        rows: list[Floats] = []
        _gather(self._space, np.asarray(by_encoded, np.float32), rows)
        return np.concatenate(rows)

    def of_pixels(self, by_pixels: NDArray[Any], *, channels_first: bool = False) -> Floats:
        """The same for a network that is shown every number of the picture, in the space's order or channels first."""
        height, width = self._space.shape[:2]
        axis = 0 if channels_first else -1
        shape = (-1, height, width) if channels_first else (height, width, -1)
        summed: Floats = np.asarray(by_pixels, np.float32).reshape(shape).sum(axis=axis)
        return summed

    def of_parts(self, gradients: dict[str, NDArray[Any] | None]) -> Floats:
        """The same for a Dict space, of gradients by each part in that part's own numbers (None: none)."""
        rows = []
        for key, part in self._space.spaces.items():
            if is_picture(part):
                continue
            gradient, size = gradients.get(str(key)), _readable_size(part)
            whole = gradient is not None and gradient.size == size
            rows.append(np.asarray(gradient, np.float32).reshape(-1) if whole else np.zeros(size, np.float32))
        return np.concatenate(rows)


def _inner(space: Any) -> list[Any] | None:
    if isinstance(space, spaces.Tuple):
        return list(space.spaces)
    return list(space.spaces.values()) if isinstance(space, spaces.Dict) else None


def _has_numbers(space: Any) -> bool:
    inner = _inner(space)
    if inner is not None:
        return any(_has_numbers(part) for part in inner)
    if is_picture(space) or not isinstance(space, spaces.Box | spaces.MultiBinary):
        return False
    return 0 < int(np.prod(space.shape)) <= MAX_NAMED


def _readable_size(space: Any) -> int:
    """How many numbers `readable` gives of a space without parts."""
    if isinstance(space, spaces.Discrete):
        return 1
    size = int(np.prod(space.shape or ()))
    return size if size <= MAX_NAMED else 0


def _gather(space: Any, left: Floats, rows: list[Floats]) -> Floats:
    """Append what belongs to `space` of the front of `left`; the rest of it."""
    inner = _inner(space)
    if inner is not None:
        for part in inner:
            left = _gather(part, left, rows)
        return left
    size = ObservationEncoder(space).size
    if isinstance(space, spaces.Discrete | spaces.MultiDiscrete):
        rows.append(np.zeros(_readable_size(space), np.float32))
    elif not is_picture(space) and size <= MAX_NAMED:
        rows.append(left[:size])
    return left[size:]


def _spread(by_fields: NDArray[Any], height: int, width: int) -> Floats:
    """Each field of the encoder's picture is the mean of its pixels, 0 to 1."""
    rows, columns = picture_fields(height, width)
    tall, wide = np.diff(rows), np.diff(columns)
    each = by_fields.reshape(len(tall), len(wide)) / (255.0 * np.outer(tall, wide))
    found: Floats = np.repeat(np.repeat(each, tall, axis=0), wide, axis=1).astype(np.float32)
    return found

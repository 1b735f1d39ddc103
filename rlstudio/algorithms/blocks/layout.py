"""Layout: named arrays laid end to end in one flat vector, so that one optimiser step serves them all."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


class Layout:
    """Where each named array lies in a flat vector.

    Attributes:
        shapes: shape of each array, in the order they lie.
        size: length of the flat vector.
    """

    def __init__(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes = dict(shapes)
        self._starts: dict[str, int] = {}
        start = 0
        for name, shape in self.shapes.items():
            self._starts[name] = start
            start += prod(shape)
        self.size = start

    def views(self, flat: Array) -> dict[str, Array]:
        """The arrays by name, sharing the memory of `flat`, shape (size,)."""
        return {name: flat[self.span(name)].reshape(shape) for name, shape in self.shapes.items()}

    def span(self, name: str) -> slice:
        """Where the array of that name lies."""
        start = self._starts[name]
        return slice(start, start + prod(self.shapes[name]))

    def fill(self, flat: Array, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Copy named arrays into `flat`. Raises ValueError where one is missing or has another shape."""
        for name, shape in self.shapes.items():
            if name not in arrays:
                raise ValueError(f"the saved weights have no array {name!r}; there are {', '.join(sorted(arrays))}")
            if arrays[name].shape != shape:
                raise ValueError(f"the saved array {name!r} has shape {arrays[name].shape}, but {shape} is needed here")
            flat[self.span(name)] = np.asarray(arrays[name], flat.dtype).reshape(-1)

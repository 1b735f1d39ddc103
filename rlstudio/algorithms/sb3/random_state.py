"""The global random generators that Stable-Baselines3 draws from, taken over by one learner and given back.

Its algorithms draw from `random`, `numpy.random` and torch's default generator, which belong to the whole process.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

_PREFIX = "random."


@dataclass
class RandomState:
    """States of the three global generators."""

    python: Any
    numpy: Any
    torch: torch.Tensor

    @classmethod
    def now(cls) -> RandomState:
        """As they stand."""
        return cls(random.getstate(), np.random.get_state(), torch.get_rng_state())

    def restore(self) -> None:
        """Make them stand so."""
        random.setstate(self.python)
        np.random.set_state(self.numpy)
        torch.set_rng_state(self.torch)

    def save(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """As named arrays and plain values."""
        version, words, gauss = self.python
        kind, keys, position, has_gauss, cached = self.numpy
        assert kind == "MT19937", kind
        arrays = {
            _PREFIX + "python": np.array(words, np.uint32),
            _PREFIX + "numpy": np.array(keys, np.uint32),
            _PREFIX + "torch": self.torch.numpy().copy(),
        }
        numpy_rest = [int(position), int(has_gauss), float(cached)]
        return arrays, {"python": [version, gauss], "numpy": numpy_rest}

    @classmethod
    def load(cls, arrays: dict[str, NDArray[Any]], values: dict[str, Any]) -> RandomState:
        """What `save` described. Raises ValueError where it does not fit."""
        try:
            words, keys, bits = (arrays[_PREFIX + name] for name in ("python", "numpy", "torch"))
            version, gauss = values["python"]
            position, has_gauss, cached = values["numpy"]
        except (KeyError, TypeError) as error:
            raise ValueError(f"the saved random states do not fit: {error}") from error
        python = (int(version), tuple(int(word) for word in words), gauss)
        return cls(python, ("MT19937", keys, position, has_gauss, cached), torch.from_numpy(np.array(bits, np.uint8)))


@contextmanager
def untouched() -> Iterator[None]:
    """Whatever is drawn inside, the global generators stand as before afterwards."""
    before = RandomState.now()
    try:
        yield
    finally:
        before.restore()

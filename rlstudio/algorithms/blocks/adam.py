"""Adam, AdamW and AMSGrad on a flat vector, in place, with scratch allocated once; and gradient clipping.

Sources: Kingma and Ba, "Adam" (2015), algorithm 1; Loshchilov and Hutter, "Decoupled Weight Decay Regularization"
(2019), algorithm 2; Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond" (2018), algorithm 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import DTypeLike

from rlstudio.algorithms.blocks.layout import Array


@dataclass(frozen=True)
class AdamSettings:
    """Settings of the optimiser. `weight_decay` is decoupled (AdamW); 0 makes it plain Adam."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False


_TINY, _DROP_TINY_EVERY = 1e-30, 128
"""From here to the denormal numbers of float32 (1.2e-38) takes 175 steps at β1 = 0.9."""


class Adam:
    """The optimiser's memory, and its step.

    The running means are kept without their factors (1 − β), which go into the two scalars of a step: three passes over
    the vector fewer, and the same numbers up to rounding. Adam's m is `mean` · (1 − β1), its v `square` · (1 − β2).
    """

    def __init__(self, size: int, settings: AdamSettings, dtype: DTypeLike = np.float32) -> None:
        self._settings = settings
        self.steps = 0
        self._mean: Array = np.zeros(size, dtype)
        self._square: Array = np.zeros(size, dtype)
        self._largest: Array | None = np.zeros(size, dtype) if settings.amsgrad else None
        self._scratch: Array = np.zeros(size, dtype)

    def step(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        """Move `parameters` one step against `gradient`, both shape (size,)."""
        adam, scratch = self._settings, self._scratch
        self.steps += 1
        if self.steps % _DROP_TINY_EVERY == 0:
            self._drop_tiny()
        self._mean *= adam.beta1
        self._mean += gradient
        np.multiply(gradient, gradient, out=scratch)
        self._square *= adam.beta2
        self._square += scratch
        square = self._square
        if self._largest is not None:
            square = np.maximum(self._largest, square, out=self._largest)
        root = sqrt((1.0 - adam.beta2**self.steps) / (1.0 - adam.beta2))
        rate = learning_rate * (1.0 - adam.beta1) / (1.0 - adam.beta1**self.steps) * root
        np.sqrt(square, out=scratch)
        scratch += adam.epsilon * root
        np.divide(self._mean, scratch, out=scratch)
        scratch *= rate
        if adam.weight_decay:
            parameters *= 1.0 - learning_rate * adam.weight_decay
        parameters -= scratch

    def _drop_tiny(self) -> None:
        """Set means that have faded away to 0.

        Those of a unit that no longer fires shrink by β1 a step down to denormal numbers, with which processors
        calculate some ten times more slowly than with others, for a change that no parameter could feel.
        """
        for running in (self._mean, self._square):
            running[np.abs(running) < _TINY] = 0.0

    def memory(self) -> dict[str, Array]:
        """The running means themselves (not copies): with `steps`, all that a resume exact to the bit needs."""
        found = {"mean": self._mean, "square": self._square}
        return found if self._largest is None else {**found, "largest": self._largest}

    def load_memory(self, saved: dict[str, Array], steps: int) -> None:
        """Take over what `memory` gave. Raises ValueError where it does not fit."""
        own = self.memory()
        for name, array in own.items():
            if name not in saved or saved[name].shape != array.shape:
                raise ValueError(f"the saved optimiser state {name!r} does not fit {array.size} parameters")
            array[:] = saved[name]
        self.steps = steps


def gradient_norm(gradient: Array) -> float:
    """Euclidean length of a flat gradient."""
    return sqrt(float(np.dot(gradient, gradient)))


def clip_by_norm(gradient: Array, limit: float) -> float:
    """Shorten `gradient` in place to at most `limit`; returns its length before.

    Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013), algorithm 1.
    """
    norm = gradient_norm(gradient)
    if norm > limit:
        gradient *= limit / (norm + 1e-6)
    return norm


def clip_by_value(gradient: Array, limit: float) -> None:
    """Bring each number of `gradient` into ±limit, in place."""
    np.clip(gradient, -limit, limit, out=gradient)

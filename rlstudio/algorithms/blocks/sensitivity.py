"""What `Policy.sensitivity` has in common: gradients of a probability by its logits, and of several numbers as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.layout import Array


def of_probability(logits: Array, counts: Sequence[int], choices: Sequence[int] | NDArray[np.intp]) -> Array:
    """∂p/∂logits, (sum of counts,): p is the probability of all `choices` together, one of `counts` logits each.

    p = Πᵢ softmax(logitsᵢ)[choiceᵢ], so ∂p/∂logitsᵢ = p · (1[choiceᵢ] − softmax(logitsᵢ)).
    """
    together, parts = 1.0, []
    for part, choice in zip(np.split(logits, np.cumsum(counts)[:-1]), choices, strict=True):
        weights = np.exp(part - part.max())
        p = weights / weights.sum()
        together *= float(p[choice])
        gradient = -p
        gradient[choice] += 1.0
        parts.append(gradient)
    return np.float32(together) * np.concatenate(parts)


def as_one(jacobian: NDArray[Any]) -> NDArray[Any]:
    """A row for each number of an action, (k, …), as one: itself where k is 1, else the rows' root of squared sums."""
    if jacobian.ndim == 1:
        return jacobian
    found: NDArray[Any] = jacobian[0] if len(jacobian) == 1 else np.sqrt(np.square(jacobian).sum(axis=0))
    return found

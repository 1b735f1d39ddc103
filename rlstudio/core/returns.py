"""Returns to go: what an episode still brought from each of its states on. NumPy alone, no loop over steps."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TAIL_WEIGHT = 0.1
"""Beyond a time limit nothing is known. A discounted return is called known while all of that would have entered it
with no more than this weight."""


def return_to_go(rewards: Floats, discount: float = 1.0) -> Floats:
    """G_t = r_t + γ r_{t+1} + γ² r_{t+2} + …, shape (T+1,); 0 after the last step. (Sutton & Barto, equation 3.8.)

    By doubling: after round k every entry holds the sum of 2^k rewards, so that T steps take log₂ T passes, and no
    power of γ ever has to be divided by.
    """
    found = np.append(np.asarray(rewards, np.float64), 0.0)
    reach, factor = 1, float(discount)
    while reach < len(found) and factor != 0.0:
        found[:-reach] += factor * found[reach:].copy()
        reach, factor = 2 * reach, factor * factor
    return found


def known_until(length: int, discount: float, *, truncated: bool) -> int:
    """How many states, from the first one on, have a known discounted return: all of them unless a time limit cut the
    episode off; then those with γ^(T−t) ≤ TAIL_WEIGHT, of γ = 1 none."""
    if not truncated:
        return length + 1
    if discount >= 1.0:
        return 0
    needed = 1 if discount <= 0.0 else math.ceil(math.log(TAIL_WEIGHT) / math.log(discount) - 1e-9)
    return max(0, length + 1 - needed)


def usual_reward(rewards: Floats) -> float | None:
    """The reward that more than half of the steps have (CartPole's 1, MountainCar's −1), or 0 where half of them have
    that; None where there is none."""
    if not len(rewards):
        return None
    values, counts = np.unique(rewards, return_counts=True)
    most = int(np.argmax(counts))
    if 2 * int(counts[most]) > len(rewards):
        return float(values[most])
    return 0.0 if 2 * int(np.count_nonzero(rewards == 0.0)) == len(rewards) else None


def notable(rewards: Floats) -> NDArray[np.intp]:
    """Steps whose reward stands out, ascending.

    Where more than half of the steps bring the same, those that bring something else. Where rewards differ at every
    step (LunarLander's shaping), those farther from the median than four times the usual distance to it, the median
    absolute deviation scaled to a normal distribution's standard deviation: a landing, a crash, a leg on the ground.
    """
    if not len(rewards):
        return np.zeros(0, np.intp)
    usual = usual_reward(rewards)
    if usual is not None:
        return np.flatnonzero(rewards != usual)
    distance = np.abs(rewards - np.median(rewards))
    return np.flatnonzero(distance > 4 * 1.4826 * np.median(distance))

"""Returns, advantages and targets: what each step turned out to be worth."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.layout import Array


def discounted_returns(rewards: list[float], discount: float, after: float = 0.0) -> NDArray[np.float64]:
    """G_t = r_t + discount · G_{t+1} for each step of an episode, shape (T,).

    `after` is the value of the state behind the last step: 0 where the episode terminated, an estimate where it was
    cut off (truncated). Source: Sutton and Barto, "Reinforcement Learning" (2018), eq. 3.9.
    """
    returns = np.empty(len(rewards))
    total = after
    for t in range(len(rewards) - 1, -1, -1):
        total = rewards[t] + discount * total
        returns[t] = total
    return returns


def generalised_advantages(
    rewards: Array,
    values: Array,
    terminated: NDArray[np.bool_],
    truncated: NDArray[np.bool_],
    discount: float,
    gae_lambda: float,
) -> Array:
    """Advantages of every step of several copies, shape (T, n_envs).

    `values` has shape (T+1, n_envs): of the observation before each step and, last, of the one after the last step. So
    with next-step autoreset `values[t + 1]` is that of the *true* last observation of an episode that ended at t. A
    terminated step takes no value from behind it, a truncated one does; neither takes an advantage from behind it.
    Rows of reset steps hold nothing meaningful: leave them out with `real_steps`.

    Source: Schulman et al., "High-Dimensional Continuous Control Using Generalized Advantage Estimation" (2016), eq.
    16.
    """
    alive = 1.0 - terminated.astype(values.dtype)
    goes_on = discount * gae_lambda * (1.0 - (terminated | truncated).astype(values.dtype))
    advantages: Array = rewards + discount * alive * values[1:] - values[:-1]
    for t in range(len(rewards) - 2, -1, -1):
        advantages[t] += goes_on[t] * advantages[t + 1]
    return advantages


def real_steps(ended: NDArray[np.bool_], ended_before: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which steps were steps at all, shape (T, n_envs): with next-step autoreset the one after an end is a reset.

    `ended` (T, n_envs) says where an episode ended, `ended_before` (n_envs,) where the step before the first one did.
    """
    real = np.empty(ended.shape, np.bool_)
    np.logical_not(ended_before, out=real[0])
    np.logical_not(ended[:-1], out=real[1:])
    return real


def td_targets(rewards: Array, next_values: Array, terminated: Array, discount: float) -> Array:
    """y = r + discount · V(s') where the episode did not terminate, shape (n,).

    Source: Mnih et al. (2015), "Human-level control through deep reinforcement learning", eq. 2. `terminated` is 1 or
    0; truncated steps count as 0, since the state they were cut off in still had a future.
    """
    found: Array = rewards + discount * (1.0 - terminated) * next_values
    return found


def explained_variance(predictions: NDArray[Any], outcomes: NDArray[Any]) -> float:
    """1 − Var(outcome − prediction) / Var(outcome): 1 perfect, 0 no better than a constant; 0 for constant outcomes."""
    spread = float(np.var(outcomes))
    if spread < 1e-12:
        return 0.0
    return 1.0 - float(np.var(outcomes - predictions)) / spread

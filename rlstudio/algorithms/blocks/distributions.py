"""Action distributions with closed-form gradients of log-probability and entropy.

A `Head` stands between a network's outputs and an action. `evaluate` gives log-probability and entropy of each row,
`backward` the gradient of a loss by the outputs (and by a free parameter such as log σ), given that loss's gradient by
log-probability and entropy. Score functions as in Williams, "Simple statistical gradient-following algorithms for
connectionist reinforcement learning" (1992), sections 4 and 6.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import exp, log, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.layout import Array

_HALF_LOG_2PI = 0.5 * log(2.0 * pi)


class Head(ABC):
    """One sort of distribution over actions.

    Attributes:
        n_outputs: numbers it needs of the network.
        free_shape: shape of its free parameter, None without one.
    """

    n_outputs: int
    free_shape: tuple[int, ...] | None = None

    @abstractmethod
    def sample(
        self, outputs: Array, free: Array | None, hidden: Array | None, rng: np.random.Generator
    ) -> NDArray[Any]:
        """A random action for each row of `outputs` (n, n_outputs)."""

    @abstractmethod
    def mode(self, outputs: Array) -> NDArray[Any]:
        """The likeliest action for each row."""

    @abstractmethod
    def evaluate(
        self, outputs: Array, free: Array | None, hidden: Array | None, actions: NDArray[Any]
    ) -> tuple[Array, Array]:
        """Log-probability and entropy of each row, shapes (n,); keeps what `backward` needs."""

    @abstractmethod
    def backward(self, log_prob_gradient: Array, entropy_gradient: float) -> tuple[Array, Array | None]:
        """Gradient by the outputs (n, n_outputs) and by the free parameter, of the rows last evaluated.

        `log_prob_gradient` (n,) is dLoss/dlog p of each row, `entropy_gradient` dLoss/dH, the same for all rows.
        """


class CategoricalHead(Head):
    """One choice of several for each entry of `choices`; actions (n,) int64 for one entry, else (n, entries)."""

    def __init__(self, choices: Sequence[int]) -> None:
        self.choices = tuple(int(n) for n in choices)
        self.n_outputs = sum(self.choices)
        ends = np.cumsum(self.choices)
        self._spans = [slice(int(end) - n, int(end)) for n, end in zip(self.choices, ends, strict=True)]

    def sample(
        self, outputs: Array, free: Array | None, hidden: Array | None, rng: np.random.Generator
    ) -> NDArray[Any]:
        drawn = []
        for span in self._spans:
            logits = outputs[:, span]
            weights = np.exp(logits - logits.max(axis=1, keepdims=True))
            sums = weights.cumsum(axis=1)
            threshold = rng.random(len(outputs)) * sums[:, -1]
            drawn.append((sums[:, :-1] <= threshold[:, None]).sum(axis=1))
        return drawn[0] if len(drawn) == 1 else np.stack(drawn, axis=1)

    def mode(self, outputs: Array) -> NDArray[Any]:
        best = [outputs[:, span].argmax(axis=1) for span in self._spans]
        return best[0] if len(best) == 1 else np.stack(best, axis=1)

    def evaluate(
        self, outputs: Array, free: Array | None, hidden: Array | None, actions: NDArray[Any]
    ) -> tuple[Array, Array]:
        n = len(outputs)
        self._rows = np.arange(n)
        self._actions = actions.reshape(n, -1)
        self._kept: list[tuple[Array, Array, Array]] = []
        log_probs: Array = np.zeros(n, outputs.dtype)
        entropies: Array = np.zeros(n, outputs.dtype)
        for i, span in enumerate(self._spans):
            logits = outputs[:, span]
            shifted = logits - logits.max(axis=1, keepdims=True)
            weights = np.exp(shifted)
            total = weights.sum(axis=1, keepdims=True)
            log_p = shifted - np.log(total)
            p = weights / total
            entropy = -np.einsum("ij,ij->i", p, log_p)
            self._kept.append((p, log_p, entropy))
            log_probs += log_p[self._rows, self._actions[:, i]]
            entropies += entropy
        return log_probs, entropies

    def backward(self, log_prob_gradient: Array, entropy_gradient: float) -> tuple[Array, Array | None]:
        """d log p(a)/d logit_j = 1[j = a] − p_j;  dH/d logit_j = −p_j (log p_j + H)."""
        parts = []
        for i, (p, log_p, entropy) in enumerate(self._kept):
            gradient = p * -log_prob_gradient[:, None]
            gradient[self._rows, self._actions[:, i]] += log_prob_gradient
            if entropy_gradient:
                gradient -= entropy_gradient * p * (log_p + entropy[:, None])
            parts.append(gradient)
        return (parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)), None


class GaussianHead(Head):
    """Independent normal distributions whose means are the outputs; free parameter log σ, shape (n_actions,)."""

    def __init__(self, n_actions: int) -> None:
        self.n_outputs = n_actions
        self.free_shape = (n_actions,)

    def sample(
        self, outputs: Array, free: Array | None, hidden: Array | None, rng: np.random.Generator
    ) -> NDArray[Any]:
        noise = rng.standard_normal(outputs.shape, np.float32)
        drawn: NDArray[Any] = outputs + np.exp(_present(free)) * noise
        return drawn

    def mode(self, outputs: Array) -> NDArray[Any]:
        return outputs.copy()

    def evaluate(
        self, outputs: Array, free: Array | None, hidden: Array | None, actions: NDArray[Any]
    ) -> tuple[Array, Array]:
        log_std = _present(free)
        self._inverse_std = np.exp(-log_std)
        self._scores: Array = (actions - outputs) * self._inverse_std
        constant = float(log_std.sum()) + _HALF_LOG_2PI * self.n_outputs
        log_probs = -0.5 * np.einsum("ij,ij->i", self._scores, self._scores) - constant
        entropies = np.full(len(outputs), constant + 0.5 * self.n_outputs, outputs.dtype)
        return log_probs, entropies

    def backward(self, log_prob_gradient: Array, entropy_gradient: float) -> tuple[Array, Array | None]:
        """With z = (a − μ)/σ:  d log p/dμ = z/σ;  d log p/d log σ = z² − 1;  dH/d log σ = 1."""
        by_outputs = self._scores * self._inverse_std * log_prob_gradient[:, None]
        by_log_std = log_prob_gradient @ (self._scores**2 - 1.0) + entropy_gradient * len(self._scores)
        return by_outputs, by_log_std


class StateDependentHead(Head):
    """Generalised state-dependent exploration: noise is a linear function of the last hidden layer.

    The function's weights are drawn anew every few steps only (`draw_noise`), so that exploration is smooth in time.
    Free parameter log σ, shape (hidden, n_actions). Source: Raffin, Kober and Stulp, "Smooth Exploration for Robotic
    Reinforcement Learning" (2020), eq. 4 to 6; as there, no gradient flows from the noise into the hidden layer.
    """

    _TINY = 1e-6

    def __init__(self, n_actions: int, hidden: int) -> None:
        self.n_outputs = n_actions
        self.free_shape = (hidden, n_actions)
        self.noise: Array | None = None

    def draw_noise(self, free: Array, n_envs: int, rng: np.random.Generator) -> None:
        """Draw the noise function's weights for each copy, shape (n_envs, hidden, n_actions)."""
        self.noise = rng.standard_normal((n_envs, *free.shape), np.float32) * np.exp(free)

    def sample(
        self, outputs: Array, free: Array | None, hidden: Array | None, rng: np.random.Generator
    ) -> NDArray[Any]:
        if self.noise is None or len(self.noise) != len(outputs):
            self.draw_noise(_present(free), len(outputs), rng)
        drawn: NDArray[Any] = outputs + np.einsum("ni,nij->nj", _present(hidden), _present(self.noise))
        return drawn

    def mode(self, outputs: Array) -> NDArray[Any]:
        return outputs.copy()

    def std(self, free: Array, hidden: Array) -> Array:
        """Standard deviation of the action in each state, shape (n, n_actions)."""
        found: Array = np.sqrt((hidden * hidden) @ np.exp(2.0 * free) + self._TINY)
        return found

    def evaluate(
        self, outputs: Array, free: Array | None, hidden: Array | None, actions: NDArray[Any]
    ) -> tuple[Array, Array]:
        self._squares = _present(hidden) ** 2
        self._variances = np.exp(2.0 * _present(free))
        self._variance: Array = self._squares @ self._variances + self._TINY
        self._deviation: Array = actions - outputs
        terms = self._deviation**2 / self._variance + np.log(self._variance)
        entropies = 0.5 * np.log(self._variance).sum(axis=1) + (_HALF_LOG_2PI + 0.5) * self.n_outputs
        return -0.5 * terms.sum(axis=1) - _HALF_LOG_2PI * self.n_outputs, entropies

    def backward(self, log_prob_gradient: Array, entropy_gradient: float) -> tuple[Array, Array | None]:
        """With v = h² · σ²: d log p/dv = ((a − μ)²/v − 1)/(2v);  dH/dv = 1/(2v);  dv/d log σ_ij = 2 h_i² σ_ij²."""
        weights = log_prob_gradient[:, None]
        by_outputs = weights * self._deviation / self._variance
        by_variance = weights * (self._deviation**2 / self._variance - 1.0) + entropy_gradient
        by_variance *= 0.5 / self._variance
        return by_outputs, 2.0 * self._variances * (self._squares.T @ by_variance)


def _present(array: Array | None) -> Array:
    if array is None:
        raise ValueError("this distribution needs its free parameter (and state-dependent noise the hidden layer)")
    return array


def softmax(logits: Array) -> NDArray[np.float32]:
    """Probabilities of one row of logits, shape (n,)."""
    weights = np.exp(logits - logits.max())
    return np.asarray(weights / weights.sum(), np.float32)


def choose(logits: Array, uniform: float) -> int:
    """The choice that a uniform number in [0, 1) falls on, for one row of logits; plain floats beat arrays here."""
    values = logits.tolist()
    largest = max(values)
    weights = [exp(value - largest) for value in values]
    left = uniform * sum(weights)
    for i, weight in enumerate(weights):
        left -= weight
        if left < 0.0:
            return i
    return len(weights) - 1

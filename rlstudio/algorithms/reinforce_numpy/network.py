"""The network by hand: its weights, the way forward to probabilities, and the way back to gradients.

With layers x₀ → x₁ → … → z (weights W₀, W₁, …, no biases):

    forward     x_{i+1} = max(0, x_i·W_i)   (a hidden layer may also be linear: x_i·W_i)      z = x_last·W_last
    two actions p = 1/(1 + e^−z) is the probability of the second one; more actions: p = softmax(z), one z for each
    backward    δ = ∂L/∂z    then, from the last layer to the first:   ∂L/∂W_i = x_iᵀ·δ    δ ← (δ·W_iᵀ) ⊙ [x_i > 0]
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Weights = list[Floats]
Loss = Literal["log-likelihood", "squared error"]


def draw_weights(rng: np.random.Generator, sizes: list[int]) -> Weights:
    """N(0, 1)/√inputs for every layer, so that what comes out of a layer is about as large as what went in."""
    return [rng.standard_normal((n_in, n_out)) / np.sqrt(n_in) for n_in, n_out in pairwise(sizes)]


def is_linear(weights: Weights, layer: int, linear_last: bool) -> bool:
    """Whether that hidden layer does without the ReLU: only the last one may, and not where it is the only one."""
    return linear_last and layer == len(weights) - 2 and layer > 0


def forward(weights: Weights, observations: NDArray[Any], *, linear_last: bool) -> tuple[Floats, list[Floats]]:
    """Outputs z (n, outputs) of `observations` (n, size), and what went into each layer: `backward` needs it."""
    inputs: list[Floats] = [np.asarray(observations, np.float64)]
    for layer, weight in enumerate(weights[:-1]):
        value = inputs[-1] @ weight
        inputs.append(value if is_linear(weights, layer, linear_last) else np.maximum(value, 0.0))
    return inputs[-1] @ weights[-1], inputs


def probabilities(z: Floats) -> Floats:
    """π(a|s) of every action, (n, actions), of z (n, 1) for two actions or (n, actions)."""
    if z.shape[1] == 1:
        second = sigmoid(z)
        return np.hstack([1.0 - second, second])
    shifted = np.exp(z - z.max(axis=1, keepdims=True))
    found: Floats = shifted / shifted.sum(axis=1, keepdims=True)
    return found


def sigmoid(z: Floats) -> Floats:
    """1/(1 + e^−z), of any size of z."""
    found: Floats = 0.5 * (1.0 + np.tanh(0.5 * z))
    return found


def by_outputs(z: Floats, actions: NDArray[np.int64], weights: Floats, loss: Loss) -> Floats:
    """δ = ∂L/∂z, (n, outputs): how the loss of n steps changes with the network's outputs.

    With a the action taken (0 or 1; with more than two actions a row of zeros with a single 1) and A the step's weight:

    - "log-likelihood":  L = −Σ A·log π(a|s)    whose derivative is simply  (p − a)·A
    - "squared error":   L = Σ ½(p − a)²·A      which goes back through the sigmoid too:  (p − a)·A·p·(1 − p)

    The second is what the demonstration does. It is not the policy gradient: where the policy is certain, p·(1 − p) is
    almost 0, and an action it nearly never takes teaches it nothing, however good it was.
    """
    if z.shape[1] == 1:
        p = sigmoid(z)
        error = (p - actions[:, None]) * weights[:, None]
        return error if loss == "log-likelihood" else error * p * (1.0 - p)
    p = probabilities(z)
    error = p.copy()
    error[np.arange(len(p)), actions] -= 1.0
    error *= weights[:, None]
    if loss == "log-likelihood":
        return error
    through_softmax: Floats = p * (error - (error * p).sum(axis=1, keepdims=True))
    return through_softmax


def backward(weights: Weights, inputs: list[Floats], delta: Floats, *, linear_last: bool) -> Weights:
    """∂L/∂W of every layer, given δ = ∂L/∂z and what went into each layer."""
    gradients: Weights = []
    for layer in range(len(weights) - 1, -1, -1):
        gradients.insert(0, inputs[layer].T @ delta)
        if layer > 0:
            delta = delta @ weights[layer].T
            if not is_linear(weights, layer - 1, linear_last):
                delta = delta * (inputs[layer] > 0.0)
    return gradients


def by_inputs(weights: Weights, inputs: list[Floats], delta: Floats, *, linear_last: bool) -> Floats:
    """∂/∂x₀, (n, size): one step further back than `backward` goes, to what the network was shown."""
    for layer in range(len(weights) - 1, 0, -1):
        delta = delta @ weights[layer].T
        if not is_linear(weights, layer - 1, linear_last):
            delta = delta * (inputs[layer] > 0.0)
    found: Floats = delta @ weights[0].T
    return found

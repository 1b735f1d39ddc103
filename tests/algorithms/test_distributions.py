"""Distributions: log-probability, entropy and their gradients against torch's; samples against probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.distributions import Categorical, Normal

from rlstudio.algorithms.blocks.distributions import (
    CategoricalHead,
    GaussianHead,
    Head,
    StateDependentHead,
    choose,
    softmax,
)

N = 11


def check(head: Head, outputs: Any, free: Any, hidden: Any, actions: Any, theirs: Any) -> None:
    """Compare with torch's (log-probabilities, entropies) of (outputs, free), a function `theirs`."""
    rng = np.random.default_rng(2)
    weights, beta = rng.standard_normal(N), 0.37
    log_probs, entropies = head.evaluate(outputs, free, hidden, actions)
    by_outputs, by_free = head.backward(weights, beta)
    leaf = torch.tensor(outputs, requires_grad=True)
    free_leaf = None if free is None else torch.tensor(free, requires_grad=True)
    wanted, wanted_entropies = theirs(leaf, free_leaf)
    np.testing.assert_allclose(log_probs, wanted.detach().numpy(), rtol=1e-9)
    np.testing.assert_allclose(entropies, wanted_entropies.detach().numpy(), rtol=1e-9)
    ((torch.tensor(weights) * wanted).sum() + beta * wanted_entropies.sum()).backward()
    np.testing.assert_allclose(by_outputs, leaf.grad.numpy(), rtol=1e-6, atol=1e-12)
    if free_leaf is not None:
        np.testing.assert_allclose(by_free, free_leaf.grad.numpy(), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("choices", [[2], [5], [3, 4], [2, 2, 2]])
def test_categorical_gradients(choices: list[int]) -> None:
    rng = np.random.default_rng(0)
    outputs = 3.0 * rng.standard_normal((N, sum(choices)))
    actions = np.stack([rng.integers(0, n, N) for n in choices], axis=1)

    def theirs(leaf: torch.Tensor, _: Any) -> Any:
        parts = [Categorical(logits=part) for part in leaf.split(choices, dim=1)]
        log_probs = sum(part.log_prob(torch.tensor(actions[:, i])) for i, part in enumerate(parts))
        return log_probs, sum(part.entropy() for part in parts)

    check(CategoricalHead(choices), outputs, None, None, actions if len(choices) > 1 else actions[:, 0], theirs)


def test_gaussian_gradients() -> None:
    rng = np.random.default_rng(0)
    outputs, log_std = rng.standard_normal((N, 3)), 0.3 * rng.standard_normal(3)
    actions = rng.standard_normal((N, 3))

    def theirs(leaf: torch.Tensor, free: Any) -> Any:
        normal = Normal(leaf, free.exp().expand(N, 3))
        return normal.log_prob(torch.tensor(actions)).sum(1), normal.entropy().sum(1)

    check(GaussianHead(3), outputs, log_std, None, actions, theirs)


def test_state_dependent_gradients() -> None:
    rng = np.random.default_rng(0)
    outputs, log_std = rng.standard_normal((N, 2)), 0.3 * rng.standard_normal((6, 2))
    hidden, actions = rng.standard_normal((N, 6)), rng.standard_normal((N, 2))

    def theirs(leaf: torch.Tensor, free: Any) -> Any:
        std = ((torch.tensor(hidden) ** 2) @ (2 * free).exp() + 1e-6).sqrt()
        normal = Normal(leaf, std)
        return normal.log_prob(torch.tensor(actions)).sum(1), normal.entropy().sum(1)

    check(StateDependentHead(2, 6), outputs, log_std, hidden, actions, theirs)


def test_certain_policies_stay_finite() -> None:
    head = CategoricalHead([3])
    outputs = np.array([[0.0, -2000.0, 500.0]], np.float32)
    log_probs, entropies = head.evaluate(outputs, None, None, np.array([2]))
    assert log_probs[0] == 0.0
    assert entropies[0] == 0.0
    by_outputs, _ = head.backward(np.ones(1, np.float32), 0.1)
    assert np.isfinite(by_outputs).all()
    assert head.sample(outputs, None, None, np.random.default_rng(0))[0] == 2


def test_samples_come_as_often_as_they_should() -> None:
    rng = np.random.default_rng(0)
    logits = np.log(np.array([0.1, 0.2, 0.7], np.float32))
    many = CategoricalHead([3]).sample(np.tile(logits, (30_000, 1)), None, None, rng)
    single = [choose(logits, rng.random()) for _ in range(30_000)]
    for drawn in (many, single):
        np.testing.assert_allclose(np.bincount(drawn) / 30_000, softmax(logits), atol=0.01)
    several = CategoricalHead([3, 2]).sample(np.zeros((100, 5), np.float32), None, None, rng)
    assert several.shape == (100, 2)
    assert several.max(axis=0).tolist() == [2, 1]


def test_gaussian_samples_spread_as_they_should() -> None:
    rng = np.random.default_rng(0)
    outputs = np.tile(np.array([1.0, -2.0], np.float32), (40_000, 1))
    drawn = GaussianHead(2).sample(outputs, np.log(np.array([0.5, 2.0], np.float32)), None, rng)
    np.testing.assert_allclose(drawn.mean(axis=0), [1.0, -2.0], atol=0.04)
    np.testing.assert_allclose(drawn.std(axis=0), [0.5, 2.0], rtol=0.02)


def test_state_dependent_noise_is_one_function_until_it_is_drawn_anew() -> None:
    rng = np.random.default_rng(0)
    head, free = StateDependentHead(1, 4), np.zeros((4, 1), np.float32)
    outputs, hidden = np.zeros((2, 1), np.float32), rng.standard_normal((2, 4)).astype(np.float32)
    head.draw_noise(free, 2, rng)
    first, again = (head.sample(outputs, free, hidden, rng) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(head.sample(outputs, free, 2 * hidden, rng), 2 * first, rtol=1e-5)
    drawn = []
    for _ in range(4000):
        head.draw_noise(free, 2, rng)
        drawn.append(head.sample(outputs, free, hidden, rng))
    np.testing.assert_allclose(np.std(drawn, axis=0), head.std(free, hidden), rtol=0.06)

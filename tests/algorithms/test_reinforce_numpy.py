"""The policy gradient by hand: its derivatives against autograd's, and its episodes."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces
from identity_env import LENGTH, ConstantEnv, IdentityEnv
from learners import build
from runs import PlainRun, learn

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.reinforce_numpy.network import backward, by_outputs, draw_weights, forward, probabilities
from rlstudio.algorithms.reinforce_numpy.notebook import Notebook
from rlstudio.algorithms.reinforce_numpy.policy import ReinforceNumpyPolicy
from rlstudio.algorithms.resolve import resolve
from rlstudio.core.params import validate
from rlstudio.envs.make import make_vector


def autograd(
    weights: list[Any], observations: Any, actions: Any, praise: Any, loss: str, linear_last: bool
) -> tuple[list[Any], Any]:
    """Gradients and probabilities by torch, of the loss written out as its formula has it."""
    leaves = [torch.tensor(weight, requires_grad=True) for weight in weights]
    value = torch.tensor(observations)
    for layer, leaf in enumerate(leaves[:-1]):
        value = value @ leaf
        if not (linear_last and layer == len(leaves) - 2 and layer > 0):
            value = torch.relu(value)
    z, a, weight = value @ leaves[-1], torch.tensor(actions), torch.tensor(praise)
    if z.shape[1] == 1:
        p = torch.sigmoid(z[:, 0])
        both = torch.stack([1 - p, p], dim=1)
        squared = 0.5 * (p - a) ** 2
    else:
        both = torch.softmax(z, dim=1)
        squared = 0.5 * ((both - torch.nn.functional.one_hot(a, z.shape[1])) ** 2).sum(dim=1)
    log_likelihood = -torch.log(both[torch.arange(len(a)), a])
    total = ((squared if loss == "squared error" else log_likelihood) * weight).sum()
    total.backward()
    return [leaf.grad.numpy() for leaf in leaves if leaf.grad is not None], both.detach().numpy()


@pytest.mark.parametrize("loss", ["log-likelihood", "squared error"])
@pytest.mark.parametrize("n_actions", [2, 3])
@pytest.mark.parametrize(("hidden", "linear_last"), [((10, 10), True), ((10, 10), False), ((7,), True)])
def test_the_gradient_is_autograds(loss: Any, n_actions: int, hidden: tuple[int, ...], linear_last: bool) -> None:
    rng = np.random.default_rng(1)
    weights = draw_weights(rng, [4, *hidden, 1 if n_actions == 2 else n_actions])
    observations, praise = rng.standard_normal((50, 4)), rng.standard_normal(50)
    actions = rng.integers(n_actions, size=50)
    z, inputs = forward(weights, observations, linear_last=linear_last)
    found = backward(weights, inputs, by_outputs(z, actions, praise, loss), linear_last=linear_last)
    wanted, p = autograd(weights, observations, actions, praise, loss, linear_last)
    assert len(found) == len(wanted) == len(hidden) + 1
    for gradient, expected in zip(found, wanted, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-9)
        assert np.abs(expected).max() > 1e-3
    np.testing.assert_allclose(probabilities(z), p, atol=1e-9)


def test_one_update_is_one_step_against_the_gradient() -> None:
    """As in the demonstration: 4 → 10 ReLU → 10 linear → 1, of a whole episode with its normalised returns."""
    spec = get_algorithm("reinforce_numpy")
    config = resolve(env="CartPole-v1", algorithm="reinforce_numpy", preset="demonstration")
    assert config.episodes == 1000
    params: Any = validate(spec.params, config.params)
    learner: Any = spec.load_learner()(make_vector("CartPole-v1", 1), params, 3, "cpu")
    before = [weight.copy() for weight in learner._weights]
    assert [weight.shape for weight in before] == [(4, 10), (10, 10), (10, 1)]
    kept: list[Any] = []
    tear_out = learner._notebook.tear_out
    learner._notebook.tear_out = lambda copy: kept.append(tear_out(copy)) or kept[-1]
    run = learn(learner, PlainRun(updates=1))
    (episode,) = kept
    n = len(episode.rewards)
    assert n == run.lengths[0]
    returns = np.array([sum(0.99**k for k in range(n - t)) for t in range(n)])
    praise = (returns - returns.mean()) / returns.std()
    wanted, _ = autograd(before, episode.observations.astype(float), episode.actions, praise, "squared error", True)
    for weight, old, gradient in zip(learner._weights, before, wanted, strict=True):
        np.testing.assert_allclose(weight, old - 0.01 * gradient, rtol=1e-6, atol=1e-8)


def test_the_drawn_weights_are_as_in_the_demonstration() -> None:
    first, second = draw_weights(np.random.default_rng(0), [400, 300, 100])
    assert first.std() == pytest.approx(1 / 20, rel=0.02)
    assert second.std() == pytest.approx(1 / np.sqrt(300), rel=0.02)


@pytest.mark.parametrize("n_actions", [2, 3])
def test_actions_are_drawn_as_probable_as_the_network_says(n_actions: int) -> None:
    learner: Any = build("reinforce_numpy", n_envs=1)[0]
    learner._weights = draw_weights(np.random.default_rng(2), [3, 8, 1 if n_actions == 2 else n_actions])
    rows = np.tile([1.0, 0.0, 0.5], (20_000, 1))
    z, _ = forward(learner._weights, rows[:1], linear_last=False)
    drawn = learner._draw(rows, reset=np.zeros(len(rows), bool))
    shares = np.bincount(drawn, minlength=n_actions) / len(rows)
    np.testing.assert_allclose(shares, probabilities(z)[0], atol=0.015)


def test_a_page_holds_one_episode_without_its_reset() -> None:
    notebook = Notebook(2, 1)
    for t in range(600):  # beyond the room it starts with
        reset = np.array([False, t == 0])
        notebook.write(np.full((2, 1), t), np.full(2, t), np.full(2, t), reset=reset)
    first, second = notebook.tear_out(0), notebook.tear_out(1)
    np.testing.assert_array_equal(first.actions, np.arange(600))
    np.testing.assert_array_equal(second.actions, np.arange(1, 600))
    np.testing.assert_array_equal(second.observations[:, 0], np.arange(1, 600))
    assert notebook.lengths.tolist() == [0, 0]


@pytest.mark.parametrize("n_envs", [1, 3])
def test_every_episode_makes_its_update(n_envs: int) -> None:
    learner, _ = build("reinforce_numpy", n_envs=n_envs)
    run = learn(learner, PlainRun(updates=12))
    assert run.episode in range(12, 12 + n_envs)
    assert len(run.rows) == 12 // n_envs
    assert {row["steps_per_episode"] for row in run.rows} == {float(LENGTH)}


def test_several_episodes_may_make_one_update() -> None:
    learner, _ = build("reinforce_numpy", n_envs=2, episodes_per_update=4)
    run = learn(learner, PlainRun(updates=5))
    assert run.episode == 20


def test_where_every_step_is_alike_nothing_is_learned() -> None:
    """Discount 0 and a reward of 1 each step: normalised, nothing is better than the rest."""
    learner: Any = build("reinforce_numpy", partial(ConstantEnv, terminates=True), discount=0.0, n_envs=2)[0]
    before = [weight.copy() for weight in learner._weights]
    learn(learner, PlainRun(updates=5))
    for weight, old in zip(learner._weights, before, strict=True):
        np.testing.assert_allclose(weight, old, atol=1e-12)


def test_a_long_gradient_is_shortened() -> None:
    moved = []
    for limit in (None, 1e-3):
        changed = {"n_envs": 1, "discount": 0.9, "max_gradient_norm": limit, "learning_rate": 1.0}
        learner: Any = build("reinforce_numpy", seed=1, **changed)[0]
        before = np.concatenate([weight.ravel() for weight in learner._weights])
        learn(learner, PlainRun(updates=1))
        moved.append(np.linalg.norm(np.concatenate([weight.ravel() for weight in learner._weights]) - before))
    assert moved[1] == pytest.approx(1e-3, rel=1e-6)
    assert moved[0] > 1e-2


def test_a_policy_of_continuous_actions_is_refused() -> None:
    with pytest.raises(ValueError, match="chooses one of several actions; the environment has Box"):
        ReinforceNumpyPolicy([], spaces.Discrete(3), IdentityEnv("box").action_space, linear_last=False)


@pytest.mark.slow
def test_the_defaults_solve_cartpole() -> None:
    spec = get_algorithm("reinforce_numpy")
    params: Any = validate(spec.params, resolve(env="CartPole-v1", algorithm="reinforce_numpy").params)
    solved = []
    for seed in range(5):
        learner = spec.load_learner()(make_vector("CartPole-v1", params.n_envs), params, seed, "cpu")
        solved.append(learn(learner, PlainRun(steps=spec.default_steps, stop_at=475)).solved_at)
    assert sum(at is not None for at in solved) >= 4

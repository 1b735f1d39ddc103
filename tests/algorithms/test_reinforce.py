"""REINFORCE: its gradient, its dropout and its baseline."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from identity_env import LENGTH, ConstantEnv
from learners import build
from runs import PlainRun, learn


def play(learner: Any, episodes: int = 1) -> list[float]:
    """Fill the store without an update; the values behind the last steps."""
    learner._observation = np.array(learner._encoder.encode(learner._env.reset(seed=1)[0]))
    run = PlainRun(steps=10_000)
    return [learner._play(run) for _ in range(episodes)]


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_the_gradient_is_that_of_return_times_log_probability(dropout: float) -> None:
    learner, _ = build("reinforce", dropout=dropout, entropy_weight=0.02, baseline=False, hidden=(16, 8))
    play(learner, 3)
    store, networks = learner._store, learner._networks  # type: ignore[attr-defined]
    weights = np.random.default_rng(0).standard_normal(store.count).astype(np.float32)
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in networks.parameters().items()}
    value = torch.tensor(store.observations)
    assert (store.masks is None) == (dropout == 0.0)
    masks = np.split(store.masks, [16], axis=1) if dropout else []
    for i in range(2):
        value = torch.relu(value @ leaves[f"actor.weight.{i}"] + leaves[f"actor.bias.{i}"])
        if dropout:
            value = value * torch.tensor(masks[i])
    logits = value @ leaves["actor.weight.2"] + leaves["actor.bias.2"]
    policy = torch.distributions.Categorical(logits=logits)
    log_probs = policy.log_prob(torch.tensor(store.actions))
    loss = -(torch.tensor(weights) * log_probs).sum() - 0.02 * policy.entropy().sum()
    loss.backward()
    learner._policy_step(weights, learner._params, 1e-9)  # type: ignore[attr-defined]
    for name, gradient in networks.gradients().items():
        np.testing.assert_allclose(gradient, leaves[name].grad.numpy(), rtol=1e-4, atol=1e-5, err_msg=name)


def test_dropout_is_the_same_when_acting_and_when_learning() -> None:
    learner, _ = build("reinforce", dropout=0.5, hidden=(16, 8))
    networks: Any = learner._networks  # type: ignore[attr-defined]
    actor, acted = networks.host("actor"), []
    original = actor.act

    def spy(*args: Any) -> Any:
        acted.append(original(*args).copy())
        return acted[-1]

    actor.act = spy
    play(learner, 2)
    store = learner._store  # type: ignore[attr-defined]
    again = networks.forward("actor", store.observations, np.split(store.masks, [16], axis=1))
    np.testing.assert_allclose(np.array(acted), again, atol=1e-6)
    assert set(np.unique(store.masks)) == {0.0, 2.0}
    assert 0.4 < (store.masks == 0).mean() < 0.6
    assert store.ends == [LENGTH, 2 * LENGTH]


@pytest.mark.parametrize(("first", "then"), [(0.0, 0.5), (0.5, 0.0)])
def test_the_gradient_is_of_the_steps_as_they_were_taken(first: float, then: float) -> None:
    """Dropout switched on or off between two episodes of one update, and back after them."""
    learner, _ = build("reinforce", dropout=first, entropy_weight=0.0, baseline=False, hidden=(16, 8))
    networks: Any = learner._networks  # type: ignore[attr-defined]
    play(learner)
    learner.set_param("dropout", then)
    learner._play(PlainRun(steps=10_000))  # type: ignore[attr-defined]
    learner.set_param("dropout", first)
    acted: list[Any] = []
    forward = networks.forward
    networks.forward = lambda *args: acted.append(forward(*args).copy()) or acted[-1]
    store = learner._store  # type: ignore[attr-defined]
    learner._policy_step(np.ones(store.count, np.float32), learner._params, 1e-9)  # type: ignore[attr-defined]
    masks = np.ones((2 * LENGTH, 24), np.float32)
    dropped = slice(LENGTH, None) if then else slice(0, LENGTH)
    assert set(np.unique(store.masks[dropped])) == {0.0, 2.0}
    masks[dropped] = store.masks[dropped]
    wanted = forward("actor", store.observations, np.split(masks, [16], axis=1))
    np.testing.assert_allclose(acted[0], wanted, atol=1e-6)


def test_returns_stay_within_their_episode() -> None:
    learner, _ = build("reinforce", partial(ConstantEnv, terminates=True), baseline=False)
    behind = play(learner, 2)
    found = learner._returns(behind, 0.5)  # type: ignore[attr-defined]
    one = [1.9375, 1.875, 1.75, 1.5, 1.0]
    np.testing.assert_allclose(found, [*one, *one])


@pytest.mark.parametrize("terminates", [False, True])
def test_the_baseline_learns_what_to_expect(terminates: bool) -> None:
    """Reward 1 a step, γ = 0.9: cut off after five steps a state is worth 10; ended there, 5 steps' worth at most."""
    learner, _ = build("reinforce", partial(ConstantEnv, terminates=terminates), discount=0.9, baseline_passes=20)
    learn(learner, PlainRun(episodes=150))
    _, thought = learner.policy().decide(np.ones(1, np.float32), {}, greedy=True)
    assert thought.value is not None
    if terminates:
        assert thought.value < 4.2
    else:
        assert thought.value == pytest.approx(10.0, rel=0.1)


def test_several_episodes_make_one_update() -> None:
    learner, _ = build("reinforce", episodes_per_update=4)
    run = learn(learner, PlainRun(updates=5))
    assert run.episode == 20
    assert [row["steps_per_update"] for row in run.logged] == [4.0 * LENGTH] * 5


def test_without_a_baseline_there_is_no_value() -> None:
    learner, _ = build("reinforce", baseline=False)
    run = learn(learner, PlainRun(updates=2))
    assert "explained_variance" not in run.logged[0]
    _, thought = learner.policy().decide(1, {}, greedy=True)
    assert thought.value is None
    assert thought.probabilities is not None
    assert thought.probabilities.sum() == pytest.approx(1.0)

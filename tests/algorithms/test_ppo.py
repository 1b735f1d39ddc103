"""PPO: what it learns from a step, what it leaves out, and its schedules."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from identity_env import LENGTH, ConstantEnv, IdentityEnv
from learners import build, weights
from runs import PlainRun, learn

from rlstudio.algorithms.blocks.rollout import Experience

PLAIN = {"normalise_observations": False, "normalise_rewards": False}


def test_no_reset_step_is_learned_from() -> None:
    learner, env = build("ppo", **PLAIN)
    rows: list[int] = []
    original = learner._experience  # type: ignore[attr-defined]

    def counted() -> Experience:
        found: Experience = original()
        rows.append(len(found))
        return found

    learner._experience = counted  # type: ignore[attr-defined]
    run = learn(learner, PlainRun(updates=20))
    assert sum(rows) == run.step == sum(each.steps_taken for each in env.envs)
    assert sum(rows) < 20 * 2 * 16  # reset rows there were
    assert run.episode == run.step // LENGTH - run.step // LENGTH % 2


@pytest.mark.parametrize(("terminates", "worth"), [(True, 4.0951), (False, 10.0)])
def test_a_truncated_state_keeps_its_value(terminates: bool, worth: float) -> None:
    """Reward 1 a step, γ = 0.9: cut off after five steps it is worth 1/(1 − γ); ended there, 5 steps' worth at most."""
    make = partial(ConstantEnv, terminates=terminates)
    learner, _ = build("ppo", make, discount=0.9, n_steps=64, batch_size=64, n_epochs=10, learning_rate=0.01, **PLAIN)
    learn(learner, PlainRun(updates=120))
    _, thought = learner.policy().decide(np.ones(1, np.float32), {}, greedy=True)
    assert thought.value is not None
    if terminates:
        assert thought.value < worth
    else:
        assert thought.value == pytest.approx(worth, rel=0.1)


def test_linear_schedules_fall_from_the_newest_value() -> None:
    learner, _ = build("ppo", learning_rate=0.01, learning_rate_schedule="linear", clip_range_schedule="linear")

    def watch(kind: str) -> None:
        if run.step >= 200:
            learner.set_param("learning_rate", 0.1)

    run = PlainRun(steps=400, watch=watch)
    at = []
    original = run.log

    def log(**metrics: float) -> None:
        at.append(run.progress)
        original(**metrics)

    run.log = log  # type: ignore[method-assign]
    learn(learner, run)
    rates = [row["learning_rate"] for row in run.logged]
    for progress, rate in zip(at, rates, strict=True):
        assert rate == pytest.approx((0.1 if progress >= 0.5 else 0.01) * (1 - progress), rel=1e-6)
    assert run.logged[-1]["clip_range"] == pytest.approx(0.2 * (1 - at[-1]))


def test_target_kl_ends_the_passes_early() -> None:
    breaths = {}
    for target in (None, 1e-9):
        count = [0]

        def watch(kind: str, count: list[int] = count) -> None:
            count[0] += kind == "breathe"

        learner, _ = build("ppo", target_kl=target, n_epochs=10)
        learn(learner, PlainRun(updates=5, watch=watch))
        breaths[target] = count[0]
    assert breaths[1e-9] <= breaths[None] / 2


def clipped_objective(leaves: dict[str, torch.Tensor], batch: Any, clip: float, value: float, entropy: float) -> Any:
    """The loss as Stable-Baselines3 and the paper write it, in torch."""

    def run(name: str) -> torch.Tensor:
        out = torch.tanh(torch.tensor(batch.observations) @ leaves[f"{name}.weight.0"] + leaves[f"{name}.bias.0"])
        return out @ leaves[f"{name}.weight.1"] + leaves[f"{name}.bias.1"]

    policy = torch.distributions.Categorical(logits=run("actor"))
    ratio = (policy.log_prob(torch.tensor(batch.actions)) - torch.tensor(batch.old_log_probs)).exp()
    advantages = torch.tensor(batch.advantages)
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    gain = torch.min(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages).mean()
    error = torch.nn.functional.mse_loss(run("critic")[:, 0], torch.tensor(batch.returns))
    return -gain + value * error - entropy * policy.entropy().mean()


def test_the_gradient_is_that_of_the_clipped_objective() -> None:
    learner, _ = build("ppo", entropy_weight=0.03, max_gradient_norm=1e6, **PLAIN)
    learn(learner, PlainRun(updates=3))
    rng = np.random.default_rng(0)
    networks: Any = learner._networks  # type: ignore[attr-defined]
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in networks.parameters().items()}
    n = 40
    batch = Experience(
        observations=rng.standard_normal((n, 3)).astype(np.float32),
        actions=rng.integers(0, 3, n),
        advantages=rng.standard_normal(n).astype(np.float32),
        returns=rng.standard_normal(n).astype(np.float32),
        values=np.zeros(n, np.float32),
        old_log_probs=np.zeros(n, np.float32),
    )
    head: Any = learner._head  # type: ignore[attr-defined]
    now, _ = head.evaluate(networks.forward("actor", batch.observations), None, None, batch.actions)
    batch.old_log_probs = (now + 0.3 * rng.standard_normal(n)).astype(np.float32)
    clipped_objective(leaves, batch, 0.2, 0.5, 0.03).backward()
    params = learner._params  # type: ignore[attr-defined]
    found = learner._minibatch(batch, params, 1e-9, 0.2, measure=True)  # type: ignore[attr-defined]
    assert 0.1 < found["clip_fraction"] < 0.9  # some of the steps were clipped
    for name, gradient in networks.gradients().items():
        np.testing.assert_allclose(gradient, leaves[name].grad.numpy(), rtol=2e-4, atol=2e-6, err_msg=name)


def test_normalised_observations_reach_the_policy() -> None:
    learner, _ = build("ppo", partial(IdentityEnv, "box"), normalise_observations=True)
    learn(learner, PlainRun(updates=5))
    arrays, settings = learner.policy().state()
    assert settings["normalised"]
    assert arrays["observations.count"][0] > 100
    assert 0.5 < np.sqrt(arrays["observations.variance"][0]) < 0.65  # uniform in ±1: 0.577


def test_state_dependent_noise_learns_and_saves() -> None:
    learner, _ = build("ppo", partial(IdentityEnv, "box"), state_dependent_noise=True, **PLAIN)
    before = weights(learner)
    learn(learner, PlainRun(updates=10))
    policy = learner.policy()
    arrays, settings = policy.state()
    assert arrays["log_std"].shape == (16, 1)
    assert np.abs(arrays["log_std"]).max() > 0
    assert np.abs(weights(learner) - before).max() > 0
    env = IdentityEnv("box")
    again = type(policy).from_state(arrays, settings, env.observation_space, env.action_space)
    observation = env.reset(seed=0)[0]
    _, thought = again.decide(observation, {}, greedy=True)
    assert thought.std is not None
    assert thought.std.shape == (1,)

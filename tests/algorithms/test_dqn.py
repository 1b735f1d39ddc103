"""DQN: its targets, its exploration, its target network and its memory."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from identity_env import ConstantEnv, IdentityEnv
from learners import build
from runs import PlainRun, learn

from rlstudio.algorithms.blocks.replay import ReplayBuffer
from rlstudio.core.params import ParamError
from rlstudio.envs.make import make


@pytest.mark.parametrize(("terminates", "lowest", "highest"), [(True, 2.8, 4.3), (False, 9.0, 10.5)])
def test_a_truncated_state_keeps_its_value(terminates: bool, lowest: float, highest: float) -> None:
    """Reward 1 a step, γ = 0.9: cut off after five steps it is worth 10.

    Ended there, a fifth of the steps have no future, which one state cannot tell apart: Q = 1 + 0.9 · 0.8 · Q = 3.57.
    (Squared error, since Huber's would settle at the median, which forgets the fifth.)
    """
    make = partial(ConstantEnv, terminates=terminates)
    learner, _ = build("dqn", make, discount=0.9, target_update_every=4, loss="mse")
    learn(learner, PlainRun(steps=2500))
    _, thought = learner.policy().decide(np.ones(1, np.float32), {}, greedy=True)
    assert thought.value is not None
    assert lowest < thought.value < highest


def loss_in_torch(leaves: dict[str, torch.Tensor], replay: Any, following: Any, double: bool, huber: bool) -> Any:
    """The loss as it is usually written."""

    def run(weights: dict[str, torch.Tensor], inputs: Any) -> torch.Tensor:
        out = torch.relu(torch.tensor(inputs) @ weights["q.weight.0"] + weights["q.bias.0"])
        return out @ weights["q.weight.1"] + weights["q.bias.1"]

    with torch.no_grad():
        judged = run(following, replay.next_observations)
        choice = run(leaves, replay.next_observations) if double else judged
        best = judged.gather(1, choice.argmax(1, keepdim=True))[:, 0]
        targets = torch.tensor(replay.rewards) + 0.9 * (1 - torch.tensor(replay.terminated)) * best
    chosen = run(leaves, replay.observations).gather(1, torch.tensor(replay.actions)[:, None])[:, 0]
    return (torch.nn.functional.smooth_l1_loss if huber else torch.nn.functional.mse_loss)(chosen, targets)


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("huber", [False, True])
def test_the_gradient_is_that_of_the_td_error(double: bool, huber: bool) -> None:
    learner, _ = build("dqn", discount=0.9, double=double, loss="huber" if huber else "mse", max_gradient_norm=None)
    learn(learner, PlainRun(updates=40))
    networks: Any = learner._networks  # type: ignore[attr-defined]
    replay: ReplayBuffer = learner._replay  # type: ignore[attr-defined]
    rng = np.random.default_rng(0)
    replay._rewards[:] = 3.0 * rng.standard_normal(500)  # some errors beyond 1
    replay._terminated[:] = rng.random(500) < 0.3
    replay.gather(rng.integers(0, replay.size, 16))
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in networks.parameters().items()}
    following = {name: torch.tensor(a) for name, a in networks._layout.views(networks._target).items()}
    loss = loss_in_torch(leaves, replay, following, double, huber)
    loss.backward()
    params = learner._params  # type: ignore[attr-defined]
    _, found, _ = learner._minibatch(params)  # type: ignore[attr-defined]
    assert found == pytest.approx(loss.item(), rel=1e-5)
    for name, gradient in networks.gradients().items():
        np.testing.assert_allclose(gradient, leaves[name].grad.numpy(), rtol=1e-4, atol=1e-6, err_msg=name)


def test_epsilon_falls_as_scheduled_and_follows_live_changes() -> None:
    learner, _ = build("dqn", epsilon_start=1.0, epsilon_end=0.1, exploration_fraction=0.5)

    def watch(kind: str) -> None:
        if run.step == 500:
            learner.set_param("epsilon_end", 0.4)

    run = PlainRun(steps=600, watch=watch)
    seen: list[tuple[float, float]] = []
    original = run.log

    def log(**metrics: float) -> None:
        if metrics:
            seen.append((run.progress, metrics["epsilon"]))
        original(**metrics)

    run.log = log  # type: ignore[method-assign]
    learn(learner, run)
    assert [round(600 * progress) for progress, _ in seen] == [21, 121, 221, 321, 421, 521]
    for progress, epsilon in seen:
        last = 0.4 if progress >= 500 / 600 else 0.1
        wanted = 1.0 + (last - 1.0) * progress / 0.5 if progress < 0.5 else last
        assert epsilon == pytest.approx(wanted, abs=0.01)
    exponential, _ = build("dqn", epsilon_schedule="exponential", epsilon_decay_steps=100.0, epsilon_end=0.0)
    rows = learn(exponential, PlainRun(steps=122)).rows
    assert rows[-1]["epsilon"] == pytest.approx(np.exp(-1.21), abs=0.01)


def test_epsilon_one_acts_at_random_and_epsilon_zero_does_not() -> None:
    for epsilon, share in ((1.0, 1 / 3), (0.0, 1.0)):
        learner, _ = build("dqn", epsilon_start=epsilon, epsilon_end=epsilon, learning_starts=0)
        acted = [learner._act(np.array([0, 1, 0], np.float32), 0.5) for _ in range(600)]  # type: ignore[attr-defined]
        assert np.bincount(acted).max() / 600 == pytest.approx(share, abs=0.07)


@pytest.mark.parametrize("share", [1.0, 0.25])
def test_the_target_network_follows_hard_or_softly(share: float) -> None:
    learner, _ = build("dqn", target_share=share, target_update_every=1_000_000)
    learn(learner, PlainRun(updates=10))
    networks: Any = learner._networks  # type: ignore[attr-defined]
    before = networks._target.copy()
    assert np.abs(before - networks._theta).max() > 0  # not moved yet
    networks.update_target(share)
    np.testing.assert_allclose(networks._target, before + share * (networks._theta - before), rtol=1e-5, atol=1e-7)


def test_predicted_and_realised_values_meet() -> None:
    learner, _ = build("dqn", discount=0.5, epsilon_end=0.0, exploration_fraction=0.3, target_update_every=4)
    run = learn(learner, PlainRun(steps=3000))
    rows = [row for row in run.logged if "predicted_q" in row]
    last = rows[-3:]
    realised = np.mean([row["discounted_return"] for row in last])
    assert realised == pytest.approx(sum(0.5**t for t in range(7)), abs=0.05)
    assert np.mean([row["predicted_q"] for row in last]) == pytest.approx(realised, abs=0.3)


@pytest.mark.parametrize("updates", [1, 3])
def test_a_row_is_the_mean_of_a_hundred_steps(updates: int) -> None:
    learner, _ = build("dqn", train_every=1, updates_per_train=updates)
    found: list[tuple[float, float, float]] = []
    original = learner._minibatch  # type: ignore[attr-defined]

    def spy(params: Any) -> Any:
        found.append(original(params))
        return found[-1]

    learner._minibatch = spy  # type: ignore[attr-defined]
    run = learn(learner, PlainRun(steps=1_000))
    assert run.updates == 980  # each is marked
    places = [place for place, row in enumerate(run.logged) if row]
    assert places == list(range(0, 980, 100))
    for before, place in pairwise(places):
        means = np.mean(found[updates * (before + 1) : updates * (place + 1)], axis=0)
        row = run.logged[place]
        assert [row["td_error"], row["loss"], row["gradient_norm"]] == pytest.approx(means.tolist())
        assert "predicted_q" in row


def test_the_replay_buffer_is_a_ring() -> None:
    replay = ReplayBuffer(4, 2, 3)
    for i in range(6):
        replay.add(np.full(2, i, np.float32), i, float(i), np.full(2, i + 1, np.float32), i % 2 == 0)
    assert replay.size == 4
    replay.gather(np.array([0, 1, 2]))
    assert replay.rewards.tolist() == [4.0, 5.0, 2.0]
    assert replay.actions.tolist() == [4, 5, 2]
    assert replay.terminated.tolist() == [1.0, 0.0, 1.0]
    np.testing.assert_array_equal(replay.next_observations, replay.observations + 1)
    twin = ReplayBuffer(4, 2, 3)
    twin.load({name: array.copy() for name, array in replay.arrays().items()}, replay.position)
    for buffer in (replay, twin):
        buffer.add(np.zeros(2, np.float32), 9, 9.0, np.zeros(2, np.float32), False)
    for name, array in replay.arrays().items():
        np.testing.assert_array_equal(array, twin.arrays()[name])
    with pytest.raises(ValueError, match="room for 2"):
        ReplayBuffer(2, 2, 3).load(replay.arrays(), 0)
    with pytest.raises(ValueError, match="observations"):
        ReplayBuffer(4, 3, 3).load(replay.arrays(), 0)


def test_zeros_and_ones_are_remembered_as_bits() -> None:
    rng = np.random.default_rng(0)
    plain, packed = ReplayBuffer(300, 500, 32), ReplayBuffer(300, 500, 32, binary=True)
    for i in range(400):
        before, after = (rng.random((2, 500)) < 0.3).astype(np.float32)
        for replay in (plain, packed):
            replay.add(before, i % 6, -1.0, after, False)
    twin = ReplayBuffer(300, 500, 32, binary=True)
    twin.load({name: array.copy() for name, array in packed.arrays().items()}, packed.position)
    indices = rng.integers(0, 300, 32)
    plain.gather(indices)
    for replay in (packed, twin):
        replay.gather(indices)
        assert replay.observations.dtype == np.float32
        np.testing.assert_array_equal(replay.observations, plain.observations)
        np.testing.assert_array_equal(replay.next_observations, plain.next_observations)
    with pytest.raises(ValueError, match="observations"):
        packed.load(plain.arrays(), 0)


def test_a_full_memory_of_taxi_is_a_small_checkpoint() -> None:
    learner, _ = build("dqn", lambda: make("Taxi-v4"), buffer_size=2_000, train_every=100)
    learn(learner, PlainRun(steps=2_000))
    replay = {name: array for name, array in learner.state().arrays.items() if name.startswith("replay.")}
    assert len(replay["replay.rewards"]) == 2_000
    assert sum(array.nbytes for array in replay.values()) < 2_000 * 150  # one-hot numbers of four bytes: 4,016 a step
    box, _ = build("dqn", partial(ConstantEnv, terminates=True))
    assert box.state().arrays["replay.observations"].dtype == np.float32


def test_a_replay_buffer_smaller_than_a_minibatch_is_refused() -> None:
    with pytest.raises(ParamError, match="buffer_size: 100 is not allowed; it takes at least the minibatch size, 256"):
        build("dqn", buffer_size=100, batch_size=256)


def test_continuous_actions_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="discrete actions"):
        build("dqn", partial(IdentityEnv, "box"))

"""Returns, advantages and targets against closed forms, truncation and next-step autoreset included."""

from __future__ import annotations

import numpy as np
import pytest

from rlstudio.algorithms.blocks.returns import (
    discounted_returns,
    explained_variance,
    generalised_advantages,
    real_steps,
    td_targets,
)
from rlstudio.algorithms.blocks.rollout import RolloutBuffer
from rlstudio.algorithms.blocks.running import RewardScale, RunningMeanStd
from rlstudio.algorithms.blocks.schedules import exponential, falling, linear

GAMMA, LAMBDA = 0.9, 0.8


def test_discounted_returns() -> None:
    np.testing.assert_allclose(discounted_returns([1.0, 2.0, 3.0], 0.5), [1 + 1 + 0.75, 2 + 1.5, 3])
    np.testing.assert_allclose(discounted_returns([1.0, 2.0], 0.5, after=8.0), [1 + 1 + 2, 2 + 4])


def by_definition(rewards: list[float], values: list[float], behind: float) -> np.ndarray:
    """Σ_l (γλ)^l δ_{t+l} for one piece of an episode; `behind` is the value after its last step."""
    after = [*values[1:], behind]
    deltas = [r + GAMMA * v - own for r, v, own in zip(rewards, after, values, strict=True)]
    n = len(deltas)
    return np.array([sum((GAMMA * LAMBDA) ** (k - t) * deltas[k] for k in range(t, n)) for t in range(n)])


def episode_in_a_rollout() -> dict[str, np.ndarray]:
    """Copy 0 ends at step 2 (reset in step 3); copy 1 goes on; 6 steps."""
    rng = np.random.default_rng(0)
    found = {"rewards": rng.standard_normal((6, 2)), "values": rng.standard_normal((7, 2))}
    found["rewards"][3, 0] = 0.0
    found["end"] = np.zeros((6, 2), bool)
    found["end"][2, 0] = True
    return found


@pytest.mark.parametrize("truncated", [False, True])
def test_advantages_are_their_definition(truncated: bool) -> None:
    data = episode_in_a_rollout()
    rewards, values, end, nowhere = data["rewards"], data["values"], data["end"], np.zeros((6, 2), bool)
    flags = (nowhere, end) if truncated else (end, nowhere)
    found = generalised_advantages(rewards, values, *flags, GAMMA, LAMBDA)
    # values[3] is the value of the true last observation: what a truncated episode is credited with
    first = by_definition(rewards[:3, 0].tolist(), values[:3, 0].tolist(), values[3, 0] if truncated else 0.0)
    second = by_definition(rewards[4:, 0].tolist(), values[4:6, 0].tolist(), values[6, 0])
    other = by_definition(rewards[:, 1].tolist(), values[:6, 1].tolist(), values[6, 1])
    np.testing.assert_allclose(found[:3, 0], first)
    np.testing.assert_allclose(found[4:, 0], second)
    np.testing.assert_allclose(found[:, 1], other)


def test_lambda_one_gives_returns_and_lambda_zero_td_errors() -> None:
    rng = np.random.default_rng(1)
    rewards, values, none = rng.standard_normal((5, 1)), rng.standard_normal((6, 1)), np.zeros((5, 1), bool)
    monte_carlo = discounted_returns(rewards[:, 0].tolist(), GAMMA, after=float(values[5, 0]))
    found = generalised_advantages(rewards, values, none, none, GAMMA, 1.0) + values[:-1]
    np.testing.assert_allclose(found[:, 0], monte_carlo)
    one_step = generalised_advantages(rewards, values, none, none, GAMMA, 0.0)
    np.testing.assert_allclose(one_step, rewards + GAMMA * values[1:] - values[:-1])


def test_the_step_after_an_end_is_no_step() -> None:
    ended = np.array([[False, True], [True, False], [False, False]])
    real = real_steps(ended, np.array([True, False]))
    np.testing.assert_array_equal(real, [[False, True], [True, False], [False, True]])


def test_reset_steps_do_not_touch_what_is_learned() -> None:
    """Whatever stands in a reset step's row, and whatever action was sent, the experience is the same."""
    data = episode_in_a_rollout()
    found = []
    for garbage in (0.0, 1e6):
        rollout = RolloutBuffer(6, 2, 1, np.array(0), normalised=False)
        rollout.observations[:, :, 0] = np.arange(7)[:, None] + np.array([0, 100])
        rollout.rewards[:] = data["rewards"]
        rollout.truncated[:] = data["end"]
        rollout.rewards[3, 0] = garbage
        rollout.actions[3, 0] = garbage
        found.append(rollout.experience(data["values"].astype(np.float32), rollout.rewards, GAMMA, LAMBDA))
    clean, dirty = found
    assert len(clean) == 11
    assert 3.0 not in clean.observations  # the observation before the reset step
    for name in ("observations", "actions", "advantages", "returns", "values"):
        np.testing.assert_array_equal(getattr(clean, name), getattr(dirty, name))
    np.testing.assert_allclose(clean.returns, clean.advantages + clean.values)


def test_td_targets_stop_at_termination_alone() -> None:
    targets = td_targets(np.array([1.0, 1.0]), np.array([10.0, 10.0]), np.array([0.0, 1.0]), 0.9)
    np.testing.assert_allclose(targets, [10.0, 1.0])


def test_explained_variance() -> None:
    outcomes = np.array([1.0, 2.0, 4.0])
    assert explained_variance(outcomes, outcomes) == 1.0
    assert explained_variance(np.full(3, 5.0), outcomes) == pytest.approx(0.0)
    assert explained_variance(-outcomes, outcomes) == pytest.approx(-3.0)
    assert explained_variance(outcomes, np.ones(3)) == 0.0


def test_running_statistics_are_those_of_all_rows() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal([5.0, -300.0], [0.1, 40.0], (1000, 2))
    statistics = RunningMeanStd(2)
    for part in np.array_split(rows, 7):
        statistics.update(part)
    statistics.update(rows[:0])
    np.testing.assert_allclose(statistics.mean, rows.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(statistics.variance, rows.var(axis=0), rtol=1e-2)
    normal = statistics.normalise(rows)
    assert normal.dtype == np.float32
    np.testing.assert_allclose(normal.std(axis=0), 1.0, rtol=1e-2)
    assert statistics.normalise(np.array([1e9, 0.0]))[0] == 10.0
    twin = RunningMeanStd(2)
    twin.load_arrays(statistics.arrays())
    np.testing.assert_array_equal(twin.normalise(rows), normal)
    with pytest.raises(ValueError, match="do not fit 3"):
        RunningMeanStd(3).load_arrays(statistics.arrays())


def test_rewards_are_scaled_by_the_spread_of_their_returns() -> None:
    rng = np.random.default_rng(0)
    rewards = rng.standard_normal((400, 2)).astype(np.float32)
    ended = rng.random((400, 2)) < 0.05
    running, seen = np.zeros(2), []
    for reward, end in zip(rewards, ended, strict=True):
        running = running * GAMMA + reward
        seen.append(running.copy())
        running[end] = 0.0
    scaled = RewardScale(2).scale(rewards, ended, np.ones((400, 2), bool), GAMMA)
    np.testing.assert_allclose(scaled, rewards / np.std(seen), rtol=1e-3)


def test_schedules() -> None:
    assert [falling(2.0, p) for p in (0.0, 0.5, 1.0, 1.5)] == [2.0, 1.0, 0.0, 0.0]
    assert [linear(1.0, 0.2, 0.5, p) for p in (0.0, 0.25, 0.5, 1.0)] == [1.0, 0.6, 0.2, 0.2]
    assert exponential(0.9, 0.1, 100, 0) == 0.9
    assert exponential(0.9, 0.1, 100, 100) == pytest.approx(0.1 + 0.8 / np.e)

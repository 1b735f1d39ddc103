"""What DQN and QR-DQN of the libraries expected of an episode, beside what it brought."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from identity_env import LENGTH, ConstantEnv
from learners import build
from runs import PlainRun, learn

from rlstudio.core.params import ParamError

BOTH = pytest.mark.parametrize("key", ["sb3_dqn", "qrdqn"])


def rows_of(run: PlainRun) -> list[dict[str, float]]:
    """Those that an episode ended in."""
    return [row for row in run.logged if "predicted_q" in row]


@BOTH
@pytest.mark.parametrize("n_envs", [1, 2])
def test_predicted_and_realised_values_meet(key: str, n_envs: int) -> None:
    learner, _ = build(key, discount=0.5, epsilon_end=0.0, target_update_every=20, n_envs=n_envs)
    run = learn(learner, PlainRun(steps=2000))
    last = rows_of(run)[-3:]
    realised = np.mean([row["discounted_return"] for row in last])
    assert realised == pytest.approx(sum(0.5**t for t in range(LENGTH)), abs=0.05)
    assert np.mean([row["predicted_q"] for row in last]) == pytest.approx(realised, abs=0.3)


@BOTH
def test_both_are_in_the_units_of_the_environments_own_rewards(key: str) -> None:
    make = partial(ConstantEnv, terminates=False)
    learner, _ = build(key, make=make, discount=0.5, target_update_every=20, normalise_rewards=True)
    last = rows_of(learn(learner, PlainRun(steps=2000)))[-1]
    assert last["discounted_return"] == pytest.approx(sum(0.5**t for t in range(5)))
    assert last["predicted_q"] == pytest.approx(2.0, abs=0.3), "a truncated episode's value goes on: Σ 0.5^t"


@BOTH
def test_the_realised_return_is_that_of_whole_episodes(key: str) -> None:
    learner, _ = build(key, make=partial(ConstantEnv, terminates=True), discount=0.9, n_envs=2, learning_starts=20)
    run = learn(learner, PlainRun(steps=400))
    assert len(rows_of(run)) >= 3
    for row in rows_of(run):
        assert row["discounted_return"] == pytest.approx(sum(0.9**t for t in range(5)))


@BOTH
def test_the_prediction_is_the_best_q_value_of_the_first_state(key: str) -> None:
    learner, _ = build(key, discount=0.9, learning_starts=10)
    foresight: Any = learner._copies.foresight  # type: ignore[attr-defined]
    model: Any = learner._model  # type: ignore[attr-defined]
    found: list[tuple[float, float]] = []
    original = foresight.after_step

    def spy(rewards: Any, dones: Any) -> None:
        if dones[0]:
            found.append((float(foresight._predicted[0]), float(first)))
        original(rewards, dones)

    first, before = np.nan, foresight.before_step

    def at_the_start() -> None:
        nonlocal first
        if foresight._fresh[0]:
            observation = int(np.argmax(model._last_obs[0])) if model._last_obs.ndim > 1 else int(model._last_obs[0])
            _, thought = learner.policy().decide(observation, {}, greedy=True)
            first = float(thought.value)
        before()

    foresight.after_step, foresight.before_step = spy, at_the_start
    learn(learner, PlainRun(steps=100))
    assert len(found) >= 10
    assert found == [pytest.approx(pair[::-1], abs=1e-6) for pair in found]


def test_scaled_rewards_of_numbered_states_are_refused_in_words() -> None:
    with pytest.raises(ParamError, match=r"normalise_rewards.*single number"):
        build("sb3_dqn", normalise_rewards=True)
    build("sb3_ppo", normalise_rewards=True)

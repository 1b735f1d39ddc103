"""Live parameters of Stable-Baselines3's algorithms: each really reaches the model, and the next update."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from identity_env import IdentityEnv
from learners import TRIALS, build, weights
from runs import PlainRun, learn
from trials_sb3 import SB3, GoalEnv

from rlstudio.algorithms.catalogue import algorithms
from rlstudio.core.params import describe
from rlstudio.envs.make import make

CHANGE_AT, STEPS = 40, 100
NEW: dict[str, Any] = {
    "learning_rate": 1e-4,
    "clip_range": 0.01,
    "discount": 0.5,
    "gae_lambda": 0.2,
    "entropy_weight": 0.5,
    "value_weight": 3.0,
    "max_gradient_norm": 0.01,
    "target_kl": 1e-6,
    "n_epochs": 1,
    "batch_size": 8,
    "train_every": 5,
    "updates_per_train": 3,
    "target_share": 0.5,
    "target_update_every": 3,
    "epsilon_start": 0.1,
    "epsilon_end": 0.9,
    "exploration_fraction": 0.9,
    "action_noise": 0.9,
    "delta_std": 1.0,
    "alive_bonus_offset": -1.0,  # takes all of CartPole's reward away
    "policy_delay": 4,
    "target_policy_noise": 1.0,
    "target_noise_clip": 0.1,
    "top_quantiles_to_drop": 4,
    "cg_max_steps": 1,
    "cg_damping": 5.0,
    "n_critic_updates": 1,
    "n_sampled_goal": 1,
}
BEGINNING: dict[str, dict[str, Any]] = {
    "target_share": {"target_update_every": 2},
    "target_update_every": {"updates_per_train": 6},
    "target_noise_clip": {"target_policy_noise": 1.0},
    "epsilon_start": {"exploration_fraction": 1.0},
    "alive_bonus_offset": {"n_delta": 1, "n_envs": 1},
}
READ_EACH_TIME = {"line_search_shrinking_factor": 0.1, "line_search_max_iter": 1}
"""Of TRPO's, those that count only in an update whose first step is too long: that they are set is enough."""
CONTINUOUS_ALONE = ("entropy_weight", "action_noise")
"""Of HER's, those that count only where SAC is the algorithm around it."""


def cases() -> list[tuple[str, str]]:
    return [
        (key, info.name)
        for key in SB3
        for info in describe(algorithms()[key].params)
        if info.live != "no" and info.name not in READ_EACH_TIME
    ]


def environment(key: str, name: str) -> Any:
    if name == "alive_bonus_offset":  # episodes of one length would all gain alike
        return partial(make, "CartPole-v1")
    if key == "sb3_her":
        return partial(GoalEnv, continuous=name in CONTINUOUS_ALONE)
    return TRIALS[key].make


def outcome(key: str, name: str, value: Any = None) -> tuple[Any, list[float]]:
    """The policy's weights, and returns, of a run in which `name` was changed."""
    known = algorithms()[key].params.model_fields
    begin = {field: old for field, old in {"discount": 0.9, **BEGINNING.get(name, {})}.items() if field in known}
    learner, _ = build(key, environment(key, name), **begin)
    done = []

    def watch(now: str) -> None:
        if value is not None and not done and run.step >= CHANGE_AT:
            done.append(learner.set_param(name, value))

    run = PlainRun(steps=STEPS if key != "ars" else 8 * STEPS, watch=watch)
    learn(learner, run)
    return weights(learner), run.returns


@cache
def _unchanged(key: str, like: str) -> tuple[Any, list[float]]:
    return outcome(key, like)


def unchanged_outcome(key: str, name: str) -> tuple[Any, list[float]]:
    """As `outcome` without the change; shared by the parameters whose runs begin alike."""
    special = name in BEGINNING or name == "alive_bonus_offset" or (key == "sb3_her" and name in CONTINUOUS_ALONE)
    return _unchanged(key, name if special else "learning_rate")


@pytest.mark.parametrize(("key", "name"), cases())
def test_a_change_reaches_the_next_update(key: str, name: str) -> None:
    value = NEW[name] if name in NEW else not getattr(algorithms()[key].params(), name)
    unchanged, changed = unchanged_outcome(key, name), outcome(key, name, value)
    assert not np.array_equal(unchanged[0], changed[0]) or unchanged[1] != changed[1], f"{name} = {value} did nothing"


@pytest.mark.parametrize("name", sorted(READ_EACH_TIME))
def test_a_change_reaches_the_line_search(name: str) -> None:
    learner, _ = build("trpo")
    learner.set_param(name, READ_EACH_TIME[name])
    assert getattr(learner._model, name) == READ_EACH_TIME[name]  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", sorted(SB3))
def test_a_learning_rate_set_is_the_one_taken(key: str) -> None:
    learner, _ = build(key)
    learner.set_param("learning_rate", 0.0123)
    run = learn(learner, PlainRun(steps=200))
    assert {row["learning_rate"] for row in run.rows} == {0.0123}


@pytest.mark.parametrize("key", ["sb3_ppo", "sb3_dqn", "ars"])
def test_a_falling_learning_rate_follows_the_run_rather_than_the_library(key: str) -> None:
    learner, _ = build(key, learning_rate=0.01, learning_rate_schedule="linear")
    run = learn(learner, PlainRun(episodes=60))
    rates = [row["learning_rate"] for row in run.rows]
    assert rates == sorted(rates, reverse=True)
    assert 0.0 <= rates[-1] < 0.004
    assert rates[0] > 0.007


def test_ppos_discount_reaches_the_rollout_buffer() -> None:
    learner, _ = build("sb3_ppo", normalise_rewards=True)
    model: Any = learner._model  # type: ignore[attr-defined]
    learner.set_param("discount", 0.77)
    assert model.gamma == model.rollout_buffer.gamma == model.get_vec_normalize_env().gamma == 0.77


def test_an_entropy_weight_that_adjusts_itself_goes_on_from_the_new_value() -> None:
    learner, _ = build("sb3_sac", partial(IdentityEnv, "box"))
    learn(learner, PlainRun(steps=60))
    learner.set_param("entropy_weight", 0.25)
    assert float(learner._model.log_ent_coef.detach().exp()) == pytest.approx(0.25)  # type: ignore[attr-defined]

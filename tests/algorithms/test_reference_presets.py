"""RL Zoo's tuned settings are there for each pair of its benchmark, complete and converted right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rlstudio.algorithms.base import Preset
from rlstudio.algorithms.catalogue import algorithms, default_preset, presets
from rlstudio.algorithms.resolve import resolve
from rlstudio.core.params import validate
from rlstudio.core.resources import resource_path
from rlstudio.envs.catalogue import card_for

CARTPOLE, PENDULUM, ACROBOT = "CartPole-v1", "Pendulum-v1", "Acrobot-v1"
LANDER, LANDER_CONTINUOUS, WALKER = "LunarLander-v3", "LunarLanderContinuous-v3", "BipedalWalker-v3"
CAR, CAR_CONTINUOUS = "MountainCar-v0", "MountainCarContinuous-v0"
K = 1_000
M = 1_000 * K

PPO = {
    CARTPOLE: 100 * K,
    LANDER: M,
    LANDER_CONTINUOUS: M,
    PENDULUM: 100 * K,
    CAR: M,
    ACROBOT: M,
    WALKER: 5 * M,
    CAR_CONTINUOUS: 20 * K,
}
DQN = {CARTPOLE: 50 * K, LANDER: 100 * K, CAR: 120 * K, ACROBOT: 100 * K}
BENCHMARK = {
    "ppo": PPO,
    "sb3_ppo": PPO,
    "dqn": DQN,
    "sb3_dqn": DQN,
    "qrdqn": DQN,
    "sb3_a2c": {
        CARTPOLE: 500 * K,
        LANDER: 200 * K,
        LANDER_CONTINUOUS: 5 * M,
        PENDULUM: M,
        CAR: M,
        ACROBOT: 500 * K,
        WALKER: 5 * M,
        CAR_CONTINUOUS: 100 * K,
    },
    "sb3_sac": {LANDER_CONTINUOUS: 500 * K, PENDULUM: 20 * K, WALKER: 500 * K, CAR_CONTINUOUS: 50 * K},
    "sb3_td3": {LANDER_CONTINUOUS: 300 * K, PENDULUM: 20 * K, WALKER: M, CAR_CONTINUOUS: 300 * K},
    "tqc": {LANDER_CONTINUOUS: 500 * K, PENDULUM: 20 * K, WALKER: 500 * K},
    "sb3_ddpg": {LANDER_CONTINUOUS: 300 * K, PENDULUM: 20 * K, WALKER: M, CAR_CONTINUOUS: 300 * K},
    "trpo": {
        CARTPOLE: 100 * K,
        LANDER: 200 * K,
        LANDER_CONTINUOUS: 200 * K,
        PENDULUM: 100 * K,
        CAR: 100 * K,
        ACROBOT: 100 * K,
        WALKER: M,
        CAR_CONTINUOUS: 50 * K,
    },
    "ars": {
        CARTPOLE: 50 * K,
        LANDER_CONTINUOUS: 2 * M,
        PENDULUM: 2 * M,
        CAR: 500 * K,
        ACROBOT: 500 * K,
        CAR_CONTINUOUS: 500 * K,
    },
}
"""The benchmark's pairs with the environment steps of each."""
PAIRS = [(key, env, steps) for key, row in BENCHMARK.items() for env, steps in row.items()]
ALL_PRESETS = [(key, preset) for key in algorithms() for preset in presets(key)]


@pytest.mark.parametrize(("key", "env", "steps"), PAIRS)
def test_each_pair_of_the_benchmark_has_its_settings(key: str, env: str, steps: int) -> None:
    preset = default_preset(key, env)
    assert preset is not None
    assert preset.name == "rl-zoo"
    assert preset.steps == steps
    assert "RL Baselines3 Zoo" in preset.source
    assert ".yml" in preset.source
    assert "RL Zoo" in preset.expect
    assert algorithms()[key].why_not(card_for(env)) is None


@pytest.mark.parametrize(("key", "preset"), ALL_PRESETS, ids=lambda value: getattr(value, "env", value))
def test_a_preset_is_of_an_environment_where_it_can_be_used(key: str, preset: Preset) -> None:
    if preset.env is not None:
        assert algorithms()[key].why_not(card_for(preset.env)) is None
        config = resolve(env=preset.env, algorithm=key, preset=preset.name)
        full: dict[str, Any] = validate(algorithms()[key].params, preset.params).model_dump()
        assert config.params == full


def test_every_file_of_presets_belongs_to_an_algorithm() -> None:
    files = {path.stem for path in resource_path("presets").glob("*.json")}
    assert files <= set(algorithms())
    for key in sorted(files):
        rows = json.loads(resource_path("presets", f"{key}.json").read_text(encoding="utf-8"))["presets"]
        assert all(row["params"] for row in rows)


EQUAL = {"n_envs", "n_steps", "batch_size", "gae_lambda", "discount", "n_epochs", "learning_rate", "clip_range"}


@pytest.mark.parametrize("env", PPO)
def test_our_ppo_has_the_settings_of_theirs(env: str) -> None:
    """Defaults differ; what a run comes to does not."""
    ours = resolve(env=env, algorithm="ppo").params
    theirs = resolve(env=env, algorithm="sb3_ppo").params
    shared = set(ours) & set(theirs) - {"noise_every"}
    assert shared >= EQUAL
    assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}
    if ours["state_dependent_noise"]:  # −1: at every rollout
        assert ours["noise_every"] == (theirs["noise_every"] if theirs["noise_every"] > 0 else theirs["n_steps"])


@pytest.mark.parametrize("env", DQN)
def test_our_dqn_has_the_settings_of_theirs(env: str) -> None:
    ours = resolve(env=env, algorithm="dqn").params
    theirs = resolve(env=env, algorithm="sb3_dqn").params
    if theirs["updates_per_train"] == -1:
        theirs["updates_per_train"] = theirs["train_every"]
    shared = set(ours) & set(theirs)
    assert shared >= {"learning_rate", "batch_size", "buffer_size", "train_every", "epsilon_end", "hidden"}
    assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}
    assert (ours["loss"], ours["double"]) == ("huber", False)


def test_settings_are_converted_right() -> None:
    """A few that are written otherwise in RL Zoo's files."""
    lander = resolve(env=LANDER, algorithm="qrdqn").params  # learning_rate: lin_1.5e-3
    assert (lander["learning_rate"], lander["learning_rate_schedule"], lander["n_quantiles"]) == (1.5e-3, "linear", 170)
    car = resolve(env=CAR_CONTINUOUS, algorithm="sb3_sac").params  # ent_coef: 0.1
    assert (car["entropy_auto"], car["entropy_weight"], car["state_dependent_noise"]) == (False, 0.1, True)
    assert (car["log_std_start"], car["expln"], car["hidden"]) == (-3.67, True, (64, 64))
    drifting = resolve(env=CAR_CONTINUOUS, algorithm="sb3_td3").params  # noise_type: ornstein-uhlenbeck
    assert (drifting["action_noise_kind"], drifting["action_noise"]) == ("ornstein-uhlenbeck", 0.5)
    linear = resolve(env=CARTPOLE, algorithm="ars").params  # policy: LinearPolicy
    assert (linear["hidden"], linear["n_delta"], linear["zero_policy"]) == ((), 2, True)
    search = resolve(env=PENDULUM, algorithm="ars").params  # normalize: norm_reward=False
    assert (search["normalise_observations"], search["hidden"], search["n_top"]) == (True, (16,), 1)
    walker = resolve(env=WALKER, algorithm="trpo").params
    assert (walker["normalise_observations"], walker["normalise_rewards"], walker["cg_max_steps"]) == (True, True, 25)

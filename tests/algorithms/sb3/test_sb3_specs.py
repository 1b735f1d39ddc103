"""The specs say of Stable-Baselines3 and sb3-contrib what those say of themselves: names and defaults."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import sb3_contrib
import stable_baselines3 as sb3

from rlstudio.algorithms.catalogue import algorithms
from rlstudio.algorithms.sb3 import names
from rlstudio.core.params import ParamError, describe, validate

CLASSES: dict[str, Any] = {
    "sb3_ppo": sb3.PPO,
    "sb3_a2c": sb3.A2C,
    "sb3_dqn": sb3.DQN,
    "sb3_ddpg": sb3.DDPG,
    "sb3_sac": sb3.SAC,
    "sb3_td3": sb3.TD3,
    "ars": sb3_contrib.ARS,
    "qrdqn": sb3_contrib.QRDQN,
    "recurrent_ppo": sb3_contrib.RecurrentPPO,
    "tqc": sb3_contrib.TQC,
    "trpo": sb3_contrib.TRPO,
    "maskable_ppo": sb3_contrib.MaskablePPO,
}
KEYS = sorted([*CLASSES, "sb3_her"])


def defaults(callable_: Any) -> dict[str, Any]:
    """The default of each argument that has one."""
    arguments = inspect.signature(callable_).parameters.values()
    return {each.name: each.default for each in arguments if each.default is not inspect.Parameter.empty}


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("recurrent_ppo", {"n_steps": 129}, "one of the 129 steps of an update would be a minibatch alone"),
        ("maskable_ppo", {"n_envs": 3, "n_steps": 43, "batch_size": 32}, "of the 129 steps"),
        ("sb3_a2c", {"n_steps": 1, "normalise_advantages": True}, "one of the 1 steps"),
        ("tqc", {"n_quantiles": 2}, "fewer than the quantiles, 2"),
    ],
)
def test_values_that_would_lose_the_weights_are_refused(key: str, given: dict[str, Any], words: str) -> None:
    """By the library they end, an update later, in numbers that are none; two are defaults that no longer fit."""
    with pytest.raises(ParamError, match=words):
        validate(algorithms()[key].params, given)
    harmless = {"tqc": {"top_quantiles_to_drop": 1}}.get(key, {"normalise_advantages": False})
    validate(algorithms()[key].params, {**given, **harmless})


@pytest.mark.parametrize("key", KEYS)
def test_each_parameter_goes_to_one_place(key: str) -> None:
    for info in describe(algorithms()[key].params):
        homes = [info.name in table for table in (names.ARGUMENTS, names.POLICY_ARGUMENTS, names.MADE_HERE)]
        assert sum(homes) == 1, info.name


@pytest.mark.parametrize("key", CLASSES)
def test_arguments_exist_and_have_the_library_s_defaults(key: str) -> None:
    given = names.arguments(algorithms()[key].params())
    theirs = defaults(CLASSES[key])
    assert set(given) <= set(theirs), "every argument is one of the class's"
    for name, value in given.items():
        expected = {"auto": "auto_1.0"}.get(theirs[name], theirs[name]) if name == "ent_coef" else theirs[name]
        assert value == expected, name


@pytest.mark.parametrize("key", CLASSES)
def test_the_policy_s_arguments_exist_and_have_its_defaults(key: str) -> None:
    kind = "MlpLstmPolicy" if key == "recurrent_ppo" else "MlpPolicy"
    policy = CLASSES[key].policy_aliases[kind]
    given = names.policy_arguments(algorithms()[key].params())
    theirs = defaults(policy)
    networks = given.pop("net_arch"), given.pop("activation_fn")
    assert networks[1] == theirs["activation_fn"].__name__.lower()
    assert set(given) <= set(theirs)
    assert {name: theirs[name] for name in given} == given
    sizes = {"sb3_sac": [256, 256], "tqc": [256, 256], "sb3_td3": [400, 300], "sb3_ddpg": [400, 300], "ars": []}
    assert networks[0] == sizes.get(key, [64, 64])


def test_her_s_goals_have_the_library_s_defaults() -> None:
    params: Any = algorithms()["sb3_her"].params()
    theirs = defaults(sb3.HerReplayBuffer)
    assert params.n_sampled_goal == theirs["n_sampled_goal"]
    assert params.goal_selection_strategy == theirs["goal_selection_strategy"]


def test_the_entropy_weight_of_sac() -> None:
    params: Any = algorithms()["sb3_sac"].params
    assert names.arguments(params(entropy_weight=0.5))["ent_coef"] == "auto_0.5"
    assert names.arguments(params(entropy_weight=0.1, entropy_auto=False))["ent_coef"] == 0.1


@pytest.mark.parametrize(
    ("choice", "own", "shared"), [("own", True, False), ("shared", False, True), ("none", False, False)]
)
def test_the_memory_of_the_value_network(choice: str, own: bool, shared: bool) -> None:
    params: Any = algorithms()["recurrent_ppo"].params
    given = names.policy_arguments(params(critic_lstm=choice))
    assert (given["enable_critic_lstm"], given["shared_lstm"]) == (own, shared)
    policy = sb3_contrib.common.recurrent.policies.RecurrentActorCriticPolicy
    assert {"enable_critic_lstm", "shared_lstm"} <= set(inspect.signature(policy).parameters)

"""The command line of a run makes the same run: the words are parsed again and must resolve to the same."""

from __future__ import annotations

from typing import Any

import pytest

from rlstudio.algorithms.resolve import resolve
from rlstudio.algorithms.train_command import shell_words, train_command
from rlstudio.cli import _parser
from rlstudio.commands.train_options import config_of
from rlstudio.core.params import ParamError
from rlstudio.core.run_config import RunConfig


def again(config: RunConfig) -> RunConfig:
    return config_of(_parser().parse_args(train_command(config)[1:]), None)


@pytest.mark.parametrize(
    "request_",
    [
        {"env": "CartPole-v1", "algorithm": "ppo"},
        {"env": "CartPole-v1", "algorithm": "ppo", "preset": "none", "steps": 500, "seed": 7},
        {"env": "CartPole-v1", "algorithm": "dqn", "params": {"hidden": [32, 16], "learning_rate": 1e-4}},
        {"env": "Pendulum-v1", "algorithm": "sb3_sac", "episodes": 3, "eval_every": 0, "eval_episodes": 2},
        {"env": "CartPole-v1", "algorithm": "sb3_ppo", "params": {"target_kl": 0.01}, "stop_at": 195.5, "window": 10},
        {"env": "FrozenLake-v1", "algorithm": "q_learning", "env_kwargs": {"map_name": "8x8", "is_slippery": False}},
        {"env": "CartPole-v1", "algorithm": "reinforce", "device": "cpu", "params": {"dropout": 0.1}},
    ],
)
def test_the_command_resolves_to_the_same_run(request_: dict[str, Any]) -> None:
    config = resolve(**request_)
    assert again(config) == config


def test_only_what_is_not_usual_is_said() -> None:
    config = resolve(env="CartPole-v1", algorithm="ppo", steps=1000, params={"learning_rate": 0.01})
    words = "rlstudio train -e CartPole-v1 -a ppo --steps 1000 --set learning_rate=0.01"
    assert shell_words(train_command(config)) == words


def test_a_preset_that_is_gone_is_spelt_out() -> None:
    config = resolve(env="CartPole-v1", algorithm="ppo", steps=1000)
    gone = config.model_copy(update={"preset": "of before"})
    assert again(gone).params == config.params


def test_texts_of_a_run_stay_one_word() -> None:
    config = resolve(env="CartPole-v1", algorithm="random", steps=10).model_copy(update={"env": "a; rm -rf ~"})
    assert "'a; rm -rf ~'" in shell_words(train_command(config))


def test_an_algorithm_that_is_not_there_is_said() -> None:
    with pytest.raises(ParamError):
        train_command(RunConfig(env="CartPole-v1", algorithm="gone", steps=10))

"""`rlstudio algorithms --json`: every algorithm, with all there is to know of its parameters and metrics."""

from __future__ import annotations

from typing import Any

import pytest
from command_harness import shell

from rlstudio.algorithms.catalogue import algorithms
from rlstudio.core.params import describe

ALL = set(algorithms())
ISSUE = {
    *("ppo", "dqn", "reinforce", "reinforce_numpy", "random", "scripted", "random_search", "hill_climbing"),
    *("q_learning", "sarsa", "value_iteration", "reward_predictor", "model_based", "user_policy"),
    *("sb3_ppo", "sb3_a2c", "sb3_dqn", "sb3_ddpg", "sb3_sac", "sb3_td3", "sb3_her"),
    *("ars", "qrdqn", "recurrent_ppo", "tqc", "trpo", "maskable_ppo"),
}
"""What the picker is to hold at least."""


@pytest.fixture(scope="module")
def listed() -> dict[str, Any]:
    answer = shell("algorithms", "--json")
    assert answer.status == 0
    return {row["key"]: row for row in answer.json["algorithms"]}


def test_all_are_listed(listed: dict[str, Any]) -> None:
    assert set(listed) == ALL
    assert set(listed) >= ISSUE


@pytest.mark.parametrize("key", sorted(ALL))
def test_parameters_and_metrics_are_whole(listed: dict[str, Any], key: str) -> None:
    row, spec = listed[key], algorithms()[key]
    assert (row["title"], row["family"]) == (spec.title, spec.family)
    infos = {info.name: info for info in describe(spec.params)}
    assert [param["name"] for param in row["params"]] == list(infos)
    for param in row["params"]:
        assert param.keys() >= {"name", "type", "default", "help", "live"}
        assert param["help"] == infos[param["name"]].help
        assert param["live"] == infos[param["name"]].live
    assert [metric["name"] for metric in row["metrics"]] == [metric.name for metric in spec.metrics]
    assert all(metric["help"] for metric in row["metrics"])


def test_why_not_is_told_of_an_environment() -> None:
    answer = shell("algorithms", "-e", "CartPole-v1", "--json")
    rows = {row["key"]: row["why_not"] for row in answer.json["algorithms"]}
    assert rows["sb3_sac"] == "SAC needs continuous actions; CartPole's are discrete"
    assert {rows[key] for key in ("ppo", "sb3_ppo", "qrdqn", "ars", "maskable_ppo")} == {None}

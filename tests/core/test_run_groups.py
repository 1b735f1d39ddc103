"""Runs that are the same but for their seed, and what tells the others apart."""

from __future__ import annotations

from typing import Any

from rlstudio.core.run_config import ParamChange, Parent, RunConfig
from rlstudio.core.run_groups import differences, kind_of, same_but_for_seed


def _config(**changed: Any) -> RunConfig:
    given: dict[str, Any] = {"env": "CartPole-v1", "algorithm": "ppo", "steps": 1000, "params": {"clip": 0.2, "n": 8}}
    return RunConfig(**{**given, **changed})


def test_seeds_fold() -> None:
    configs = [
        _config(seed=0),
        _config(params={"clip": 0.1, "n": 8}),
        _config(seed=1),
        _config(params={"n": 8, "clip": 0.2}, seed=2),  # the order of parameters does not matter
        _config(steps=2000),
    ]
    assert same_but_for_seed(configs) == [[0, 2, 3], [1], [4]]


def test_only_what_differs_is_told() -> None:
    configs = [
        _config(),
        _config(params={"clip": 0.1, "n": 8}, seed=5),
        _config(algorithm="dqn", params={"n": 8, "epsilon": 0.1}),
    ]
    found = {each.name: each.values for each in differences(configs)}
    assert found == {
        "algorithm": ("ppo", "ppo", "dqn"),
        "clip": (0.2, 0.1, None),
        "epsilon": (None, None, 0.1),
    }
    assert differences([_config(), _config(seed=7)]) == []
    assert differences([]) == []


def test_environments_and_live_changes_count() -> None:
    changed = _config(env_kwargs={"gravity": 9}, events=(ParamChange(step=3, name="clip", value=0.1),))
    found = {each.name: each.values for each in differences([_config(), changed])}
    assert found == {"CartPole-v1: gravity": (None, 9), "live changes": ("none", "clip → 0.1 at step 3")}


def test_changes_to_different_values_are_told_apart() -> None:
    runs = [_config(events=tuple(ParamChange(step=s, name="clip", value=0.1 * s) for s in range(1, n))) for n in (5, 6)]
    (found,) = differences(runs)
    assert [len(value.split(", ")) for value in found.values] == [4, 4]
    assert [value.split(", ")[-1] for value in found.values] == ["1 more", "2 more"]


def test_a_fork_is_told_from_its_parent_and_from_a_fork_of_another_step() -> None:
    config = RunConfig(env="CartPole-v1", algorithm="ppo", steps=10)
    forks = [config.model_copy(update={"parent": Parent(run="first", step=step), "seed": 1}) for step in (3, 5)]
    assert same_but_for_seed([config, *forks]) == [[0], [1], [2]]
    found = {each.name: each.values for each in differences([config, *forks])}
    assert found == {"forked at step": (None, 3, 5), "parent": (None, "first", "first")}


def test_forks_of_runs_of_one_kind_fold_as_those_runs_do() -> None:
    parents = [_config(seed=seed) for seed in (1, 2)] + [_config(seed=3, steps=2000)]
    forks = [
        _config(params={"clip": 0.1, "n": 8}, seed=parent.seed, parent=Parent(run=f"run {parent.seed}", step=300))
        for parent in parents
    ]
    origins = [kind_of(parent) for parent in parents]
    assert same_but_for_seed(forks, origins) == [[0, 1], [2]]
    assert same_but_for_seed(forks, ["", "", ""]) == [[0], [1], [2]]  # nothing is known of what they come from
    assert same_but_for_seed([*parents, *forks], ["", "", "", *origins]) == [[0, 1], [2], [3, 4], [5]]

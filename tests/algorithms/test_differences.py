"""What differs from the defaults is named, and nothing else."""

from __future__ import annotations

import pytest

from rlstudio.algorithms.catalogue import algorithms, presets
from rlstudio.algorithms.differences import Difference, differences
from rlstudio.algorithms.resolve import resolve
from rlstudio.core.run_config import RunConfig


def settings(config: RunConfig) -> list[Difference]:
    """Without the preset, and read back from JSON as a run folder gives them."""
    return [each for each in differences(RunConfig.parse(config.model_dump(mode="json"))) if each.name != "preset"]


@pytest.mark.parametrize("key", sorted(algorithms()))
def test_an_untouched_run_differs_in_nothing(key: str) -> None:
    try:
        config = resolve(env="CartPole-v1", algorithm=key, preset="none")
    except ValueError:
        pytest.skip("it needs a setting of one's own")
    assert settings(config) == []
    for preset in presets(key):
        config = resolve(env=preset.env or "CartPole-v1", algorithm=key, preset=preset.name)
        assert settings(config) == []


def test_what_was_set_and_what_was_changed_on_the_way() -> None:
    config = resolve(
        env="CartPole-v1",
        algorithm="ppo",
        preset="none",
        params={"discount": 0.9, "learning_rate": 0.01},
        env_kwargs={"sutton_barto_reward": True},
    )
    plain = resolve(env="CartPole-v1", algorithm="ppo", preset="none").params
    live = {"learning_rate": 0.001, "entropy_weight": plain["entropy_weight"]}
    found = {each.name: each for each in differences(config, live) if each.name != "preset"}
    assert found == {
        "sutton_barto_reward": Difference("sutton_barto_reward", True),
        "learning_rate": Difference("learning_rate", 0.01, plain["learning_rate"], 0.001),
        "discount": Difference("discount", 0.9, plain["discount"]),
    }


def test_the_preset_is_named_where_nobody_would_have_chosen_it() -> None:
    env, usual = next((preset.env, preset.name) for preset in presets("ppo") if preset.default and preset.env)
    assert env is not None
    assert differences(resolve(env=env, algorithm="ppo")) == []
    assert differences(resolve(env=env, algorithm="ppo", preset="none")) == [Difference("preset", None, usual)]


def test_an_unknown_algorithm_has_no_known_defaults() -> None:
    config = RunConfig(env="E", algorithm="none_such", params={"a": 1}, env_kwargs={"b": 2}, steps=1)
    assert differences(config) == [Difference("b", 2)]

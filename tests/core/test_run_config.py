"""RunConfig: JSON both ways, and every fault named by its field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rlstudio.core.params import ParamError
from rlstudio.core.run_config import ParamChange, RunConfig

GOOD: dict[str, Any] = {"env": "CartPole-v1", "algorithm": "ppo", "steps": 1000}


def test_json_both_ways() -> None:
    config = RunConfig(
        **GOOD,
        env_kwargs={"gravity": -9.5},
        params={"learning_rate": 0.1 + 0.2, "hidden": [64, 64]},
        stop_at=475.0,
        seed=5,
        events=(ParamChange(step=40, name="learning_rate", value=1e-4),),
    )
    assert RunConfig.from_json(config.to_json()) == config
    assert json.loads(config.to_json())["version"] == 1


def test_load_takes_a_bare_config_and_a_run_json(tmp_path: Path) -> None:
    config = RunConfig(**GOOD)
    (tmp_path / "config.json").write_text(config.to_json())
    (tmp_path / "run.json").write_text(json.dumps({"status": "finished", "config": json.loads(config.to_json())}))
    assert RunConfig.load(tmp_path / "config.json") == config
    assert RunConfig.load(tmp_path / "run.json") == config


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"steps": 0}, "steps"),
        ({"steps": "many"}, "steps"),
        ({"episodes": -1}, "episodes"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**31}, "seed"),
        ({"window": 0}, "window"),
        ({"env": ""}, "env"),
        ({"device": "tpu"}, "device"),
        ({"version": 2}, "version"),
        ({"eval_episodes": 0}, "eval_episodes"),
        ({"events": [{"step": -1, "name": "x", "value": 1}]}, "events.0.step"),
    ],
)
def test_a_wrong_value_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ParamError) as caught:
        RunConfig.parse({**GOOD, **change})
    (fault,) = caught.value.faults
    assert fault.field == field
    assert fault.allowed


def test_unknown_fields_are_refused_with_those_there_are() -> None:
    with pytest.raises(ParamError, match=r"gama: 0\.9 is not allowed; it takes no such field; there are version, env"):
        RunConfig.parse({**GOOD, "gama": 0.9})


def test_a_budget_is_needed() -> None:
    with pytest.raises(ParamError, match="steps, episodes or both"):
        RunConfig.parse({"env": "E", "algorithm": "a"})
    assert RunConfig.parse({"env": "E", "algorithm": "a", "episodes": 3}).steps is None


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_what_is_no_object_is_refused(data: Any) -> None:
    with pytest.raises(ParamError, match="an object with named fields"):
        RunConfig.parse(data)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ParamError, match="JSON text"):
        RunConfig.from_json("{'env': 1}")


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        RunConfig(**GOOD).seed = 1  # type: ignore[misc]

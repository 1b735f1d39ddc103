"""A run that was stopped, and went on in other objects, is the run that was never stopped: to the bit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from job_harness import FakeChannel, train_inline

from rlstudio.algorithms.catalogue import BUILT_IN
from rlstudio.core import messages as m
from rlstudio.envs.journal import CannotReturnError
from rlstudio.jobs import autosave, standing, training_run
from rlstudio.storage.run_folder import RunFolder

SMALL: dict[str, Any] = {"hidden": [8]}
ROUNDS: dict[str, Any] = {**SMALL, "round_steps": 30, "updates_per_round": 15}
COPIES: dict[str, Any] = {"n_envs": 3, "episodes_per_candidate": 2}
ROLLOUT: dict[str, Any] = {**SMALL, "n_envs": 3, "n_steps": 32, "batch_size": 32, "normalise_rewards": True}

RUNS: dict[str, dict[str, Any]] = {
    "random": {"steps": 400},
    "scripted": {"env": "BipedalWalker-v3", "steps": 300},
    "random_search": {"steps": 900, "params": COPIES},
    "hill_climbing": {"steps": 900, "params": {**COPIES, "normalise_observations": True}},
    "reinforce": {"steps": 500, "params": {**SMALL, "dropout": 0.1, "episodes_per_update": 3, "baseline": True}},
    "reinforce, many parts": {"algorithm": "reinforce", "env": "Pendulum-v1", "steps": 500, "params": SMALL},
    "reinforce_numpy": {"steps": 900, "params": {"n_envs": 3, "episodes_per_update": 4}},
    "q_learning": {"env": "FrozenLake-v1", "steps": 500, "params": {"epsilon_schedule": "linear"}},
    "sarsa": {"env": "CliffWalking-v1", "steps": 500},
    "value_iteration": {"env": "FrozenLake-v1", "steps": 300},
    "dqn": {"steps": 500, "params": {**SMALL, "learning_starts": 100, "batch_size": 16, "buffer_size": 300}},
    "ppo": {"steps": 900, "params": {**ROLLOUT, "normalise_observations": True, "learning_rate_schedule": "linear"}},
    "ppo, copies": {
        "algorithm": "ppo",
        "env": "Pendulum-v1",
        "steps": 900,
        "params": {**ROLLOUT, "state_dependent_noise": True},
    },
    "ppo, by episodes": {"algorithm": "ppo", "episodes": 40, "steps": None, "params": ROLLOUT},
    "reward_predictor": {"env": "Pendulum-v1", "steps": 400, "params": {**ROUNDS, "learning_starts": 100}},
    "model_based": {
        "steps": 130,
        "params": {**ROUNDS, "reward_hidden": [8], "learning_starts": 50, "horizon": 5, "candidates": 20},
    },
}
NOT_EXACT = {"user_policy"}
"""Who knows what a file of the user's own remembers."""


def asked_for(name: str) -> dict[str, Any]:
    return {"algorithm": name, "seed": 3, "eval_every": 0, **RUNS[name]}


def after_looks(count: int, command: m.Command | BaseException) -> Any:
    """A command, or an error, at the run's so-manieth look for one: at any step, or in the middle of an update."""
    left = [count]

    def listen(channel: FakeChannel) -> m.Command | None:
        left[0] -= 1
        if left[0] != 0:
            return None
        if isinstance(command, BaseException):
            raise command
        return command

    return listen


@pytest.fixture(autouse=True)
def always_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_run, "SERVICE_EVERY_SECONDS", 0.0)


def everything(folder: RunFolder) -> dict[str, Any]:
    """All that a run is, but for times by the clock."""
    monitor, metrics, info = folder.read_monitor(), folder.read_metrics(), folder.read_info()
    arrays, values, step = folder.load_learner()
    events = [(e["kind"], e["step"], e.get("returns"), e.get("value")) for e in folder.read_events()]
    return {
        "episodes": (monitor.returns.tolist(), monitor.lengths.tolist(), monitor.end_steps.tolist()),
        "metrics": {name: (series.steps.tolist(), series.values.tolist()) for name, series in metrics.items()},
        "state": {name: (array.dtype.name, array.shape, array.tobytes()) for name, array in arrays.items()},
        "values": values,
        "policy": {name: array.tobytes() for name, array in folder.load_policy().arrays.items()},
        "info": (info.status, info.steps, info.episodes, info.mean_return, info.best_mean_return, step),
        "events": events,
    }


def test_every_algorithm_of_this_house_is_tried() -> None:
    ours = {spec.key for spec in BUILT_IN if spec.implementation == "Studio"}
    assert {name.partition(",")[0] for name in RUNS} == ours - NOT_EXACT


@pytest.mark.parametrize("name", RUNS)
def test_a_run_stopped_twice_is_the_run_that_was_not(name: str, tmp_path: Path) -> None:
    asked = asked_for(name)
    whole, _ = train_inline(tmp_path / "whole", **asked)
    folder, first = train_inline(tmp_path / "split", FakeChannel(after_looks(57, m.Stop())), **asked)
    folder, second = train_inline(
        tmp_path / "split", FakeChannel(after_looks(71, m.Stop())), resume=folder.path, **asked
    )
    steps = folder.read_info().steps
    folder, last = train_inline(tmp_path / "split", resume=folder.path, **asked)
    assert [channel.finished.status for channel in (first, second, last)] == ["stopped", "stopped", "finished"]
    assert 0 < first.finished.summary["steps"] < steps < folder.read_info().steps
    assert not second.of(m.Warned)
    expected, found = everything(whole), everything(folder)
    for part in expected:
        assert found[part] == expected[part], part


@pytest.mark.parametrize("name", ["dqn", "ppo", "reinforce"])
def test_a_killed_run_lives_what_came_after_its_checkpoint_once_more(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_for(name)
    whole, _ = train_inline(tmp_path / "whole", **asked)
    with monkeypatch.context() as patch:
        patch.setattr(autosave, "CHECKPOINT_EVERY_SECONDS", 0.02)
        patch.setattr(training_run, "DISK_EVERY_SECONDS", 0.0)
        channel = FakeChannel(after_looks(150, EOFError()))
        with pytest.raises(EOFError):
            train_inline(tmp_path / "split", channel, **asked)
    run = channel.of(m.Started)[0].run
    assert run is not None
    folder, _ = train_inline(tmp_path / "split", resume=Path(run), **asked)
    assert everything(folder) == everything(whole)


def test_evaluations_come_when_they_would_have_come(tmp_path: Path) -> None:
    asked = {**asked_for("dqn"), "eval_every": 90, "eval_episodes": 1, "steps": 400}
    whole, _ = train_inline(tmp_path / "whole", **asked)
    folder, _ = train_inline(tmp_path / "split", FakeChannel(after_looks(200, m.Stop())), **asked)
    folder, _ = train_inline(tmp_path / "split", resume=folder.path, **asked)
    expected = everything(whole)
    assert [step for kind, step, *_ in expected["events"] if kind == "evaluation"] == [90, 180, 270, 360, 400]
    assert everything(folder) == expected


def test_an_environment_that_does_not_come_back_is_told_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_for("ppo, copies")
    folder, _ = train_inline(tmp_path, FakeChannel(after_looks(57, m.Stop())), **asked)

    def lost(*_: Any) -> None:
        raise CannotReturnError("it comes to another state")

    monkeypatch.setattr(standing, "come_back", lost)
    folder, channel = train_inline(tmp_path, resume=folder.path, **asked)
    (warned,) = channel.of(m.Warned)
    assert warned.text == (
        "Pendulum-v1 cannot be brought back to where it stood: it comes to another state. "
        "The run goes on from new episodes"
    )
    assert folder.read_info().status == "finished"
    assert np.all(folder.read_monitor().lengths == 200)


def test_what_was_kept_of_an_unfinished_rollout_is_not_taken_for_another_episode(tmp_path: Path) -> None:
    """A checkpoint whose environment is damaged: the learner begins new episodes, and learns from those alone."""
    asked = asked_for("ppo")
    folder, _ = train_inline(tmp_path, FakeChannel(after_looks(57, m.Stop())), **asked)
    step = folder.read_info().steps
    path = folder.path / "checkpoints" / str(step) / "learner.json"
    kept = json.loads(path.read_text())
    kept["values"]["standing"]["environment"]["random"]["bit_generator"] = "PCG65"
    path.write_text(json.dumps(kept))
    folder, channel = train_inline(tmp_path, resume=folder.path, **asked)
    (warned,) = channel.of(m.Warned)
    assert "its random state is damaged" in warned.text
    first = folder.read_monitor().lengths[folder.read_monitor().end_steps > step]
    assert first.min() >= 8  # no episode of CartPole is shorter

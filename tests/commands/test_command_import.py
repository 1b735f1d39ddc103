"""`rlstudio import` and `rlstudio open` with models of Stable-Baselines3 from elsewhere."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from command_harness import Answer
from foreign_models import saved_model

from rlstudio.cli import _with_command

Call = Callable[..., Answer]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_model("dqn", tmp_path_factory.mktemp("models"))


def test_a_model_becomes_a_run_that_is_evaluated_like_any(call: Call, model: Path, tmp_path: Path) -> None:
    answer = call("import", model, "-e", "CartPole-v1", "--runs-dir", tmp_path, "--json")
    assert answer.status == 0
    (run,) = answer.json["runs"]
    assert "DQN of Stable-Baselines3" in answer.stderr
    scored = call("evaluate", run, "--episodes", "2", "--json")
    assert scored.status == 0
    assert scored.json["episodes"] == 2
    listed = call("runs", "--runs-dir", tmp_path, "--json").json["runs"]
    assert [(row["env"], row["algorithm"], row["status"]) for row in listed] == [("CartPole-v1", "sb3_dqn", "finished")]
    resumed = call("resume", run)
    assert resumed.status == 1
    assert "cannot be continued: it holds the policy of dqn.zip alone, which was trained elsewhere" in resumed.stderr
    for place in (run, f"{run}@0"):
        forked = call("train", "--fork", place, "--set", "learning_rate=0.01", "--steps", "900")
        assert forked.status == 1
        assert "it holds the policy of dqn.zip alone, which was trained elsewhere" in forked.stderr


def test_who_does_not_name_the_environment_is_told_which_fit(call: Call, model: Path, tmp_path: Path) -> None:
    unnamed = call("import", model, "--runs-dir", tmp_path)
    assert unnamed.status == 2
    assert "name it with --env" in unnamed.stderr
    assert "CartPole-v1" in unnamed.stderr
    wrong = call("import", model, "--env", "Pendulum-v1", "--runs-dir", tmp_path)
    assert wrong.status == 1
    assert "does not fit Pendulum-v1" in wrong.stderr
    unknown = call("import", model, "--env", "CartPol-v1", "--runs-dir", tmp_path)
    assert unknown.status == 1
    assert "did you mean CartPole-v1" in unknown.stderr
    importing = call("import", model, "--env", "os:CartPole-v1", "--runs-dir", tmp_path)
    assert "would import a Python module" in importing.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_model_is_refused_in_words(call: Call, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "holiday.zip", "w") as archive:
        archive.writestr("beach.jpg", b"")
    answer = call("import", tmp_path / "holiday.zip", "--runs-dir", tmp_path / "runs")
    assert answer.status == 1
    assert "no model of Stable-Baselines3" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert call("import", tmp_path / "a.tar").status == 2


def test_a_model_alone_is_opened() -> None:
    assert _with_command(["model.zip", "--env", "CartPole-v1"]) == ["open", "model.zip", "--env", "CartPole-v1"]

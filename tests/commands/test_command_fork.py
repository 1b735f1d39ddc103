"""`rlstudio train --fork` and `rlstudio runs --tree`: how a fork is asked for, and where it stands among the runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_harness import Answer

from rlstudio.algorithms.train_command import train_command
from rlstudio.storage.run_folder import RunFolder

Call = Callable[..., Answer]
TRAIN = ["-e", "FrozenLake-v1", "-a", "q_learning", "--steps", "400", "--seed", "3", "--eval-every", "0"]


@pytest.fixture
def parent(call: Call, tmp_path: Path) -> RunFolder:
    """A finished run of 400 steps."""
    answer = call("train", *TRAIN, "--runs-dir", tmp_path, "--json")
    return RunFolder.open(Path(answer.json["run"]))


def returns(run: RunFolder) -> list[tuple[float, float]]:
    monitor = run.read_monitor()
    return list(zip(monitor.end_steps.tolist(), monitor.returns.tolist(), strict=True))


def looked_back_at(run: RunFolder) -> int:
    return next(step for step in run.checkpoints() if step > 100)


def test_a_fork_with_a_change_differs_from_its_step_on(call: Call, parent: RunFolder, tmp_path: Path) -> None:
    step = looked_back_at(parent)
    asked = ("--fork", f"{parent.path.name}@{step}", "--set", "learning_rate=0.9", "--runs-dir", tmp_path)
    answer = call("train", *asked, "--json")
    child = RunFolder.open(Path(answer.json["run"]))
    assert (answer.status, answer.json["status"], answer.json["steps"]) == (0, "finished", 400)
    assert [row for row in returns(child) if row[0] <= step] == [row for row in returns(parent) if row[0] <= step]
    assert child.read_info().config.parent is not None
    assert child.read_info().config.params["learning_rate"] == 0.9
    (event,) = [row for row in child.read_events() if row["kind"] == "param"]
    assert (event["step"], event["name"], event["value"]) == (step, "learning_rate", 0.9)


def test_without_a_step_it_begins_at_the_newest_checkpoint(call: Call, parent: RunFolder, tmp_path: Path) -> None:
    refused = call("train", "--fork", parent.path, "--json")
    assert refused.status == 2
    assert "steps: 400 is not allowed; it takes a number above 400, where the fork begins" in refused.stderr
    answer = call("train", "--fork", parent.path, "--steps", "500", "--json")  # no --runs-dir: beside its parent
    child = RunFolder.open(Path(answer.json["run"]))
    assert child.path.parent == parent.path.parent
    assert child.read_info().steps == 500


def test_what_a_config_file_says_of_a_fork_makes_it_again(call: Call, parent: RunFolder, tmp_path: Path) -> None:
    step = looked_back_at(parent)
    asked = ("--fork", f"{parent.path.name}@{step}", "--set", "discount=0.5", "--runs-dir", tmp_path, "--json")
    first = RunFolder.open(Path(call("train", *asked).json["run"]))
    again = call("train", "--config", first.path / "run.json", "--runs-dir", tmp_path, "--json")
    second = RunFolder.open(Path(again.json["run"]))
    assert second.path != first.path
    assert returns(second) == returns(first)
    assert second.read_info().config == first.read_info().config
    refused = call("train", "--config", first.path / "run.json", "--seeds", "2", "--runs-dir", tmp_path)
    assert (refused.status, "--seeds: 2 is not allowed" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--seed", "4"], "--seed: 4 is not allowed; it takes no value beside --fork"),
        (["-e", "CartPole-v1"], "--env: 'CartPole-v1' is not allowed"),
        (["--seeds", "3"], "--seeds: 3 is not allowed"),
        (["--set", "lerning_rate=1"], "did you mean learning_rate"),
        (["--steps", "3"], "it takes a number above"),
    ],
)
def test_what_does_not_go_with_a_fork(call: Call, parent: RunFolder, options: list[str], words: str) -> None:
    answer = call("train", "--fork", f"{parent.path}@{looked_back_at(parent)}", *options)
    assert (answer.status, words in answer.stderr) == (2, True), answer.stderr


@pytest.mark.parametrize(
    ("at", "words"),
    [("@401", "has no checkpoint at step 401: choose one of"), ("@soon", "RUN@STEP"), ("@best", "marked as the best")],
)
def test_a_step_that_is_none(call: Call, parent: RunFolder, at: str, words: str) -> None:
    answer = call("train", "--fork", f"{parent.path}{at}", "--steps", "900")
    assert answer.status in (1, 2)
    assert words in answer.stderr


def test_the_tree_shows_forks_beneath_their_parents(call: Call, parent: RunFolder, tmp_path: Path) -> None:
    step = looked_back_at(parent)
    here: tuple[Any, ...] = ("--runs-dir", tmp_path, "--json")
    child = Path(call("train", "--fork", f"{parent.path.name}@{step}", *here).json["run"]).name
    grandchild = Path(call("train", "--fork", child, "--steps", "450", *here).json["run"]).name
    tree = call("runs", "--tree", "--runs-dir", tmp_path).stdout.splitlines()
    assert tree[0].split("  ")[0] == parent.path.name
    assert tree[1].startswith(f"└─ {child}  ")
    assert tree[2].startswith(f"   └─ {grandchild}  ")
    assert f"from {parent.path.name}@{step}" in tree[1]
    listed = {Path(row["run"]).name: row["parent"] for row in call("runs", *here).json["runs"]}
    assert listed == {
        parent.path.name: None,
        child: {"run": parent.path.name, "step": step},
        grandchild: {"run": child, "step": 400},
    }


def test_a_fork_says_how_it_is_made_again(call: Call, parent: RunFolder, tmp_path: Path) -> None:
    step = looked_back_at(parent)
    asked = ("--fork", f"{parent.path.name}@{step}", "--set", "discount=0.5", "--runs-dir", tmp_path, "--json")
    child = RunFolder.open(Path(call("train", *asked).json["run"]))
    words = train_command(child.read_info().config)
    again = RunFolder.open(Path(call(*words[1:], "--runs-dir", tmp_path, "--json").json["run"]))
    assert returns(again) == returns(child)
    assert again.read_info().config == child.read_info().config
    report = tmp_path / "report.html"
    assert call("export", child.path, "--to", "html", "-o", report).status == 0
    assert f"{parent.path.name} at step {step:,}" in report.read_text()
    script = tmp_path / "again.py"
    assert call("export", child.path, "--to", "script", "-o", script).status == 0
    assert f"It is a fork: {parent.path.name}, its parent, has to be in the folder runs" in script.read_text()

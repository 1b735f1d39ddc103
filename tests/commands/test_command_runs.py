"""`rlstudio runs`: which runs are listed, and what is said of each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from command_harness import Answer, Trained, shell

from rlstudio.algorithms.resolve import resolve
from rlstudio.storage.labels import Labels, write_labels
from rlstudio.storage.run_folder import RunFolder

Call = Callable[..., Answer]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Three: a tuned PPO with labels, a plain DQN, and one that died."""
    made = (
        ("ppo", {"learning_rate": 0.02, "hidden": [8, 8]}, "finished"),
        ("dqn", {}, "stopped"),
        ("dqn", {}, "running"),
    )
    for seed, (algorithm, params, status) in enumerate(made):
        config = resolve(env="CartPole-v1", algorithm=algorithm, params=params, seed=seed)
        with RunFolder.create(tmp_path / "runs", config) as folder:
            folder.write_info(status=status, steps=1234, best_mean_return=99.5)
            if algorithm == "ppo":
                write_labels(folder.path, Labels("Fast one", ("Paper", "lecture"), "Learns in a second."))
    return tmp_path / "runs"


def seeds(answer: Answer) -> list[int]:
    return sorted(row["seed"] for row in answer.json["runs"])


def test_a_run_from_the_command_line_is_listed(trained: Trained) -> None:
    answer = shell("runs", "--runs-dir", trained.runs_dir, "--json")
    assert answer.status == 0
    (row,) = answer.json["runs"]
    assert row.keys() >= {"title", "tags", "note", "differs", "preset", "started", "episodes", "solved", "live_params"}
    expected = {
        "run": str(trained.path),
        "env": "CartPole-v1",
        "algorithm": "ppo",
        "seed": 4,
        "status": "finished",
        "steps": trained.answer.json["steps"],
        "best_mean_return": trained.answer.json["best_mean_return"],
        "last_mean_return": trained.answer.json["mean_return"],
    }
    assert row.items() >= expected.items()


def test_where_there_are_none(call: Call, tmp_path: Path) -> None:
    assert call("runs", "--runs-dir", tmp_path / "none", "--json").json == {"runs": []}
    assert "no runs yet" in call("runs", "--runs-dir", tmp_path / "none").stdout


def test_labels_and_what_differs_are_told(call: Call, runs: Path) -> None:
    lines = call("runs", "--runs-dir", runs).stdout.splitlines()
    (line,) = [line for line in lines if "_ppo_" in line]
    assert line.endswith('best mean 99.5  learning_rate=0.02 hidden=8,8  "Fast one"  [Paper, lecture]')
    (row,) = call("runs", "--runs-dir", runs, "-a", "ppo", "--json").json["runs"]
    assert (row["title"], row["tags"], row["note"]) == ("Fast one", ["Paper", "lecture"], "Learns in a second.")
    assert row["differs"] == {"learning_rate": 0.02, "hidden": [8, 8]}


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["-e", "CartPole-v1"], [0, 1, 2]),
        (["-e", "LunarLander-v3"], []),
        (["-a", "dqn"], [1, 2]),
        (["--status", "interrupted"], [2]),
        (["--tag", "paper"], [0]),
        (["--tag", "paper", "--tag", "none such"], []),
        (["--search", "SECOND ppo"], [0]),
        (["--search", "second dqn"], []),
    ],
)
def test_only_those_asked_for(call: Call, runs: Path, options: list[str], found: list[int]) -> None:
    assert seeds(call("runs", "--runs-dir", runs, *options, "--json")) == found


def test_none_of_them(call: Call, runs: Path) -> None:
    assert "none of the 3 runs" in call("runs", "--runs-dir", runs, "--search", "nonsense").stdout


def test_a_one_is_no_yes_and_a_strangers_words_no_terminal_codes(call: Call, tmp_path: Path) -> None:
    params = {"n_envs": 1, "gae_lambda": 1.0, "normalise_advantages": False}
    config = resolve(env="CartPole-v1", algorithm="ppo", params=params, preset="none", steps=100)
    odd = config.model_copy(update={"params": {**config.params, "activation": "\x1b[31m\x1b]0;mine\x07\nred"}})
    RunFolder.create(tmp_path, odd).close()
    told = call("runs", "--runs-dir", tmp_path).stdout
    for words in ("n_envs=1 ", "gae_lambda=1.0", "normalise_advantages=false"):
        assert words in told, told
    assert "\x1b" not in told
    assert told.count("\n") == 1

"""A run that names a file of Python code: nothing executes it unless the command line says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command_harness import Answer

from rlstudio.core.trusted_files import UserFileError, read_program

Call = Callable[..., Answer]


@pytest.fixture
def marked(tmp_path: Path) -> tuple[Path, Path]:
    """A policy's file, and the marker that it makes whenever it is executed."""
    marker, path = tmp_path / "was run", tmp_path / "own.py"
    path.write_text(
        f"from pathlib import Path\n\nPath({str(marker)!r}).touch()\n\n"
        "def act(observation, info):\n    return 1, 'to the right'\n",
        encoding="utf-8",
    )
    return path, marker


def train(call: Call, path: Path, *more: str | Path) -> Answer:
    runs = path.parent / "runs"
    return call(
        *("train", "-e", "CartPole-v1", "-a", "user_policy", "--set", f"file={path}", "--episodes", "3"),
        *("--eval-every", "0", "--runs-dir", runs, "--json", *more),
    )


def test_a_file_is_run_with_consent_and_only_with_it(call: Call, marked: tuple[Path, Path]) -> None:
    path, marker = marked
    refused = train(call, path)
    assert refused.status == 1
    assert f"{path} is a program that nobody agreed to run" in refused.stderr
    assert f"--trust-file {path}" in refused.stderr
    assert not (path.parent / "runs").exists()
    assert not marker.exists()
    answer = train(call, path, "--trust-file", path)
    assert answer.status == 0, answer.stderr
    assert answer.json["episodes"] == 3
    assert marker.exists()


def test_no_file_from_a_stranger_runs_another_one(call: Call, marked: tuple[Path, Path], tmp_path: Path) -> None:
    """A configuration, a run's folder and its checkpoints name the file: none of them makes it run."""
    path, marker = marked
    run = Path(train(call, path, "--trust-file", path).json["run"])
    marker.unlink()
    config = tmp_path / "config.json"
    asked = {"env": "CartPole-v1", "algorithm": "user_policy", "params": {"file": str(path)}, "episodes": 2}
    config.write_text(json.dumps(asked), encoding="utf-8")
    other = tmp_path / "other.py"
    other.write_text("def act(observation, info):\n    return 0\n", encoding="utf-8")
    gif = tmp_path / "out.gif"
    for command in (
        ("train", "--config", config),
        ("train", "--config", run / "run.json"),
        ("train", "--continue", run),
        ("evaluate", run),
        ("record", run, "-o", gif),
        ("runs", "--runs-dir", run.parent),
        ("algorithms",),
    ):
        trust = ("--trust-file", other) if command[0] in ("train", "evaluate", "record") else ()
        answer = call(*command, *trust)
        assert not marker.exists(), command
        if trust:
            assert answer.status == 1, command
            assert "is a program that nobody agreed to run" in answer.stderr, command
    answer = call("evaluate", run, "--episodes", "2", "--json", "--trust-file", path)
    assert (answer.status, answer.json["episodes"]) == (0, 2)
    assert marker.exists()


def test_a_policy_of_before_does_not_become_what_the_file_is_now(call: Call, marked: tuple[Path, Path]) -> None:
    path, _ = marked
    run = train(call, path, "--trust-file", path).json["run"]
    path.write_text("def act(observation, info):\n    return 0\n", encoding="utf-8")
    answer = call("evaluate", run, "--trust-file", path)
    assert answer.status == 1
    assert "has changed since this policy was saved" in answer.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def act(observation, info):\n    return observation[9]\n", "own.py, line 2, in act: IndexError"),
        (
            "def act(observation, info):\n    return 'left'\n",
            "act returned 'left', which is no action here: Discrete(2)",
        ),
        ("def act(observation, info):\n    return 2\n", "act returned 2, which is no action here"),
        ("def move(observation):\n    return 1\n", "defines no function 'act'; it defines move"),
        ("class Policy:\n    pass\n", "class Policy defines no method act"),
        ("class Policy:\n    def __init__(self):\n        self.x = 1 / 0\n", "own.py, line 3, in Policy: ZeroDivision"),
        ("def act(observation, info)\n    return 1\n", "own.py, line 1: SyntaxError"),
    ],
)
def test_faults_of_the_file_end_the_run_in_words(call: Call, tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "own.py"
    path.write_text(text, encoding="utf-8")
    answer = train(call, path, "--trust-file", path)
    assert answer.status == 1
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr
    for info in (tmp_path / "runs").glob("*/run.json"):
        assert json.loads(info.read_text(encoding="utf-8"))["status"] == "failed"


@pytest.mark.parametrize("path", ["own\0.py", "own\ud800.py"])
def test_a_path_that_cannot_be_is_refused_in_words(path: str) -> None:
    with pytest.raises(UserFileError, match="is no path of a file"):
        read_program(path)


def test_a_file_must_be_named(call: Call, tmp_path: Path) -> None:
    asked = ("train", "-e", "CartPole-v1", "-a", "user_policy", "--episodes", "2", "--runs-dir", tmp_path)
    for more, words in (
        ((), "the path of a Python file with your policy"),
        (("--set", "file=own.txt"), "whose name ends in .py"),
    ):
        answer = call(*asked, *more)
        assert (answer.status, words in answer.stderr) == (2, True), answer.stderr
    answer = call(*asked, "--set", f"file={tmp_path / 'none.py'}")
    assert answer.status == 1
    assert "none.py cannot be read: No such file" in answer.stderr

"""`rlstudio evaluate` and `rlstudio record`: a trained run's policy, scored and pictured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from command_harness import Answer, Trained, shell
from PIL import Image

from rlstudio.storage.run_folder import RunFolder

Call = Callable[..., Answer]


def test_evaluate_lists_each_return(trained: Trained) -> None:
    answer = shell("evaluate", trained.path, "--episodes", "3", "--seed", "50", "--json")
    assert answer.status == 0
    found = answer.json
    assert found.keys() >= {"episodes", "returns", "lengths", "mean", "std", "seed"}
    assert (found["episodes"], found["seed"], len(found["returns"])) == (3, 50, 3)
    assert found["returns"] == found["lengths"]
    assert (found["mean"], found["std"]) == (np.mean(found["returns"]), np.std(found["returns"]))
    assert found["checkpoint"] == RunFolder.open(trained.path).checkpoints()[-1]


def test_evaluate_takes_the_checkpoint_it_is_told(call: Call, trained: Trained) -> None:
    folder = RunFolder.open(trained.path)
    best = folder.best_checkpoint()
    for told, step in (("best", best), (str(best), best), (f"{best:,}", best), ("0", 0)):
        answer = call("evaluate", trained.path, "--episodes", "2", "--checkpoint", told, "--json")
        assert answer.json["checkpoint"] == step
    evaluation = [e for e in folder.read_events() if e["kind"] == "evaluation" and e["step"] == best]
    again = call("evaluate", trained.path, "--episodes", "2", "--checkpoint", "best", "--json")
    assert again.json["returns"] == evaluation[-1]["returns"]  # the same seeds as while training


def test_evaluate_finds_a_run_by_name_and_answers_in_words(call: Call, trained: Trained) -> None:
    answer = call("evaluate", trained.path.name, "--runs-dir", trained.runs_dir, "--episodes", "2", "--sample")
    assert answer.status == 0
    lines = answer.stdout.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [["episode", "1"], ["episode", "2"]]
    assert lines[2].startswith("mean ")


def test_record_writes_every_frame(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "out.gif"
    answer = shell("record", trained.path, "-o", path, "--episodes", "2", "--fps", "25", "--json")
    assert answer.status == 0, answer.stderr
    found = answer.json
    assert found.keys() >= {"path", "frames", "width", "height", "bytes", "seconds", "returns"}
    assert found["frames"] == sum(int(total) + 1 for total in found["returns"])  # CartPole: a reward of 1 a step
    assert (found["path"], found["bytes"]) == (str(path), path.stat().st_size)
    with Image.open(path) as picture:
        assert picture.n_frames == found["frames"]
        assert (picture.width, picture.height) == (found["width"], found["height"]) == (600, 400)
        assert picture.info["duration"] == 40
    scores = shell("evaluate", trained.path, "--episodes", "2", "--json")
    assert scores.json["returns"] == found["returns"]


@pytest.mark.parametrize("command", ["evaluate", "record"])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--checkpoint", "worst"), ("--checkpoint: 'worst'", "a training step, or best")),
        (("--checkpoint", "7"), ("--checkpoint: 7", "best, or one of 0, ")),
        (("--episodes", "0"), ("--episodes", "at least 1")),
        (("--seed", "-3"), ("--seed", "from 0")),
    ],
)
def test_what_is_wrong_is_refused_in_words(
    call: Call, trained: Trained, tmp_path: Path, command: str, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    output = ("-o", tmp_path / "out.gif") if command == "record" else ()
    answer = call(command, trained.path, *options, *output, "--json")
    assert answer.status == 2, answer.stderr
    assert answer.stdout == ""
    for word in words:
        assert word in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_not_there_is_refused(call: Call) -> None:
    answer = call("evaluate", "os")  # the name of a module, too
    assert answer.status == 2
    assert "run: 'os' is not allowed; it takes a run folder" in answer.stderr


def test_a_place_that_cannot_be_written_is_said_in_words(call: Call, trained: Trained, tmp_path: Path) -> None:
    answer = call("record", trained.path, "-o", tmp_path / "nowhere" / "out.gif", "--checkpoint", "0")
    assert answer.status == 1
    assert "no such folder" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_run_without_a_best_checkpoint_is_said_in_words(call: Call, tmp_path: Path) -> None:
    options = ("--steps", "100", "--eval-every", "0", "--runs-dir", tmp_path, "--json")
    run = call("train", "-e", "CartPole-v1", "-a", "random", *options).json["run"]
    answer = call("evaluate", run, "--checkpoint", "best")
    assert answer.status == 1
    assert "no checkpoint" in answer.stderr
    assert "Traceback" not in answer.stderr

"""`rlstudio train --seeds N`: children side by side, each as if it were alone; one that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_harness import Answer

from rlstudio.commands import train_seeds as module
from rlstudio.commands.train_seeds import train_seeds
from rlstudio.core import messages as m
from rlstudio.workers.process import WorkerGone

Call = Callable[..., Answer]

ARGUMENTS = ("train", "-e", "CartPole-v1", "-a", "random", "--steps", "300")


def episodes(run: str) -> list[str]:
    rows = (Path(run) / "monitor.csv").read_text(encoding="utf-8").splitlines()[2:]
    return [",".join(row.split(",")[:2]) for row in rows]  # returns and lengths; not when they ended


def test_each_seed_is_the_run_that_it_is_alone(call: Call, tmp_path: Path) -> None:
    together = call(*ARGUMENTS, "--seed", "3", "--seeds", "2", "--runs-dir", str(tmp_path / "a"), "--json")
    assert together.status == 0, together.stderr
    answer = together.json
    assert [Path(run["run"]).name.rpartition("_")[2] for run in answer["runs"]] == ["seed3", "seed4"]
    alone = call(*ARGUMENTS, "--seed", "4", "--runs-dir", str(tmp_path / "b"), "--json")
    assert episodes(answer["runs"][1]["run"]) == episodes(alone.json["run"])
    means = [run["mean_return"] for run in answer["runs"]]
    assert answer["mean_return"]["mean"] == pytest.approx(sum(means) / 2)
    assert answer["failed"] == {}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--seeds", "0"), "--seeds: 0 is not allowed; it takes a whole number from 1"),
        (("--seeds", "2", "--at-once", "0"), "--at-once: 0 is not allowed"),
        (("--seed", "2147483646", "--seeds", "3"), "--seeds: 3 is not allowed; it takes no more than 2 from seed"),
    ],
)
def test_what_is_not_allowed_is_named(call: Call, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    answer = call(*ARGUMENTS, *options, "--runs-dir", str(tmp_path))
    assert answer.status == 2
    assert words in answer.stderr
    assert not list(tmp_path.iterdir())


class _Child:
    """Seed 1 raises, seed 2 dies, the others finish; all that were begun must be closed."""

    open = 0
    most = 0

    def __init__(self, entry: str) -> None:
        self.seed = -1
        _Child.open += 1
        _Child.most = max(_Child.most, _Child.open)

    def send(self, command: Any) -> None:
        if isinstance(command, m.StartTraining):
            self.seed = command.config["seed"]

    def receive(self, timeout_seconds: float) -> Any:
        if self.seed == 1:
            return m.Failed("it broke", "Mend it.", "")
        if self.seed == 2:
            raise WorkerGone(-9)
        summary = {"status": "finished", "steps": 10, "mean_return": 1.0, "best_mean_return": 2.0, "run": "a/run"}
        return m.Finished("finished", summary)

    def close(self, patience_seconds: float = 2.0) -> None:
        _Child.open -= 1


def test_one_that_fails_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "Worker", _Child)
    start = m.StartTraining({"seed": 0}, "runs")
    assert train_seeds(start, range(5), at_once=2) == 1
    told = capsys.readouterr()
    assert "seed 1: it broke Mend it." in told.err
    assert "seed 2: its process ended (exit status -9)" in told.err
    assert told.out.startswith("3 of 5 seeds trained")
    assert "best mean 2.00 ± 0.00" in told.out
    assert (_Child.open, _Child.most) == (0, 2)

"""How often a run is saved is asked for on the command line, and refused in words where it is nonsense."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from command_harness import Answer

from rlstudio.core.messages import StartTraining
from rlstudio.jobs import training_run
from rlstudio.jobs.autosave import Autosave

Call = Callable[..., Answer]


def test_it_reaches_the_run(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float | None, int | None]] = []

    def autosave(seconds: float | None, steps: int | None, first_step: int, now: float) -> Autosave:
        asked.append((seconds, steps))
        return Autosave(seconds, steps, first_step, now)

    monkeypatch.setattr(training_run, "Autosave", autosave)
    run = ("-e", "FrozenLake-v1", "-a", "q_learning", "--steps", "300", "--runs-dir", tmp_path, "--json")
    answer = call("train", *run, "--autosave-seconds", "2.5", "--autosave-steps", "100")
    assert answer.status == 0, answer.stderr
    again = call("resume", answer.json["run"], "--steps", "100", "--autosave-steps", "50", "--json")
    assert again.status == 0, again.stderr
    plain = call("train", *run)
    assert plain.status == 0, plain.stderr
    assert asked == [(2.5, 100), (None, 50), (None, None)]
    assert (StartTraining({}, "").autosave_seconds, StartTraining({}, "").autosave_steps) == (None, None)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--autosave-seconds", "0"), ("--autosave-seconds", "soon"), ("--autosave-steps", "0"), ("--autosave-steps", "x")],
)
def test_nonsense_is_refused(call: Call, option: str, value: str, tmp_path: Path) -> None:
    answer = call("train", "-e", "FrozenLake-v1", "-a", "q_learning", "--runs-dir", tmp_path, option, value)
    assert answer.status == 2
    assert option in answer.stderr
    assert list(tmp_path.iterdir()) == []

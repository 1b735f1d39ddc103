"""`rlstudio resume`: up to the budget as if it had never stopped, beyond it when asked, refusals in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_harness import Answer
from job_harness import FakeChannel, train_inline

from rlstudio.core import messages as m
from rlstudio.jobs import training_run
from rlstudio.storage.run_folder import RunFolder

Call = Callable[..., Answer]
ASKED: dict[str, Any] = {
    "algorithm": "ppo",
    "seed": 3,
    "eval_every": 0,
    "steps": 600,
    "params": {"hidden": [8], "n_envs": 1, "n_steps": 32, "batch_size": 32, "learning_rate_schedule": "linear"},
}


def later(looks: int, *commands: m.Command) -> Any:
    """Commands in turn, from so many looks for one on."""
    waiting = [None] * looks + list(commands)
    return lambda channel: waiting.pop(0) if waiting else None


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run that was stopped on its way, after a parameter was changed."""
    monkeypatch.setattr(training_run, "SERVICE_EVERY_SECONDS", 0.0)
    commands = (m.SetParam("entropy_weight", 0.03), *[m.SetPace(None)] * 20, m.Stop())
    folder, _ = train_inline(tmp_path, FakeChannel(later(40, *commands)), **ASKED)
    assert 0 < folder.read_info().steps < 600
    return folder


def test_it_goes_on_to_its_budget_as_if_it_had_never_stopped(call: Call, stopped: RunFolder, tmp_path: Path) -> None:
    (change,) = [event for event in stopped.read_events() if event["kind"] == "param"]
    events = [{key: change[key] for key in ("step", "name", "value")}]
    whole, _ = train_inline(tmp_path / "whole", events=events, **ASKED)
    answer = call("resume", stopped.path.name, "--runs-dir", tmp_path, "--json")
    assert (answer.status, answer.json["status"], answer.json["run"]) == (0, "finished", str(stopped.path))
    found, expected = stopped.read_monitor(), whole.read_monitor()
    assert found.returns.tolist() == expected.returns.tolist()
    assert found.end_steps.tolist() == expected.end_steps.tolist()
    weights, expected_weights = stopped.load_policy().arrays, whole.load_policy().arrays
    assert {name: array.tobytes() for name, array in weights.items()} == {
        name: array.tobytes() for name, array in expected_weights.items()
    }


def test_a_change_that_a_killed_run_made_after_its_checkpoint_is_made_again(call: Call, stopped: RunFolder) -> None:
    step = stopped.read_info().steps
    with (stopped.path / "events.jsonl").open("a") as file:
        row = {"kind": "param", "step": step + 50, "seconds": 1.0, "name": "discount", "old": 0.99, "value": 0.9}
        file.write(json.dumps(row) + "\n")
    assert call("resume", stopped.path).status == 0
    changed = [(e["step"], e["value"]) for e in stopped.read_events() if e.get("name") == "discount"]
    assert changed == [(step + 50, 0.9)]


def test_a_run_that_used_its_budget_is_told_what_to_ask_for(call: Call, stopped: RunFolder) -> None:
    assert call("resume", stopped.path).status == 0
    answer = call("resume", stopped.path)
    assert answer.status == 2
    assert "the run has used its budget of 600 steps; say how many more it may have" in answer.stderr
    more = call("resume", stopped.path, "--steps", "200", "--json")
    assert more.status == 0
    assert more.json["steps"] == 800
    words = (
        "what falls linearly with the budget (learning_rate and clip_range) now does so over 800 steps instead of 600"
    )
    assert words in more.stderr
    assert "at step 600 it has come 75% of its way instead of 100%" in more.stderr


def test_an_unknown_run_is_refused(call: Call, tmp_path: Path) -> None:
    answer = call("resume", "nothing", "--runs-dir", tmp_path)
    assert answer.status == 2
    assert "run: 'nothing' is not allowed" in answer.stderr

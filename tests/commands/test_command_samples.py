"""`rlstudio samples`: the transitions of a run as a file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from command_harness import Answer

from rlstudio.core.messages import PolicyData
from rlstudio.core.run_config import RunConfig
from rlstudio.storage.run_folder import RunFolder

Call = Callable[..., Answer]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    arrays = {
        "samples.observations": np.zeros((4, 3), np.float32),
        "samples.actions": np.ones((4, 1), np.float32),
        "samples.rewards": np.arange(4, dtype=np.float32),
    }
    with RunFolder.create(tmp_path, RunConfig(env="Pendulum-v1", algorithm="model_based", steps=100)) as folder:
        policy = PolicyData("model_based", {"w": np.zeros(2, np.float32)}, {}, step=40)
        folder.save_checkpoint(40, policy, arrays, {}, note={})
        folder.write_info(status="stopped")
    return folder.path


def test_samples_are_saved_with_the_environments_names(call: Call, run: Path, tmp_path: Path) -> None:
    answer = call("samples", run, "-o", tmp_path / "table.csv", "--json")
    assert answer.status == 0
    assert (answer.json["step"], answer.json["samples"]) == (40, 4)
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert header == answer.json["columns"]
    assert header[-1] == "reward"
    assert "observation 1" not in header
    assert [row[-1] for row in rows] == ["0", "1", "2", "3"]
    assert "4 transitions from the checkpoint at step 40" in call("samples", run, "-o", tmp_path / "a.npz").stdout


def test_what_cannot_be_saved_is_said(call: Call, run: Path, tmp_path: Path) -> None:
    wrong = call("samples", run, "-o", tmp_path / "table.xls")
    assert wrong.status == 2
    assert ".csv or .npz" in wrong.stderr
    with RunFolder.open(run, write=True) as folder:
        folder.save_checkpoint(50, PolicyData("ppo", {"w": np.zeros(2)}, {}, step=50), {"x": np.zeros(2)}, {}, note={})
    none = call("samples", run, "-o", tmp_path / "table.csv")
    assert none.status == 1
    assert "no gathered transitions" in none.stderr

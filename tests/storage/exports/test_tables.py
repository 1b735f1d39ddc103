"""A run as CSV and JSON: every number is there, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rlstudio.core.run_config import RunConfig
from rlstudio.storage.exports.json_text import json_text
from rlstudio.storage.exports.run_data import read_run
from rlstudio.storage.exports.tables import COLUMNS, write_csv, write_json
from rlstudio.storage.records import plain
from rlstudio.storage.run_folder import RunFolder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_holds_every_number_of_the_run(run: Path, tmp_path: Path) -> None:
    table, settings = write_csv(tmp_path / "out.csv", read_run(run))
    rows = rows_of(table)
    assert tuple(rows[0]) == COLUMNS
    of = {name: [row for row in rows if row["series"] == name] for name in {row["series"] for row in rows}}
    monitor = RunFolder.open(run).read_monitor()
    assert [float(row["value"]) for row in of["return"]] == monitor.returns.tolist()
    assert [int(row["step"]) for row in of["length"]] == monitor.end_steps.tolist()
    assert [int(row["episode"]) for row in of["return"]] == list(range(1, 41))
    assert [(row["step"], row["value"]) for row in of["evaluation_return"]] == [
        ("400", "10.0"),
        ("400", "20.0"),
        ("800", "12.0"),
        ("800", "14.0"),
    ]
    assert [row["value"] for row in of["param.learning_rate"]] == ["0.0005"]
    assert len(of["policy_loss"]) == 8
    assert of["policy_loss"][-1]["value"] == "", "a number that is none is an empty cell"
    found = {(row["kind"], row["name"]): row["value"] for row in rows_of(settings)}
    assert found["parameter", "learning_rate"] == "0.001"
    assert found["parameter", "hidden"] == "[32, 32]"
    assert found["run", "env"] == "CartPole-v1"
    assert found["result", "best_checkpoint"] == "400"
    assert ("version", "platform") not in found, "what is given away tells nothing of the machine"


def test_the_json_file_makes_the_same_run_again(run: Path, tmp_path: Path) -> None:
    (path,) = write_json(tmp_path / "out.json", read_run(run))
    found = json.loads(path.read_text(encoding="utf-8"))
    assert RunConfig.parse(found["config"]) == RunFolder.open(run).read_info().config
    assert found["episodes"]["return"][-1] == 60.0
    assert found["metrics"]["policy_loss"]["value"][-1] is None
    assert found["evaluations"][0] == {"step": 400, "seconds": 4.0, "returns": [10.0, 20.0], "best": True}
    assert "platform" not in found["versions"]


def test_no_text_of_a_run_becomes_a_formula(hostile_run: Path, tmp_path: Path) -> None:
    with RunFolder.open(hostile_run, write=True) as folder:
        folder.write_info(error='=cmd|"/c calc"!A1', live_params={"@SUM(1)": "+1"})
        folder.append_metrics([(1, 0.1, "=1+1", math.inf)])
    table, settings = write_csv(tmp_path / "out.csv", read_run(hostile_run))
    texts = [row["series"] for row in rows_of(table)]
    texts += [text for row in rows_of(settings) for text in (row["name"], row["value"])]
    assert not [text for text in texts if text.startswith(("=", "+", "@"))]
    assert "'=1+1" in texts


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_who_gives_up_leaves_nothing_behind(run: Path, tmp_path: Path, write: Any) -> None:
    class GivenUpError(Exception):
        pass

    def give_up(_done: int, _total: int) -> None:
        raise GivenUpError

    (tmp_path / "out").mkdir()
    with pytest.raises(GivenUpError):
        write(tmp_path / "out" / "out.csv", read_run(run), give_up)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_long_run_is_written_piece_by_piece() -> None:
    values = {
        "a": {"nothing": {}, "row": np.array([1.0, math.nan, math.inf]), "empty": np.empty(0)},
        "long": np.arange(120_000),
        "dicts": [{"x": (1, 2)}, {"x": None}],
        "words": ["é", '"', True],
    }
    told: list[tuple[int, int]] = []
    text = "".join(json_text(values, lambda done, total: told.append((done, total))))
    assert json.loads(text) == plain(values)
    assert told == [(0, 120_003), (3, 120_003), (50_003, 120_003), (100_003, 120_003), (120_003, 120_003)]
    assert len(text.splitlines()) == 13
    with pytest.raises(ValueError, match="keys are text"):
        "".join(json_text({1: 2}))

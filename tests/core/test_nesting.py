"""How deep data are nested: told without recursion, and refused where they are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from exported_runs import make_run
from job_harness import FakeChannel

from rlstudio.core.messages import ExportRun
from rlstudio.core.nesting import is_deep
from rlstudio.core.params import ParamError
from rlstudio.core.run_config import RunConfig
from rlstudio.jobs.export_run import export_run
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.ordinary_file import json_in
from rlstudio.storage.records import read_events


def nested(depth: int) -> Any:
    value: Any = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value, "b": 2}
    return value


@pytest.mark.parametrize(("depth", "deep"), [(0, False), (5, False), (6, True), (100_000, True)])
def test_each_list_and_object_counts(depth: int, deep: bool) -> None:
    assert is_deep(nested(depth), 5) is deep


def test_a_configuration_nested_deeply_is_refused_in_words() -> None:
    for field in ("env_kwargs", "params"):
        with pytest.raises(ParamError, match=rf"{field}: .* values nested up to 20 deep"):
            RunConfig.parse({"env": "CartPole-v1", "algorithm": "ppo", "steps": 1, field: {"x": nested(300)}})


def test_a_file_nested_deeply_is_refused_and_a_line_of_events_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(nested(400)))
    with pytest.raises(ValueError, match="nested too deeply"):
        json_in(path, 1 << 20)
    rows = [{"kind": "note", "value": nested(400)}, {"kind": "pause"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [row["kind"] for row in read_events(path)] == ["pause"]


@pytest.mark.parametrize("to", ["csv", "json", "html", "script", "bundle"])
def test_nothing_a_stranger_nests_breaks_an_export(to: str, tmp_path: Path) -> None:
    run = make_run(tmp_path / "runs")
    with (run / "events.jsonl").open("a") as file:
        for step in (-1, 3):
            row = {"kind": "param", "step": step, "seconds": 1.0, "name": "x", "old": 1, "value": {"a": [step]}}
            file.write(json.dumps(row) + "\n")
        file.write(json.dumps({"kind": "param", "step": 1, "seconds": 1.0, "name": "x", "value": nested(400)}) + "\n")
    out = tmp_path / f"out.{to}"
    export_run(ExportRun(str(run), to, str(out)), FakeChannel())
    assert out.is_file()
    data = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**data, "live_params": {"learning_rate": nested(400)}}))
    with pytest.raises(RunFolderError, match="nested too deeply"):
        export_run(ExportRun(str(run), to, str(out)), FakeChannel())

"""`rlstudio export`: a run out to other programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from command_harness import Answer, Trained

Call = Callable[..., Answer]


def test_a_run_becomes_tables(call: Call, trained: Trained, tmp_path: Path) -> None:
    answer = call("export", trained.path, "--to", "csv", "-o", tmp_path / "out.csv", "--json")
    assert answer.status == 0
    assert [Path(file).name for file in answer.json["files"]] == ["out.csv", "out.settings.csv"]
    assert answer.json["bytes"] == sum(Path(file).stat().st_size for file in answer.json["files"])
    named = call("export", trained.path.name, "--runs-dir", trained.runs_dir, "--to", "json", "-o", tmp_path / "a.json")
    assert named.status == 0
    assert "a.json: JSON" in named.stdout
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["config"]["seed"] == 4


def test_what_cannot_be_exported_is_said(call: Call, trained: Trained, tmp_path: Path) -> None:
    wrong = call("export", trained.path, "--to", "cvs", "-o", tmp_path / "out.csv")
    assert wrong.status == 2
    assert "csv (Table (CSV)), json (JSON)" in wrong.stderr
    ending = call("export", trained.path, "--to", "csv", "-o", tmp_path / "out.xls")
    assert ending.status == 2
    assert "a name that ends with .csv" in ending.stderr
    nowhere = call("export", trained.path, "--to", "csv", "-o", tmp_path / "no" / "out.csv")
    assert nowhere.status == 1
    assert "there is no such folder" in nowhere.stderr
    assert call("export", tmp_path, "--to", "csv", "-o", tmp_path / "out.csv").status == 2
    assert list(tmp_path.iterdir()) == []


def test_a_report_says_what_the_specs_say(call: Call, trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "out.html"
    assert call("export", trained.path, "--to", "html", "-o", path).status == 0
    page = path.read_text(encoding="utf-8")
    for words in ("PPO on", "Greedy evaluations", "rlstudio train -e CartPole-v1 -a ppo", "policy loss", "gymnasium"):
        assert words in page, words
    assert "data:image/gif" not in page, "nothing was recorded"
    assert (
        call("record", trained.path, "-o", trained.path / "episodes" / "episode-0001.rlepisode", "--seed", "3").status
        == 0
    )
    try:
        assert call("export", trained.path, "--to", "html", "-o", path).status == 0
    finally:
        (trained.path / "episodes" / "episode-0001.rlepisode").unlink()
    assert "data:image/gif;base64,R0lGOD" in path.read_text(encoding="utf-8")


def test_a_script_is_written(call: Call, trained: Trained, tmp_path: Path) -> None:
    assert call("export", trained.path, "--to", "script", "-o", tmp_path / "out.py").status == 0
    text = (tmp_path / "out.py").read_text(encoding="utf-8")
    assert "#     rlstudio train -e CartPole-v1 -a ppo" in text
    assert call("export", trained.path, "--to", "script", "-o", tmp_path / "out.txt").status == 2


def test_a_bundle_is_a_run_again_elsewhere(call: Call, trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "out.rlrun"
    assert call("export", trained.path, "--to", "bundle", "-o", path, "--checkpoints", "few").status == 0
    answer = call("import", path, "--runs-dir", tmp_path / "runs", "--json")
    assert answer.status == 0
    (run,) = answer.json["runs"]
    assert Path(run).name == trained.path.name
    evaluated = call("evaluate", run, "--episodes", "2", "--json")
    assert evaluated.json["returns"] == call("evaluate", trained.path, "--episodes", "2", "--json").json["returns"]
    again = call("train", "--continue", run, "--steps", "500", "--runs-dir", tmp_path / "runs", "--json")
    assert again.json["steps"] >= 2_500
    assert "ends with .rlrun" in call("import", trained.path).stderr
    broken = tmp_path / "broken.rlrun"
    broken.write_bytes(path.read_bytes()[:-9])
    refused = call("import", broken, "--runs-dir", tmp_path / "more")
    assert refused.status == 1
    assert "it is no run bundle, or it is cut off" in refused.stderr


def test_a_policy_is_written_as_onnx(call: Call, trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "out.onnx"
    assert call("export", trained.path, "--to", "onnx", "-o", path, "--checkpoint", "best").status == 0
    assert b"RL Studio" in path.read_bytes()
    assert "or best" in call("export", trained.path, "--to", "onnx", "-o", path, "--checkpoint", "last").stderr
    assert (
        "no checkpoint at step 3"
        in call("export", trained.path, "--to", "onnx", "-o", path, "--checkpoint", "3").stderr
    )

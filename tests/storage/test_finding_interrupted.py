"""Runs whose process died: found, marked, mended, and none that runs or ended otherwise is taken for one."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import pytest

from rlstudio.core import whole_file
from rlstudio.core.messages import PolicyData
from rlstudio.core.run_config import RunConfig
from rlstudio.storage.interrupted import find_interrupted, mark_interrupted
from rlstudio.storage.labels import Labels, write_labels
from rlstudio.storage.run_folder import RunFolder, RunFolderError, list_runs

CONFIG = RunConfig(env="CartPole-v1", algorithm="ppo", params={}, steps=100)
POLICY = PolicyData("ppo", {"w": np.ones(2, np.float32)}, {}, 7)


def dead(runs_dir: Path, *, checkpoint: bool = True, status: str = "running") -> Path:
    """A run as a killed process leaves it."""
    with RunFolder.create(runs_dir, CONFIG) as folder:
        if checkpoint:
            folder.save_checkpoint(7, POLICY, {"m": np.ones(3)}, {"n": 1}, note={})
        folder.write_info(status=status, steps=9)
    return folder.path


def test_a_dead_run_is_marked_and_told_until_it_is_known(tmp_path: Path) -> None:
    path = dead(tmp_path)
    write_labels(path, Labels(title="My run"))
    before = json.loads((path / "run.json").read_text(encoding="utf-8"))
    assert before["status"] == "running"
    (found,) = find_interrupted(tmp_path)
    assert (found.path, found.step, found.title, found.info.steps) == (path, 7, "My run", 9)
    after = json.loads((path / "run.json").read_text(encoding="utf-8"))
    assert after == {**before, "status": "interrupted"}  # when it was last alive, too, stays
    assert [each.path for each in find_interrupted(tmp_path)] == [path]
    assert find_interrupted(tmp_path, {path.name}) == []
    assert [info.status for info in list_runs(tmp_path)] == ["interrupted"]
    with RunFolder.open(path, write=True):
        assert not mark_interrupted(path)


@pytest.mark.parametrize("status", ["finished", "stopped", "failed"])
def test_others_are_left_alone(status: str, tmp_path: Path) -> None:
    path = dead(tmp_path, status=status)
    before = (path / "run.json").read_bytes()
    assert find_interrupted(tmp_path) == []
    assert not mark_interrupted(path)
    assert (path / "run.json").read_bytes() == before


def test_a_run_that_runs_is_left_alone(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path, CONFIG) as folder:
        folder.save_checkpoint(7, POLICY, {}, {"n": 1}, note={})
        assert find_interrupted(tmp_path) == []
        assert not mark_interrupted(folder.path)
        assert folder.read_info().status == "running"


def test_one_that_cannot_go_on_is_marked_but_not_offered(tmp_path: Path) -> None:
    path = dead(tmp_path, checkpoint=False)
    assert find_interrupted(tmp_path) == []
    assert json.loads((path / "run.json").read_text(encoding="utf-8"))["status"] == "interrupted"
    with RunFolder.open(path, write=True) as folder:
        folder.write_info(steps=0)
        with pytest.raises(
            RunFolderError, match=r"made no step yet: rlstudio train --config .*run.json begins it anew"
        ):
            folder.resume_point()


def test_a_checkpoint_that_was_being_replaced_comes_back(tmp_path: Path) -> None:
    path = dead(tmp_path)
    checkpoints = path / "checkpoints"
    (checkpoints / "7").rename(checkpoints / ".tmp-old-7")
    (checkpoints / ".tmp-1-abc-7").mkdir()
    (path / ".tmp-1-abc-run.json").write_text("{", encoding="utf-8")
    (found,) = find_interrupted(tmp_path)
    assert found.step == 7
    assert not list(path.rglob(".tmp-*"))


def test_a_disk_that_refuses_the_mark_hides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = dead(tmp_path)

    def refuse(*_path: object, **_more: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(whole_file, "open", refuse, raising=False)
    assert not mark_interrupted(path)
    assert [each.step for each in find_interrupted(tmp_path)] == [7]


def test_damaged_and_hostile_folders_stop_nothing(tmp_path: Path) -> None:
    path = dead(tmp_path)
    for name, text in (("a", "{"), ("b", "[]"), ("c", '{"status": "running"}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(text, encoding="utf-8")
    assert [each.path for each in find_interrupted(tmp_path)] == [path]
    assert find_interrupted(tmp_path / "nowhere") == []

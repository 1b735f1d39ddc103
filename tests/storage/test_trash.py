"""The trash: a deleted run comes back as it was; nothing outside the runs is touched."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rlstudio.core.run_config import RunConfig
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.run_listing import RunListing
from rlstudio.storage.trash import TRASH, empty_trash, list_trash, restore_run, trash_run, trashed_runs


@pytest.fixture
def run(tmp_path: Path, config: RunConfig) -> Path:
    with RunFolder.create(tmp_path / "runs", config) as folder:
        folder.append_episodes([1.0], [10], [10], [0.1])
        folder.write_info(status="finished")
    return folder.path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_run_goes_and_comes_back_as_it_was(run: Path) -> None:
    before = contents(run)
    trashed = trash_run(run)
    assert RunListing(run.parent).read() == []
    assert trashed_runs(run.parent) == [trashed]
    assert restore_run(trashed) == run
    assert contents(run) == before
    assert [each.path for each in RunListing(run.parent).read()] == [run]
    with pytest.raises(RunFolderError, match="not in the trash any more"):
        restore_run(trashed)


def test_names_given_away_meanwhile_are_left_alone(run: Path, config: RunConfig) -> None:
    first = trash_run(run)
    run.mkdir()
    (run / "run.json").write_text("{}")
    second = trash_run(run)
    assert second != first
    run.mkdir()
    assert restore_run(first).name == f"{run.name}_2"


def test_a_run_that_trains_is_not_moved(tmp_path: Path, config: RunConfig) -> None:
    with RunFolder.create(tmp_path, config) as folder, pytest.raises(RunFolderError, match="stop it first"):
        trash_run(folder.path)
    assert (folder.path / "run.json").exists()


def test_links_are_refused_and_what_they_lead_to_stays(run: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    run.rename(elsewhere)
    run.symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(RunFolderError, match="is a link"):
        trash_run(run)
    run.unlink()
    elsewhere.rename(run)
    away = tmp_path / "away"
    away.mkdir()
    (away / "precious").write_text("x")
    (run.parent / TRASH).symlink_to(away, target_is_directory=True)
    with pytest.raises(RunFolderError, match="is a link"):
        trash_run(run)
    with pytest.raises(RunFolderError, match="is a link"):
        restore_run(run.parent / TRASH / "precious")
    assert (empty_trash(run.parent), (away / "precious").exists()) == (0, True)


def test_emptying_removes_links_without_following_them(run: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    (away / "precious").write_text("x")
    (run / "episodes" / "link").symlink_to(away, target_is_directory=True)
    trashed = trash_run(run)
    (trashed.parent / "another").symlink_to(away, target_is_directory=True)
    assert empty_trash(run.parent) == 2
    assert trashed_runs(run.parent) == []
    assert (away / "precious").exists()


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_what_is_no_run_is_not_moved(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunFolderError, match="no run folder"):
        trash_run(tmp_path / name)
    with pytest.raises(RunFolderError, match="not in the trash"):
        restore_run(tmp_path / name)


def test_the_trash_is_listed_damaged_runs_by_name_alone(run: Path) -> None:
    assert list_trash(run.parent) == []
    trashed = trash_run(run)
    (trashed.parent / "broken").mkdir()
    os.utime(trashed.parent / "broken", (1, 1))  # says when it was last written, not when it was deleted
    found = {each.path.name: each for each in list_trash(run.parent)}
    assert found.keys() == {"broken", trashed.name}
    assert (found["broken"].info, found["broken"].title) == (None, "")
    info = found[trashed.name].info
    assert info is not None
    assert info.path == trashed
    assert all(abs(each.deleted - time.time()) < 60 for each in found.values())

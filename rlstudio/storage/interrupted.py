"""Runs whose process died: found, marked so in their run.json, cleared up, and where they can go on from."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.labels import read_labels
from rlstudio.storage.lock import FileLock
from rlstudio.storage.new_folder import mend_folders
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.run_info import LOCK_FILE, RunInfo, read_run_file, write_run_file
from rlstudio.storage.runs import list_runs


@dataclass(frozen=True)
class Interruption:
    """A run that was interrupted; it can go on from `step`; `title` is what a person calls it."""

    info: RunInfo
    step: int
    title: str

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.info.path


def find_interrupted(runs_dir: Path, known: Container[str] = ()) -> list[Interruption]:
    """Runs that were interrupted and can go on, those last alive first; folders that are `known` by name are left out.

    Each whose process died is marked as interrupted, should the disk allow it.
    """
    found = []
    for info in list_runs(runs_dir):
        if info.status != "interrupted":
            continue
        mark_interrupted(info.path)
        if info.path.name in known:
            continue
        try:
            step, _episodes = RunFolder.open(info.path).resume_point()
        except RunFolderError:
            continue  # killed before it had saved anything: there is nothing to go on from
        found.append(Interruption(info, step, read_labels(info.path).title))
    return sorted(found, key=lambda each: each.info.heartbeat, reverse=True)


def mark_interrupted(path: Path) -> bool:
    """Say in run.json that a run marked as running is not, and put right what its death left half done; whether it was.

    When it was last alive stays as it is. A disk that refuses changes nothing: its free lock tells the same.
    """
    try:
        if read_run_file(path).get("status") != "running":
            return False
        lock = FileLock(path / LOCK_FILE)
    except (RunFolderError, OSError):  # damaged, or it runs after all
        return False
    try:
        data = read_run_file(path)  # under the lock: it may have begun anew meanwhile
        if data.get("status") != "running":
            return False
        for parent in (path, path / "checkpoints", path / "episodes"):
            mend_folders(parent)
        write_run_file(path, {**data, "status": "interrupted"})
    except (RunFolderError, OSError):
        return False
    finally:
        lock.release()
    return True

"""The runs there are: listed from their run.json alone, and deleted whole."""

from __future__ import annotations

import shutil
from pathlib import Path

from rlstudio.core.whole_file import temporary_beside
from rlstudio.storage.errors import RunFolderError, disk_errors
from rlstudio.storage.lock import is_locked
from rlstudio.storage.run_info import LOCK_FILE, RUN_FILE, RunInfo, info_of, read_run_file


def list_runs(runs_dir: Path) -> list[RunInfo]:
    """The runs in `runs_dir`, newest first. Damaged folders, and what is no run, are left out."""
    found = []
    try:
        folders = [entry for entry in runs_dir.iterdir() if not entry.name.startswith(".")]
    except OSError:
        return []
    for folder in folders:
        try:
            found.append(info_of(folder, read_run_file(folder)))
        except RunFolderError:
            continue
    return sorted(found, key=lambda info: (info.started, info.path.name), reverse=True)


def delete_run(path: Path) -> None:
    """Delete a run folder: renamed first, so that it is gone at once or not at all.

    Raises:
        RunFolderError: if it is no run folder, is being written, or the disk refuses.
    """
    if not (path / RUN_FILE).is_file():
        raise RunFolderError(f"{path} is no run folder: there is no {RUN_FILE} in it")
    if is_locked(path / LOCK_FILE):
        raise RunFolderError(f"{path} is being written; stop that run first")
    with disk_errors("delete", path):
        doomed = path.rename(temporary_beside(path))
        shutil.rmtree(doomed)

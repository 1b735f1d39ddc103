"""The trash: deleted runs wait in a folder `.trash` among the runs, from where they come back as they were."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from rlstudio.storage.errors import RunFolderError, disk_errors
from rlstudio.storage.labels import read_labels
from rlstudio.storage.lock import is_locked
from rlstudio.storage.run_info import LOCK_FILE, RUN_FILE, RunInfo, info_of, read_run_file

TRASH = ".trash"


def trash_run(path: Path) -> Path:
    """Move a run into the trash beside it, at once or not at all; where it is now.

    Raises:
        RunFolderError: if it is no run folder, is a link, is being written, or the disk refuses.
    """
    if path.is_symlink():
        raise RunFolderError(f"{path} is a link to a run elsewhere; delete it with your file manager")
    if not (path / RUN_FILE).is_file():
        raise RunFolderError(f"{path} is no run folder: there is no {RUN_FILE} in it")
    if is_locked(path / LOCK_FILE):
        raise RunFolderError(f"{path.name} is being trained; stop it first")
    trash = _trash_of(path.parent)
    with disk_errors("delete", path):
        trash.mkdir(exist_ok=True)
        return path.rename(_free_name(trash, path.name))


def restore_run(trashed: Path) -> Path:
    """Take a run out of the trash, under another name where its own was given away meanwhile; where it is now.

    Raises:
        RunFolderError: if it is not there any more, or the disk refuses.
    """
    runs_dir = trashed.parent.parent
    if trashed.parent != _trash_of(runs_dir) or trashed.is_symlink() or not (trashed / RUN_FILE).is_file():
        raise RunFolderError(f"{trashed} is not in the trash any more")
    with disk_errors("restore", trashed):
        return trashed.rename(_free_name(runs_dir, trashed.name))


def trashed_runs(runs_dir: Path) -> list[Path]:
    """What is in the trash."""
    try:
        return sorted(_trash_of(runs_dir).iterdir())
    except (OSError, RunFolderError):
        return []


@dataclass(frozen=True)
class TrashedRun:
    """One run in the trash: its folder, what its run.json says (None where that is damaged), its title, and when it was
    deleted, in seconds since 1970."""

    path: Path
    info: RunInfo | None
    title: str
    deleted: float


def list_trash(runs_dir: Path) -> list[TrashedRun]:
    """What is in the trash, the last deleted first."""
    found = []
    for path in trashed_runs(runs_dir):
        info = None
        try:
            deleted = path.lstat().st_ctime  # moving a folder changes this, and nothing is written in it there
            if not path.is_symlink():
                info = info_of(path, read_run_file(path))
        except RunFolderError:
            pass
        except OSError:
            continue
        found.append(TrashedRun(path, info, read_labels(path).title if info else "", deleted))
    return sorted(found, key=lambda run: run.deleted, reverse=True)


def empty_trash(runs_dir: Path) -> int:
    """Delete what is in the trash for good; how much that was. Links are removed, never followed.

    Raises:
        RunFolderError: if the disk refuses.
    """
    found = trashed_runs(runs_dir)
    for path in found:
        with disk_errors("delete", path):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    return len(found)


def _trash_of(runs_dir: Path) -> Path:
    trash = runs_dir / TRASH
    if trash.is_symlink():
        raise RunFolderError(f"{trash} is a link; the trash has to be a folder among the runs: remove the link")
    return trash


def _free_name(folder: Path, name: str) -> Path:
    for number in range(1, 10_000):
        path = folder / (name if number == 1 else f"{name}_{number}")
        if not path.exists() and not path.is_symlink():
            return path
    raise RunFolderError(f"no free name for {name} in {folder}")

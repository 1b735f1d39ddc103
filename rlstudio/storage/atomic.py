"""Writing so that a reader, or a power cut, never meets half a file or half a folder."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TEMPORARY = ".tmp-"
"""What the names of unfinished files and folders begin with."""


def write_file(path: Path, data: bytes) -> None:
    """Replace `path` by a file of `data`: temporary name, sync, rename. Raises OSError, and `path` is as it was."""
    temporary = temporary_beside(path)
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def temporary_beside(path: Path) -> Path:
    """A name for an unfinished `path`, in the same folder, that nothing else has."""
    return path.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}-{path.name}")


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A temporary folder to fill; at the end of the block it is synced and takes the place of `path`.

    A folder that is already there is moved aside under the name `.tmp-old-NAME` first and deleted afterwards;
    `mend_folders` puts it back should the program die in between.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    temporary.mkdir()
    try:
        yield temporary
        for file in temporary.iterdir():
            _sync(file)
        sync_folder(temporary)
        aside = path.with_name(f"{TEMPORARY}old-{path.name}")
        if path.exists():
            shutil.rmtree(aside, ignore_errors=True)
            path.rename(aside)
        temporary.rename(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(path.parent)
    shutil.rmtree(aside, ignore_errors=True)


def mend_folders(parent: Path) -> None:
    """Clear away what an interrupted `write_file` or `new_folder` left in `parent`."""
    if not parent.is_dir():
        return
    for left in parent.glob(f"{TEMPORARY}*"):
        original = parent / left.name.removeprefix(f"{TEMPORARY}old-")
        if left.name.startswith(f"{TEMPORARY}old-") and not original.exists():
            left.rename(original)
        elif left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` durable, where the system can (Windows opens no folders)."""
    with suppress(OSError):
        _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

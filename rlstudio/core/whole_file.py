"""Writing a file whole or not at all, and what the operating system's refusals mean in words."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

TEMPORARY = ".tmp-"
"""What the names of unfinished files and folders begin with."""
naming = threading.Lock()
"""Held while something that is finished takes its name, so that nobody clears it away at that moment."""
_LONGEST_NAMING_SECONDS = 1.0
_written_in: set[Path] = set()
"""Folders in which this process may have something unfinished."""


@contextmanager
def whole_file(path: Path, *, synced: bool = True) -> Iterator[BinaryIO]:
    """A file to write to under a temporary name; at the end of the block it is synced and renamed to `path`.

    Without `synced` readers still find the old file or the new one, but a power cut may cost both: for what is written
    again and again.

    An error inside the block leaves nothing behind, and a file that was at `path` as it was.

    Raises:
        OSError: as the system gives it; `reason` puts it in words. A folder in the way is found at once.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a folder is in the way", str(path))
    temporary = temporary_beside(path)
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            if synced:
                os.fsync(file.fileno())
        with naming:
            os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    if synced:
        sync_folder(path.parent)


@contextmanager
def whole_path(path: Path, *, folder: bool = True) -> Iterator[Path]:
    """The same for what opens its file by name, or writes a folder: a free name beside `path` to write to, which at the
    end of the block takes its place. A folder takes the place of an empty folder only, and where it may be no `folder`
    that is written, of none.

    Raises:
        OSError: as the system gives it; `reason` puts it in words.
    """
    if path.is_dir() and (not folder or any(path.iterdir())):
        raise IsADirectoryError(errno.EISDIR, "a folder is in the way", str(path))
    temporary = temporary_beside(path)
    try:
        yield temporary
        for written in temporary.iterdir() if temporary.is_dir() else (temporary,):
            sync(written)
        with naming:
            if temporary.is_dir() and path.is_dir():
                path.rmdir()
            os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(temporary) if temporary.is_dir() else temporary.unlink()
        raise
    sync_folder(path.parent)


def temporary_beside(path: Path) -> Path:
    """A name for an unfinished `path`, in the same folder, that nothing else has."""
    _written_in.add(path.parent)
    return path.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}-{path.name[-80:]}")


def remove_unfinished(folder: Path, pid: int) -> None:
    """Remove what process `pid`, killed while it wrote, left in a folder under names of `temporary_beside`."""
    for left in folder.glob(f"{TEMPORARY}{pid}-*"):
        with suppress(OSError):
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def remove_all_unfinished() -> None:
    """Remove what this process has not finished, wherever: for one that ends in the midst of what it does.

    From then on nothing takes its name any more: another thread that writes could name what is half cleared away.
    """
    naming.acquire(timeout=_LONGEST_NAMING_SECONDS)
    for folder in list(_written_in):
        remove_unfinished(folder, os.getpid())


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` durable, where the system can (Windows opens no folders)."""
    with suppress(OSError):
        sync(folder)


def sync(path: Path) -> None:
    """Have the system write a file's (or folder's) contents to the disk now. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reason(error: OSError) -> str:
    """Why the disk refused, and what to do about it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; free some space, or choose a folder on another disk"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "no permission to write there; choose another folder, or change its permissions"
    if error.errno == errno.EROFS:
        return "that disk is read-only; choose another folder"
    if error.errno in (errno.EIO, errno.ESTALE):
        return "the disk does not answer as it should; choose a folder on another disk, and look after this one"
    if error.errno == errno.ENOENT:
        return "there is no such file or folder; check the path"
    if error.errno == errno.EISDIR:
        return "that is a folder; choose a file name in it"
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return "a file of that name is in the way; choose another folder"
    return error.strerror or str(error)

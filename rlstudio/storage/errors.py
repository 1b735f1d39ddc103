"""RunFolderError, and what the operating system's errors mean in words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class RunFolderError(RuntimeError):
    """Something about a run folder that a person must know: what, where, and what to do."""


@contextmanager
def disk_errors(doing: str, path: Path) -> Iterator[None]:
    """Turn an OSError inside the block into a RunFolderError: "could not save …: the disk is full; free some space"."""
    try:
        yield
    except OSError as error:
        raise RunFolderError(f"could not {doing} {path}: {reason(error)}") from error


def reason(error: OSError) -> str:
    """Why the disk refused, and what to do about it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; free some space, or choose a folder on another disk"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "no permission to write there; choose another folder, or change its permissions"
    if error.errno == errno.EROFS:
        return "that disk is read-only; choose another folder"
    if error.errno == errno.ENOENT:
        return "there is no such file or folder"
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return "a file of that name is in the way; choose another folder"
    return error.strerror or str(error)

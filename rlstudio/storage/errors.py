"""RunFolderError: what went wrong with a run folder, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rlstudio.core.whole_file import reason


class RunFolderError(RuntimeError):
    """Something about a run folder that a person must know: what, where, and what to do."""


class DiskError(RunFolderError):
    """The disk refused, as the system does when it is full, read-only or gone: what was refused may be tried again."""


@contextmanager
def disk_errors(doing: str, path: Path) -> Iterator[None]:
    """Turn an OSError inside the block into a DiskError: "could not save …: the disk is full; free some space"."""
    try:
        yield
    except OSError as error:
        raise DiskError(f"could not {doing} {path}: {reason(error)}") from error

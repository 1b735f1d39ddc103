"""What can go wrong with a picture file, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rlstudio.core.whole_file import reason


class MediaError(RuntimeError):
    """A picture could not be written or read: which, why, and what to do."""


class Cancelled(Exception):  # noqa: N818 - a signal, not an error
    """The person changed their mind; nothing was left behind."""


class TooLargeError(MediaError):
    """The file outgrew the size that was allowed while it was written; nothing was left behind."""


@contextmanager
def disk_errors(doing: str, path: Path) -> Iterator[None]:
    """Turn an OSError inside the block into a MediaError: "could not write …: the disk is full; free some space"."""
    try:
        yield
    except OSError as error:
        raise MediaError(f"could not {doing} {path}: {reason(error)}") from error

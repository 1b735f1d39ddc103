"""Opening a file that a stranger may have put there: an ordinary one, of no more than so many bytes; JSON in it."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from rlstudio.core.nesting import is_deep


@contextmanager
def ordinary_file(path: Path, most_bytes: int) -> Iterator[BinaryIO]:
    """A file to read from. Opening a named pipe would wait for ever: here it is refused at once.

    Raises:
        ValueError: if it is no ordinary file, or larger than allowed.
        OSError: if it cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise ValueError("it is no ordinary file")
        if about.st_size > most_bytes:
            raise ValueError(f"it is {about.st_size / 2**30:,.1f} GiB; up to {most_bytes / 2**30:g} GiB are allowed")
        file = open(descriptor, "rb")  # noqa: SIM115 - closed below, once it is known to be a file
    except BaseException:
        os.close(descriptor)
        raise
    with file:
        yield file


def json_in(path: Path, most_bytes: int) -> Any:
    """What a JSON file holds.

    Raises:
        ValueError: for another file, and for one that is nested too deeply or larger than allowed.
        OSError: if it cannot be read.
    """
    with ordinary_file(path, most_bytes) as file:
        text = file.read()
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if is_deep(found):
        raise ValueError("it is nested too deeply")
    return found

"""Trusted files: which programs of the user's own may be run, by path and content, and for how long.

A file of Python code can do anything its user can, so nothing read from disk (a run.json, a preset, a checkpoint) may
cause one to run: consent is given by a person, outside of all configurations. It names a path and the SHA-256 of what
the file held then, travels in the command that starts a job, and lasts as long as that job. Where code is about to be
executed, `read_trusted` returns the very bytes that were compared with it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

LARGEST_BYTES = 10_000_000
"""More than any program that a person wrote."""


PROGRAMS = "programs"
"""In a policy's settings: the files it runs, as [[path, sha256], …]."""


class TrustedFile(NamedTuple):
    """What a person agreed to run: a file's absolute path, and the SHA-256 of its content in hexadecimal."""

    path: str
    sha256: str


class UserFileError(ValueError):
    """Something about a file of the user's own, in words that name it."""


class NotTrustedError(UserFileError):
    """A program that nobody has agreed to run, or that has changed since."""


_trusted: ContextVar[frozenset[TrustedFile]] = ContextVar("trusted_files", default=frozenset())


@contextmanager
def trusting(files: Iterable[tuple[str, str]]) -> Iterator[None]:
    """Let these files, and no others, be run inside the `with` block."""
    token = _trusted.set(frozenset(TrustedFile(str(path), str(sha256)) for path, sha256 in files))
    try:
        yield
    finally:
        _trusted.reset(token)


def absolute(path: str | Path) -> str:
    """The one name of a file under which it is trusted: absolute, "~" and ".." resolved, links left as they are."""
    return os.path.abspath(os.path.expanduser(path))


def read_program(path: str | Path) -> tuple[TrustedFile, bytes]:
    """A file's name and hash, and the bytes that were hashed. Nothing is run. Raises UserFileError."""
    name = absolute(path)
    try:
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise UserFileError(f"{name} cannot be read: {error.strerror}; check the path") from None
    except ValueError as error:  # a path that no system knows, from a file that somebody made up
        raise UserFileError(f"{name!r} is no path of a file: {error}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # a pipe or a device would never end
        os.close(descriptor)
        raise UserFileError(f"{name} is not a file; choose a Python file")
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise UserFileError(f"{name} is larger than {LARGEST_BYTES // 1_000_000} MB; choose a Python file")
    return TrustedFile(name, hashlib.sha256(content).hexdigest()), content


def saved_programs(settings: Mapping[str, Any]) -> list[TrustedFile]:
    """The files that a saved policy runs, from its settings. Raises ValueError where those are none."""
    rows = settings.get(PROGRAMS, [])
    if not isinstance(rows, list | tuple):
        raise ValueError(f"{PROGRAMS} must be a list of a path and a hash each")
    for row in rows:
        if not (isinstance(row, list | tuple) and len(row) == 2 and all(isinstance(part, str) for part in row)):
            raise ValueError(f"{PROGRAMS} must be a list of a path and a hash each")
    return [TrustedFile(*row) for row in rows]


def read_trusted(path: str | Path) -> tuple[TrustedFile, bytes]:
    """As `read_program`, for a file that may be run.

    Raises:
        NotTrustedError: it was not agreed to, or its content is not what was agreed to.
        UserFileError: it cannot be read.
    """
    found, content = read_program(path)
    trusted = _trusted.get()
    if found not in trusted:
        changed = any(each.path == found.path for each in trusted)
        why = "has changed since it was agreed to run it" if changed else "is a program that nobody agreed to run"
        raise NotTrustedError(
            f"{found.path} {why}. If you trust it, press Train, Evaluate or Record in the window and say so there, "
            f"or add --trust-file {found.path} on the command line"
        )
    return found, content

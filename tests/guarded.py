"""What a reader of a stranger's file must not do: run code, write elsewhere, hang, or take much memory."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

MOST_MEMORY = 1 << 30
"""Bytes beyond what the process has; samples are small, and torch takes its room at once."""

_FORBIDDEN = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "subprocess.Popen",
    "pickle.find_class",
    "socket.connect",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_state: dict[str, Any] = {"inside": None, "seen": "", "installed": False}


class HungError(BaseException):
    """It took longer than it may."""


class ForbiddenError(BaseException):
    """It did what no reader may."""


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    inside = _state["inside"]
    if inside is None:
        return
    if event in _FORBIDDEN:
        raise ForbiddenError(f"{event} {arguments!r}"[:200])
    if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike) and isinstance(arguments[2], int):
        folder, name = os.path.split(os.path.abspath(os.fsdecode(arguments[0])))
        follows = not arguments[2] & os.O_NOFOLLOW
        path = os.path.realpath(os.path.join(folder, name)) if follows else os.path.join(os.path.realpath(folder), name)
        allowed = path.startswith((inside, "/dev/null")) or "/__pycache__/" in path
        if arguments[2] & _WRITING and not allowed:
            raise ForbiddenError(f"opened {path} for writing")


@contextmanager
def guarded(inside: Path, *, seconds: float) -> Iterator[None]:
    """Anything forbidden in the block raises: files are written below `inside` alone. Main thread only."""
    if not _state["installed"]:
        sys.addaudithook(_audit)
        _state["installed"] = True

    def hung(_signal: int, _frame: FrameType | None) -> None:
        raise HungError(f"longer than {seconds:g} s")

    limits = resource.getrlimit(resource.RLIMIT_AS)
    has = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = signal.signal(signal.SIGALRM, hung)
    resource.setrlimit(resource.RLIMIT_AS, (has + MOST_MEMORY, limits[1]))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _state["inside"] = os.path.realpath(inside)
    try:
        yield
    finally:
        _state["inside"] = None
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)

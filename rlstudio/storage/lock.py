"""A lock that the operating system holds for a process and frees when it dies, however it dies."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    _probe = _take

    def _give(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _probe(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # several may look at once

    def _give(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


_PATIENCE_SECONDS = 0.25  # someone looking whether the lock is free holds it for some microseconds


class FileLock:
    """An exclusive lock on the file at `path`, taken when made.

    Raises:
        BlockingIOError: if another process (or another FileLock of this one) holds it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o666)
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                _take(self._descriptor)
                return
            except OSError:
                if time.monotonic() > give_up:
                    os.close(self._descriptor)
                    raise BlockingIOError(f"{path} is locked by another process") from None
                time.sleep(0.005)

    def is_there(self) -> bool:
        """Whether the file that is locked is still the one at its path, where others look."""
        try:
            here, locked = os.stat(self.path), os.fstat(self._descriptor)
        except OSError:
            return False
        return (here.st_dev, here.st_ino) == (locked.st_dev, locked.st_ino)

    def release(self) -> None:
        """Free the lock; the file stays, since deleting it would race with the next one to lock it."""
        if self._descriptor >= 0:
            _give(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock on `path`."""
    try:
        descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        _probe(descriptor)
        _give(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False

"""LineFile: a text file that only grows, by whole lines, and what of it can be read after a cut anywhere."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from rlstudio.core.whole_file import whole_file
from rlstudio.storage.ordinary_file import ordinary_file

_MOST_BYTES = 4 << 30


class LineFile:
    """Appends whole lines; on opening, a last line that was cut off is removed and a missing header is written.

    Each `append` is one write to the system and no sync: cheap enough for once a second. `close` syncs.
    """

    def __init__(self, path: Path, header: str = "") -> None:
        self.path = path
        self._header_lines = header.count("\n")
        self._descriptor = _open(path)
        self._size = _whole_size(self._descriptor)
        os.ftruncate(self._descriptor, self._size)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        if os.read(self._descriptor, 65536)[: self._size].count(b"\n") < self._header_lines:  # cut off in the header
            self._size = 0
            os.ftruncate(self._descriptor, 0)
            self.append(header)

    def append(self, text: str) -> None:
        """Add `text`, which must end in a newline. Raises OSError, and then the file is as it was."""
        data = memoryview(text.encode("utf-8"))
        position = self._size
        os.lseek(self._descriptor, position, os.SEEK_SET)
        try:
            while data:
                written = os.write(self._descriptor, data)
                data = data[written:]
                position += written
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size = position

    def keep(self, wanted: Callable[[str], bool]) -> None:
        """Drop the lines after the header that are not `wanted`. Raises OSError, and then the file is as it was."""
        lines = read_text(self.path).split("\n")[:-1]
        kept = [line for number, line in enumerate(lines) if number < self._header_lines or wanted(line)]
        if len(kept) == len(lines):
            return
        data = "".join(line + "\n" for line in kept).encode("utf-8")
        os.close(self._descriptor)  # Windows replaces no open file
        try:
            with whole_file(self.path) as file:
                file.write(data)
        finally:
            self._descriptor = _open(self.path)
            self._size = _whole_size(self._descriptor)

    def is_there(self) -> bool:
        """Whether the file that is written is still the one at its path: deleted or moved, it takes lines in vain."""
        try:
            here, written = os.stat(self.path), os.fstat(self._descriptor)
        except OSError:
            return False
        return (here.st_dev, here.st_ino) == (written.st_dev, written.st_ino)

    def bring_back(self) -> None:
        """Make the file anew at its path, with all that was written to it. Raises OSError, and then nothing changed."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        data = b""
        while len(data) < self._size and (part := os.read(self._descriptor, self._size - len(data))):
            data += part
        with whole_file(self.path) as file:
            file.write(data)
        gone, self._descriptor = self._descriptor, _open(self.path)
        os.close(gone)
        self._size = _whole_size(self._descriptor)

    def close(self) -> None:
        """Sync and close."""
        if self._descriptor >= 0:
            try:
                os.fsync(self._descriptor)
            finally:
                os.close(self._descriptor)
                self._descriptor = -1


def read_text(path: Path) -> str:
    """The whole lines of a file, as text; "" when there is no such file."""
    try:
        with ordinary_file(path, _MOST_BYTES) as file:
            data = file.read()
    except FileNotFoundError:
        return ""
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error)) from None
    return data[: data.rfind(b"\n") + 1].decode("utf-8", errors="replace")


def read_lines(path: Path) -> list[str]:
    """The whole lines of a file."""
    return read_text(path).splitlines()


def _open(path: Path) -> int:
    """An ordinary file, made where there is none. A link could lead to a file that is nobody's to cut."""
    options = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | options, 0o666)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no ordinary file")
    return descriptor


def _whole_size(descriptor: int) -> int:
    """Number of bytes up to and with the last newline, looked for from the end."""
    end = os.lseek(descriptor, 0, os.SEEK_END)
    while end > 0:
        start = max(0, end - 65536)
        os.lseek(descriptor, start, os.SEEK_SET)
        found = os.read(descriptor, end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0

"""The end of a stranger's zip archive, looked at before its list of entries is read, which is done all at once."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import BinaryIO

_LOCATOR, _END = 20, 22
"""Bytes of what ends an archive, and of what stands before that in a larger one (its comment comes behind)."""
ARCHIVE_DAMAGES = (
    ValueError,
    LookupError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a damaged archive raises."""


def check_directory(file: BinaryIO, size: int, what: str, *, most: int, of: str, most_bytes: int) -> None:
    """Raise ValueError unless `file`, of `size` bytes, ends as an archive with a short list: `most` entries, which are
    `of` some kind, in `most_bytes`. The file is at its start then.

    Archives of more than 4 GiB or 65,535 entries keep a second list, and are refused.
    """
    reach = min(size, _LOCATOR + _END + 65_535)
    file.seek(size - reach)
    tail = file.read(reach)
    end = tail.rfind(b"PK\x05\x06")
    whole = end >= 0 and len(tail) >= end + _END
    if not whole or len(tail) != end + _END + int.from_bytes(tail[end + 20 : end + 22], "little"):
        raise ValueError(f"it is no {what}, or it is cut off")
    entries = int.from_bytes(tail[end + 10 : end + 12], "little")
    directory = int.from_bytes(tail[end + 12 : end + 16], "little")
    larger = tail[max(0, end - _LOCATOR) : end].startswith(b"PK\x06\x07")
    if larger or entries > most or directory > most_bytes:
        raise ValueError(f"it holds too many {of}; up to {most:,} are allowed")
    start = int.from_bytes(tail[end + 16 : end + 20], "little")
    if start + directory != size - reach + end:  # zipfile would count from there, to places before the file too
        raise ValueError(f"it is no {what}, or it is damaged: its list is not where it says")
    file.seek(0)

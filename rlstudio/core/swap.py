"""Two files or folders that change names in one step, where the system has such a step (Linux and macOS)."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


def swap_names(first: Path, second: Path) -> bool:
    """Exchange the names of both at once, so that at no moment either is missing; whether it was done.

    False where the system or that disk's file system cannot, and then nothing has changed.
    """
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            status = library.renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _EXCHANGE)
        elif sys.platform == "darwin":
            status = library.renamex_np(os.fsencode(first), os.fsencode(second), _EXCHANGE)
        else:
            return False
    except (OSError, AttributeError, TypeError):  # an older system, or one without a C library to be asked
        return False
    return bool(status == 0)

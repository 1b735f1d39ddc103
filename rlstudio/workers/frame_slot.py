"""One frame in shared memory, the newest only: drawn when the screen has taken the last one, so no queue can grow."""

from __future__ import annotations

import json
import struct
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
from numpy.typing import NDArray

CAPACITY = 2048 * 2048 * 3
"""Bytes for one frame. Pages that are never written cost nothing."""

_HEADER = struct.Struct("<QQIII")  # written, taken, height, width, length of the note
_NOTE_BYTES = 4096
_START = _HEADER.size + _NOTE_BYTES


class FrameSlot:
    """The shared slot: the parent creates it and takes, the child attaches by name and puts.

    The child writes only while `free`, the parent marks a frame taken after copying it: neither ever sees a torn frame.
    """

    def __init__(self, name: str | None = None) -> None:
        self._owner = name is None
        self._memory = SharedMemory(name=name, create=self._owner, size=_START + CAPACITY)
        if self._owner:
            _HEADER.pack_into(self._memory.buf, 0, 0, 0, 0, 0, 0)

    @property
    def name(self) -> str:
        """Name to attach by."""
        return self._memory.name

    @property
    def free(self) -> bool:
        """Child: whether the last frame was taken, so that drawing another is worth it."""
        written, taken, *_ = _HEADER.unpack_from(self._memory.buf, 0)
        return bool(written == taken)

    def put(self, frame: NDArray[np.uint8], note: dict[str, Any]) -> bool:
        """Child: offer a frame (height, width, 3) with a JSON-able note. False when the last one is still there."""
        written, taken, *_ = _HEADER.unpack_from(self._memory.buf, 0)
        if written != taken:
            return False
        while frame.nbytes > CAPACITY:  # a huge picture is shown at half its size rather than not at all
            frame = frame[::2, ::2]
        text = json.dumps(note).encode()
        if len(text) > _NOTE_BYTES:
            raise ValueError(f"the note of a frame holds {len(text)} bytes; at most {_NOTE_BYTES} fit")
        height, width = frame.shape[:2]
        target = np.ndarray((height, width, 3), np.uint8, self._memory.buf, _START)
        np.copyto(target, frame)
        self._memory.buf[_HEADER.size : _HEADER.size + len(text)] = text
        _HEADER.pack_into(self._memory.buf, 0, written, taken, height, width, len(text))
        struct.pack_into("<Q", self._memory.buf, 0, written + 1)  # last, so that what it announces is all there
        return True

    def take(self) -> tuple[NDArray[np.uint8], dict[str, Any]] | None:
        """Parent: a copy of the frame and its note, or None when there is no new one."""
        written, taken, height, width, n_note = _HEADER.unpack_from(self._memory.buf, 0)
        if written == taken:
            return None
        frame = np.ndarray((height, width, 3), np.uint8, self._memory.buf, _START).copy()
        note = json.loads(bytes(self._memory.buf[_HEADER.size : _HEADER.size + n_note]))
        struct.pack_into("<Q", self._memory.buf, 8, written)
        return frame, note

    def close(self) -> None:
        """Let go; the owner removes the block. May be called twice."""
        self._memory.close()
        if self._owner:
            self._owner = False
            self._memory.unlink()

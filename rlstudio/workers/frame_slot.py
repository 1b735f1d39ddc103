"""One frame in shared memory, the newest only: drawn when the screen has taken the last one, so no queue can grow."""

from __future__ import annotations

import json
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
from numpy.typing import NDArray

CAPACITY = 2048 * 2048 * 3
"""Bytes for one frame. Pages that are never written cost nothing."""

_WRITTEN, _TAKEN, _HEIGHT, _WIDTH, _NOTE_LENGTH = range(5)
_HEADER_BYTES = 8 * 5
_NOTE_BYTES = 4096
_START = _HEADER_BYTES + _NOTE_BYTES


class FrameSlot:
    """The shared slot: the parent creates it and takes, the child attaches by name and puts.

    The child writes only while `free`, the parent marks a frame taken after copying it: neither ever sees a torn frame.
    The header is numbers of eight bytes, each written at one stroke, so that neither sees half of a counter.
    """

    def __init__(self, name: str | None = None) -> None:
        self._owner = name is None
        self._memory = SharedMemory(name=name, create=self._owner, size=_START + CAPACITY)
        assert self._memory.buf is not None  # None only after close
        self._bytes = self._memory.buf[: _START + CAPACITY]
        self._header = self._bytes[:_HEADER_BYTES].cast("Q")  # new shared memory is all zeros

    @property
    def name(self) -> str:
        """Name to attach by."""
        return self._memory.name

    @property
    def free(self) -> bool:
        """Child: whether the last frame was taken, so that drawing another is worth it."""
        return self._header[_WRITTEN] == self._header[_TAKEN]

    def put(self, frame: NDArray[np.uint8], note: dict[str, Any]) -> bool:
        """Child: offer a frame (height, width, 3) with a JSON-able note. False when the last one is still there."""
        if not self.free:
            return False
        while frame.nbytes > CAPACITY:  # a huge picture is shown at half its size rather than not at all
            frame = frame[::2, ::2]
        text = json.dumps(note).encode()
        if len(text) > _NOTE_BYTES:
            raise ValueError(f"the note of a frame holds {len(text)} bytes; at most {_NOTE_BYTES} fit")
        header, (height, width) = self._header, frame.shape[:2]
        np.copyto(np.ndarray((height, width, 3), np.uint8, self._bytes, _START), frame)
        self._bytes[_HEADER_BYTES : _HEADER_BYTES + len(text)] = text
        header[_HEIGHT], header[_WIDTH], header[_NOTE_LENGTH] = height, width, len(text)
        header[_WRITTEN] += 1  # last, so that what it announces is all there
        return True

    def take(self) -> tuple[NDArray[np.uint8], dict[str, Any]] | None:
        """Parent: a copy of the frame and its note, or None when there is no new one."""
        if self.free:
            return None
        header = self._header
        frame = np.ndarray((header[_HEIGHT], header[_WIDTH], 3), np.uint8, self._bytes, _START).copy()
        note = json.loads(bytes(self._bytes[_HEADER_BYTES : _HEADER_BYTES + header[_NOTE_LENGTH]]))
        header[_TAKEN] = header[_WRITTEN]
        return frame, note

    def close(self) -> None:
        """Let go; the owner removes the block. May be called twice."""
        self._header.release()
        self._bytes.release()
        self._memory.close()
        if self._owner:
            self._owner = False
            self._memory.unlink()

"""Safetensors files, written whole and read with mistrust: every size is checked before memory is taken for it.

The format (https://huggingface.co/docs/safetensors): eight bytes with the length of a JSON header, little-endian; the
header, which gives each array's type, shape and place; the arrays, one after the other without gaps. Here the header
also holds a SHA-256 of the whole file, taken with zeros in its place, so that a damaged file is known at once.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from rlstudio.storage.ordinary_file import ordinary_file

TYPES = {"U8": "<u1", "I64": "<i8", "F32": "<f4", "F64": "<f8"}
"""Types of arrays that are read, by their names in the format."""

_NAMES = {np.dtype(kind): name for name, kind in TYPES.items()}
_MOST_ARRAYS, _MOST_DIMENSIONS = 64, 4
_MOST_CONTAINERS = 200_000
_PIECE = 1 << 20
_DIGEST = "sha256"
_NO_DIGEST = "0" * 64

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all); may raise to give up."""


def nobody(_done: int, _total: int) -> None:
    """Progress that no one looks at."""


@dataclass(frozen=True)
class Place:
    """Where an array lies: from `begin` to `end`, in bytes behind the header."""

    kind: str
    shape: tuple[int, ...]
    begin: int
    end: int


def write_tensors(file: BinaryIO, arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Write a safetensors file. Raises ValueError for an array of a type that is not read again."""
    found = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    wrong = [f"{name} ({array.dtype})" for name, array in found.items() if array.dtype not in _NAMES]
    if wrong:
        raise ValueError(f"arrays of these types are not kept: {', '.join(wrong)}")
    found = dict(sorted(found.items(), key=lambda item: -item[1].itemsize))  # so that each is aligned
    header: dict[str, Any] = {"__metadata__": {_DIGEST: _NO_DIGEST, **metadata}}
    end = 0
    for name, array in found.items():
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": _NAMES[array.dtype], "shape": list(array.shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % 8)
    start = len(text).to_bytes(8, "little") + text
    digest = hashlib.sha256(start)
    for array in found.values():
        digest.update(array.reshape(-1).view(np.uint8).data)
    file.write(start.replace(_NO_DIGEST.encode(), digest.hexdigest().encode(), 1))
    for array in found.values():
        file.write(array.reshape(-1).view(np.uint8).data)


class TensorFile:
    """An open file whose header was read and found to fit the file's size. Nothing else is in memory yet.

    Attributes:
        metadata: the header's own texts.
        places: where each array is.
    """

    def __init__(self, file: BinaryIO, *, most_header: int) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size
        length = self._header_length(most_header)
        self._start = 8 + length
        text = file.read(length)
        if len(text) != length:
            raise ValueError("it is cut off")
        header = parsed_json(text)
        if not isinstance(header, dict):
            raise ValueError("its header is no object")
        metadata = header.pop("__metadata__", {})
        if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
            raise ValueError("its header's metadata are no texts")
        self.metadata: dict[str, str] = metadata
        if len(header) > _MOST_ARRAYS:
            raise ValueError(f"it holds {len(header):,} arrays; up to {_MOST_ARRAYS} are allowed")
        self.places = {name: _place(name, about) for name, about in header.items()}
        self._check_places()

    def _header_length(self, most: int) -> int:
        start = self._file.read(8)
        if len(start) < 8:
            raise ValueError("it is cut off")
        length = int.from_bytes(start, "little")
        if length > most:
            raise ValueError(f"its header would take {length:,} bytes; up to {most:,} are allowed")
        if 8 + length > self.size:
            raise ValueError("it is cut off")
        return length

    def _check_places(self) -> None:
        """The arrays fill the rest of the file, without gap and without overlap."""
        end = 0
        for name, place in sorted(self.places.items(), key=lambda item: (item[1].begin, item[1].end)):
            if place.begin != end:
                raise ValueError(f"its array {name[:40]!r} does not begin where the one before ends")
            end = place.end
        if self._start + end != self.size:
            raise ValueError(f"its arrays take {end:,} bytes, but {self.size - self._start:,} are there")

    @property
    def has_digest(self) -> bool:
        """Whether the file says what its SHA-256 is."""
        return _DIGEST in self.metadata

    def verify(self, progress: Progress = nobody) -> None:
        """Read the file once from end to end. Raises ValueError where it is not what was written."""
        expected = self.metadata.get(_DIGEST, "")
        digest = hashlib.sha256()
        self._file.seek(0)
        start = self._file.read(self._start)
        digest.update(start.replace(expected.encode(), _NO_DIGEST.encode(), 1) if len(expected) == 64 else start)
        done = self._start
        while piece := self._file.read(_PIECE):
            digest.update(piece)
            done += len(piece)
            progress(done, self.size)
        if digest.hexdigest() != expected:
            raise ValueError("it is damaged: its checksum is another")

    def read(self, name: str, kind: str, dimensions: int) -> NDArray[Any]:
        """One array, of that type and so many dimensions. Raises ValueError for another one or none."""
        place = self.place(name, kind, dimensions)
        self._file.seek(self._start + place.begin)
        content = self._file.read(place.end - place.begin)
        if len(content) != place.end - place.begin:
            raise ValueError("it is cut off")
        array = np.frombuffer(bytearray(content), TYPES[kind]).reshape(place.shape)
        return array.astype(array.dtype.newbyteorder("="), copy=False)

    def place(self, name: str, kind: str, dimensions: int) -> Place:
        """Where an array of that type and so many dimensions is. Raises ValueError for another one or none."""
        place = self.places.get(name)
        if place is None:
            raise ValueError(f"its array {name!r} is missing")
        if place.kind != kind or len(place.shape) != dimensions:
            raise ValueError(
                f"its array {name!r} is {place.kind} {list(place.shape)}; it takes {kind} of {dimensions} dimensions"
            )
        return place

    def cut(self, name: str, ends: NDArray[np.int64]) -> list[bytes]:
        """The bytes of an array up to each of `ends`. Raises ValueError where they are not ascending to its end."""
        place = self.place(name, "U8", 1)
        total = place.end - place.begin
        sizes = np.diff(ends, prepend=np.int64(0))
        within = len(ends) == 0 or bool((ends >= 0).all() and (ends <= total).all())
        if not within or (sizes < 0).any() or (int(ends[-1]) if len(ends) else 0) != total:
            raise ValueError(f"the parts of its array {name!r} do not fit its size")
        self._file.seek(self._start + place.begin)
        return [self._file.read(size) for size in sizes.tolist()]


def _place(name: str, about: Any) -> Place:
    """An array's entry in the header, its size held against its shape."""
    try:
        kind, shape, (begin, end) = about["dtype"], about["shape"], about["data_offsets"]
        numbers = [*shape, begin, end]
    except (TypeError, KeyError, ValueError, IndexError):
        raise ValueError(f"the entry of its array {name[:40]!r} is damaged") from None
    if not isinstance(kind, str) or kind not in TYPES:
        raise ValueError(f"its array {name[:40]!r} is of type {str(kind)[:20]!r}; allowed are {', '.join(TYPES)}")
    if len(shape) > _MOST_DIMENSIONS or not all(type(number) is int and 0 <= number < 1 << 62 for number in numbers):
        raise ValueError(f"the sizes of its array {name[:40]!r} are not allowed")
    size = math.prod(shape) * np.dtype(TYPES[kind]).itemsize
    if end - begin != size:
        raise ValueError(f"its array {name[:40]!r} takes {end - begin:,} bytes instead of {size:,}")
    return Place(kind, tuple(shape), begin, end)


def parsed_json(text: str | bytes) -> Any:
    """What a JSON text holds. Raises ValueError, also for one that is nested too deeply or would take much memory."""
    opened = text.count(b"{") + text.count(b"[") if isinstance(text, bytes) else text.count("{") + text.count("[")
    if opened > _MOST_CONTAINERS:
        raise ValueError(f"its JSON holds more than {_MOST_CONTAINERS:,} lists and objects")
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None


@contextmanager
def open_tensors(path: Path, *, most_bytes: int, most_header: int) -> Iterator[TensorFile]:
    """Open a file to read from it.

    Raises:
        ValueError: if it is no ordinary file, larger than allowed, or its header does not fit.
        OSError: if it cannot be opened.
    """
    with ordinary_file(path, most_bytes) as file:
        yield TensorFile(file, most_header=most_header)

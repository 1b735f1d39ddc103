"""TensorBoard's event files, read: the scalars in them, and nothing else. See storage.exports.event_file for the form.

A stranger's file is data: sizes are checked before anything is read, a record that makes no sense is left out, and at a
cut the reading ends, as of a file that is still being written.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from rlstudio.core.messages import Series
from rlstudio.core.plain_text import plain_text
from rlstudio.storage.ordinary_file import ordinary_file

PATTERN = "events.out.tfevents.*"
MOST_BYTES = 4 << 30
_MOST_RECORD, _MOST_SCALARS, _MOST_TAGS, _LONGEST_TAG = 64 << 20, 10_000_000, 2_000, 200
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FLOAT, _DOUBLE = 1, 2
"""DT_FLOAT and DT_DOUBLE of TensorFlow's types."""

Fields = Iterator[tuple[int, int | bytes]]


@dataclass
class _Curve:
    steps: list[float] = field(default_factory=list)
    walls: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


def read_scalars(paths: list[Path]) -> dict[str, Series]:
    """The scalars of event files that belong to one run, by tag, in the order of steps; seconds since the first event.

    Raises:
        ValueError: for a file that is none, or too large.
        OSError: where one cannot be read.
    """
    curves: dict[str, _Curve] = {}
    count = 0
    for path in paths:
        with ordinary_file(path, MOST_BYTES) as file:
            for payload in _records(file):
                for tag, step, wall, value in _scalars(payload):
                    if tag not in curves and len(curves) >= _MOST_TAGS:
                        continue
                    count += 1
                    if count > _MOST_SCALARS:
                        raise ValueError(f"{path} holds more than {_MOST_SCALARS:,} numbers")
                    curve = curves.setdefault(tag, _Curve())
                    curve.steps.append(step)
                    curve.walls.append(wall)
                    curve.values.append(value)
    first = min((min(curve.walls) for curve in curves.values()), default=0.0)
    return {tag: _series(curve, first) for tag, curve in curves.items()}


def _series(curve: _Curve, first: float) -> Series:
    steps = np.array(curve.steps, np.float64)
    order = np.argsort(steps, kind="stable")
    seconds = np.array(curve.walls, np.float64) - first
    return Series(steps[order], seconds[order], np.array(curve.values, np.float64)[order])


def _records(file: BinaryIO) -> Iterator[bytes]:
    """The payloads up to the first that is cut off or larger than allowed."""
    while len(head := file.read(12)) == 12:
        (length,) = struct.unpack_from("<Q", head)
        if length > _MOST_RECORD:
            return
        payload = file.read(length)
        if len(payload) < length or len(file.read(4)) < 4:
            return
        yield payload


def _scalars(payload: bytes) -> list[tuple[str, float, float, float]]:
    """Tag, step, wall time, value of each scalar of an event; none where it is damaged."""
    wall, step, found = 0.0, 0, []
    try:
        for number, content in _fields(payload):
            if number == 1 and isinstance(content, bytes) and len(content) == 8:
                (wall,) = struct.unpack("<d", content)
            elif number == 2 and isinstance(content, int):
                step = content
            elif number == 5 and isinstance(content, bytes):
                values = (value for inner, value in _fields(content) if inner == 1 and isinstance(value, bytes))
                found += [pair for value in values if (pair := _value(value)) is not None]
    except (ValueError, IndexError):
        return []
    if not np.isfinite(wall) or step >= 2**62:
        return []
    return [(tag, float(step), wall, value) for tag, value in found]


def _value(content: bytes) -> tuple[str, float] | None:
    """Tag and number of a summary's value, None for a picture, a text, a histogram."""
    tag, number = "", None
    for field_number, part in _fields(content):
        if not isinstance(part, bytes):
            continue
        if field_number == 1:
            tag = plain_text(part.decode("utf-8", errors="replace"), _LONGEST_TAG)
        elif field_number == 2 and len(part) == 4:
            (number,) = struct.unpack("<f", part)
        elif field_number == 8:
            number = _tensor(part)
    return (tag, float(number)) if tag and number is not None else None


def _tensor(content: bytes) -> float | None:
    """The one number of a tensor, as TensorFlow 2 writes scalars."""
    kind, numbers = 0, b""
    for field_number, part in _fields(content):
        if field_number == 1 and isinstance(part, int):
            kind = part
        elif field_number in (4, 5, 6) and isinstance(part, bytes):  # content, float_val, double_val
            numbers = part
    form = {(_FLOAT, 4): "<f", (_DOUBLE, 8): "<d"}.get((kind, len(numbers)))
    return float(struct.unpack(form, numbers)[0]) if form else None


def _fields(content: bytes) -> Fields:
    """The fields of a protocol buffer: numbers for varints, bytes for all else. Raises ValueError, IndexError."""
    place = 0
    while place < len(content):
        key, place = _varint(content, place)
        kind = key & 7
        if kind == _VARINT:
            number, place = _varint(content, place)
            yield key >> 3, number
            continue
        if kind == _BYTES:
            size, place = _varint(content, place)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError("a field of a kind that is not read")
        if size > len(content) - place:
            raise ValueError("a field that is cut off")
        yield key >> 3, content[place : place + size]
        place += size


def _varint(content: bytes, place: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        byte = content[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
    raise ValueError("a number that does not end")

"""TensorBoard's event files, written: records with checksums, each one a protocol buffer of a few fields.

A file is a row of records: length (8 bytes), masked CRC-32C of those, the payload, masked CRC-32C of it, all little
endian (TensorFlow's `lib/io/record_writer.h`). A payload is an `Event` (`tensorflow/core/util/event.proto`):

    wall_time 1 double · step 2 int64 · file_version 3 string · summary 5 { value 1 { tag 1 string · simple_value 2
    float · tensor 8 { dtype 1 · tensor_shape 2 · string_val 8 } · metadata 9 { plugin_data 1 { plugin_name 1 } } } }
    · session_log 7 { status 1 enum, 1 for START }

That is little enough to write here; the package `tensorboard` brings a web server and gRPC; only tests read with it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL = 0x82F63B78  # CRC-32C's (Castagnoli, 1993), bits reversed
_MASK_DELTA = 0xA282EAD8
_STRING = 7  # DT_STRING


def _table() -> NDArray[np.uint32]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = (table >> np.uint32(1)) ^ np.where(table & np.uint32(1), np.uint32(_POLYNOMIAL), np.uint32(0))
    return table


_TABLE = _table()


def crc32c(rows: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """CRC-32C of each row of bytes, shape (n, length): all rows together, byte after byte."""
    found = np.full(len(rows), 0xFFFFFFFF, np.uint32)
    for column in rows.T:
        found = _TABLE[(found ^ column) & 0xFF] ^ (found >> 8)
    return ~found


def masked(crcs: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """As they stand in the file: a checksum of data that hold checksums would be weak otherwise."""
    rotated = (crcs >> np.uint32(15)) | (crcs << np.uint32(17))
    return rotated + np.uint32(_MASK_DELTA)


def write_records(file: BinaryIO, payloads: Sequence[bytes]) -> None:
    """Append payloads in their order."""
    lengths = np.array([len(payload) for payload in payloads], "<u8")
    length_crcs = masked(crc32c(lengths.view(np.uint8).reshape(len(payloads), 8)))
    crcs = np.zeros(len(payloads), np.uint32)
    for length in np.unique(lengths).tolist():
        which = np.flatnonzero(lengths == length)
        together = b"".join(payloads[index] for index in which.tolist())
        crcs[which] = masked(crc32c(np.frombuffer(together, np.uint8).reshape(len(which), length)))
    for payload, length_crc, crc in zip(payloads, length_crcs.tolist(), crcs.tolist(), strict=True):
        file.write(struct.pack("<QI", len(payload), length_crc) + payload + struct.pack("<I", crc))


def version_event(wall_time: float) -> bytes:
    """The first event of every file."""
    return _double(1, wall_time) + _bytes(3, b"brain.Event:2")


def restart_event(wall_time: float, step: int) -> bytes:
    """Says that training began again: what earlier files of the same folder hold from `step` on counts no more."""
    return _double(1, wall_time) + _int(2, step) + _bytes(7, _int(1, 1))


def scalar_events(tag: str, rows: Iterable[tuple[float, int, float]]) -> list[bytes]:
    """An event for each (wall time in seconds since 1970, step, value)."""
    name = _bytes(1, tag.encode("utf-8"))
    value_head = b"\x0a" + _varint(len(name) + 5) + name + b"\x15"
    head = b"\x2a" + _varint(len(value_head) + 4) + value_head
    pack, step_head = struct.Struct("<f").pack, b"\x10"
    return [_double(1, wall_time) + step_head + _varint(step) + head + pack(value) for wall_time, step, value in rows]


def text_event(wall_time: float, step: int, tag: str, text: str) -> bytes:
    """A text (Markdown) for TensorBoard's text page."""
    tensor = _int(1, _STRING) + _bytes(2, _bytes(2, _int(1, 1))) + _bytes(8, text.encode("utf-8"))
    metadata = _bytes(1, _bytes(1, b"text"))
    value = _bytes(1, f"{tag}/text_summary".encode()) + _bytes(8, tensor) + _bytes(9, metadata)
    return _double(1, wall_time) + _int(2, step) + _bytes(5, _bytes(1, value))


def _varint(number: int) -> bytes:
    """Seven bits a byte, the least significant first; of a number of at least 0."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _int(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _double(field: int, number: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", number)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content

"""The blocks that a GIF file is made of (GIF89a specification, CompuServe 1990)."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

TRAILER = b"\x3b"

_LOOP_FOREVER = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
_BITS = 8  # of a colour's place
_KEEP = 1  # disposal: the next frame is drawn over this one


def header(width: int, height: int, colours: NDArray[np.uint8]) -> bytes:
    """Size and colour table, shape (n, 3), padded to a power of two; the animation repeats for ever."""
    bits = max(1, (len(colours) - 1).bit_length())
    table = colours.tobytes().ljust(3 * 2**bits, b"\x00")
    screen = struct.pack("<HHBBB", width, height, 0x80 | 0x70 | (bits - 1), 0, 0)
    return b"GIF89a" + screen + table + _LOOP_FOREVER


def frame(places: NDArray[np.uint8], left: int, top: int, delay: int, transparent: int | None) -> bytes:
    """One picture: colour places, shape (height, width), drawn at (left, top) and shown for `delay` hundredths."""
    flags = _KEEP << 2 | (transparent is not None)
    control = struct.pack("<BBBBHBB", 0x21, 0xF9, 4, flags, delay, transparent or 0, 0)
    height, width = places.shape
    descriptor = struct.pack("<BHHHHB", 0x2C, left, top, width, height, 0)
    return control + descriptor + compress(places)


def compress(places: NDArray[np.uint8]) -> bytes:
    """LZW code size, sub-blocks and terminator, by Pillow's encoder, which is in C."""
    picture = Image.fromarray(np.ascontiguousarray(places))
    return bytes([_BITS]) + picture.tobytes("gif", "L", _BITS, 0) + b"\x00"

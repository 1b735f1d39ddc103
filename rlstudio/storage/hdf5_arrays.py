"""Arrays in an HDF5 file that a stranger may have made: what may be read of it, found out before any of it is.

The library itself believes what a file says: it follows links into other files, calls whatever unpacks a piece, and
unpacks a piece to whatever it holds, however small its array is.
"""

from __future__ import annotations

import math
import zlib
from typing import Any

_MOST_PIECE = 64 << 20
_MOST_INFLATION = 1032
"""How many times its size a piece packed by deflate can take at most."""
_DEFLATE, _SHUFFLE, _CHECKSUM = 1, 2, 3
_WAYS_TO_PACK = [
    [*before, *packing, *after]
    for before in ([], [_SHUFFLE])
    for packing in ([], [_DEFLATE])
    for after in ([], [_CHECKSUM])
]
"""In the order of writing. What comes before deflate leaves a piece its size; behind it comes only a checksum."""


def member(group: Any, name: str) -> Any:
    """What lies in the file itself under that name.

    Raises:
        ValueError: where there is nothing, or a link to elsewhere: it is refused, whatever it leads to.
    """
    link = group.get(name, getlink=True)
    if link is None:
        raise ValueError(f"{name!r} is missing")
    if type(link).__name__ != "HardLink":
        raise ValueError(f"{name!r} is a link to elsewhere, which is not followed")
    return group[name]


def array_at(group: Any, name: str, *, rows: int | None = None) -> Any:
    """The array of that name; raises ValueError as `member` and `checked` do."""
    return checked(member(group, name), name, rows=rows)


def checked(found: Any, name: str, *, rows: int | None = None) -> Any:
    """`found`, if it is an array that may be read. Nothing is read yet; how large it is, is for the caller to judge.

    Raises:
        ValueError: for what is no array, or not of so many `rows`; that lies in other files; or whose pieces take more
            memory than allowed, or are packed in another way than by deflate.
    """
    if not hasattr(found, "shape") or found.shape is None:
        raise ValueError(f"{name} is no array")
    if found.is_virtual or found.external:
        raise ValueError(f"{name} keeps its values in other files, which are not read")
    if not found.shape or len(found.shape) > 4 or (rows is not None and found.shape[0] != rows):
        raise ValueError(f"{name} of {list(found.shape)} does not fit" + (f" {rows:,} steps" if rows else ""))
    if found.chunks:
        _check_pieces(found, name)
    return found


def _check_pieces(found: Any, name: str) -> None:
    size = math.prod(found.chunks) * found.dtype.itemsize
    if size > _MOST_PIECE:
        raise ValueError(f"{name} is kept in pieces of more than {_MOST_PIECE >> 20} MiB")
    plist = found.id.get_create_plist()
    filters = [plist.get_filter(place)[0] for place in range(plist.get_nfilters())]
    if filters not in _WAYS_TO_PACK:
        raise ValueError(f"{name} is packed in a way that is not read: pack it with gzip, or not at all")
    suspicious: list[Any] = []

    def look(piece: Any) -> None:
        if piece.size > size + size // 100 + 1024:
            raise ValueError(f"a piece of {name} is larger than it can be")
        if _DEFLATE in filters and piece.size * _MOST_INFLATION > _MOST_PIECE:
            suspicious.append(piece)

    found.id.chunk_iter(look)
    for piece in suspicious:
        mask, packed = found.id.read_direct_chunk(piece.chunk_offset)
        if mask & (1 << filters.index(_DEFLATE)):
            continue  # this one was not packed
        if len(zlib.decompressobj().decompress(packed, size + 1)) > size:
            raise ValueError(f"a piece of {name} unpacks to more than it should")

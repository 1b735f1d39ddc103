"""Tensors of a file that `torch.save` wrote, read as data: no unpickling, not even a restricted one, and no torch.

Such a file is a zip archive: each tensor's numbers stand in an entry of their own, and an entry `data.pkl` says in the
language of Python's pickles which name has which numbers in which shape. That language is a small stack machine. Here
the few instructions that a table of tensors takes are followed one by one, and build nothing but names, numbers, tuples
and dictionaries; a call is only noted, and means something where it is one of the two that make a tensor.
"""

from __future__ import annotations

import io
import math
import pickletools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

TYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "<u1",
}
"""Types of numbers that are read, by torch's names."""

_MOST_TABLE = 4 << 20
"""Bytes of the entry that names the tensors."""
_MOST_TENSORS, _MOST_DIMENSIONS = 2_000, 8
_MOST_INSTRUCTIONS = 200_000
_TENSOR = "torch._utils _rebuild_tensor_v2"
_PARAMETER = "torch._utils _rebuild_parameter"
_ORDERED = "collections OrderedDict"


@dataclass(frozen=True)
class _Name:
    """Something of Python's or torch's that the table names; it is never looked up."""

    name: str


@dataclass(frozen=True)
class _Numbers:
    """Where a tensor's numbers stand."""

    kind: str
    entry: str
    count: int


@dataclass(frozen=True)
class _Tensor:
    numbers: _Numbers
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Mark:
    pass


def read_tensors(content: bytes, *, most_bytes: int) -> dict[str, NDArray[Any]]:
    """The tensors of a file by name, each of them copied. Together they take at most `most_bytes`.

    Raises:
        ValueError: where it is no such file, is damaged, or holds anything else than a table of tensors.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = _entries(archive, len(content))
            place = next((name for name in entries if name.endswith("data.pkl") and name.count("/") <= 1), None)
            if place is None:
                raise ValueError("it holds no table of tensors; files of torch before 1.6 have none")
            top = place.removesuffix("data.pkl")
            order = entries.get(top + "byteorder")
            if order is not None and archive.read(order) != b"little":
                raise ValueError("its numbers are in another order of bytes")
            table = _table(_read(archive, entries[place], _MOST_TABLE))
            return dict(_arrays(archive, entries, top, table, most_bytes))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, LookupError, OverflowError) as error:
        raise ValueError(f"it is no file of torch, or it is damaged ({type(error).__name__})") from error


def _entries(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The archive's entries by name: stored as they are, as torch does, so none is larger than the file."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1 or info.filename in found:
            raise ValueError("it is packed in a way that torch does not")
        if info.file_size != info.compress_size or not 0 <= info.header_offset < size or info.file_size > size:
            raise ValueError("its entries do not fit its size")
        found[info.filename] = info
    return found


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    if info.file_size > most:
        raise ValueError(f"its entry {info.filename[-40:]!r} has {info.file_size:,} bytes; up to {most:,} are allowed")
    return archive.read(info)


def _arrays(
    archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], top: str, table: dict[str, _Tensor], most: int
) -> Iterator[tuple[str, NDArray[Any]]]:
    left = most
    contents: dict[str, bytes] = {}  # tensors may share their numbers: each entry is read once
    for name, tensor in table.items():
        kind, count = np.dtype(TYPES[tensor.numbers.kind]), math.prod(tensor.shape)
        left -= count * kind.itemsize
        if left < 0:
            raise ValueError(f"its tensors take more than {most:,} bytes")
        info = entries.get(f"{top}data/{tensor.numbers.entry}")
        if info is None or info.file_size != tensor.numbers.count * kind.itemsize:
            raise ValueError(f"the numbers of its tensor {name[:60]!r} are missing, or of another size")
        if not _is_in_rows(tensor) or tensor.offset + count > tensor.numbers.count:
            raise ValueError(f"its tensor {name[:60]!r} does not lie in its numbers row by row")
        if info.filename not in contents:
            contents[info.filename] = archive.read(info)
        numbers = np.frombuffer(contents[info.filename], kind, count, tensor.offset * kind.itemsize)
        yield name, numbers.reshape(tensor.shape).astype(kind.newbyteorder("="), copy=True)


def _is_in_rows(tensor: _Tensor) -> bool:
    """Whether the last dimension's numbers lie side by side, and so on: then no number is there twice."""
    step = 1
    for size, stride in zip(reversed(tensor.shape), reversed(tensor.strides), strict=True):
        if size != 1 and stride != step:
            return False
        step *= size
    return True


# ------------------------------------------------------------ the table


def _table(text: bytes) -> dict[str, _Tensor]:
    """The table's tensors by name. Raises ValueError."""
    table = _followed(text)
    if not isinstance(table, dict) or not all(isinstance(name, str) for name in table):
        raise ValueError("it holds no table of tensors")
    if len(table) > _MOST_TENSORS:
        raise ValueError(f"it holds {len(table):,} tensors; up to {_MOST_TENSORS:,} are allowed")
    for name, value in table.items():
        if not isinstance(value, _Tensor):
            raise ValueError(f"its {name[:60]!r} is no tensor")
    return table


def _followed(text: bytes) -> Any:
    """What a pickle's instructions leave on their stack. Raises ValueError for one that no table of tensors has."""
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    for number, (code, argument) in enumerate(_instructions(text)):
        if number > _MOST_INSTRUCTIONS:
            raise ValueError("its table is too long")
        match code:
            case "PROTO" | "FRAME":
                pass
            case "STOP":
                return stack.pop()
            case "GLOBAL":
                stack.append(_Name(str(argument)))
            case "BINUNICODE" | "SHORT_BINUNICODE" | "BININT" | "BININT1" | "BININT2" | "LONG1":
                stack.append(argument)
            case "NONE" | "NEWTRUE" | "NEWFALSE":
                stack.append({"NONE": None, "NEWTRUE": True, "NEWFALSE": False}[code])
            case "BINPUT" | "LONG_BINPUT":
                memo[argument] = stack[-1]
            case "MEMOIZE":
                memo[len(memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(memo[argument])
            case "EMPTY_TUPLE":
                stack.append(())
            case "EMPTY_DICT":
                stack.append({})
            case "MARK":
                stack.append(_Mark)
            case "TUPLE":
                stack.append(tuple(_to_mark(stack)))
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                size = int(code[-1])
                stack[-size:] = [tuple(stack[-size:])]
            case "SETITEM":
                _set(stack, [stack.pop(-2), stack.pop()])
            case "SETITEMS":
                _set(stack, _to_mark(stack))
            case "BINPERSID":
                stack.append(_numbers(stack.pop()))
            case "REDUCE":
                given = stack.pop()
                stack.append(_called(stack.pop(), given))
            case "BUILD":  # an attribute beside the table: torch's own remarks on it
                stack.pop()
            case _:
                raise ValueError(f"its table does more than name tensors ({code})")
    raise ValueError("its table is cut off")


def _instructions(text: bytes) -> Iterator[tuple[str, Any]]:
    """A pickle's instructions, read and not followed."""
    try:
        for code, argument, _ in pickletools.genops(text):
            yield code.name, argument
    except (ValueError, UnicodeError, IndexError) as error:
        raise ValueError("its table is damaged") from error


def _to_mark(stack: list[Any]) -> list[Any]:
    """What was put on the stack since the last mark, taken from it."""
    found: list[Any] = []
    while (top := stack.pop()) is not _Mark:
        found.append(top)
    return found[::-1]


def _set(stack: list[Any], items: list[Any]) -> None:
    """Names and their values into the dictionary at the top."""
    table = stack[-1]
    if not isinstance(table, dict) or len(items) % 2 or not all(isinstance(name, str) for name in items[::2]):
        raise ValueError("its table is damaged")
    table.update(zip(items[::2], items[1::2], strict=True))


def _numbers(place: Any) -> _Numbers:
    """Where numbers stand, of what names a storage: ("storage", type, entry, device, count)."""
    match place:
        case ("storage", _Name(name), str(entry), str(), int(count)) if entry.isalnum() and count >= 0:
            kind = name.removeprefix("torch ")
            if kind in TYPES:
                return _Numbers(kind, entry, count)
            raise ValueError(f"it holds numbers of a type that is not read ({kind[:40]})")
    raise ValueError("its table is damaged: it does not say where numbers are")


def _called(what: Any, given: Any) -> Any:
    """What a noted call stands for: a dictionary, or a tensor. Raises ValueError for any other."""
    match what, given:
        case _Name(name), () if name == _ORDERED:
            return {}
        case _Name(name), (_Numbers() as numbers, int(offset), tuple(shape), tuple(strides), *_) if name == _TENSOR:
            sizes = (offset, *shape, *strides)
            if not all(type(size) is int and 0 <= size < 1 << 48 for size in sizes) or len(shape) != len(strides):
                raise ValueError("the sizes of one of its tensors are not allowed")
            if len(shape) > _MOST_DIMENSIONS:
                raise ValueError(f"one of its tensors has more than {_MOST_DIMENSIONS} dimensions")
            return _Tensor(numbers, offset, shape, strides)
        case _Name(name), (_Tensor() as tensor, *_) if name == _PARAMETER:
            return tensor
    raise ValueError(f"its table calls what no table of tensors does ({str(getattr(what, 'name', ''))[:60]})")

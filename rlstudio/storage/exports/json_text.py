"""JSON text of large plain data, piece by piece: long rows of numbers on a line each, with progress."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from rlstudio.storage.exports.run_data import Progress, nobody
from rlstudio.storage.records import plain

_AT_ONCE = 50_000


def json_text(value: Any, progress: Progress = nobody) -> Iterator[str]:
    """The pieces; joined they are `value` as `records.plain` makes it, the numbers of each array on one line.

    `progress` hears of the numbers in arrays, and may raise to give up. Raises ValueError and TypeError as `plain`.
    """
    total, done = _numbers(value), 0
    progress(0, total)
    for piece, count in _pieces(value, ""):
        yield piece
        if count:
            done += count
            progress(done, total)


def _numbers(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.size
    return sum(map(_numbers, value.values())) if isinstance(value, dict) else 0


def _pieces(value: Any, margin: str) -> Iterator[tuple[str, int]]:
    """Text, and how many numbers of arrays it has."""
    if isinstance(value, np.ndarray) and value.ndim == 1:
        yield "[", 0
        for first in range(0, len(value), _AT_ONCE):
            some = value[first : first + _AT_ONCE]
            whole = some.dtype.kind in "iufb" and bool(np.isfinite(some).all())  # nothing to look for one by one
            text = json.dumps(some.tolist()) if whole else _dumps(some)
            yield (", " if first else "") + text[1:-1], len(some)
        yield "]", 0
    elif isinstance(value, dict) and value:
        plain(dict.fromkeys(value))  # its keys are text, or that is said
        inner, before = margin + " ", "{\n"
        for key, item in value.items():
            yield f"{before}{inner}{json.dumps(key)}: ", 0
            yield from _pieces(item, inner)
            before = ",\n"
        yield f"\n{margin}}}", 0
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        inner, before = margin + " ", "[\n"
        for item in value:
            yield f"{before}{inner}{_dumps(item)}", 0
            before = ",\n"
        yield f"\n{margin}]", 0
    else:
        yield _dumps(value), 0


def _dumps(value: Any) -> str:
    return json.dumps(plain(value), allow_nan=False)

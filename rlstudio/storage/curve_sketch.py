"""A run's returns in few points, for a curve the size of a word, read without reading all of monitor.csv."""

from __future__ import annotations

import os
from itertools import pairwise
from math import fsum, isfinite
from pathlib import Path
from typing import BinaryIO

from rlstudio.storage.ordinary_file import ordinary_file

Sketch = tuple[tuple[float, float], ...]
"""Points (step, mean return) in order of steps."""

_Rows = list[tuple[float, float]]
_LARGEST = 1e300  # above that a sum of few may leave the range of numbers
_POINTS = 32
_WHOLE_BYTES = 16 << 10  # some 400 episodes
_SAMPLE_BYTES = 320  # some eight
_MOST_BYTES = 1 << 40
_COLUMNS = b"r,l,t,step\n"


def sketch_of(path: Path) -> Sketch:
    """At most 32 points of a monitor.csv; none where there is no such file, or no episode in it.

    A short file is averaged piece by piece. Of a long one as many places, evenly apart, are looked at, some eight
    episodes each: it takes as long for ten million episodes as for a thousand.
    """
    try:
        with ordinary_file(path, _MOST_BYTES) as file:
            size = os.fstat(file.fileno()).st_size
            if size <= _WHOLE_BYTES:
                text = file.read(_WHOLE_BYTES)
                pieces = _pieces(_rows(text[text.find(_COLUMNS) + len(_COLUMNS) :] if _COLUMNS in text else text))
            else:
                pieces = [_sample(file, round(n * (size - _SAMPLE_BYTES) / (_POINTS - 1))) for n in range(_POINTS)]
    except (OSError, ValueError):
        return ()
    return tuple((piece[-1][0], fsum(value for _step, value in piece) / len(piece)) for piece in pieces if piece)


def _sample(file: BinaryIO, place: int) -> _Rows:
    """The whole lines there, without the first, which may be cut."""
    file.seek(place)
    return _rows(file.read(_SAMPLE_BYTES).partition(b"\n")[2])


def _rows(text: bytes) -> _Rows:
    """(step, return) of each whole line of `r,l,t,step`; damaged lines are left out."""
    text = text[: text.rfind(b"\n") + 1]
    cells = text.replace(b"\n", b",").split(b",")
    try:
        if len(cells) != 4 * text.count(b"\n") + 1:
            raise ValueError("a damaged line")
        found = list(zip(map(float, cells[3::4]), map(float, cells[:-1:4]), strict=True))
    except ValueError:
        found = [row for line in text.split(b"\n") if (row := _row(line))]
    return [row for row in found if isfinite(row[0]) and abs(row[1]) <= _LARGEST]


def _row(line: bytes) -> tuple[float, float] | None:
    cells = line.split(b",")
    try:
        return (float(cells[3]), float(cells[0])) if len(cells) == 4 else None
    except ValueError:
        return None


def _pieces(rows: _Rows) -> list[_Rows]:
    edges = [round(n * len(rows) / _POINTS) for n in range(_POINTS + 1)]
    return [rows[start:end] for start, end in pairwise(edges)]

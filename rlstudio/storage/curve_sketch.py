"""A run's returns in few points, for a curve the size of a word, read without reading all of monitor.csv."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

from rlstudio.storage.ordinary_file import ordinary_file

Sketch = tuple[tuple[float, float], ...]
"""Points (step, mean return) in order of steps."""

_POINTS = 40
_WHOLE_BYTES = 16 << 10  # some 400 episodes
_SAMPLE_BYTES = 384  # some ten
_MOST_BYTES = 1 << 40


def sketch_of(path: Path) -> Sketch:
    """At most 40 points of a monitor.csv; none where there is no such file, or no episode in it.

    A short file is averaged piece by piece. Of a long one forty places, evenly apart, are looked at, some ten episodes
    each: it takes as long for ten million episodes as for a thousand.
    """
    try:
        with ordinary_file(path, _MOST_BYTES) as file:
            size = path.stat().st_size
            if size <= _WHOLE_BYTES:
                rows = _rows(file.read(_WHOLE_BYTES), 0)
                pieces = _pieces(rows)
            else:
                pieces = []
                for n in range(_POINTS):
                    place = round(n * (size - _SAMPLE_BYTES) / (_POINTS - 1))
                    file.seek(place)
                    pieces.append(_rows(file.read(_SAMPLE_BYTES), place))
    except (OSError, ValueError):
        return ()
    points = [(_mean([row[1] for row in piece]), piece[-1][0]) for piece in pieces if piece]
    return tuple((step, mean) for mean, step in points)


def _rows(data: bytes, place: int) -> list[tuple[float, float]]:
    """(step, return) of the whole lines of `r,l,t,step` in a piece of the file that begins at byte `place`."""
    lines = data.split(b"\n")
    found = []
    for line in lines[1 if place else 0 : -1]:  # the first and the last may be cut
        cells = line.split(b",")
        if len(cells) != 4:
            continue
        try:
            step, value = float(cells[3]), float(cells[0])
        except ValueError:
            continue
        if math.isfinite(step) and math.isfinite(value):
            found.append((step, value))
    return found


def _pieces(rows: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    edges = [round(n * len(rows) / _POINTS) for n in range(_POINTS + 1)]
    return [rows[start:end] for start, end in pairwise(edges)]


def _mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)

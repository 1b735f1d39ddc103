"""The run folder's growing files as rows: monitor.csv, metrics.csv and events.jsonl, written and read back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.messages import Series
from rlstudio.core.nesting import is_deep
from rlstudio.storage.line_file import read_lines, read_text

MONITOR_COLUMNS = "r,l,t,step"
METRICS_HEADER = "step,time,name,value\n"

_MOST = 1e15
"""More steps or seconds than any run has."""
_PIECE = 1 << 20
"""Characters of a file taken apart at a time."""

Floats = NDArray[np.float64]
MetricRow = tuple[int, float, str, float]
"""Environment step, seconds since the start of training, metric name, value."""


def _none() -> Floats:
    return np.zeros(0)


@dataclass(frozen=True)
class Monitor:
    """monitor.csv: four arrays of shape (n_episodes,); `end_seconds` counts from the start of training."""

    returns: Floats = field(default_factory=_none)
    lengths: Floats = field(default_factory=_none)
    end_steps: Floats = field(default_factory=_none)
    end_seconds: Floats = field(default_factory=_none)


def monitor_header(env: str, started: float) -> str:
    """The two lines that SB3's and RL Zoo's readers expect; `started` in seconds since 1970."""
    return f"#{json.dumps({'t_start': started, 'env_id': env})}\n{MONITOR_COLUMNS}\n"


def monitor_text(returns: Iterable[float], lengths: Iterable[float], steps: Iterable[float], seconds: Any) -> str:
    """One line an episode. Returns keep every digit, so that file, screen and sum of rewards are one number."""
    columns = (np.asarray(column, np.float64).tolist() for column in (returns, lengths, seconds, steps))
    rows = zip(*columns, strict=True)
    return "".join(f"{r!r},{int(length)},{t!r},{int(step)}\n" for r, length, t, step in rows)


def read_monitor(path: Path) -> Monitor:
    """What monitor.csv holds, up to its last whole line; damaged lines are left out."""
    header, _, body = read_text(path).partition(MONITOR_COLUMNS + "\n")
    if not header.startswith("#") or not body:
        return Monitor()
    pieces = [found for found, _ in _columns(body, (0, 1, 2, 3), places=(1, 2, 3))]
    columns = [np.concatenate([found[column] for found in pieces]) for column in range(4)]
    return Monitor(returns=columns[0], lengths=columns[1], end_steps=columns[3], end_seconds=columns[2])


def metrics_text(rows: Iterable[MetricRow]) -> str:
    """One line a value. Raises ValueError for a name that would break the line."""
    lines = []
    for step, seconds, name, value in rows:
        if not name or any(mark in name for mark in ',"\r\n'):
            raise ValueError(f"metric name {name!r} is not allowed; it takes text without commas, quotes and line ends")
        lines.append(f"{int(step)},{float(seconds)!r},{name},{float(value)!r}\n")
    return "".join(lines)


def read_metrics(path: Path) -> dict[str, Series]:
    """What metrics.csv holds, one Series a name, up to its last whole line; damaged lines are left out."""
    header, _, body = read_text(path).partition("\n")
    if header + "\n" != METRICS_HEADER:
        return {}
    numbers: dict[str, int] = {}
    pieces: list[dict[int, Floats]] = []
    owners: list[NDArray[np.intp]] = []
    for found, (_, _, names, _) in _columns(body, (0, 1, 3), places=(0, 1)):
        for name in dict.fromkeys(names):
            numbers.setdefault(name, len(numbers))
        owners.append(np.fromiter(map(numbers.__getitem__, names), np.intp, len(names)))
        pieces.append(found)
    if not numbers:
        return {}
    which = np.concatenate(owners)
    order = np.argsort(which, kind="stable")  # one pass for all names, however many a stranger's file has
    ends = np.cumsum(np.bincount(which, minlength=len(numbers)))[:-1]
    steps, seconds, values = (np.split(np.concatenate([found[n] for found in pieces])[order], ends) for n in (0, 1, 3))
    return {name: Series(steps[number], seconds[number], values[number]) for name, number in numbers.items()}


def event_text(kind: str, step: int, seconds: float, fields: dict[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(plain({"kind": kind, "step": step, "seconds": seconds, **fields}), allow_nan=False) + "\n"


def read_events(path: Path) -> list[dict[str, Any]]:
    """What events.jsonl holds, up to its last whole line; damaged lines are left out."""
    events = []
    for line in read_lines(path):
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict) and not is_deep(event):
            events.append(event)
    return events


def is_until(name: str, line: str, *, step: int, seconds: float | None = None) -> bool:
    """Whether a line of "monitor", "metrics" or "events" is whole and tells of nothing after step `step`.

    Where it is known how many `seconds` were trained by then, a metric of that very step counts as after it if it is of
    a later moment: an update that follows a step has that step's number.
    """
    try:
        if name == "events":
            return float(json.loads(line)["step"]) <= step
        cells = line.split(",")
        if name == "metrics" and seconds is not None and float(cells[0]) == step:
            return float(cells[1]) <= seconds
        return float(cells[3 if name == "monitor" else 0]) <= step
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return False


def plain(value: Any, *, finite: bool = True) -> Any:
    """`value` as JSON knows it: NumPy numbers and arrays become builtins and, where `finite`, NaN and infinity None.

    Raises:
        ValueError: for a dictionary key that is no text, since JSON would quietly turn it into one.
        TypeError: for anything else that JSON does not know.
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, dict):
        wrong = [key for key in value if not isinstance(key, str)]
        if wrong:
            raise ValueError(f"the key {wrong[0]!r} is not allowed; keys are text")
        return {key: plain(item, finite=finite) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, finite=finite) for item in value]
    if isinstance(value, float) and finite and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _columns(
    text: str, numbers: tuple[int, ...], places: tuple[int, ...]
) -> Iterator[tuple[dict[int, Floats], list[list[str]]]]:
    """Lines of four cells as four columns, piece by piece: those in `numbers` as arrays, and all as text.

    Lines of another length, without a number where one should be, or with one in `places` (steps, seconds) that is no
    place on an axis, are left out. In pieces, for millions of cells at once would take gigabytes, and a split of all of
    them would hold up every other thread meanwhile.
    """
    start = 0
    while start < len(text):
        end = text.find("\n", start + _PIECE) + 1 or len(text)
        found, cells = _all_columns(text[start:end], numbers)
        start = end
        there = np.logical_and.reduce([np.abs(found[place]) < _MOST for place in places])  # NaN is not
        if not there.all():
            kept = there.tolist()
            found = {n: column[there] for n, column in found.items()}
            cells = [list(compress(column, kept)) for column in cells]
        yield found, cells


def _all_columns(text: str, numbers: tuple[int, ...]) -> tuple[dict[int, Floats], list[list[str]]]:
    lines = text.split("\n")[:-1]
    try:
        if any(line.count(",") != 3 for line in lines):
            raise ValueError("a damaged line")
        return _parsed(text.replace("\n", ",").split(",")[:-1], numbers)
    except ValueError:
        rows = [row for line in lines if len(row := line.split(",")) == 4]
        return _parsed([cell for row in rows if _are_floats([row[n] for n in numbers]) for cell in row], numbers)


def _parsed(cells: list[str], numbers: tuple[int, ...]) -> tuple[dict[int, Floats], list[list[str]]]:
    columns = [cells[column::4] for column in range(4)]
    return {n: np.fromiter(map(float, columns[n]), np.float64, len(columns[n])) for n in numbers}, columns


def _are_floats(cells: list[str]) -> bool:
    try:
        return bool([float(cell) for cell in cells])
    except ValueError:
        return False

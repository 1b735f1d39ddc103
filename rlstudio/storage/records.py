"""The run folder's growing files as rows: monitor.csv, metrics.csv and events.jsonl, written and read back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.messages import Series
from rlstudio.storage.line_file import read_lines, read_text

MONITOR_COLUMNS = "r,l,t,step"
METRICS_HEADER = "step,time,name,value\n"

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
    table = _numbers(body, width=4)
    return Monitor(returns=table[:, 0], lengths=table[:, 1], end_steps=table[:, 3], end_seconds=table[:, 2])


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
    rows: dict[str, list[tuple[str, str, str]]] = {}
    for line in read_lines(path)[1:]:
        cells = line.split(",")
        if len(cells) == 4:
            rows.setdefault(cells[2], []).append((cells[0], cells[1], cells[3]))
    tables = {name: _table(found) for name, found in rows.items()}
    return {name: Series(table[:, 0], table[:, 1], table[:, 2]) for name, table in tables.items() if len(table)}


def event_text(kind: str, step: int, seconds: float, fields: dict[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(plain({"kind": kind, "step": step, "seconds": seconds, **fields}), allow_nan=False) + "\n"


def read_events(path: Path) -> list[dict[str, Any]]:
    """What events.jsonl holds, up to its last whole line; damaged lines are left out."""
    events = []
    for line in read_lines(path):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events


def is_until(name: str, step: int, line: str) -> bool:
    """Whether a line of "monitor", "metrics" or "events" is whole and tells of nothing after step `step`."""
    try:
        if name == "events":
            return float(json.loads(line)["step"]) <= step
        return float(line.split(",")[3 if name == "monitor" else 0]) <= step
    except (ValueError, KeyError, IndexError, TypeError):
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


def _numbers(text: str, width: int) -> Floats:
    """Comma-separated lines as an array of shape (n, width)."""
    lines = text.split("\n")[:-1]
    try:
        return _table([tuple(line.split(",")) for line in lines], width)
    except ValueError:
        return _table([cells for line in lines if len(cells := tuple(line.split(","))) == width], width)


def _table(rows: Sequence[tuple[str, ...]], width: int = 3) -> Floats:
    """Rows of number texts as an array; rows that do not hold numbers are left out."""
    try:
        return np.array([[float(cell) for cell in row] for row in rows], np.float64).reshape(-1, width)
    except ValueError:
        return np.array([row for row in map(_floats, rows) if row], np.float64).reshape(-1, width)


def _floats(row: tuple[str, ...]) -> list[float]:
    try:
        return [float(cell) for cell in row]
    except ValueError:
        return []

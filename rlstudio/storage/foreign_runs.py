"""Runs that Stable-Baselines3 or RL Zoo made: their monitor.csv and TensorBoard folders as curves beside ours.

A folder is read as one run for each TensorBoard folder in it and one of its monitor files (RL Zoo writes one for each
copy of the environment: 0.monitor.csv, 1.monitor.csv, …; their episodes are put in the order of their end).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rlstudio.core.messages import Series
from rlstudio.core.plain_text import plain_text
from rlstudio.core.whole_file import reason
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.event_reading import PATTERN, read_scalars
from rlstudio.storage.ordinary_file import ordinary_file
from rlstudio.storage.records import Monitor

MONITOR = "*monitor.csv"
_MOST_BYTES = 1 << 30
_MOST_FILES = 1_000


@dataclass(frozen=True)
class ForeignRun:
    """Curves of a run from elsewhere.

    Attributes:
        env: id of the environment, "" where the files do not say.
        monitor: its episodes; `end_steps` counts the steps of all copies.
        metrics: TensorBoard's scalars by their tags.
    """

    path: Path
    name: str
    env: str = ""
    monitor: Monitor = field(default_factory=Monitor)
    metrics: dict[str, Series] = field(default_factory=dict)


def holds_foreign(path: Path) -> bool:
    """Whether a folder or file looks like what `read_foreign` reads, by names alone. Runs of this program do not."""
    if path.is_dir():
        files = (found for pattern in (MONITOR, PATTERN, f"*/{PATTERN}") for found in path.glob(pattern))
        return not (path / "run.json").exists() and next(files, None) is not None
    return (path.match(MONITOR) or path.match(PATTERN)) and not (path.parent / "run.json").exists()


def read_foreign(path: Path) -> list[ForeignRun]:
    """The runs in a folder of Stable-Baselines3's or RL Zoo's, or in one of their files.

    Raises:
        RunFolderError: where there is none, or what there is cannot be read; in words.
    """
    try:
        found = _in_folder(path) if path.is_dir() else _in_file(path)
    except OSError as error:
        raise RunFolderError(f"could not read {path}: {reason(error)}") from error
    except ValueError as error:
        raise RunFolderError(f"{path} cannot be read as a run: {plain_text(str(error)[:300])}") from error
    if not found:
        raise RunFolderError(f"{path} holds no run: neither a monitor.csv nor TensorBoard's event files are in it")
    return found


def _in_file(path: Path) -> list[ForeignRun]:
    if path.match(PATTERN):
        return [ForeignRun(path, path.parent.name, metrics=read_scalars([path]))]
    return [_of_monitors(path, path.resolve().parent.name, [path])]


def _in_folder(folder: Path) -> list[ForeignRun]:
    found = []
    monitors = sorted(folder.glob(MONITOR))[:_MOST_FILES]
    if monitors:
        found.append(_of_monitors(folder, folder.resolve().name, monitors))
    events: dict[Path, list[Path]] = {}
    for file in sorted(folder.rglob(PATTERN))[:_MOST_FILES]:
        events.setdefault(file.parent, []).append(file)
    for inside, files in events.items():
        metrics = read_scalars(files)
        if metrics:
            name = folder.resolve().name if inside == folder else str(inside.relative_to(folder))
            found.append(ForeignRun(inside, plain_text(name[-200:]), metrics=metrics))
    return found


def _of_monitors(path: Path, name: str, files: list[Path]) -> ForeignRun:
    """One run of the monitor files of its copies. Raises ValueError where a file is none."""
    rows: list[tuple[float, float, float]] = []  # return, length, seconds since the first file's start
    env, first = "", math.inf
    read = [_monitor(file) for file in files]
    first = min(started for _, started, _ in read)
    for env_id, started, columns in read:
        env = env or env_id
        rows += [(total, length, seconds + started - first) for total, length, seconds in columns]
    rows.sort(key=lambda row: row[2])
    table = np.array(rows, np.float64).reshape(-1, 3)
    monitor = Monitor(
        returns=table[:, 0], lengths=table[:, 1], end_steps=np.cumsum(table[:, 1]), end_seconds=table[:, 2]
    )
    return ForeignRun(path, plain_text(name[-200:]), env, monitor)


def _monitor(path: Path) -> tuple[str, float, list[tuple[float, float, float]]]:
    """Environment, start in seconds since 1970, and (return, length, seconds) of each whole line."""
    with ordinary_file(path, _MOST_BYTES) as file:
        text = file.read().decode("utf-8", errors="replace")
    head, _, rest = text.partition("\n")
    header, _, body = rest.partition("\n")
    columns = header.strip().split(",")
    if not head.startswith("#") or not {"r", "l", "t"} <= set(columns):
        raise ValueError(f"{path.name} is no monitor file: its second line names no columns r, l and t")
    about = _about(head[1:])
    places = [columns.index(name) for name in ("r", "l", "t")]
    rows = []
    for line in body.split("\n")[:-1]:  # what stands behind the last line end was cut off
        cells = line.split(",")
        try:
            total, length, seconds = (float(cells[place]) for place in places)
        except (ValueError, IndexError):
            continue
        if math.isfinite(length) and math.isfinite(seconds) and length >= 0:
            rows.append((total, length, seconds))
    env, started = about.get("env_id"), about.get("t_start")
    if not isinstance(started, int | float) or not abs(started) < 1e18:
        started = 0.0
    return plain_text(env[:200]) if isinstance(env, str) else "", float(started), rows


def _about(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

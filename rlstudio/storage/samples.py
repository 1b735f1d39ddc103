"""Samples: the transitions that a learner gathered, read from a run's newest checkpoint and written as a table.

A learner that keeps its transitions names those arrays of its state "samples.<what>", a row a transition, oldest first:
observations, actions, rewards, next_observations, terminated.
"""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from rlstudio.core.whole_file import whole_file
from rlstudio.storage.checkpoint import has_learner
from rlstudio.storage.errors import RunFolderError, disk_errors
from rlstudio.storage.ordinary_file import json_in
from rlstudio.storage.run_folder import RunFolder

PREFIX = "samples."
PARTS = ("observations", "actions", "rewards", "next_observations", "terminated")
"""Order of the columns; what else there is comes behind them."""
ENDINGS = (".csv", ".npz")
_MOST_JSON_BYTES = 256 << 20
_TRIES = 3
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Samples:
    """Transitions of one checkpoint.

    Attributes:
        step: the checkpoint's training step.
        arrays: by part, shape (n_rows,) or (n_rows, n_numbers) each.
        names: titles of the columns of each part.
    """

    step: int
    arrays: dict[str, NDArray[Any]]
    names: dict[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values()), ()))

    @property
    def titles(self) -> tuple[str, ...]:
        """Titles of all columns."""
        return tuple(title for part in self.arrays for title in self.names[part])

    def table(self) -> NDArray[np.float64]:
        """All columns side by side, shape (n_rows, n_columns)."""
        return self._rows(0, len(self))

    def _rows(self, start: int, stop: int) -> NDArray[np.float64]:
        parts = [array[start:stop] for array in self.arrays.values()]
        flat = [part.reshape(len(part), int(np.prod(part.shape[1:]))).astype(np.float64) for part in parts]
        return np.concatenate(flat, axis=1) if flat else np.zeros((0, 0))

    def in_parts(self) -> Iterator[NDArray[np.float64]]:
        """The rows of `table`, some thousands at a time: a large table as text would fill the memory."""
        for start in range(0, len(self), _ROWS_AT_ONCE):
            yield self._rows(start, start + _ROWS_AT_ONCE)


def has_samples(run: Path) -> bool:
    """Whether the newest learner kept of a run holds transitions. Reads no array."""
    try:
        folder = _newest(RunFolder.open(run))
        return folder is not None and any(about["shape"][0] for about in _noted(folder).values())
    except (RunFolderError, LookupError, TypeError):  # notes that are damaged
        return False


def read_samples(run: Path, observation_names: Sequence[str] = (), action_names: Sequence[str] = ()) -> Samples:
    """The transitions in a run's newest checkpoint; names are used where there is one for each number.

    Raises:
        RunFolderError: if there are none, or the file is damaged.
    """
    for _ in range(_TRIES):  # while it trains, a newer checkpoint may take the place of the one that is being read
        folder = _newest(RunFolder.open(run))
        if folder is None:
            break
        try:
            arrays = _arrays(folder)
        except FileNotFoundError:
            continue
        if not any(map(len, arrays.values())):
            break
        names = {part: _titles(part, array, observation_names, action_names) for part, array in arrays.items()}
        return Samples(int(folder.name), arrays, names)
    raise RunFolderError(f"{run} holds no gathered transitions: its algorithm keeps none, or none is saved yet")


def _newest(run: RunFolder) -> Path | None:
    kept = [run.path / "checkpoints" / str(step) for step in run.checkpoints()]
    return next((folder for folder in reversed(kept) if has_learner(folder)), None)


def _noted(folder: Path) -> dict[str, Any]:
    """Shape and type of each array of transitions, as noted beside them."""
    path = folder / "learner.json"
    try:
        noted = json_in(path, _MOST_JSON_BYTES)["arrays"]
        return {name: about for name, about in noted.items() if name.startswith(PREFIX)}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunFolderError(f"{path} cannot be read: {error}") from error


def _arrays(folder: Path) -> dict[str, NDArray[Any]]:
    """The arrays of transitions, those of PARTS first. Raises FileNotFoundError where they were let go meanwhile."""
    noted, path = _noted(folder), folder / "learner.safetensors"
    if not stat.S_ISREG(path.stat().st_mode):  # a named pipe would keep who opens it waiting
        raise RunFolderError(f"{path} is damaged: it is no ordinary file")
    try:
        with safe_open(path, framework="numpy") as file:
            found = {name: file.get_tensor(name) for name in noted}
    except SafetensorError as error:
        if not path.exists():
            raise FileNotFoundError(path) from error
        raise RunFolderError(f"{path} is damaged: {error}") from error
    shapes = {name: {"shape": list(array.shape), "dtype": array.dtype.name} for name, array in found.items()}
    if shapes != noted or len({len(array) for array in found.values() if array.ndim}) > 1:
        raise RunFolderError(f"{path} is damaged: its transitions differ from what is noted of them")
    arrays = {name.removeprefix(PREFIX): array for name, array in found.items() if array.ndim}
    return {part: arrays[part] for part in sorted(arrays, key=_place)}


def _place(part: str) -> tuple[int, str]:
    return (PARTS.index(part) if part in PARTS else len(PARTS)), part


def _titles(
    part: str, array: NDArray[Any], observation_names: Sequence[str], action_names: Sequence[str]
) -> tuple[str, ...]:
    count = int(np.prod(array.shape[1:], dtype=np.int64))
    singular = {"observations": "observation", "actions": "action", "rewards": "reward"}.get(part, part)
    known = {"observations": observation_names, "next_observations": observation_names, "actions": action_names}
    names = tuple(known.get(part, ()))
    if len(names) == count:
        return tuple(f"next {name}" if part == "next_observations" else name for name in names)
    singular = "next observation" if part == "next_observations" else singular
    return (singular,) if count == 1 else tuple(f"{singular} {index + 1}" for index in range(count))


def write_samples(path: Path, samples: Samples) -> None:
    """Write transitions as a table (.csv) or as arrays with their names (.npz), whole or not at all.

    Raises:
        ValueError: for another ending.
        RunFolderError: if the disk refuses.
    """
    if path.suffix not in ENDINGS:
        raise ValueError(f"{path.name}: samples are written as {' or '.join(ENDINGS)}")
    with disk_errors("write", path), whole_file(path) as file:
        if path.suffix == ".npz":
            arrays: dict[str, Any] = {f"{part}_names": np.array(names) for part, names in samples.names.items()}
            np.savez(file, **arrays | samples.arrays)
            return
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        rows = csv.writer(text)
        rows.writerow(samples.titles)
        for part in samples.in_parts():
            rows.writerows([f"{value:.9g}" for value in row] for row in part.tolist())
        text.flush()
        text.detach()

"""Episodes as a NumPy .npz file: arrays end to end, read by `numpy.load(path, allow_pickle=False)`.

    lengths       (episodes,) int64      steps of each episode
    observations  (Σ length+1, numbers)  float32: row t is what was seen before action t; one more than actions
    actions       (Σ length, …)          int64, or float32 where they are continuous
    rewards       (Σ length,)            float64
    terminated, truncated (episodes,)    bool: how each ended
    seeds         (episodes,) int64      what each was reset with
    about         (episodes,)            text, JSON: environment, names of the numbers, whose behaviour, versions
    thought_<kind> (Σ length, …)         float32, NaN where there was none: value, probabilities, q_values, …
    thought_note  (Σ length,)            text
    frames        (Σ length+1, height, width, 3) uint8, where they were asked for

Of a file from elsewhere observations, actions and rewards are enough: without lengths it is one episode.
"""

from __future__ import annotations

import json
import math
import os
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.plain_text import plain_text
from rlstudio.core.thoughts import THOUGHT_ARRAYS, Thoughts
from rlstudio.core.whole_file import whole_file
from rlstudio.storage.data_formats import MOST_EPISODES, DataError, Progress, nobody
from rlstudio.storage.episode_checks import (
    LONGEST_NOTE,
    MOST_NUMBERS,
    MOST_STEPS,
    check_actions,
    checked_fields,
    frame_shape,
)
from rlstudio.storage.episode_file import about_episode
from rlstudio.storage.ordinary_file import ordinary_file
from rlstudio.storage.tensor_file import parsed_json
from rlstudio.storage.zip_directory import check_directory

MOST_BYTES = (2 << 30) - 1
MOST_UNPACKED = 1 << 30
"""Bytes of all arrays but the frames, which are unpacked one at a time."""
_LAST = 0x10FFFF
"""Of the characters there are: NumPy builds texts of anything, which Python then breaks on."""
_MOST_FRAME_BYTES = 64 << 30
_MOST_ARRAYS, _MOST_DIRECTORY = 64, 1 << 16
_NEEDED = ("observations", "actions", "rewards")
_OTHERS = ("lengths", "terminated", "truncated", "seeds", "about", "thought_note", "thought_value")
_KNOWN = (*_NEEDED, *_OTHERS, *(f"thought_{kind}" for kind in THOUGHT_ARRAYS))
_DAMAGES = (
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    EOFError,
    OSError,
    RuntimeError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
    tokenize.TokenError,
    MemoryError,  # of the parser of NumPy's headers, over one that is nested deeply
)
"""What the zipfile module and NumPy raise over damaged archives."""


# ---------------------------------------------------------------- writing


def write_npz(path: Path, episodes: Sequence[Episode], *, frames: bool = False, progress: Progress = nobody) -> None:
    """Write episodes that are alike (data_formats.check_alike) to `path`. Raises OSError."""
    total = sum(episode.length + 1 for episode in episodes)
    with whole_file(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, array in _arrays(episodes).items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                npy.write_array(member, array, version=(1, 0), allow_pickle=False)
        if frames:
            _write_frames(archive, episodes, total, progress)
    progress(total, total)


def _write_frames(archive: zipfile.ZipFile, episodes: Sequence[Episode], total: int, progress: Progress) -> None:
    done = 0
    with archive.open("frames.npy", "w", force_zip64=True) as member:
        header = {"descr": "|u1", "fortran_order": False, "shape": (total, *episodes[0].frames.shape)}
        npy.write_array_header_1_0(member, header)
        for episode in episodes:
            for frame in episode.frames:
                progress(done, total)
                member.write(frame.tobytes())
                done += 1


def _arrays(episodes: Sequence[Episode]) -> dict[str, NDArray[Any]]:
    thoughts = [Thoughts.of(episode.thoughts) for episode in episodes]
    found: dict[str, NDArray[Any]] = {
        "lengths": np.array([episode.length for episode in episodes], np.int64),
        "observations": np.concatenate([episode.observations for episode in episodes]),
        "actions": np.concatenate([episode.actions for episode in episodes]),
        "rewards": np.concatenate([episode.rewards for episode in episodes]),
        "terminated": np.array([episode.terminated for episode in episodes]),
        "truncated": np.array([episode.truncated for episode in episodes]),
        "seeds": np.array([episode.seed for episode in episodes], np.int64),
        "about": np.array([json.dumps(about_episode(episode)) for episode in episodes]),
        "thought_value": np.concatenate([thought.values for thought in thoughts]),
        "thought_note": np.array([note[:LONGEST_NOTE] for thought in thoughts for note in thought.notes], np.str_),
    }
    for kind in THOUGHT_ARRAYS:
        column = end_to_end([thought.column(kind) for thought in thoughts], [len(thought) for thought in thoughts])
        if column is not None:
            found[f"thought_{kind}"] = column
    return found


def end_to_end(columns: Sequence[NDArray[np.float32] | None], lengths: Sequence[int]) -> NDArray[np.float32] | None:
    """Columns of several episodes as one, filled up with NaN to the largest; None where no episode has any."""
    there = [column for column in columns if column is not None]
    if not there or len({column.ndim for column in there}) > 1:
        return None
    sides = tuple(max(column.shape[side] for column in there) for side in range(1, there[0].ndim))
    joined = np.full((sum(lengths), *sides), np.nan, np.float32)
    start = 0
    for column, length in zip(columns, lengths, strict=True):
        if column is not None:
            joined[(slice(start, start + length), *map(slice, column.shape[1:]))] = column
        start += length
    return joined


# ---------------------------------------------------------------- reading


def read_npz(path: Path, progress: Progress = nobody) -> Iterator[Episode]:
    """The episodes in `path`. Raises DataError, and OSError where it cannot be read."""
    try:
        with ordinary_file(path, MOST_BYTES) as file:
            size = os.fstat(file.fileno()).st_size
            check_directory(file, size, ".npz file", most=_MOST_ARRAYS, of="arrays", most_bytes=_MOST_DIRECTORY)
            with zipfile.ZipFile(file) as archive:
                yield from _Archive(archive).episodes(path.name, progress)
    except _DAMAGES as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise  # it could not be opened
        words = str(error).strip("'") or type(error).__name__
        raise DataError(f"{path} cannot be read as episodes: {words[:300]}") from error


class _Archive:
    """The arrays of a .npz file, each one's size known and allowed before it is unpacked."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        infos = archive.infolist()
        self._infos = {info.filename.removesuffix(".npy"): info for info in infos if info.filename.endswith(".npy")}
        if len(infos) > _MOST_ARRAYS or len({info.filename for info in infos}) < len(infos):
            raise ValueError("it holds too many arrays, or several of one name")
        for info in infos:
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
                raise ValueError(f"{info.filename[:40]!r} is packed in a way that is not read")
        missing = [name for name in _NEEDED if name not in self._infos]
        if missing:
            raise ValueError(f"its array {missing[0]!r} is missing; it needs {', '.join(_NEEDED)}")
        unpacked = sum(self._infos[name].file_size for name in _KNOWN if name in self._infos)
        if unpacked > MOST_UNPACKED:
            raise ValueError(
                f"its arrays unpack to {unpacked / 2**20:,.0f} MiB; up to {MOST_UNPACKED >> 20:,} are allowed"
            )

    def episodes(self, name: str, progress: Progress) -> Iterator[Episode]:
        """The episodes one after the other."""
        arrays = {known: self._array(known) for known in _KNOWN if known in self._infos}
        lengths = _lengths(arrays)
        rows, steps = np.cumsum(lengths + 1).tolist(), np.cumsum(lengths).tolist()
        frames = self._frames(rows[-1]) if "frames" in self._infos else None
        for index, (row, step) in enumerate(zip(rows, steps, strict=True)):
            length = int(lengths[index])
            progress(row - length - 1, rows[-1])
            found = {known: array[step - length : step] for known, array in arrays.items() if len(array) == steps[-1]}
            found["observations"] = arrays["observations"][row - length - 1 : row]
            each: dict[str, Any] = {
                known: arrays[known][index]
                for known in ("terminated", "truncated", "seeds", "about")
                if known in arrays
            }
            store = FrameStore()
            for _ in range(length + 1 if frames else 0):
                assert frames is not None
                store.append(next(frames))
            yield _episode(found, each, store, name)
        progress(rows[-1], rows[-1])

    def _open(self, name: str) -> tuple[IO[bytes], tuple[int, ...], bool, np.dtype[Any]]:
        info = self._infos[name]
        member = self._archive.open(info)
        if npy.read_magic(member) != (1, 0):
            raise ValueError(f"its array {name!r} is of a version that is not read")
        shape, fortran, kind = npy.read_array_header_1_0(member)
        if kind.kind not in "fiubU" or kind.hasobject:
            raise ValueError(f"its array {name!r} holds {kind}; only numbers and texts are read")
        if len(shape) > 4 or math.prod(shape[1:]) > max(MOST_NUMBERS, 3 * 4096 * 4096 if name == "frames" else 0):
            raise ValueError(f"its array {name!r} of {list(shape)} is not allowed")
        if math.prod(shape) * kind.itemsize != info.file_size - member.tell():
            raise ValueError(f"its array {name!r} of {list(shape)} does not fit its size")
        return member, shape, fortran, kind

    def _array(self, name: str) -> NDArray[Any]:
        member, shape, fortran, kind = self._open(name)
        if not shape or shape[0] > MOST_STEPS + MOST_EPISODES:
            raise ValueError(f"its array {name!r} of {list(shape)} is not allowed")
        size = math.prod(shape) * kind.itemsize
        with member:
            content = member.read(size)  # told how much, it unpacks no more than that, whatever else was packed
        if len(content) != size:
            raise ValueError(f"its array {name!r} is cut off")
        if kind.kind == "U" and (np.frombuffer(content, np.dtype("u4").newbyteorder(kind.byteorder)) > _LAST).any():
            raise ValueError(f"its array {name!r} holds what is no text")
        array: NDArray[Any] = np.frombuffer(content, kind)
        return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)

    def _frames(self, count: int) -> Iterator[NDArray[np.uint8]]:
        member, shape, fortran, kind = self._open("frames")
        size = frame_shape(list(shape[1:]))
        if kind != np.uint8 or fortran or shape[0] != count or count * math.prod(size) > _MOST_FRAME_BYTES:
            raise ValueError(
                f"its frames of {list(shape)} {kind} are not allowed; it takes ({count}, height, width, 3) uint8"
            )
        with member:
            for _ in range(count):
                content = member.read(math.prod(size))
                yield np.frombuffer(content, np.uint8).reshape(size)


def _lengths(arrays: dict[str, NDArray[Any]]) -> NDArray[np.int64]:
    """Steps of each episode. Raises ValueError where the arrays do not fit them."""
    steps, rows = len(arrays["rewards"]), len(arrays["observations"])
    lengths = arrays.get("lengths", np.array([steps], np.int64))
    if lengths.ndim != 1 or lengths.dtype.kind not in "iu" or not 1 <= len(lengths) <= MOST_EPISODES:
        raise ValueError("its lengths are no list of whole numbers")
    lengths = lengths.astype(np.int64)
    if (lengths < 0).any() or (lengths > MOST_STEPS).any() or int(lengths.sum()) != steps:
        raise ValueError(f"its lengths do not add up to its {steps:,} rewards")
    if rows != steps + len(lengths) or len(arrays["actions"]) != steps:
        raise ValueError(
            f"{rows:,} observations and {len(arrays['actions']):,} actions do not fit {steps:,} rewards in "
            f"{len(lengths):,} episodes: an episode has one observation more than rewards"
        )
    for name, count in (
        ("terminated", len(lengths)),
        ("truncated", len(lengths)),
        ("seeds", len(lengths)),
        ("about", len(lengths)),
    ):
        if name in arrays and arrays[name].shape != (count,):
            raise ValueError(f"its array {name!r} has not one entry for each episode")
    return lengths


def _episode(found: dict[str, NDArray[Any]], each: dict[str, Any], store: FrameStore, name: str) -> Episode:
    length = len(found["rewards"])
    discrete = found["actions"].dtype.kind in "iub" and found["actions"].ndim == 1
    values: dict[str, Any] = {
        "env": "",
        "env_kwargs": {},
        "seed": 0,
        "source": f"from {plain_text(name[-80:])}",
        "fps": 30.0,
    }
    if "about" in each:
        values = checked_fields(parsed_json(str(each["about"])))
    if "seeds" in each:
        values["seed"] = int(each["seeds"])
    for ended in ("terminated", "truncated"):
        if ended in each:
            values[ended] = bool(each[ended])
    values["discrete"] = discrete
    columns = {}
    for kind in THOUGHT_ARRAYS:
        column = found.get(f"thought_{kind}")
        if column is not None and column.dtype.kind == "f" and column.ndim in (2, 3) and min(column.shape[1:]) > 0:
            columns[kind] = column.astype(np.float32)
    notes = [plain_text(str(note), LONGEST_NOTE) for note in found.get("thought_note", [""] * length)]
    thoughts = Thoughts(columns, _numbers(found.get("thought_value", np.full(length, np.nan)), np.float64), notes)
    episode = Episode(
        **values,
        observations=_numbers(found["observations"].reshape(length + 1, -1), np.float32),
        actions=_numbers(found["actions"], np.int64 if discrete else np.float32),
        rewards=_numbers(found["rewards"].reshape(length), np.float64),
        thoughts=thoughts,
        frames=store,
    )
    check_actions(episode.actions)
    episode.check()
    return episode


def _numbers(array: NDArray[Any], kind: Any) -> NDArray[Any]:
    if array.dtype.kind not in "fiub":
        raise ValueError(f"numbers are expected, not {array.dtype}")
    if array.size * np.dtype(kind).itemsize > MOST_UNPACKED:
        raise ValueError(f"the numbers of one episode take more than {MOST_UNPACKED >> 20:,} MiB")
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array(array, kind)

"""Reading Minari datasets (HDF5) with mistrust: sizes before memory, and nothing outside the file is ever followed.

Numbers of an observation, also of dictionaries and tuples of them, become columns; a picture in an observation becomes
the frames. Text is left out.
"""

from __future__ import annotations

import io
import math
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import Frame, FrameStore
from rlstudio.core.plain_text import plain_text, plain_value
from rlstudio.core.thoughts import THOUGHT_ARRAYS, Thoughts
from rlstudio.storage.data_formats import MOST_EPISODES, DataError, Progress
from rlstudio.storage.episode_checks import (
    LONGEST_NOTE,
    MOST_NUMBERS,
    MOST_PIXELS,
    MOST_STEPS,
    check_actions,
    check_steps,
    checked_fields,
    frame_shape,
)
from rlstudio.storage.hdf5_arrays import array_at, checked, member
from rlstudio.storage.minari_dataset import ABOUT, MAIN_DATA, METADATA, hdf5
from rlstudio.storage.tensor_file import parsed_json

MOST_BYTES = 16 << 30
MOST_OF_AN_EPISODE = 1 << 30
"""Bytes of one episode's arrays; pictures are taken one at a time."""
_BYTES_OF_A_NUMBER = 4  # at least, once it is read, however small it is in the file
_MOST_METADATA = 16 << 20
_MOST_PARTS, _DEEPEST, _MOST_NAMES = 1_000, 8, 100_000
_DAMAGES = (ValueError, LookupError, TypeError, ArithmeticError, OSError, RuntimeError, AttributeError, AssertionError)
"""What h5py raises over damaged files."""


def read_dataset(path: Path, progress: Progress) -> Iterator[Episode]:
    """The episodes of the dataset in the folder `path`, one after the other. Raises DataError."""
    h5py = hdf5()
    folder = next((place for place in (path, path / "data") if (place / METADATA).is_file()), None)
    if folder is None:
        raise DataError(f"{path} is no Minari dataset: there is no {METADATA} in it")
    try:
        about = _metadata(folder / METADATA)
        _check_file(folder / MAIN_DATA)
        with h5py.File(folder / MAIN_DATA, "r") as file:
            count = min(len(file), MOST_EPISODES)
            for index in range(count):
                progress(index, count)
                yield _Group(member(file, f"episode_{index}"), about).episode(path.name)
            progress(count, count)
    except DataError:
        raise
    except _DAMAGES as error:
        words = str(error).strip("'") or type(error).__name__
        raise DataError(f"{path} cannot be read as a Minari dataset: {words[:300]}") from error


def _metadata(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _MOST_METADATA:
        raise ValueError(f"{path.name} is larger than {_MOST_METADATA >> 20} MiB")
    about = parsed_json(path.read_bytes())
    if not isinstance(about, dict):
        raise ValueError(f"{path.name} holds no object")
    if about.get("data_format", "hdf5") != "hdf5":
        raise ValueError(f"its data are in the format {str(about['data_format'])[:40]!r}; hdf5 is read")
    return about


def _check_file(path: Path) -> None:
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise ValueError(f"{path.name} is no ordinary file")
    if about.st_size > MOST_BYTES:
        raise ValueError(f"it is {about.st_size / 2**30:,.1f} GiB; up to {MOST_BYTES >> 30} GiB are allowed")


class _Group:
    """One episode's group."""

    def __init__(self, group: Any, about: dict[str, Any]) -> None:
        self._group = group
        self._about = about
        self._left = MOST_OF_AN_EPISODE
        self._parts = 0
        rewards = array_at(group, "rewards")
        check_steps(rewards.shape[0])
        self._steps: int = rewards.shape[0]
        self._pictures: Any = None
        self._columns: list[NDArray[np.float32]] = []
        self._names: list[str] = []

    def episode(self, source: str) -> Episode:
        """All that there is of it."""
        space = _space(self._about.get("observation_space"))
        self._gather(member(self._group, "observations"), "observation", space, self._steps + 1, 0)
        values = self._fields(source)
        columns = self._columns
        observations = np.concatenate(columns, axis=1) if columns else np.zeros((self._steps + 1, 0), np.float32)
        actions = self._actions()
        values["discrete"] = actions.ndim == 1
        if len(values.get("observation_names", ())) != observations.shape[1]:
            values["observation_names"] = tuple(self._names)
        for name, field in (("terminations", "terminated"), ("truncations", "truncated")):
            ends = self._read(array_at(self._group, name, rows=self._steps))
            values[field] = bool(ends[-1]) if len(ends) else False
        episode = Episode(
            **values,
            observations=observations,
            actions=actions,
            rewards=self._read(array_at(self._group, "rewards")).astype(np.float64).reshape(-1),
            thoughts=self._thoughts(),
            frames=self._frames(),
        )
        check_actions(actions)
        episode.check()
        return episode

    def _fields(self, source: str) -> dict[str, Any]:
        attributes = self._group.attrs
        written = attributes.get(ABOUT)
        if isinstance(written, str):
            return checked_fields(parsed_json(written))
        spec = parsed_json(self._about["env_spec"]) if isinstance(self._about.get("env_spec"), str) else {}
        spec = spec if isinstance(spec, dict) else {}
        kwargs = spec.get("kwargs")
        seed = attributes.get("seed")
        return {
            "env": plain_text(str(spec.get("id") or "")),
            "env_kwargs": plain_value(kwargs) if isinstance(kwargs, dict) else {},
            "seed": int(seed) if isinstance(seed, int | np.integer) else 0,
            "source": f"from {plain_text(str(self._about.get('dataset_id') or source)[:200])}",
            "fps": 30.0,
        }

    def _gather(self, found: Any, name: str, space: dict[str, Any], rows: int, depth: int) -> None:
        """Columns of an observation's parts; a picture among them becomes the frames."""
        self._parts += 1  # a group may hold itself, under many names
        if depth > _DEEPEST or self._parts > _MOST_PARTS or len(self._names) > _MOST_NAMES:
            raise ValueError("observations are nested too deeply, or of too many parts or numbers")
        if hasattr(found, "keys"):
            if len(found) > _MOST_PARTS:
                raise ValueError(f"{name} has {len(found):,} parts; up to {_MOST_PARTS:,} are allowed")
            for key in sorted(found.keys(), key=_place):
                self._gather(member(found, key), _part(name, key), _subspace(space, key), rows, depth + 1)
            return
        array = checked(found, name, rows=rows)
        if _is_picture(space) and self._pictures is None:
            _check_pictures(array, name)
            self._pictures = (array, space)
        elif array.dtype.kind in "fiub":
            values = self._read(array).astype(np.float32).reshape(rows, -1)
            self._columns.append(values)
            width, name = values.shape[1], plain_text(name, 500)
            self._names += [name] if width == 1 else [f"{name} {number}" for number in range(width)]

    def _actions(self) -> NDArray[Any]:
        found = member(self._group, "actions")
        if hasattr(found, "keys"):
            raise ValueError("actions that are dictionaries or tuples are not read")
        actions = self._read(checked(found, "actions", rows=self._steps))
        if actions.ndim == 1 and actions.dtype.kind in "iub":
            return actions.astype(np.int64)
        return actions.reshape(self._steps, math.prod(actions.shape[1:])).astype(np.float32)

    def _thoughts(self) -> Thoughts:
        infos = member(self._group, "infos") if "infos" in self._group else {}
        ours = ABOUT in self._group.attrs
        values, notes, columns = np.full(self._steps, np.nan), [""] * self._steps, {}
        if ours and "thought_value" in infos:
            values = self._read(array_at(infos, "thought_value", rows=self._steps))
        if ours and "thought_note" in infos:
            texts = self._read(array_at(infos, "thought_note", rows=self._steps), kinds="S")
            notes = [plain_text(text.decode("utf-8", "replace"), 4 * LONGEST_NOTE) for text in texts.tolist()]
        for kind in THOUGHT_ARRAYS if ours else ():
            if (name := f"thought_{kind}") in infos:
                column = self._read(array_at(infos, name, rows=self._steps))
                if column.ndim not in (2, 3) or 0 in column.shape[1:]:
                    raise ValueError(f"{name} of {list(column.shape)} is not allowed")
                columns[kind] = column.astype(np.float32)
        return Thoughts(columns, values.astype(np.float64), notes)

    def _frames(self) -> FrameStore:
        infos = member(self._group, "infos") if "infos" in self._group else {}
        store = FrameStore()
        if ABOUT in self._group.attrs and "frames" in infos:
            frames = array_at(infos, "frames", rows=self._steps + 1)
            frame_shape([int(side) for side in frames.shape[1:]])
            if frames.dtype != np.uint8:
                raise ValueError(f"frames of {frames.dtype} are not allowed")
            for index in range(self._steps + 1):
                store.append(frames[index])
        elif self._pictures is not None:
            array, space = self._pictures
            packed = len(array.shape) < 3  # a row of bytes each: JPEG
            for index in range(self._steps + 1):
                store.append(_unpacked(array[index], space) if packed else _coloured(np.asarray(array[index])))
        return store

    def _read(self, array: Any, kinds: str = "fiub") -> NDArray[Any]:
        if array.dtype.kind not in kinds:
            raise ValueError(f"{array.name[-60:]} holds {array.dtype}, which is not read")
        if math.prod(array.shape[1:]) > MOST_NUMBERS:
            raise ValueError(f"{array.name[-60:]} of {list(array.shape)} is not allowed")
        self._left -= math.prod(array.shape) * max(array.dtype.itemsize, _BYTES_OF_A_NUMBER)
        if self._left < 0 or array.shape[0] > MOST_STEPS + 1:
            raise ValueError(f"an episode's arrays take more than {MOST_OF_AN_EPISODE >> 20:,} MiB")
        values: NDArray[Any] = array[()]
        return values


def _space(text: Any) -> dict[str, Any]:
    found = parsed_json(text) if isinstance(text, str) else {}
    return found if isinstance(found, dict) else {}


def _subspace(space: dict[str, Any], key: str) -> dict[str, Any]:
    parts = space.get("subspaces")
    if isinstance(parts, dict):
        found = parts.get(key)
    elif isinstance(parts, list) and key.startswith("_index_") and key[7:].isdecimal() and int(key[7:]) < len(parts):
        found = parts[int(key[7:])]
    else:
        found = None
    return found if isinstance(found, dict) else {}


def _is_picture(space: dict[str, Any]) -> bool:
    """Whether it is of bytes: height × width, or that and 1 or 3 colours."""
    shape = space.get("shape")
    if space.get("type") != "Box" or space.get("dtype") != "uint8" or not isinstance(shape, list):
        return False
    return (len(shape) == 3 and shape[-1] in (1, 3)) or (len(shape) == 2 and min(shape) >= 32)


def _check_pictures(array: Any, name: str) -> None:
    """Raise ValueError unless each is a picture that may be taken into memory, or a row of bytes, as JPEG is."""
    if len(array.shape) >= 3:
        frame_shape([*map(int, array.shape[1:3]), 3])
        fits = array.dtype.kind in "iu" and array.shape[3:] in ((), (1,), (3,))
    elif len(array.shape) == 2:
        fits = array.dtype == np.uint8 and array.shape[1] <= 3 * MOST_PIXELS
    else:
        fits = hdf5().check_vlen_dtype(array.dtype) == np.uint8
    if not fits:
        raise ValueError(f"{name}: pictures of {list(array.shape)} {array.dtype} are not allowed")


def _unpacked(content: Any, space: dict[str, Any]) -> Frame:
    """A JPEG, held against the size that its space gives before it is unpacked."""
    from PIL import Image

    try:
        opened = Image.open(io.BytesIO(np.asarray(content, np.uint8).tobytes()), formats=("JPEG",))
    except Image.DecompressionBombError:
        raise ValueError("a picture is larger than allowed") from None
    with opened as picture:
        if [picture.height, picture.width] != list(space["shape"])[:2]:
            raise ValueError(f"a picture of {picture.width}×{picture.height} is of another size than the others")
        frame_shape([picture.height, picture.width, 3])
        return np.asarray(picture.convert("RGB"), np.uint8)


def _coloured(picture: NDArray[Any]) -> Frame:
    bright = picture.astype(np.uint8).reshape(*picture.shape[:2], -1)
    return np.ascontiguousarray(np.broadcast_to(bright, (*picture.shape[:2], 3)))


def _part(name: str, key: str) -> str:
    key = plain_text(key, 200).removeprefix("_index_")
    return key if name == "observation" and not key.isdecimal() else f"{name} {key}"


def _place(key: str) -> tuple[int, str]:
    return (int(key[7:]) if key.startswith("_index_") and key[7:].isdecimal() else 0), key

"""A recorded episode as one file, to keep and to share: arrays, frames still compressed, and where it comes from.

It is a safetensors file (storage.tensor_file) whose metadata say {"format": "rlstudio-episode-2", "episode": JSON}.
Arrays: observations, actions, rewards; thought_<kind> as in core.thoughts; note_bytes and note_ends, the notes in UTF-8
end to end; frame_bytes and frame_ends, the frames end to end, each one zstd frame of height × width × 3 bytes.
Files of the first format, which hold the notes in the JSON and no checksum, are read as well.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.plain_text import plain_text
from rlstudio.core.thoughts import THOUGHT_ARRAYS, Thoughts
from rlstudio.core.whole_file import TEMPORARY, whole_file
from rlstudio.storage.episode_checks import (
    LONGEST_NOTE,
    check_actions,
    check_frames,
    check_place,
    check_steps,
    checked_fields,
    frame_shape,
)
from rlstudio.storage.records import plain
from rlstudio.storage.saliency_arrays import SHAPE, read_saliency, saliency_arrays
from rlstudio.storage.tensor_file import Progress, TensorFile, nobody, open_tensors, parsed_json, write_tensors

SUFFIX = ".rlepisode"
FORMAT, _FIRST_FORMAT = "rlstudio-episode-2", "rlstudio-episode-1"
MOST_BYTES = 4 << 30
_MOST_HEADER = 8 << 20
_KEPT_APART = ("frames", "thoughts", "saliency", "observations", "actions", "rewards", "run", "run_name")
_ARRAYS = ("observations", "actions", "rewards")


def save_episode(path: Path, episode: Episode) -> None:
    """Write `episode` to `path`, whole or not at all. Raises OSError, or ValueError for what no file can hold."""
    episode.check()
    check_steps(episode.length)
    thoughts = Thoughts.of(episode.thoughts)
    notes = [note[:LONGEST_NOTE].encode("utf-8", "replace") for note in thoughts.notes]
    arrays: dict[str, NDArray[Any]] = {
        "observations": np.asarray(episode.observations, np.float32),
        "actions": np.asarray(episode.actions, np.int64 if episode.discrete else np.float32),
        "rewards": np.asarray(episode.rewards, np.float64),
        "thought_value": thoughts.values,
        **{f"thought_{name}": np.asarray(column, np.float32) for name, column in thoughts.columns.items()},
        "note_bytes": np.frombuffer(b"".join(notes), np.uint8),
        "note_ends": _ends(notes),
        "frame_bytes": np.frombuffer(b"".join(episode.frames.blobs), np.uint8),
        "frame_ends": _ends(episode.frames.blobs),
        **saliency_arrays(episode.saliency),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        write_tensors(file, arrays, {"format": FORMAT, "episode": json.dumps(about_episode(episode))})


def load_episode(path: Path, progress: Progress = nobody) -> Episode:
    """The episode in `path`. `progress` is called with bytes done and bytes in all, and may raise to give up.

    No more memory is taken than the file is long, and a bounded little beside it.

    Raises:
        ValueError: if the file was cut off, is damaged, is something else, or holds what is not allowed; says which.
        OSError: if it cannot be read.
    """
    try:
        with open_tensors(path, most_bytes=MOST_BYTES, most_header=_MOST_HEADER) as file:
            return _read(file, path, progress)
    except ValueError as error:
        raise ValueError(f"{path} cannot be opened as a recorded episode: {error}") from error


def about_file(path: Path) -> tuple[dict[str, Any], int]:
    """What a file says of its episode, as in `about_episode`, and of how many steps; its arrays are not read.

    Raises:
        ValueError: if it is no episode, or of another version.
        OSError: if it cannot be read.
    """
    with open_tensors(path, most_bytes=MOST_BYTES, most_header=_MOST_HEADER) as file:
        about = parsed_json(file.metadata.get("episode", "null"))
        if file.metadata.get("format") != FORMAT or not isinstance(about, dict):
            raise ValueError(f"{path} is no recorded episode of this version")
        return about, file.place("rewards", "F64", 1).shape[0]


def episode_files(folder: Path) -> list[Path]:
    """The whole recorded episodes in a folder, in the order they were recorded. Early ones were called .npz."""
    found = (path for path in folder.glob("*") if not path.name.startswith(TEMPORARY))
    return sorted(path for path in found if path.suffix in (SUFFIX, ".npz") and path.is_file())


def about_episode(episode: Episode) -> dict[str, Any]:
    """All but arrays, frames and thoughts, as JSON knows it. Of the run its name alone: paths tell of who made it."""
    names = [field.name for field in fields(Episode) if field.name not in _KEPT_APART]
    found = {name: getattr(episode, name) for name in names}
    run_name = Path(episode.run).name if episode.run else episode.run_name
    about: dict[str, Any] = plain(
        {**found, "run_name": run_name, "frame_shape": list(episode.frames.shape), SHAPE: list(episode.saliency.shape)},
        finite=False,
    )
    return about


def _read(file: TensorFile, path: Path, progress: Progress) -> Episode:
    form = file.metadata.get("format")
    if form not in (FORMAT, _FIRST_FORMAT):
        if form and form.startswith("rlstudio-episode-"):
            raise ValueError(f"it is of a newer version of this program ({plain_text(form[:60])})")
        raise ValueError("it is no recorded episode")
    if form == FORMAT:
        file.verify(progress)
    about = parsed_json(file.metadata.get("episode", "null"))
    values = checked_fields(about)
    steps = file.place("rewards", "F64", 1).shape[0]
    check_steps(steps)
    values |= _arrays(file, steps, values.get("discrete", True))
    episode = Episode(**values, thoughts=_thoughts(file, steps, about), frames=_frames(file, steps, about))
    episode.saliency = read_saliency(file, steps, about)
    _say_where_from(episode, about, path)
    episode.check()
    return episode


def _arrays(file: TensorFile, steps: int, discrete: bool) -> dict[str, NDArray[Any]]:
    dimensions = len(file.places["actions"].shape) if "actions" in file.places else 1
    kinds = {
        "observations": ("F32", 2, steps + 1),
        "actions": ("I64" if discrete else "F32", 1 if discrete else min(max(dimensions, 1), 3), steps),
        "rewards": ("F64", 1, steps),
    }
    for name, (kind, sides, length) in kinds.items():
        check_place(name, file.place(name, kind, sides), length)
    found = {name: file.read(name, *kinds[name][:2]) for name in _ARRAYS}
    check_actions(found["actions"])
    return found


def _thoughts(file: TensorFile, steps: int, about: dict[str, Any]) -> Thoughts:
    columns = {}
    for kind in THOUGHT_ARRAYS:
        name = f"thought_{kind}"
        if name in file.places:
            sides = len(file.places[name].shape)
            if sides not in (2, 3):
                raise ValueError(f"{name}: {sides} dimensions are not allowed")
            check_place(name, file.place(name, "F32", sides), steps)
            columns[kind] = file.read(name, "F32", sides)
    check_place("thought_value", file.place("thought_value", "F64", 1), steps)
    return Thoughts(columns, file.read("thought_value", "F64", 1), _notes(file, steps, about))


def _notes(file: TensorFile, steps: int, about: dict[str, Any]) -> list[str]:
    if "thought_note" in about:  # the first format
        notes = about["thought_note"]
        if not isinstance(notes, list) or len(notes) != steps:
            raise ValueError("its notes do not fit its steps")
        return [plain_text(str(note), LONGEST_NOTE) for note in notes]
    check_place("note_ends", file.place("note_ends", "I64", 1), steps)
    parts = file.cut("note_bytes", file.read("note_ends", "I64", 1))
    return [plain_text(part.decode("utf-8", "replace"), LONGEST_NOTE) if part else "" for part in parts]


def _frames(file: TensorFile, steps: int, about: dict[str, Any]) -> FrameStore:
    shape = frame_shape(about.get("frame_shape"))
    place = file.place("frame_ends", "I64", 1)
    if place.shape[0]:  # an episode that came without pictures has none
        check_place("frame_ends", place, steps + 1)
    blobs = file.cut("frame_bytes", file.read("frame_ends", "I64", 1))
    check_frames(shape, blobs)
    return FrameStore(shape, blobs)


def _say_where_from(episode: Episode, about: dict[str, Any], path: Path) -> None:
    """The run by its name; as a folder only where the file lies in one. No path from inside a file is ever used."""
    earlier = about.get("run")
    if not episode.run_name and isinstance(earlier, str):  # the first format had a path
        episode.run_name = plain_text(earlier.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1])
    home = path.absolute().parent.parent
    if path.absolute().parent.name == "episodes" and (home / "run.json").is_file():
        episode.run, episode.run_name = str(home), home.name


def _ends(parts: list[bytes]) -> NDArray[np.int64]:
    return np.cumsum([len(part) for part in parts], dtype=np.int64)

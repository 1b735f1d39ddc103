"""Episodes as a Minari dataset and back: a folder with metadata.json and main_data.hdf5.

The format: https://minari.farama.org/content/dataset_standards. `minari.MinariDataset(path)` opens what is written
here; below ~/.minari/datasets/<id>/data `minari.load_dataset(id)` finds it. Observations are the numbers that the
inspector names; beside them stand, as infos, what the policy thought and, where asked for, the frames. Nothing is lost:
each episode's group also has an attribute "rlstudio" with what else there is to say of it.

It is written and read with h5py alone, not with Minari's own reader, which believes the sizes that a file gives and
follows its links to other files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.episode import Episode
from rlstudio.core.thoughts import Thoughts
from rlstudio.core.whole_file import whole_path
from rlstudio.storage.data_formats import DataError, Progress, nobody
from rlstudio.storage.episode_checks import LONGEST_NOTE
from rlstudio.storage.episode_file import about_episode

METADATA, MAIN_DATA = "metadata.json", "main_data.hdf5"
ABOUT = "rlstudio"
"""The attribute of an episode's group that holds what Minari has no place for, as JSON."""

_VERSION = "0.5.0"  # of Minari; the first whose datasets later ones read as they are written here
_LONGEST_ATTRIBUTE = 32_000  # HDF5 keeps up to 64 KiB of attributes


def hdf5() -> Any:
    """The h5py module. Raises DataError where it is not installed."""
    try:
        import h5py
    except ImportError:
        raise DataError('Minari datasets need h5py: install it with pip install "rlstudio[minari]"') from None
    return h5py


def write_minari(
    path: Path,
    episodes: Sequence[Episode],
    *,
    frames: bool = False,
    env_spec: str | None = None,
    progress: Progress = nobody,
) -> None:
    """Write episodes that are alike (data_formats.check_alike) to the new folder `path`. Raises DataError, OSError."""
    h5py = hdf5()
    total, done = sum(episode.length + 1 for episode in episodes), 0
    with whole_path(path) as folder:
        folder.mkdir()
        with h5py.File(folder / MAIN_DATA, "w") as file:
            for index, episode in enumerate(episodes):
                group = file.create_group(f"episode_{index}")
                _write_episode(group, index, episode)
                if frames:
                    _write_frames(group["infos"], episode, lambda t, done=done: progress(done + t, total))
                done += episode.length + 1
                progress(done, total)
        size = (folder / MAIN_DATA).stat().st_size
        about = _metadata(path, episodes, env_spec) | {"dataset_size": round(size / 1e6, 1)}
        (folder / METADATA).write_text(json.dumps(about), encoding="utf-8")


def _write_episode(group: Any, index: int, episode: Episode) -> None:
    steps = episode.length
    group.attrs.update({"id": index, "seed": episode.seed, "total_steps": steps})
    about = about_episode(episode)
    if len(json.dumps(about)) > _LONGEST_ATTRIBUTE:
        about["observation_names"] = []
    group.attrs[ABOUT] = json.dumps(about)
    ends = np.zeros((2, steps), np.bool_)
    ends[:, -1:] = [[episode.terminated], [episode.truncated]]
    for name, array in (
        ("observations", episode.observations),
        ("actions", episode.actions),
        ("rewards", episode.rewards),
        ("terminations", ends[0]),
        ("truncations", ends[1]),
    ):
        group.create_dataset(name, data=array)
    infos, thoughts = group.create_group("infos"), Thoughts.of(episode.thoughts)
    infos.create_dataset("thought_value", data=thoughts.values)
    for kind, column in thoughts.columns.items():
        infos.create_dataset(f"thought_{kind}", data=column, **({"compression": "gzip"} if column.size else {}))
    notes = [note[:LONGEST_NOTE].encode("utf-8", "replace") for note in thoughts.notes]
    longest = max(map(len, notes), default=0)
    if longest:
        infos.create_dataset("thought_note", data=np.array(notes, f"S{longest}"), compression="gzip")


def _write_frames(infos: Any, episode: Episode, progress: Any) -> None:
    shape = episode.frames.shape
    frames = infos.create_dataset(
        "frames", (len(episode.frames), *shape), np.uint8, chunks=(1, *shape), compression="gzip", compression_opts=1
    )
    for t, frame in enumerate(episode.frames):
        progress(t)
        frames[t] = frame


def _metadata(path: Path, episodes: Sequence[Episode], env_spec: str | None) -> dict[str, Any]:
    first = episodes[0]
    about: dict[str, Any] = {
        "total_episodes": len(episodes),
        "total_steps": sum(episode.length for episode in episodes),
        "data_format": "hdf5",
        "jpeg_encoding": False,
        "observation_space": json.dumps(_box(first.observations.shape[1:])),
        "action_space": json.dumps(_action_space(episodes)),
        "dataset_id": _dataset_id(path),
        "minari_version": _VERSION,
        "algorithm_name": first.algorithm or "",
        "description": "Recorded with RL Studio; observations are their numbers, named in each episode's attributes.",
    }
    return about | ({"env_spec": env_spec} if env_spec else {})


def _box(shape: tuple[int, ...]) -> dict[str, Any]:
    """A Box without bounds, as Minari writes its spaces."""
    low, high = np.full(shape, -np.inf, np.float32).tolist(), np.full(shape, np.inf, np.float32).tolist()
    return {"type": "Box", "dtype": "float32", "shape": list(shape), "low": low, "high": high}


def _action_space(episodes: Sequence[Episode]) -> dict[str, Any]:
    first = episodes[0]
    if not first.discrete:
        return _box(first.actions.shape[1:])
    done: NDArray[np.int64] = np.concatenate([episode.actions for episode in episodes])
    low, high = (int(done.min()), int(done.max())) if len(done) else (0, 0)
    start = min(0, low)
    return {"type": "Discrete", "dtype": "int64", "start": start, "n": max(len(first.action_names), high + 1 - start)}


def _dataset_id(path: Path) -> str:
    """A name that Minari allows: the folder's, and version 0 where it says none."""
    name = re.sub(r"[^-\w]+", "-", path.stem).strip("-") or "episodes"
    return name if re.search(r"-v\d+$", name) else f"{name}-v0"


def read_minari(path: Path, progress: Progress = nobody) -> Any:
    """See storage.minari_reading, where the mistrust is."""
    from rlstudio.storage.minari_reading import read_dataset

    return read_dataset(path, progress)

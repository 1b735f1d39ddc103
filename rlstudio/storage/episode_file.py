"""A recorded episode as one safetensors file: arrays, frames still compressed, the rest as JSON in the header."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import zstandard
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from rlstudio.core.episode import Episode
from rlstudio.core.episode_data import episode_from_data, episode_to_data
from rlstudio.core.whole_file import whole_file
from rlstudio.storage.records import plain

_FORMAT = "rlstudio-episode-1"
_MAX_SIDE = 8192


def save_episode(path: Path, episode: Episode) -> None:
    """Write `episode` to `path`, whole or not at all. Raises OSError, or ValueError for what no file can hold."""
    episode.check()
    data = episode_to_data(episode)
    blobs: list[bytes] = data.pop("frame_blobs")
    arrays = {name: np.asarray(value, order="C") for name, value in data.items() if isinstance(value, np.ndarray)}
    rest = {name: value for name, value in data.items() if name not in arrays}
    arrays["frame_bytes"] = np.frombuffer(b"".join(blobs), np.uint8)
    arrays["frame_ends"] = np.cumsum([len(blob) for blob in blobs], dtype=np.int64)
    text = json.dumps(plain(rest, finite=False))
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        file.write(save(arrays, metadata={"format": _FORMAT, "episode": text}))


def load_episode(path: Path) -> Episode:
    """The episode in `path`.

    Raises:
        ValueError: if the file was cut off, is damaged or is something else.
        OSError: if it cannot be read.
    """
    path.stat()
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != _FORMAT:
                raise ValueError("it is no recorded episode")
            data: dict[str, Any] = json.loads(metadata["episode"])
            data |= {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
        data["frame_blobs"] = _frames(data)
        return episode_from_data(data)
    except (SafetensorError, ValueError, KeyError, TypeError, IndexError) as error:
        raise ValueError(
            f"{path} cannot be opened as a recorded episode; it may be cut off or damaged ({error})"
        ) from error


def _frames(data: dict[str, Any]) -> list[bytes]:
    """The compressed frames, each checked to unpack to exactly the size it should have."""
    height, width, channels = (int(side) for side in data["frame_shape"])
    if not (0 <= height <= _MAX_SIDE and 0 <= width <= _MAX_SIDE and channels == 3):
        raise ValueError(f"frames of {height}×{width}×{channels}")
    content, ends = data.pop("frame_bytes").tobytes(), data.pop("frame_ends").tolist()
    starts = [0, *ends[:-1]]
    if any(start > end for start, end in zip(starts, ends, strict=True)) or (ends and ends[-1] != len(content)):
        raise ValueError("its frames do not fit its size")
    blobs = [content[start:end] for start, end in zip(starts, ends, strict=True)]
    try:
        sizes = {zstandard.frame_content_size(blob) for blob in blobs}
    except zstandard.ZstdError as error:
        raise ValueError(f"a frame cannot be unpacked: {error}") from error
    if not sizes <= {height * width * channels}:
        raise ValueError("a frame unpacks to another size than it should")
    return blobs

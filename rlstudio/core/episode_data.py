"""An Episode as plain data and back: for the pipe and for the disk."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.frame_store import FrameStore

THOUGHT_ARRAYS = tuple(f.name for f in fields(Thought) if f.name not in ("value", "note"))


def episode_to_data(episode: Episode) -> dict[str, Any]:
    """Builtins and arrays only. Thoughts become one array a kind, filled up with NaN where a step had less or none."""
    data = {f.name: getattr(episode, f.name) for f in fields(Episode) if f.name not in ("frames", "thoughts")}
    data["frame_shape"] = tuple(episode.frames.shape)
    data["frame_blobs"] = list(episode.frames.blobs)
    for name in THOUGHT_ARRAYS:
        stacked = _stacked([getattr(thought, name) for thought in episode.thoughts])
        if stacked is not None:
            data[f"thought_{name}"] = stacked
    data["thought_value"] = np.array([np.nan if t.value is None else t.value for t in episode.thoughts], np.float64)
    data["thought_note"] = [thought.note for thought in episode.thoughts]
    return data


def episode_from_data(data: dict[str, Any]) -> Episode:
    """The episode that `episode_to_data` took apart.

    Raises:
        ValueError: where its lengths do not fit together.
    """
    known = {f.name for f in fields(Episode)} - {"frames", "thoughts"}
    values = {name: value for name, value in data.items() if name in known}
    for name in ("observation_names", "action_names"):
        values[name] = tuple(values.get(name, ()))
    thoughts = []
    for index, note in enumerate(data["thought_note"]):
        arrays: dict[str, Any] = {}
        for name in THOUGHT_ARRAYS:
            arrays[name] = _row(data[f"thought_{name}"][index]) if f"thought_{name}" in data else None
        value = float(data["thought_value"][index])
        thoughts.append(Thought(**arrays, value=None if np.isnan(value) else value, note=note))
    frames = FrameStore(tuple(data["frame_shape"]), data["frame_blobs"])
    episode = Episode(**values, thoughts=thoughts, frames=frames)
    episode.check()
    return episode


def _stacked(rows: list[NDArray[np.float32] | None]) -> NDArray[np.float32] | None:
    """One array (T, longest, …) of rows of equal shape but for their length; None when there is no row."""
    found = [np.asarray(row, np.float32) for row in rows if row is not None and len(row)]
    if not found:
        return None
    stacked = np.full((len(rows), max(map(len, found)), *found[0].shape[1:]), np.nan, np.float32)
    for index, row in enumerate(rows):
        if row is not None:
            stacked[index, : len(row)] = row
    return stacked


def _row(filled: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """A step's own part of a stacked array; None where it had none. A row of NaN ends it."""
    there = ~np.isnan(filled.reshape(len(filled), -1)).all(axis=1)
    return filled[: int(np.flatnonzero(there)[-1]) + 1] if there.any() else None

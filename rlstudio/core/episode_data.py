"""An Episode as plain data and back: for the pipe and for the disk."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.frame_store import FrameStore

_THOUGHT_ARRAYS = ("probabilities", "q_values", "mean", "std")


def episode_to_data(episode: Episode) -> dict[str, Any]:
    """Builtins and arrays only. Thoughts become one array a kind, rows of NaN where a step had none."""
    data = {f.name: getattr(episode, f.name) for f in fields(Episode) if f.name not in ("frames", "thoughts")}
    data["frame_shape"] = tuple(episode.frames.shape)
    data["frame_blobs"] = list(episode.frames.blobs)
    for name in _THOUGHT_ARRAYS:
        rows = [getattr(thought, name) for thought in episode.thoughts]
        width = next((len(row) for row in rows if row is not None), 0)
        if width:
            empty = np.full(width, np.nan, np.float32)
            data[f"thought_{name}"] = np.stack([empty if row is None else np.asarray(row, np.float32) for row in rows])
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
        for name in _THOUGHT_ARRAYS:
            row = data[f"thought_{name}"][index] if f"thought_{name}" in data else None
            arrays[name] = None if row is None or np.all(np.isnan(row)) else row
        value = float(data["thought_value"][index])
        thoughts.append(Thought(**arrays, value=None if np.isnan(value) else value, note=note))
    frames = FrameStore(tuple(data["frame_shape"]), data["frame_blobs"])
    episode = Episode(**values, thoughts=thoughts, frames=frames)
    episode.check()
    return episode

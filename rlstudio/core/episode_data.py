"""An Episode as plain data and back: for the pipe and for the disk."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.thoughts import THOUGHT_ARRAYS, Thoughts

_APART = ("frames", "thoughts", "saliency")


def episode_to_data(episode: Episode) -> dict[str, Any]:
    """Builtins and arrays only. Thoughts become one array a kind, filled up with NaN where a step had less or none."""
    data = {f.name: getattr(episode, f.name) for f in fields(Episode) if f.name not in _APART}
    data["saliency_shape"], data["saliency_blobs"] = tuple(episode.saliency.shape), list(episode.saliency.blobs)
    data["frame_shape"] = tuple(episode.frames.shape)
    data["frame_blobs"] = list(episode.frames.blobs)
    thoughts = Thoughts.of(episode.thoughts)
    data |= {f"thought_{name}": column for name, column in thoughts.columns.items()}
    data["thought_value"], data["thought_note"] = thoughts.values, list(thoughts.notes)
    return data


def episode_from_data(data: dict[str, Any]) -> Episode:
    """The episode that `episode_to_data` took apart.

    Raises:
        ValueError: where its lengths do not fit together.
    """
    known = {f.name for f in fields(Episode)} - set(_APART)
    values = {name: value for name, value in data.items() if name in known}
    for name in ("observation_names", "action_names", "marks"):
        values[name] = tuple(values.get(name, ()))
    columns = {name: data[key] for name in THOUGHT_ARRAYS if (key := f"thought_{name}") in data}
    thoughts = Thoughts(columns, data["thought_value"], data["thought_note"])
    frames = FrameStore(tuple(data["frame_shape"]), data["frame_blobs"])
    saliency = FrameStore(tuple(data.get("saliency_shape", (0, 0, 3))), data.get("saliency_blobs", ()))
    episode = Episode(**values, thoughts=thoughts, frames=frames, saliency=saliency)
    episode.check()
    return episode

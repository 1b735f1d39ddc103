"""Marks of a recording that its run keeps: written into the very file, found again by what it says of itself."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from rlstudio.core.episode import Episode
from rlstudio.storage.episode_file import SUFFIX, about_episode, about_file, episode_files, save_episode

_SAME = ("env", "env_kwargs", "seed", "recorded", "algorithm", "step", "greedy", "source", "ending", "frame_shape")
"""What tells a recording from all others; `recorded` and `seed` alone do, but for files that were changed by hand."""


def keep_marks(episode: Episode) -> Path | None:
    """Write the episode anew, with its marks, over the file that its run keeps of it; None where there is none.

    A file is never made: what was recorded without being kept, or deleted since, stays so.

    Raises:
        OSError: where the disk refuses; the file is as it was then.
    """
    if episode.run is None or not episode.recorded:
        return None
    mine = about_episode(episode)
    for path in reversed(episode_files(Path(episode.run) / "episodes")):
        if path.suffix != SUFFIX:
            continue
        with suppress(ValueError, OSError):  # damaged, or gone this very moment
            there, steps = about_file(path)
            if steps == episode.length and all(there.get(name) == mine[name] for name in _SAME):
                break
    else:
        return None
    if there.get("marks") != mine["marks"]:
        save_episode(path, episode)
    return path

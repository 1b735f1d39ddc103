"""How long a film of a training gets: how much of each checkpoint's episode is seen, and how long those should be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rlstudio.core.history import History

LAST_IS_LONGER = 3.0
"""The trained policy is seen so many times as long as those before it: that is what one waited for."""
_NEIGHBOURS = 5
"""Training episodes on each side of a checkpoint that tell how long its own may be."""
_UNKNOWN_LENGTH = 200.0


def frames_seen(lengths: Sequence[float], seconds_each: float, fps: float) -> list[int]:
    """How many frames of each episode are seen, from their lengths in steps, at `fps` frames a second."""
    found = []
    for number, length in enumerate(lengths):
        seconds = seconds_each * (LAST_IS_LONGER if number == len(lengths) - 1 else 1.0)
        found.append(min(round(length) + 1, max(1, round(seconds * fps))))
    return found


def expected_lengths(history: History, steps: Sequence[int], most: int | None = None) -> list[float]:
    """About how many steps the policies of training steps `steps` act before their episode ends, at `most` so many:
    as long as the training episodes around them."""
    ends, lengths = history.end_steps, history.lengths
    found = []
    for step in steps:
        place = int(np.searchsorted(ends, step))
        near = lengths[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS]
        near = near[np.isfinite(near)]
        length = float(near.mean()) if len(near) else _UNKNOWN_LENGTH
        found.append(min(length, float(most)) if most else length)
    return found

"""LearningReplay: the whole of a run's learning, a few seconds each of some checkpoints, from untrained to trained."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from rlstudio.ui.episode_cache import EpisodeCache
from rlstudio.ui.panels.stage import StagePanel

SHOWN = 10
"""How many checkpoints it goes through."""
SECONDS_EACH = 5.0
_HOLD_END_SECONDS = 0.6


class LearningReplay:
    """Says which checkpoint is due next; who shows it keeps it. One that is not recorded yet is waited for."""

    def __init__(self, stage: StagePanel) -> None:
        self._stage = stage
        self.steps: list[int] = []
        self._next = 0
        self._since = 0.0
        self._ended_at: float | None = None

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return bool(self.steps)

    @property
    def ahead(self) -> list[int]:
        """What is still to be shown, the next first."""
        return self.steps[self._next :]

    def start(self, steps: Sequence[int]) -> None:
        """From the first of these checkpoints to the last; of many, some that lie evenly among them."""
        places = np.unique(np.linspace(0, len(steps) - 1, min(SHOWN, len(steps))).round().astype(int)) if steps else []
        self.steps = [steps[int(place)] for place in places]
        self._next, self._since, self._ended_at = 0, 0.0, None

    def stop(self) -> None:
        """What is shown stays."""
        self.steps = []

    def skip(self, step: int) -> bool:
        """Leave out one that is still to be shown, for it cannot be; whether there was one."""
        if step not in self.ahead:
            return False
        self.steps.remove(step)
        return True

    def due(self, episodes: EpisodeCache, on_stage: Sequence[int]) -> int | None:
        """The checkpoint to show now, if it is time for another and its episode is there."""
        if not self.steps:
            return None
        if self._next and not self._is_over(time.monotonic()):
            return None
        if self._next == len(self.steps):
            self.stop()
            return None
        step = self.steps[self._next]
        if step not in episodes:
            return None
        self._next, self._since, self._ended_at = self._next + 1, time.monotonic(), None
        return step

    def _is_over(self, now: float) -> bool:
        """Whether the one on the stage was shown long enough: to its end, held a moment, or for its few seconds."""
        episode = self._stage.current_episode()
        if episode is not None and self._stage.current_index() >= episode.length:
            self._ended_at = now if self._ended_at is None else self._ended_at
            return now - self._ended_at >= _HOLD_END_SECONDS
        return self._stage.is_playing() and now - self._since >= SECONDS_EACH

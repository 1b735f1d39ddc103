"""Gathered: what happened since it was last taken, once for the screen and once for the disk."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlstudio.core.messages import Change, Evaluation, Series
from rlstudio.jobs.episode_counter import EndedEpisode


class Gathered:
    """Compact lists that grow by episodes and updates, never by environment steps."""

    def __init__(self) -> None:
        self.episodes: list[EndedEpisode] = []
        self.metrics: dict[str, list[tuple[int, float, float]]] = {}
        self.evaluations: list[Evaluation] = []
        self.changes: list[Change] = []
        self.events: list[tuple[str, int, float, dict[str, Any]]] = []
        """Kind, step, seconds and fields of what a person did, or what happened: for the disk alone."""
        self.means: list[tuple[int, float, str, float]] = []
        """Those of evaluations, as rows for readers of metrics.csv alone."""

    def add_metrics(self, step: int, seconds: float, metrics: dict[str, float]) -> None:
        """One update's diagnostics."""
        for name, value in metrics.items():
            self.metrics.setdefault(name, []).append((step, seconds, float(value)))

    def episode_arrays(self) -> dict[str, Any]:
        """The fields of a Batch that speak of episodes."""
        rows = np.array(
            [(e.total_reward, e.length, e.end_step, e.end_seconds) for e in self.episodes], np.float64
        ).reshape(-1, 4)
        names = ("returns", "lengths", "end_steps", "end_seconds")
        return {name: np.ascontiguousarray(rows[:, column]) for column, name in enumerate(names)}

    def series(self) -> dict[str, Series]:
        """The metrics as arrays."""
        found = {}
        for name, rows in self.metrics.items():
            table = np.array(rows, np.float64)
            found[name] = Series(*(np.ascontiguousarray(table[:, column]) for column in range(3)))
        return found

    def metric_rows(self) -> list[tuple[int, float, str, float]]:
        """The metrics in long form, in the order of their steps."""
        rows = [(step, seconds, name, value) for name, some in self.metrics.items() for step, seconds, value in some]
        return sorted(rows, key=lambda row: row[0])

"""UpdateLogger: what Stable-Baselines3 records about its updates, by its own names, gathered into rows."""

from __future__ import annotations

import math
from typing import Any

from stable_baselines3.common.logger import Logger

from rlstudio.algorithms.blocks.mean_metrics import MeanMetrics

_AS_IT_STANDS = ("learning_rate", "clip_range", "n_updates", "iterations", "exploration_rate", "delta_std")


class UpdateLogger(Logger):
    """Takes what a model records, without "train/" and "rollout/".

    Between two rows diagnostics are averaged; settings and counts are given as they stand. What cannot be computed
    (the explained variance of returns that are all alike) is left out.
    """

    def __init__(self) -> None:
        super().__init__(folder=None, output_formats=[])
        self._latest: dict[str, float] = {}
        self._means = MeanMetrics()

    def record(self, key: str, value: Any, exclude: Any = None) -> None:
        group, _, name = key.rpartition("/")
        if group == "time":  # the run keeps its own
            return
        number = float(value)
        if name in _AS_IT_STANDS:
            self._latest[name] = number
        elif math.isfinite(number) or name != "explained_variance":
            self._means.add(**{name: number})

    def dump(self, step: int = 0) -> None:
        """Rows are taken, not written."""

    def take(self) -> dict[str, float]:
        """A row of all that was recorded since the last one."""
        return {**self._means.take(), **self._latest}

    def state(self) -> dict[str, Any]:
        """Plain numbers: what `load_state` needs."""
        return {"means": self._means.state(), "latest": dict(self._latest)}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self._means.load_state(state["means"])
        self._latest = {name: float(value) for name, value in state["latest"].items()}

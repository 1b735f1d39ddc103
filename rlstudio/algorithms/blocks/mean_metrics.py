"""MeanMetrics: diagnostics of many small updates, gathered until their means are logged."""

from __future__ import annotations

from collections.abc import Mapping


class MeanMetrics:
    """Sums and counts by name, since they were last taken."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}

    def add(self, **metrics: float) -> None:
        """One value of each."""
        sums, counts = self._sums, self._counts
        for name, value in metrics.items():
            sums[name] = sums.get(name, 0.0) + value
            counts[name] = counts.get(name, 0) + 1

    def take(self) -> dict[str, float]:
        """The mean of each that has a value, and begin anew."""
        means = {name: total / self._counts[name] for name, total in self._sums.items()}
        self._sums, self._counts = {}, {}
        return means

    def state(self) -> dict[str, list[float]]:
        """Sum and count by name, plain numbers."""
        return {name: [total, self._counts[name]] for name, total in self._sums.items()}

    def load_state(self, state: Mapping[str, list[float]]) -> None:
        """Take over what `state` returned."""
        self._sums = {name: float(total) for name, (total, _) in state.items()}
        self._counts = {name: int(count) for name, (_, count) in state.items()}

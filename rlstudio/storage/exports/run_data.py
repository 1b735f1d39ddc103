"""RunData: all that a run folder tells in numbers and settings, read once for whoever exports it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.messages import Change, Evaluation, Series
from rlstudio.core.run_events import marks_of
from rlstudio.storage.records import Monitor
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.run_info import RunInfo

Progress = Callable[[int, int], None]
"""Called with (done, in all); may raise to give up, and nothing is left behind."""

_SUMMARY = (
    "status",
    "steps",
    "episodes",
    "seconds",
    "evaluation_seconds",
    "mean_return",
    "best_mean_return",
    "best_checkpoint",
    "solved_at",
    "started",
    "heartbeat",
    "error",
)


_EVALUATION_COPY = "evaluation_mean"
"""metrics.csv holds the evaluations' means too, for readers of that file alone."""


def nobody(_done: int, _total: int) -> None:
    """Progress that no one looks at."""


def number(value: Any) -> float | None:
    """A plain value as a number, None for one that is none or that no float holds."""
    try:
        return float(value) if isinstance(value, int | float) else None
    except OverflowError:
        return None


def versions_of(info: RunInfo) -> dict[str, str]:
    """What a run was made with, but for what tells of the machine."""
    return {name: found for name, found in info.versions.items() if name != "platform"}


def mean_of_last(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The mean of up to `count` values that end with each, same shape; NaN where one of them is no finite number."""
    finite = np.isfinite(values)
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - count)
    sums = np.concatenate([[0.0], np.cumsum(np.where(finite, values, 0.0))])
    lost = np.concatenate([[0], np.cumsum(~finite)])
    found: NDArray[np.float64] = (sums[ends] - sums[starts]) / (ends - starts)
    found[lost[ends] > lost[starts]] = np.nan
    return found


@dataclass(frozen=True)
class RunData:
    """One run, as it was when it was read: it may be running."""

    info: RunInfo
    monitor: Monitor
    metrics: dict[str, Series]
    evaluations: list[Evaluation]
    changes: list[Change]
    events: list[dict[str, Any]]

    @property
    def name(self) -> str:
        """The run's name: that of its folder."""
        return self.info.path.resolve().name

    @property
    def versions(self) -> dict[str, str]:
        """Of what it was made with, but for what tells of the machine."""
        return versions_of(self.info)

    def summary(self) -> dict[str, Any]:
        """How far it came, by name."""
        return {name: getattr(self.info, name) for name in _SUMMARY}


def read_run(path: Path) -> RunData:
    """The run in the folder `path`. Raises RunFolderError where it is none, or damaged."""
    folder = RunFolder.open(path)
    events = folder.read_events()
    evaluations, changes = marks_of(events)
    metrics = {name: series for name, series in folder.read_metrics().items() if name != _EVALUATION_COPY}
    return RunData(folder.read_info(), folder.read_monitor(), metrics, evaluations, changes, events)

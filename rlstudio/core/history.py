"""History: all that a training run has reported, as growable arrays, ready to be plotted against three x axes.

A run that is continued from a checkpoint goes back to that checkpoint's step: rows beyond it are lived again, so a row
whose step lies before the newest one takes the place of all rows after it. Steps therefore never decrease.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, Protocol, TypeVar

import numpy as np

from rlstudio.core.column import Buckets, Column, Floats, Growing, thin, visible
from rlstudio.core.messages import Batch, Change, Evaluation, Series

XAxis = Literal["steps", "episodes", "time"]

RETURN = "return"
MEAN_RETURN = "mean return"
EPISODE_LENGTH = "episode length"
MEAN_LENGTH = "mean episode length"
MEANS = {MEAN_RETURN: RETURN, MEAN_LENGTH: EPISODE_LENGTH}
"""Trailing means over the window, and what they are means of."""
EVALUATION = "greedy evaluation"
"""Mean return of each greedy evaluation; its rows are those of `History.evaluations`."""

_CHUNK = 4096
_EVALUATION_COPY = "evaluation_mean"  # metrics.csv holds the evaluations' means too, for readers of that file alone
Mark = TypeVar("Mark", Evaluation, Change)


class Monitor(Protocol):
    """Finished episodes as a run folder returns them: four arrays of one length."""

    @property
    def returns(self) -> Floats: ...
    @property
    def lengths(self) -> Floats: ...
    @property
    def end_steps(self) -> Floats: ...
    @property
    def end_seconds(self) -> Floats: ...


class _Table:
    """Named columns of one length with a row a step, ascending in "steps"."""

    def __init__(self, *names: str) -> None:
        self.columns: dict[str, Growing] = {"steps": Growing(), "time": Growing()}
        self.columns.update((name, Column()) for name in names)
        self.revision = 0

    def __len__(self) -> int:
        return len(self.columns["steps"])

    def extend(self, rows: dict[str, Floats], on_rewind: Callable[[int], None]) -> None:
        """Add rows; where their steps go back, `on_rewind(n)` says that only the first n rows are still true."""
        arrays = {name: np.asarray(values, dtype=np.float64).ravel() for name, values in rows.items()}
        if len({len(values) for values in arrays.values()}) > 1:
            lengths = ", ".join(f"{name}: {len(values)}" for name, values in arrays.items())
            raise ValueError(f"columns of one table must have one length, got {lengths}")
        steps = arrays["steps"]
        if not len(steps):
            return
        backwards = (np.flatnonzero(np.diff(steps) < 0) + 1).tolist()
        for start, stop in zip([0, *backwards], [*backwards, len(steps)], strict=True):
            self._append({name: values[start:stop] for name, values in arrays.items()}, on_rewind)
        self.revision += 1

    def _append(self, rows: dict[str, Floats], on_rewind: Callable[[int], None]) -> None:
        steps = self.columns["steps"].values
        if len(steps) and rows["steps"][0] < steps[-1]:
            self._keep(int(np.searchsorted(steps, rows["steps"][0], side="left")), on_rewind)
        times = self.columns["time"].values
        newest = times[-1] if len(times) else 0.0
        rows["time"] = np.fmax.accumulate(np.fmax(rows["time"], newest))  # the axis must ascend, whatever a clock did
        for name, values in rows.items():
            self.columns[name].extend(values)

    def rewind(self, step: int, on_rewind: Callable[[int], None]) -> None:
        """Forget the rows after `step`."""
        kept = int(np.searchsorted(self.columns["steps"].values, step, side="right"))
        if kept < len(self):
            self._keep(kept, on_rewind)
            self.revision += 1

    def _keep(self, kept: int, on_rewind: Callable[[int], None]) -> None:
        for column in self.columns.values():
            column.truncate(kept)
        on_rewind(kept)


class History:
    """What a run has reported so far.

    Attributes:
        revision: increases with every change; `revision_of(name)` is the same for one series.
        step, episode, seconds: the newest known, of the run.
        evaluations, changes: greedy evaluations and live changes, in order.
    """

    def __init__(self, window: int = 25) -> None:
        """`window` is the number of episodes that "mean return" and "mean episode length" are taken over."""
        self.window = window
        self.revision = 0
        self.step, self.episode, self.seconds = 0, 0, 0.0
        self.evaluations: list[Evaluation] = []
        self.changes: list[Change] = []
        self._episodes = _Table(RETURN, EPISODE_LENGTH)
        self._numbers = Growing()
        self._means: dict[tuple[str, int], Column] = {}
        self._metrics: dict[str, _Table] = {}
        self._metric_episodes: dict[str, Growing] = {}

    @classmethod
    def load(
        cls,
        monitor: Monitor,
        metrics: Mapping[str, Series],
        evaluations: Iterable[Evaluation] = (),
        changes: Iterable[Change] = (),
        *,
        window: int = 25,
    ) -> History:
        """The history of a run that was written to disk; `run_events.marks_of` makes the marks of its events."""
        history = cls(window)
        metrics = {name: series for name, series in metrics.items() if name != _EVALUATION_COPY}
        history._add_episodes(monitor.returns, monitor.lengths, monitor.end_steps, monitor.end_seconds)
        history._add_metrics(metrics)
        history._add_marks(evaluations, changes)
        tables = [history._episodes, *history._metrics.values()]
        history.step = int(max((table.columns["steps"].values[-1] for table in tables if len(table)), default=0))
        history.seconds = float(max((table.columns["time"].values[-1] for table in tables if len(table)), default=0))
        history.episode = len(history._episodes)
        history.revision += 1
        return history

    def add(self, batch: Batch) -> None:
        """Take over what happened since the last batch."""
        self._add_episodes(batch.returns, batch.lengths, batch.end_steps, batch.end_seconds)
        self._add_metrics(batch.metrics)
        self._add_marks(batch.evaluations, batch.changes)
        self.step, self.episode, self.seconds = batch.step, batch.episode, batch.seconds
        self.revision += 1

    def rewind(self, step: int) -> None:
        """Forget what happened after `step`, as a run folder does when a run is continued from there."""
        self._episodes.rewind(step, self._rewind_episodes)
        for name, table in self._metrics.items():
            table.rewind(step, self._metric_episodes[name].truncate)
        self.evaluations = [mark for mark in self.evaluations if mark.step <= step]
        self.changes = [mark for mark in self.changes if mark.step <= step]
        self.step, self.episode = min(self.step, step), len(self._episodes)
        self.revision += 1

    # ------------------------------------------------------------ reading

    @property
    def returns(self) -> Floats:
        """Return of each episode, shape (n_episodes,)."""
        return self._episodes.columns[RETURN].values

    @property
    def lengths(self) -> Floats:
        """Length of each episode in environment steps, shape (n_episodes,)."""
        return self._episodes.columns[EPISODE_LENGTH].values

    @property
    def end_steps(self) -> Floats:
        """Environment steps of the whole run when each episode ended, shape (n_episodes,)."""
        return self._episodes.columns["steps"].values

    @property
    def end_seconds(self) -> Floats:
        """Training seconds when each episode ended, shape (n_episodes,)."""
        return self._episodes.columns["time"].values

    def mean(self, window: int | None = None) -> Floats:
        """Mean return of each episode and those before it, `window` in all; of what there is until that many ended.

        Missing returns are left out; where all are missing the mean is NaN. Shape (n_episodes,).
        """
        return self._mean_column(RETURN, self.window if window is None else window).values

    @property
    def names(self) -> tuple[str, ...]:
        """Every series there is: return, length and their means, then the metrics in order of appearance."""
        return (RETURN, MEAN_RETURN, EPISODE_LENGTH, MEAN_LENGTH, *self._metrics)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def count(self, name: str) -> int:
        """Number of values of a series; 0 for one that was never reported."""
        return len(self._table(name)) if name in self else 0

    def revision_of(self, name: str) -> int:
        """A number that increases whenever the series changes; 0 for one that was never reported."""
        return self._table(name).revision if name in self else 0

    def series(self, name: str, x_axis: XAxis = "steps") -> tuple[Floats, Floats]:
        """(x, y) of a whole series, both of shape (n,), x ascending; empty for one that was never reported.

        x is environment steps, training seconds, or the number of episodes that had ended.
        """
        if name not in self:
            return np.empty(0), np.empty(0)
        return self._x(name, x_axis), self._column(name).values

    def thinned(
        self, name: str, x_axis: XAxis, low: float, high: float, n_buckets: int = 1000
    ) -> tuple[Floats, Floats]:
        """Points to draw for `low` <= x <= `high`: the lows and highs of at most `n_buckets` buckets.

        Missing and infinite values come out as NaN: a gap in the line.
        """
        if name not in self:
            return np.empty(0), np.empty(0)
        x = self._x(name, x_axis)
        indices, values = self._column(name).envelope(*visible(x, low, high), n_buckets)
        return x[indices], values

    def buckets(self, name: str, x_axis: XAxis, low: float, high: float, n_buckets: int) -> tuple[Floats, Buckets]:
        """(x of each bucket's middle, buckets) for `low` <= x <= `high`; see `rlstudio.core.column.Buckets`."""
        column = self._column(name) if name in self else Column()
        x = self._x(name, x_axis) if name in self else np.empty(0)
        found = column.buckets(*visible(x, low, high), n_buckets)
        return x[found.middle], found

    def sample(self, name: str, x_axis: XAxis, low: float, high: float, n_points: int) -> tuple[int, Floats, Floats]:
        """(k, x, y) of single values for `low` <= x <= `high`, about `n_points` of them: one of every k."""
        if name not in self:
            return 1, np.empty(0), np.empty(0)
        x, column = self._x(name, x_axis), self._column(name)
        k, indices = column.sample(*visible(x, low, high), n_points)
        return k, x[indices], column.values[indices]

    @staticmethod
    def thin(x: Floats, y: Floats, low: float, high: float, n_buckets: int = 1000) -> tuple[Floats, Floats]:
        """The same for arrays of one's own; see `rlstudio.core.column.thin`."""
        return thin(x, y, low, high, n_buckets)

    def place(self, mark: Evaluation | Change, x_axis: XAxis) -> float:
        """Where an evaluation or a live change stands on an x axis."""
        if x_axis == "steps":
            return float(mark.step)
        if x_axis == "time":
            return float(mark.seconds)
        return float(np.searchsorted(self.end_steps, mark.step, side="right"))

    def now(self, x_axis: XAxis) -> float:
        """Where the run itself stands on an x axis."""
        return {"steps": float(self.step), "episodes": float(len(self._episodes)), "time": float(self.seconds)}[x_axis]

    # ------------------------------------------------------------ columns

    def _table(self, name: str) -> _Table:
        return self._metrics.get(name, self._episodes)

    def _column(self, name: str) -> Column:
        if name in MEANS:
            return self._mean_column(MEANS[name], self.window)
        column = self._table(name).columns["value" if name in self._metrics else name]
        assert isinstance(column, Column)
        return column

    def _x(self, name: str, x_axis: XAxis) -> Floats:
        if x_axis != "episodes":
            return self._table(name).columns[x_axis].values
        if name not in self._metrics:
            return self._numbers.values
        places, steps = self._metric_episodes[name], self._metrics[name].columns["steps"].values
        if len(places) < len(steps):  # an episode is reported no later than the updates after it: old places hold
            places.extend(np.searchsorted(self.end_steps, steps[len(places) :], side="right"))
        return places.values

    def _mean_column(self, name: str, window: int) -> Column:
        if window < 1:
            raise ValueError(f"a mean is taken over at least 1 episode, got {window}")
        column = self._means.setdefault((name, window), Column())
        values = self._episodes.columns[name].values
        while len(column) < len(values):  # in chunks: one absurdly large value spoils the sums of its own only
            start = len(column)
            stop = min(len(values), start + max(_CHUNK, window))
            column.extend(_moving_mean(values, start, stop, window))
        return column

    # ------------------------------------------------------------ adding

    def _add_episodes(self, returns: Floats, lengths: Floats, end_steps: Floats, end_seconds: Floats) -> None:
        rows = {RETURN: returns, EPISODE_LENGTH: lengths, "steps": end_steps, "time": end_seconds}
        self._episodes.extend(rows, self._rewind_episodes)
        self._numbers.extend(np.arange(len(self._numbers) + 1, len(self._episodes) + 1))

    def _rewind_episodes(self, kept: int) -> None:
        for column in (self._numbers, *self._means.values()):
            column.truncate(kept)
        for places in self._metric_episodes.values():
            places.truncate(0)

    def _add_metrics(self, metrics: Mapping[str, Series]) -> None:
        for name, series in metrics.items():
            if name not in self._metrics:
                self._metrics[name], self._metric_episodes[name] = _Table("value"), Growing()
            rows = {"steps": series.steps, "time": series.seconds, "value": series.values}
            self._metrics[name].extend(rows, self._metric_episodes[name].truncate)

    def _add_marks(self, evaluations: Iterable[Evaluation], changes: Iterable[Change]) -> None:
        for evaluation in evaluations:
            _append_in_order(self.evaluations, evaluation)
            mean = evaluation.mean if evaluation.returns else np.nan
            row = (np.array([float(value)]) for value in (evaluation.step, evaluation.seconds, mean))
            self._add_metrics({EVALUATION: Series(*row)})
        for change in changes:
            _append_in_order(self.changes, change)


def _append_in_order(marks: list[Mark], new: Mark) -> None:
    """Add a mark; where its step lies before the newest one, those from its step on are lived again."""
    if marks and new.step < marks[-1].step:
        while marks and marks[-1].step >= new.step:
            marks.pop()
    marks.append(new)


def _moving_mean(values: Floats, start: int, stop: int, window: int) -> Floats:
    """Means of up to `window` values ending at each of `start` to `stop`, from differences of running sums."""
    first = max(0, start - window + 1)
    part = values[first:stop]
    finite = np.isfinite(part)
    sums = np.concatenate(([0.0], np.cumsum(np.where(finite, part, 0.0))))
    counts = np.concatenate(([0], np.cumsum(finite)))
    ends = np.arange(start, stop) - first + 1
    begins = np.maximum(ends - window, 0)
    n = counts[ends] - counts[begins]
    means: Floats = np.where(n > 0, sums[ends] - sums[begins], np.nan) / np.maximum(n, 1)
    return means

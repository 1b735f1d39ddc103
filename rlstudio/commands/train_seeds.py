"""`rlstudio train --seeds N`: one training for each of several seeds, side by side as the cores allow.

Each is a child process with a run folder of its own, as if it were trained alone; with this process they end too.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any

import numpy as np

from rlstudio.commands.console import mean_words, print_json, training_words
from rlstudio.core import messages as m
from rlstudio.core.bands import interquartile_mean
from rlstudio.core.cores import usable_cores
from rlstudio.core.messages import StartTraining
from rlstudio.workers.process import Worker, WorkerGone

MOST_SEEDS = 1_000
_WAIT_SECONDS = 0.05
_LINE_EVERY_SECONDS = 5.0


def train_seeds(start: StartTraining, seeds: Sequence[int], *, at_once: int | None = None, json: bool = False) -> int:
    """Train the run of `start` with each of the seeds; 0 all done, 1 some failed, 130 interrupted.

    Args:
        at_once: how many run side by side; None for one a core.
        json: one object on stdout at the end instead of words.
    """
    fleet = _Fleet(start, seeds, at_once or usable_cores())
    with _on_interrupt(fleet.stop):
        fleet.sail()
    answer = fleet.answer()
    if json:
        print_json(answer)
    else:
        print(_words(answer, len(seeds)))
    return 130 if fleet.stopping else 1 if answer["failed"] else 0


class _Fleet:
    def __init__(self, start: StartTraining, seeds: Sequence[int], at_once: int) -> None:
        self._start, self._waiting, self._at_once = start, list(seeds), at_once
        self._workers: dict[int, Worker] = {}
        self._told: dict[int, float] = {}
        self._summaries: dict[int, dict[str, Any]] = {}
        self._failures: dict[int, str] = {}
        self.stopping = False

    def stop(self) -> None:
        """End all of them in order; those that wait are not begun."""
        self.stopping = True

    def sail(self) -> None:
        """Train until all are over. Whatever happens, no child is left."""
        told = False
        try:
            while self._workers or (self._waiting and not self.stopping):
                while self._waiting and len(self._workers) < self._at_once and not self.stopping:
                    self._launch(self._waiting.pop(0))
                if self.stopping and not told:
                    told = True
                    self._tell("stopping: saving what was learned (Ctrl+C again to give up)")
                    for worker in self._workers.values():
                        with contextlib.suppress(WorkerGone):
                            worker.send(m.Stop())
                for seed in list(self._workers):
                    self._listen(seed)
        finally:
            for worker in self._workers.values():
                worker.close(patience_seconds=0.0)

    def answer(self) -> dict[str, Any]:
        """What came of it: summaries in the order of the seeds, failures in words, statistics of the best means."""
        summaries = [self._summaries[seed] for seed in sorted(self._summaries)]
        best = np.array([row["best_mean_return"] for row in summaries if row["best_mean_return"] is not None])
        last = np.array([row["mean_return"] for row in summaries if row["mean_return"] is not None])
        return {
            "runs": summaries,
            "failed": {str(seed): words for seed, words in sorted(self._failures.items())},
            "mean_return": _statistics(last),
            "best_mean_return": _statistics(best),
        }

    def _launch(self, seed: int) -> None:
        worker = Worker("rlstudio.jobs.serve:serve")
        self._workers[seed] = worker
        worker.send(replace(self._start, config={**self._start.config, "seed": seed}))

    def _listen(self, seed: int) -> None:
        worker = self._workers[seed]
        try:
            report = worker.receive(_WAIT_SECONDS / len(self._workers))
            if isinstance(report, m.Batch):
                with contextlib.suppress(WorkerGone):  # its last words still wait to be read: `receive` tells
                    worker.send(m.Took())
                self._progress(seed, report)
            elif isinstance(report, m.Started):
                self._tell(f"seed {seed} → {report.run}")
            elif isinstance(report, m.Warned):
                self._tell(f"seed {seed}: warning: {report.text}")
            elif isinstance(report, m.NotSaved):
                self._tell(f"seed {seed}: " + (f"warning: {report.words}" if report.words else "saved again"))
            elif isinstance(report, m.Failed):
                self._failures[seed] = " ".join(part for part in (report.message, report.advice) if part)
                self._over(seed)
            elif isinstance(report, m.Finished):
                self._summaries[seed] = report.summary
                self._over(seed)
        except WorkerGone as gone:
            self._failures[seed] = f"its process ended (exit status {gone.exitcode}); what it saved can be continued"
            self._over(seed)

    def _over(self, seed: int) -> None:
        self._workers.pop(seed).close()
        words = self._failures.get(seed)
        self._tell(f"seed {seed}: {words}" if words else f"seed {seed}: {_outcome(self._summaries[seed])}")

    def _progress(self, seed: int, batch: m.Batch) -> None:
        now = time.monotonic()
        if now - self._told.setdefault(seed, now) >= _LINE_EVERY_SECONDS:
            self._told[seed] = now
            self._tell(f"seed {seed}: {batch.progress:4.0%}  {training_words(batch)}")

    def _tell(self, words: str) -> None:
        print(words, file=sys.stderr, flush=True)


@contextlib.contextmanager
def _on_interrupt(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` at the first Ctrl+C (or polite kill); a second one interrupts at once."""
    asked = False

    def ask(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        stop()

    earlier = {name: signal.signal(name, ask) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for name, handler in earlier.items():
            signal.signal(name, handler)


def _statistics(values: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, float] | None:
    if not len(values):
        return None
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return {"mean": float(values.mean()), "std": spread, "interquartile_mean": float(interquartile_mean(values))}


def _outcome(summary: dict[str, Any]) -> str:
    mean, best = summary["mean_return"], summary["best_mean_return"]
    means = "no episode ended" if mean is None else f"mean return {mean_words(mean)}, best mean {mean_words(best)}"
    return f"{summary['status']} after {summary['steps']:,} steps, {means}"


def _words(answer: dict[str, Any], n_seeds: int) -> str:
    lines = [f"{len(answer['runs'])} of {n_seeds} seeds trained"]
    for name, title in (("mean_return", "mean return"), ("best_mean_return", "best mean")):
        found = answer[name]
        if found is not None:
            lines.append(
                f"{title} {mean_words(found['mean'])} ± {mean_words(found['std'])}, "
                f"interquartile mean {mean_words(found['interquartile_mean'])}"
            )
    return "\n".join([*lines, *(str(summary["run"]) for summary in answer["runs"])])

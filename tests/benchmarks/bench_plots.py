"""How long the plots panel takes to show what is new: a million episodes, eight metrics of 100,000 values, 750×900 px.

Run it: `python tests/benchmarks/bench_plots.py`. "refresh" is the call alone, after 3,000 more episodes have ended
(with fewer there is nothing to be seen, and it waits); "refresh + paint" adds painting what has changed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec
from rlstudio.core.history import History
from rlstudio.core.messages import Batch, Evaluation, Series
from rlstudio.core.params import Params
from rlstudio.core.run_config import RunConfig
from rlstudio.ui.panels.plots import PlotsPanel
from rlstudio.ui.theme import apply_theme, load_fonts

METRICS = tuple(f"metric_{k}" for k in range(8))
EPISODES, UPDATES, NEW, CALLS = 1_000_000, 100_000, 3_000, 200


def make_batch(rng: np.random.Generator, start: float, episodes: int, updates: int) -> Batch:
    """`episodes` CartPole-like episodes from step `start` on."""
    lengths = np.clip(rng.gamma(4.0, 60.0, episodes), 8, 500).round()
    end_steps = start + np.cumsum(lengths)
    steps = np.linspace(start, end_steps[-1], updates + 1)[1:]
    metrics = {name: Series(steps, steps / 4000, rng.normal(size=updates)) for name in METRICS}
    marks = tuple(Evaluation(int(s), s / 4000, (200.0, 250.0)) for s in end_steps[:: max(1, episodes // 20)][1:])
    return Batch(
        step=int(end_steps[-1]),
        episode=episodes,
        seconds=end_steps[-1] / 4000,
        steps_per_second=4000.0,
        progress=0.5,
        words="",
        paused=False,
        mean_return=None,
        best_mean_return=None,
        returns=lengths,
        lengths=lengths,
        end_steps=end_steps,
        end_seconds=end_steps / 4000,
        metrics=metrics,
        evaluations=marks if episodes == EPISODES else (),
    )


def measure(name: str, call: Callable[[], object], prepare: Callable[[], object] = lambda: None) -> None:
    """Print minimum, median and 99th percentile of `call` over CALLS calls, and its own CPU time beside the clock's.

    `prepare` is not counted. On a machine that does other things at the same time the CPU time is the one to compare.
    """
    times, cpu = np.empty(CALLS), np.empty(CALLS)
    for k in range(CALLS):
        prepare()
        start, cpu_start = time.perf_counter(), time.thread_time()
        call()
        times[k], cpu[k] = time.perf_counter() - start, time.thread_time() - cpu_start
    figures = [
        1000 * figure for each in (times, cpu) for figure in (each.min(), np.median(each), np.percentile(each, 99))
    ]
    row = "clock: min {:5.2f} median {:5.2f} p99 {:6.2f}   CPU: min {:5.2f} median {:5.2f} p99 {:6.2f} ms"
    print(f"{name:48} {row.format(*figures)}")


def main() -> None:
    app = QApplication(["bench_plots"])
    load_fonts(app)
    apply_theme(app, "light")
    rng, history = np.random.default_rng(0), History(25)
    spec = AlgorithmSpec(
        "bench", "bench", "bench", Params, "", "", lambda card: None, tuple(MetricSpec(n, n, "") for n in METRICS)
    )
    config = RunConfig(env="CartPole-v1", algorithm="bench", steps=1_000_000_000)
    measure_history(rng, history)
    panel = PlotsPanel()
    panel.resize(750, 900)
    panel.show_run(history, spec, config, 475.0)
    panel.show()
    app.processEvents()

    def grow(episodes: int = NEW) -> None:
        history.add(make_batch(rng, history.end_steps[-1], episodes, 5))

    def paint() -> None:
        panel.refresh()
        app.processEvents()

    for shown in (list(METRICS[:2]), list(METRICS)):
        panel.show_metrics(shown)
        app.processEvents()
        measure(f"refresh, {len(shown)} diagnostics", panel.refresh, grow)
        measure(f"refresh + paint, {len(shown)} diagnostics", paint, grow)
    measure("refresh when nothing is new", panel.refresh)
    measure("refresh + paint, 8 shown, 50 new episodes a time", paint, lambda: grow(50))
    measure("add a batch of 50 episodes, 8 × 5 values", lambda: grow(50))
    panel.close()
    panel.deleteLater()
    app.processEvents()


def measure_history(rng: np.random.Generator, history: History) -> None:
    """Fill the history, and print what thinning it costs."""
    start = time.perf_counter()
    history.add(make_batch(rng, 0.0, EPISODES, UPDATES))
    print(f"{'add 1,000,000 episodes and 8 × 100,000 values':48} {1000 * (time.perf_counter() - start):6.1f} ms")
    start = time.perf_counter()
    history.thinned("return", "steps", 0.0, np.inf, 1000)
    history.thinned("mean return", "steps", 0.0, np.inf, 1000)
    print(f"{'first look at it: means and pyramids are built':48} {1000 * (time.perf_counter() - start):6.1f} ms")
    end = history.end_steps[-1]
    for share in (1.0, 0.3, 0.001):
        words = f"thin the middle {share:g} of it to 2,000 points"
        low, high = end * (0.5 - share / 2), end * (0.5 + share / 2)
        measure(words, lambda low=low, high=high: history.thinned("return", "steps", low, high, 1000))


if __name__ == "__main__":
    main()

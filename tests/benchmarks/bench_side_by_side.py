"""Measures runs side by side in the window: the display clock, and how fast each of 1, 2, … runs trains.

At last all of them are on the stage as well, each played by a process of its own.

Run it with nothing else running, on a real or a virtual screen (or QT_QPA_PLATFORM=offscreen):

    python tests/benchmarks/bench_side_by_side.py [--seconds 15] [--most 2]

It prints one line for each number of runs, and keeps them as rows of results/side-by-side.json.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QTimer
from results import RESULTS, stamped, write_rows

from rlstudio.core.cores import usable_cores
from rlstudio.ui.app import run_studio
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.settings import Settings
from rlstudio.ui.widgets.speed_slider import FULL

REQUEST = {"env": "CartPole-v1", "algorithm": "dqn", "preset": "demonstration", "steps": 50_000_000, "stop_at": None}
_LOOK_MILLISECONDS, _SETTLE_SECONDS = 200, 4.0


class SideBySide:
    """Begins one run after the other, and measures for a while whenever all of them run."""

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._stamps: list[float] = []
        self._since = 0.0
        self._steps: list[int] = []
        self.rows: list[dict[str, Any]] = []

    def begin(self, window: MainWindow, controller: Controller) -> None:
        """Once the window is shown."""
        self._window, self._controller = window, controller
        window.resize(1600, 1000)
        window.toolbar.speed.set_position(FULL)
        controller._timer.timeout.connect(lambda: self._stamps.append(time.perf_counter()))
        self._timer = QTimer(window)
        self._timer.timeout.connect(self._look)
        self._train()
        self._timer.start(_LOOK_MILLISECONDS)

    def _train(self) -> None:
        self._controller.side_by_side.make_room()
        self._window.setup.set_request({**REQUEST, "seed": len(self.rows)})
        self._controller.starting.train("new")
        self._since = 0.0

    def _look(self) -> None:
        live, now = self._controller.training.live, time.perf_counter()
        wanted = min(len(self.rows) + 1, self._most)
        if len(live) < wanted or any(run.state != "running" or run.last_batch is None for run in live):
            return
        if not self._since:
            self._since, self._steps = now + _SETTLE_SECONDS, []
        elif now >= self._since and not self._steps:
            self._since, self._steps, self._stamps = now, [run.history.step for run in live], []
        elif self._steps and now >= self._since + self._seconds:
            self._measured(now - self._since)

    def _measured(self, seconds: float) -> None:
        live = self._controller.training.live
        speeds = [(run.history.step - before) / seconds for run, before in zip(live, self._steps, strict=True)]
        gaps = np.diff(self._stamps) * 1000
        p50, p99 = np.percentile(gaps, (50, 99))
        row = {
            "runs": len(live),
            "on the stage": "all of them" if self._controller.side_pictures.wanted else "one of them",
            "cores": usable_cores(),
            "seconds": round(seconds, 1),
            "steps_per_second": [round(speed) for speed in speeds],
            "clock_milliseconds": {"p50": round(p50, 1), "p99": round(p99, 1), "worst": round(float(gaps.max()), 1)},
            "load": round(os.getloadavg()[0], 1),
            "command": "python tests/benchmarks/bench_side_by_side.py",
        }
        self.rows.append(stamped(row))
        told = ", ".join(f"{speed:,.0f}" for speed in speeds)
        print(
            f"{len(live)} at once, {row['on the stage']} on the stage: {told} steps/s; "
            f"clock p50 {p50:.1f} p99 {p99:.1f} worst {gaps.max():.1f} ms",
            flush=True,
        )
        if len(live) < self._most:
            self._train()
        elif len(live) > 1 and not self._controller.side_pictures.wanted:
            self._window.strip.sideBySideToggled.emit(True)
            self._since = 0.0
        else:
            self._timer.stop()
            self._controller.closing.save_and_close()


def main() -> None:
    """Measure, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--most", type=int, default=usable_cores(), help="runs at once (default: one a core)")
    parser.add_argument("-o", "--output", type=Path, default=RESULTS / "side-by-side.json")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure = SideBySide(args.seconds, args.most)
        run_studio(measure.begin, settings=Settings(Path(folder) / "window.json"), runs_dir=Path(folder) / "runs")
    write_rows(args.output, measure.rows)


if __name__ == "__main__":
    main()

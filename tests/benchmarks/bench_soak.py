"""An hour of training and plotting: does memory stay flat?

    python tests/benchmarks/bench_soak.py [--minutes 60] [--env CartPole-v1] [--algorithm ppo] [--json FILE]

Opens the real window, trains at full speed with the policy played live beside the curves, and does every few seconds
what a person does: another tab, another x axis, a pause. Every ten seconds it notes the resident memory of
the window and of the children (Linux: `/proc`). A row says how much each had after the first sixth, when everything
has been loaded once, and at the end, and by how much it grew an hour in the last two thirds, by a line of least
squares. What the window keeps of the curves ("history") grows with the episodes, on purpose: its size stands beside.
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton
from results import RESULTS, stamped, write_rows

from rlstudio.core.history import History
from rlstudio.ui.app import run_studio
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.settings import Settings
from rlstudio.ui.widgets.speed_slider import FULL

_SAMPLE_SECONDS, _ACT_SECONDS = 10.0, 7.0
_TABS = ("inspectorTab", "scoresTab", "runsTab", "logTab")
_AXES = ("steps", "episodes", "time")


def resident(pid: int) -> float:
    """MiB of memory that a process holds; 0 where it is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmRSS")), 0.0)


def children(pid: int) -> list[int]:
    """The processes below a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        direct = [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
        for child in direct:
            found += [child, *children(child)]
    return found


def bytes_of(history: History) -> int:
    """What the arrays of a history hold, their room to grow included."""
    tables = [history._episodes, *history._metrics.values()]
    columns = [column for table in tables for column in table.columns.values()]
    growing = [*columns, *history._means.values(), history._numbers, *history._metric_episodes.values()]
    total = 0
    for column in growing:
        total += column._room.nbytes
        for level in getattr(column, "_levels", ()):
            total += sum(part._room.nbytes for part in (level.lows, level.highs, level.sums, level.counts))
    return total


class Soak:
    """Trains, plots, clicks, and counts."""

    def __init__(self, minutes: float, request: dict[str, Any]) -> None:
        self._minutes, self._request = minutes, request
        self.samples: list[tuple[float, float, float, float]] = []
        """Minutes, and MiB of the window, of all children, and of the history."""
        self.episodes = self.steps = 0
        self._tabs, self._axes = itertools.cycle(_TABS), itertools.cycle(_AXES)
        self._acts = 0

    def begin(self, window: MainWindow, controller: Controller) -> None:
        """Once the window is shown."""
        self._window, self._controller = window, controller
        window.resize(1600, 1000)
        window.setup.set_request(self._request)
        window.toolbar.speed.set_position(FULL)
        QTimer.singleShot(4000, self._train)

    def _train(self) -> None:
        self._window.toolbar.train.click()
        self._began = time.monotonic()
        self._timers = []
        for seconds, act in ((_SAMPLE_SECONDS, self._sample), (_ACT_SECONDS, self._act)):
            timer = QTimer(self._window)
            timer.timeout.connect(act)
            timer.start(int(seconds * 1000))
            self._timers.append(timer)

    def _act(self) -> None:
        """What a person does."""
        self._acts += 1
        tab = self._window.findChild(QAbstractButton, next(self._tabs))
        if tab is not None:
            tab.click()
        self._window.plots.set_x_axis(next(self._axes))
        if self._acts % 20 == 0:
            self._window.toolbar.findChild(QAbstractButton, "pauseButton").click()
            QTimer.singleShot(1000, self._window.toolbar.findChild(QAbstractButton, "pauseButton").click)

    def _sample(self) -> None:
        minutes = (time.monotonic() - self._began) / 60
        history = self._controller.training.history
        below = sum(resident(child) for child in children(os.getpid()))
        self.samples.append((minutes, resident(os.getpid()), below, bytes_of(history) / 2**20))
        self.steps, self.episodes = history.step, history.episode
        if len(self.samples) % 6 == 0:
            print(
                f"{minutes:5.1f} min: window {self.samples[-1][1]:.0f} MiB, children {below:.0f}, history "
                f"{self.samples[-1][3]:.1f}; {self.steps:,} steps, {self.episodes:,} episodes",
                flush=True,
            )
        if minutes >= self._minutes:
            for timer in self._timers:
                timer.stop()
            self._controller.closing.save_and_close()

    def row(self) -> dict[str, Any]:
        """The figures."""
        data = np.array(self.samples)
        loaded = data[data[:, 0] >= self._minutes / 6]
        later = data[data[:, 0] >= self._minutes / 3]
        slopes = [float(np.polyfit(later[:, 0] / 60, later[:, k], 1)[0]) for k in (1, 2, 3)]
        row: dict[str, Any] = {"minutes": round(float(data[-1, 0]), 1), "steps": self.steps, "episodes": self.episodes}
        for k, name in enumerate(("window", "children", "history"), start=1):
            row[f"{name}_MiB_first"] = round(float(loaded[0, k]), 1)
            row[f"{name}_MiB_last"] = round(float(data[-1, k]), 1)
            row[f"{name}_MiB_an_hour"] = round(slopes[k - 1], 1)
        return row


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--env", default="CartPole-v1")
    parser.add_argument("--algorithm", default="ppo")
    parser.add_argument("--json", type=Path, default=RESULTS / "soak.json")
    options = parser.parse_args()
    request = {"env": options.env, "algorithm": options.algorithm, "steps": 10**10, "stop_at": None}
    with tempfile.TemporaryDirectory() as home:
        os.environ["RLSTUDIO_HOME"] = home
        soak = Soak(options.minutes, request)
        run_studio(soak.begin, settings=Settings(Path(home) / "settings.json"))
    command = f"bench_soak.py --minutes {options.minutes:g} --env {options.env} --algorithm {options.algorithm}"
    row = {"run": f"{options.algorithm} on {options.env}", **soak.row(), "command": command}
    print(row)
    write_rows(options.json, [stamped(row)])


if __name__ == "__main__":
    main()

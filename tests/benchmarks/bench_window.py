"""Measures the window: start, first point, display clock under load, clicks, and what the window costs the training.

Run it with nothing else running, on a real or a virtual screen (or QT_QPA_PLATFORM=offscreen):

    python tests/benchmarks/bench_window.py [--seconds 20] [--steps 60000]

It prints one line a figure, with its aim beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractButton

from rlstudio.core.messages import Batch
from rlstudio.ui.app import run_studio
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.settings import Settings
from rlstudio.ui.widgets.speed_slider import FULL

POINTS = 1_000_000
CLICKS = 200

START = """
import gc, sys, time
gc.disable()
from PySide6.QtCore import QEvent, QObject, QTimer
from rlstudio.ui import app
class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.UpdateRequest or event.type() == QEvent.Type.Paint:
            print(time.time(), flush=True)
            watched.removeEventFilter(self)
            QTimer.singleShot(200, app.QApplication.instance().quit)
        return False
watch = FirstPaint()
made = app.MainWindow
def make(settings):
    window = made(settings)
    window.stage.installEventFilter(watch)
    return window
app.MainWindow = make
app.run_studio()
"""


def say(what: str, figure: str, aim: str = "") -> None:
    """One line of the report."""
    print(f"{what:58} {figure:>34}   {'aim: ' + aim if aim else ''}", flush=True)


def measure_start(rounds: int = 5) -> None:
    """Process start to the first paint of the stage."""
    times = []
    for _ in range(rounds):
        began = time.time()
        result = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
        times.append(float(result.stdout.split()[0]) - began)
    say("window shown after start (median, worst)", f"{np.median(times):.2f} s, {max(times):.2f} s", "1 s")


class Clicker(QObject):
    """Clicks a button through the event queue and waits for the paint that answers."""

    def __init__(self, buttons: list[QAbstractButton]) -> None:
        super().__init__()
        self._buttons = buttons
        self._began = 0.0
        self.times: list[float] = []
        for button in buttons:
            button.installEventFilter(self)

    def click(self) -> None:
        """The next button's turn."""
        button = self._buttons[len(self.times) % len(self._buttons)]
        self._began = time.perf_counter()
        centre = QPointF(button.rect().center())
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            left = Qt.MouseButton.LeftButton
            event = QMouseEvent(kind, centre, button.mapToGlobal(centre), left, left, Qt.KeyboardModifier.NoModifier)
            QCoreApplication.postEvent(button, event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The paint after a click is the answer."""
        if event.type() == QEvent.Type.Paint and self._began:
            self.times.append(time.perf_counter() - self._began)
            self._began = 0.0
        return False


class Load:
    """DQN at full speed, its policy played at 50 frames a second, a million points on the plot, and clicks."""

    def __init__(self, seconds: float, steps: int) -> None:
        self._seconds, self._steps = seconds, steps
        self.stamps: list[float] = []
        self.frames = 0
        self.first_point: float | None = None
        self.run: str | None = None

    def begin(self, window: MainWindow, controller: Controller) -> None:
        """Once the window is shown."""
        self._window, self._controller = window, controller
        window.resize(1600, 1000)
        window.setup.set_request(
            {"env": "CartPole-v1", "algorithm": "dqn", "preset": "demonstration", "steps": self._steps, "stop_at": None}
        )
        window.toolbar.speed.set_position(FULL)
        QTimer.singleShot(2500, self._train)  # the spare child is warm by then, as for a person

    def _train(self) -> None:
        self._pressed = time.perf_counter()
        self._window.plots.refresh_step = self._watched(self._window.plots.refresh_step)  # type: ignore[method-assign]
        self._window.toolbar.train.click()
        QTimer.singleShot(3000, self._fill)

    def _watched(self, refresh: Callable[[], None]) -> Callable[[], None]:
        def wrapped() -> None:
            refresh()
            if self.first_point is None and len(self._controller.training.history.returns):
                self.first_point = time.perf_counter() - self._pressed

        return wrapped

    def _fill(self) -> None:
        """A million episodes of before, as a long run would have."""
        history = self._controller.training.history
        rng = np.random.default_rng(0)
        floats = np.zeros(0)
        fields = {"returns": floats, "lengths": floats, "end_steps": floats, "end_seconds": floats}
        fields["returns"] = fields["lengths"] = rng.uniform(10, 500, POINTS)
        fields["end_steps"] = np.full(POINTS, float(history.step))
        fields["end_seconds"] = np.full(POINTS, history.seconds)
        history.add(Batch(history.step, POINTS, history.seconds, 0.0, 0.0, "", False, None, None, **fields))
        self._window.plots.set_x_axis("episodes")
        take = self._controller.live.take_frame

        def counted() -> object:
            taken = take()
            self.frames += taken is not None
            return taken

        self._controller.live.take_frame = counted  # type: ignore[method-assign, assignment]
        QTimer.singleShot(1500, self._measure)

    def _measure(self) -> None:
        self.frames = 0
        self._controller._timer.timeout.connect(lambda: self.stamps.append(time.perf_counter()))
        self._began = time.perf_counter()
        names = ("inspectorTab", "scoresTab", "runsTab", "logTab", "pauseButton", "pauseButton")
        buttons = [self._window.findChild(QAbstractButton, name) for name in names]
        self.clicker = Clicker([button for button in buttons if button is not None])
        self._clicks = QTimer(self._window)
        self._clicks.setInterval(max(20, int(self._seconds * 1000 / CLICKS)))
        self._clicks.timeout.connect(self._click)
        QTimer.singleShot(int(self._seconds * 1000), self._quiet_done)

    def _quiet_done(self) -> None:
        self.elapsed = time.perf_counter() - self._began
        self.quiet, self.shown = list(self.stamps), self.frames
        self._clicks.start()

    def _click(self) -> None:
        if len(self.clicker.times) < CLICKS:
            self.clicker.click()
            return
        self._clicks.stop()
        if self._controller.training.state == "paused":
            self._controller.training.resume()
        self.run = self._controller.training.run
        self._controller.closing.save_and_close()

    def report(self) -> None:
        """The figures."""
        gaps = np.diff(self.quiet) * 1000
        say("first point on the plot after Train", f"{self.first_point:.2f} s", "1 s")
        p50, p95, p99 = np.percentile(gaps, (50, 95, 99))
        words = f"p50 {p50:.1f}  p95 {p95:.1f}  p99 {p99:.1f}  worst {gaps.max():.1f} ms"
        say("display clock, 16 ms asked", words, "p99 20, worst 40 ms")
        say("live frames a second taken", f"{self.shown / self.elapsed:.1f}", "50")
        times = np.array(self.clicker.times) * 1000
        words = f"p50 {np.median(times):.1f}  p99 {np.percentile(times, 99):.1f}  worst {times.max():.1f} ms"
        say(f"answer to each of {len(times)} clicks", words, "p99 100 ms")


class SpeedRun:
    """The same run beside a window, watched."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self.rate = 0.0

    def begin(self, window: MainWindow, controller: Controller) -> None:
        """Once the window is shown."""
        window.setup.set_request(
            {"env": "CartPole-v1", "algorithm": "dqn", "preset": "demonstration", "steps": self._steps, "stop_at": None}
        )
        window.toolbar.speed.set_position(FULL)

        def finished(_status: str, summary: dict[str, float]) -> None:
            self.rate = summary["steps_per_second"]
            QTimer.singleShot(100, controller.closing.save_and_close)

        controller.training.finished.connect(finished)
        QTimer.singleShot(2500, lambda: controller.starting.train("train"))


def without_window(steps: int, home: Path) -> float:
    """Steps a second of the same run from the command line."""
    command = [sys.executable, "-m", "rlstudio", "train", "-e", "CartPole-v1", "-a", "dqn", "--preset", "demonstration"]
    options = ["--steps", str(steps), "--stop-at", "none", "--json", "--runs-dir", str(home / "bare")]
    result = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
    return float(json.loads(result.stdout)["steps_per_second"])


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long the display clock is watched")
    parser.add_argument("--steps", type=int, default=60_000, help="length of the runs whose speed is compared")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["RLSTUDIO_HOME"] = home
        measure_start()
        load = Load(options.seconds, 10_000_000)
        run_studio(load.begin, settings=Settings(Path(home) / "a.json"))
        load.report()
        ratios = []
        for index in range(3):
            bare = without_window(options.steps, Path(home))
            beside = SpeedRun(options.steps)
            run_studio(beside.begin, settings=Settings(Path(home) / f"b{index}.json"))
            ratios.append(beside.rate / bare)
            say("DQN beside the window / without it", f"{beside.rate:,.0f} / {bare:,.0f} steps/s = {ratios[-1]:.2f}")
        say("training speed beside the window (median of ratios)", f"{np.median(ratios):.2f}", "0.95")


if __name__ == "__main__":
    main()

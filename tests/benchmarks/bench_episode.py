"""Measures a long recorded episode in the window: opening it, its memory, and any seek until the screen has it.

    python tests/benchmarks/bench_episode.py [--steps 100000] [--frame 600x400] [--json OUT]

Run it with nothing else running, on a real or a virtual screen (or QT_QPA_PLATFORM=offscreen). The episode is made up:
an action, a reward, a value, probabilities and eight observed numbers a step, and a small picture. A seek's work is all
that the window does for it, painting included. One line a figure, with its aim beside it.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from rlstudio.core.episode import Episode
from rlstudio.core.episode_jumps import jumps_of
from rlstudio.core.episode_series import series_of
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.thoughts import Thoughts
from rlstudio.storage.episode_file import load_episode, save_episode
from rlstudio.ui.app import run_studio
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.settings import Settings

SEEKS = 400
_SHORT = 10_000
"""Steps of an episode of which any frame is to be on screen within 10 ms; of longer ones within one of the screen's."""
ROWS: list[dict[str, str]] = []


def say(what: str, figure: str, aim: str = "") -> None:
    """One line of the report, and a row of the table."""
    ROWS.append({"name": what.strip(), "figure": figure, "aim": aim})
    print(f"{what:62} {figure:>48}   {'aim: ' + aim if aim else ''}", flush=True)


def made_up(steps: int, height: int, width: int) -> Episode:
    """An episode of `steps` steps in which everything moves."""
    rng = np.random.default_rng(0)
    time_line = np.arange(steps + 1)[:, None] * np.linspace(0.01, 0.3, 8)
    observations = (np.sin(time_line) + 0.1 * rng.normal(size=(steps + 1, 8))).astype(np.float32)
    left = 1 / (1 + np.exp(-3 * observations[:-1, 0]))
    probabilities = np.stack([left, 1 - left], axis=1).astype(np.float32)
    rewards = rng.normal(size=steps)
    rewards[:: max(1, steps // 50)] = 30.0
    frames = FrameStore()
    for shade in range(64):  # a few pictures, over and over: a hundred thousand would take minutes to make
        picture = np.full((height, width, 3), 255, np.uint8)
        left_edge = shade * width // 80
        picture[height // 2 :, left_edge : left_edge + width // 10] = (20, 3 * shade, 120)
        frames.append(picture)
    blobs = [bytes(bytearray(frames.blobs[t % 64])) for t in range(steps + 1)]  # each its own memory, as if recorded
    return Episode(
        env="LunarLander-v3",
        env_kwargs={},
        seed=0,
        source="made up",
        fps=50.0,
        observation_names=tuple(f"number {i} (m)" for i in range(8)),
        action_names=("left", "right"),
        observations=observations,
        actions=(rng.random(steps) > left).astype(np.int64),
        rewards=rewards,
        terminated=True,
        ending="landed",
        thoughts=Thoughts(
            {"probabilities": probabilities},
            np.cumsum(rng.normal(size=steps)),
            ["explored" * (t % 9 == 0) for t in range(steps)],
        ),
        frames=FrameStore(frames.shape, blobs),
        discount=0.99,
    )


def megabytes() -> float:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


class Took(NamedTuple):
    """Seconds by the clock, and of this thread's work alone: what other programs take of the machine left out."""

    clock: float
    work: float


def timed(work: Callable[[], object]) -> Took:
    """What `work` and the painting after it take."""
    application = QApplication.instance()
    assert application is not None
    began, worked = time.perf_counter(), time.thread_time()
    work()
    application.processEvents()
    application.sendPostedEvents()
    return Took(time.perf_counter() - began, time.thread_time() - worked)


def spread(took: list[Took]) -> str:
    """Median, 99th percentile and worst by the clock, and the 99th percentile of the work alone, in milliseconds."""
    clock = [each.clock for each in took]
    p50, p99 = np.percentile(clock, [50, 99]) * 1000
    work = np.percentile([each.work for each in took], 99) * 1000
    return f"p50 {p50:.1f}, p99 {p99:.1f} (CPU {work:.1f}), worst {max(clock) * 1000:.1f} ms"


class Bench:
    """The measurements, once the window is up."""

    def __init__(self, path: Path, steps: int) -> None:
        self._path, self._steps = path, steps

    def begin(self, window: MainWindow, controller: Controller) -> None:
        """Called by `run_studio`."""
        window.resize(1600, 1000)
        window.stage.set_watch_mode("off")
        controller.watching.change_mode("off")
        QTimer.singleShot(3000, lambda: self._measure(window, controller))

    def _measure(self, window: MainWindow, controller: Controller) -> None:
        controller._timer.stop()  # the display timer's own work is not a seek's
        before = megabytes()
        began = time.perf_counter()
        episode = load_episode(self._path)
        say("read from its file (in the background)", f"{time.perf_counter() - began:.2f} s")
        say("memory of the episode", f"{megabytes() - before:.0f} MB")
        blobs = episode.frames.n_bytes / 1e6
        say("  of it compressed frames", f"{blobs:.0f} MB")
        for tab in ("inspector", "episode"):
            window.stage.set_episodes([])
            window.tabs.open(tab)
            QApplication.processEvents()
            episode = load_episode(self._path)  # of which nothing is known yet
            took = timed(partial(window.stage.set_episodes, [episode]))
            say(f"shown at first, tab {tab}", f"{took.clock * 1000:.0f} ms", "1 s")
            self._seeks(window, tab)
        say("memory with all of it shown", f"{megabytes() - before:.0f} MB more than before")
        self._plots(window, episode)
        QTimer.singleShot(0, window.close)

    def _seeks(self, window: MainWindow, tab: str) -> None:
        rng = np.random.default_rng(1)
        places = rng.integers(0, self._steps + 1, SEEKS).tolist()
        aim = "p99 10 ms" if self._steps <= _SHORT else "p99 16 ms"
        say(f"seek anywhere, tab {tab}", spread([timed(partial(window.stage.seek, at)) for at in places]), aim)
        window.stage.seek(0)
        step = [timed(lambda: window.stage.step_frames(1)) for _ in range(SEEKS)]
        say(f"one frame on, tab {tab}", spread(step), aim)

    def _plots(self, window: MainWindow, episode: Episode) -> None:
        rows = window.episode_plots.rows
        viewport = rows.viewport()

        def press(kind: QEvent.Type, x: float) -> None:
            left = Qt.MouseButton.LeftButton
            buttons = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else left
            place = QPointF(x, rows.place_of(0).center().y())
            event = QMouseEvent(kind, place, viewport.mapToGlobal(place), left, buttons, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(viewport, event)

        begin, end = rows.x_of(0), rows.x_of(self._steps)
        press(QEvent.Type.MouseButtonPress, begin)
        drag = [timed(partial(press, QEvent.Type.MouseMove, x)) for x in np.linspace(begin, end, SEEKS)]
        press(QEvent.Type.MouseButtonRelease, end)
        say("drag along a plot", spread(drag), "p99 16 ms")
        say("zoom by one notch", spread([timed(lambda: rows.zoom(0.8, self._steps / 2)) for _ in range(30)]))
        began = time.perf_counter()
        found = series_of(episode)
        say("all series of it", f"{(time.perf_counter() - began) * 1000:.0f} ms")
        began = time.perf_counter()
        jumps_of(episode, found)
        say("all places to jump to", f"{(time.perf_counter() - began) * 1000:.0f} ms")
        say("a mark set", f"{timed(lambda: window.stage.transport.markToggled.emit()).clock * 1000:.1f} ms")


def main() -> None:
    """Make the episode, open the window, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--frame", default="96x64", help="width x height of the pictures")
    parser.add_argument("--json", type=Path, help="write the lines as rows to this file")
    options = parser.parse_args()
    width, height = (int(side) for side in options.frame.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "episode.npz"
        save_episode(path, made_up(options.steps, height, width))
        say(
            f"an episode of {options.steps:,} steps, frames {options.frame}",
            f"{path.stat().st_size / 1e6:.0f} MB on disk",
        )
        settings = Settings(Path(folder) / "window.json")
        settings.set(tabs_height=300)
        run_studio(Bench(path, options.steps).begin, settings=settings, runs_dir=Path(folder) / "runs")
    if options.json:
        command = f"python tests/benchmarks/bench_episode.py --steps {options.steps} --frame {options.frame}"
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"rows": [{**row, "command": command} for row in ROWS]}, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""ComparingRuns: runs read in the background and shown beside each other in a window of their own; live ones grow."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog

from rlstudio.core.comparison import ComparedRun, Comparison, compare
from rlstudio.core.history import XAxis
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.foreign_runs import holds_foreign
from rlstudio.storage.run_info import RUN_FILE
from rlstudio.ui.latest_work import LatestWork
from rlstudio.ui.run_readings import Reading, RunReadings

if TYPE_CHECKING:
    from rlstudio.core.bands import Kind
    from rlstudio.ui.widgets.comparison_window import ComparisonWindow

MOST_RUNS = 50
_LOOK_MILLISECONDS = 1500
_SHARE = 4
"""Reading takes at most one part in so many of the time, however long the runs are."""


class ComparingRuns(QObject):
    """One window at a time. What cannot be read is said in it, and the others are shown."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work = LatestWork(self)
        self._readings = RunReadings()
        self._paths: list[Path] = []
        self._reading = Reading()
        self._faults: list[str] = []  # what was added from elsewhere and cannot be read
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.timeout.connect(self._read)
        self._fresh = True
        self.window: ComparisonWindow | None = None

    def show(self, paths: Sequence[Path], parent: QObject | None = None) -> None:
        """Open the window on these runs, of which at most MOST_RUNS are read."""
        from rlstudio.ui.widgets.comparison_window import ComparisonWindow  # draws, and would slow the window's start

        self.hide()
        window = self.window = ComparisonWindow(parent)
        window.finished.connect(lambda _result: self._forget(window))
        window.changed.connect(self._read)
        window.addRequested.connect(self._ask_what_to_add)
        window.dropped.connect(self.add)
        window.say(f"Reading {min(len(paths), MOST_RUNS)} runs…")
        window.show()
        ours, foreign = _sorted(paths[:MOST_RUNS])
        self._paths, self._reading, self._fresh = ours, Reading(), True
        self._faults = [_too_many(len(paths))] if len(paths) > MOST_RUNS else []
        self._read(foreign)

    def join(self, paths: Sequence[Path], parent: QObject | None = None) -> None:
        """Lay these beside whatever is shown; alone where nothing is."""
        if self.window is None:
            self.show(paths, parent)
        else:
            self.add(paths)
            self.window.raise_()

    def follow(self, paths: Sequence[Path], parent: QObject | None = None) -> None:
        """Show these runs; where the window shows some of them already, the others join them."""
        if self.window is None or not set(self._paths) & set(paths):
            self.show(paths, parent)
        else:
            self.add(list(paths))

    def add(self, paths: Sequence[Path]) -> None:
        """Lay these beside the runs that are shown: run folders, and what other programs wrote."""
        ours, foreign = _sorted(paths)
        self._paths += [path for path in ours if path not in self._paths]
        if len(self._paths) > MOST_RUNS:
            self._faults = [*self._faults, _too_many(len(self._paths))]
            del self._paths[MOST_RUNS:]
        if foreign and self.window is not None:
            self.window.say_aside(f"Reading {', '.join(path.name for path in foreign)}…")
        self._read(foreign)

    def hide(self) -> None:
        """Close the window, if it is open."""
        if self.window is not None:
            self.window.close()

    def close(self) -> None:
        """Close, and wait for what still reads."""
        self.hide()
        self._look.stop()
        self._work.close()

    # ------------------------------------------------------------ reading

    def _read(self, foreign: Sequence[Path] = ()) -> None:
        """Read what has changed, and compare."""
        window = self.window
        if window is None:
            return
        self._look.stop()
        paths, axis, kind = list(self._paths), window.x_axis, window.kind
        averaged = None if self._fresh else window.episodes_averaged()
        readings = self._readings

        def work(stale: Callable[[], bool]) -> _Found:
            started = time.monotonic()
            added, faults = _add(readings, foreign)
            reading = readings.read([*paths, *added], stale)
            return _Found(reading, added, faults, _compare(reading.runs, axis, averaged, kind), started)

        self._work.ask(work, self._take, self._say)

    def _say(self, words: str) -> None:
        """Words in the window, if it is still open."""
        if self.window is not None:
            self.window.say(words)

    def _take(self, found: _Found) -> None:
        window = self.window
        if window is None:
            return
        self._paths += [path for path in found.added if path not in self._paths]
        self._faults += found.faults
        self._reading = found.reading
        runs, left_out = found.reading.runs, [*found.reading.left_out, *self._faults]
        if runs:
            if self._fresh and runs[0].config is not None:
                window.set_episodes_averaged(runs[0].config.window)
            self._fresh = False
            names, growing = [run.title or run.name for run in runs], sum(run.live for run in runs)
            window.show_comparison(found.comparison, names, left_out, growing)
        else:
            window.say("\n".join(["None of these runs can be read.", *left_out]))
        if found.reading.live:
            spent = (time.monotonic() - found.started) * 1000
            self._look.start(max(_LOOK_MILLISECONDS, round(spent * _SHARE)))

    def _ask_what_to_add(self) -> None:
        """A folder of another program's run."""
        window = self.window
        if window is None:
            return
        dialog = QFileDialog(window, "Add a run: a folder with monitor.csv or TensorBoard's event files")
        dialog.setObjectName("addRunDialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.add([Path(name)]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _forget(self, window: ComparisonWindow) -> None:
        if self.window is window:
            self.window = None
            self._look.stop()
            self._paths, self._reading = [], Reading()
            self._readings = RunReadings()
        window.deleteLater()


class _Found:
    """What a look at the runs came to."""

    def __init__(
        self, reading: Reading, added: list[Path], faults: list[str], comparison: Comparison, started: float
    ) -> None:
        self.reading, self.added, self.faults, self.comparison = reading, added, faults, comparison
        self.started = started


def _compare(runs: list[ComparedRun], axis: XAxis, averaged: int | None, kind: Kind) -> Comparison:
    """Over `averaged` episodes, or, where that is not known yet, as many as the first run averages."""
    if averaged is None:
        config = runs[0].config if runs else None
        averaged = config.window if config is not None else 25
    return compare(runs, axis, averaged, kind)


def _add(readings: RunReadings, paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Those that hold runs of another program, and in words why the others do not."""
    added, faults = [], []
    for path in paths:
        try:
            readings.add_foreign(path)
            added.append(path)
        except RunFolderError as error:
            faults.append(f"{path.name} is left out: {error}")
    return added, faults


def _too_many(count: int) -> str:
    return f"the first {MOST_RUNS} of {count:,} runs are shown: tick fewer to see the others"


def _sorted(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Folders of this program's runs, and what other programs wrote. A run.json stands for its folder."""
    folders = [path.parent if path.name == RUN_FILE else path for path in paths]
    foreign = [path for path in folders if holds_foreign(path)]
    return [path for path in dict.fromkeys(folders) if path not in foreign], foreign

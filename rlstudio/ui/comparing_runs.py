"""ComparingRuns: runs read in the background and shown beside each other in a window of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from rlstudio.core.comparison import ComparedRun, Comparison, compare
from rlstudio.core.history import History
from rlstudio.core.run_events import as_lived, marks_of
from rlstudio.storage.run_folder import RunFolder, RunFolderError
from rlstudio.ui.latest_work import LatestWork

if TYPE_CHECKING:
    from rlstudio.ui.widgets.comparison_window import ComparisonWindow

MOST_RUNS = 50


class ComparingRuns(QObject):
    """One window at a time. What cannot be read is said in it, and the others are shown."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work = LatestWork(self)
        self._runs: list[ComparedRun] = []
        self._left_out: list[str] = []
        self.window: ComparisonWindow | None = None

    def show(self, paths: Sequence[Path], parent: QObject | None = None) -> None:
        """Open the window on these runs, of which at most MOST_RUNS are read."""
        from rlstudio.ui.widgets.comparison_window import ComparisonWindow  # draws, and would slow the window's start

        self.hide()
        window = self.window = ComparisonWindow(parent)
        window.finished.connect(lambda _result: self._forget(window))
        window.changed.connect(self._compare)
        window.say(f"Reading {len(paths)} runs…")
        window.show()
        self._work.ask(lambda _stale: _read(paths[:MOST_RUNS]), self._take, window.say)

    def hide(self) -> None:
        """Close the window, if it is open."""
        if self.window is not None:
            self.window.close()

    def close(self) -> None:
        """Close, and wait for what still reads."""
        self.hide()
        self._work.close()

    def _take(self, found: tuple[list[ComparedRun], list[str]]) -> None:
        self._runs, self._left_out = found
        if self.window is None:
            return
        if not self._runs:
            self.window.say("\n".join(["None of these runs can be read.", *self._left_out]))
            return
        self.window.set_episodes_averaged(self._runs[0].config.window)
        self._compare()

    def _compare(self) -> None:
        window, runs = self.window, self._runs
        if window is None or not runs:
            return
        x_axis, averaged, kind = window.x_axis, window.episodes_averaged(), window.kind
        self._work.ask(lambda _stale: compare(runs, x_axis, averaged, kind), self._show, window.say)

    def _show(self, comparison: Comparison) -> None:
        if self.window is not None:
            self.window.show_comparison(comparison, [run.name for run in self._runs], self._left_out)

    def _forget(self, window: ComparisonWindow) -> None:
        if self.window is window:
            self.window = None
            self._runs = []
        window.deleteLater()


def _read(paths: Sequence[Path]) -> tuple[list[ComparedRun], list[str]]:
    """The runs, and in words those that cannot be read."""
    runs, left_out = [], []
    for path in paths:
        try:
            folder = RunFolder.open(path)
            config = as_lived(folder.read_info().config, marks_of(folder.read_events())[1])
            runs.append(ComparedRun(path.name, config, History.load(folder.read_monitor(), {}, window=config.window)))
        except RunFolderError as error:
            left_out.append(f"{path.name} is left out: {error}")
    return runs, left_out

"""Library: the runs on disk as the window opens them; `keeping` lists and changes them. All in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from rlstudio.ui.background import Background
from rlstudio.ui.comparing_runs import ComparingRuns
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.opening import OpenedRun, open_run
from rlstudio.ui.run_keeping import RunKeeping
from rlstudio.ui.sampling import Sampling


class Library(QObject):
    """Signals:
    opened: an OpenedRun was read.
    bundlesWanted: a list of run bundles is to be put among the runs (see ui.run_exporting).
    pathsWanted: a list of files or folders is to be opened (see ui.episode_files).
    failed: why something could not be read, written or deleted, in words.
    """

    opened = Signal(object)
    bundlesWanted = Signal(list)
    pathsWanted = Signal(list)
    failed = Signal(str)

    def __init__(self, window: MainWindow, runs_dir: Path) -> None:
        super().__init__(window)
        self._window = window
        self._runs_dir = self.runs_dir = runs_dir
        self.shows: Callable[[Path], bool] = lambda _folder: False
        """Whether a run trains into a folder: it is shown then, rather than read."""
        self.opening = ""
        """What is being read, in words: a long run takes a moment."""
        self._background = Background(self)
        self._background.failed.connect(self.failed)
        self.sampling = Sampling(window.runs, self)
        self.sampling.failed.connect(self.failed)
        self.sampling.told.connect(window.log.add)
        window.runs.openRequested.connect(lambda path: self.open_path(Path(path)))
        self.comparing = ComparingRuns(self)
        window.runs.compareRequested.connect(lambda paths: self.comparing.show([Path(path) for path in paths], window))
        self.keeping = RunKeeping(window, runs_dir)
        self.keeping.failed.connect(self.failed)
        self.keeping.told.connect(lambda words: window.log.add("info", words))
        window.toolbar.open_action.triggered.connect(self.ask)
        window.actions_by_name["runsFolderAction"].triggered.connect(self.show_folder)

    def refresh(self) -> None:
        """List the runs anew."""
        self.keeping.refresh()

    def ask(self) -> None:
        """Ask what to open."""
        dialog = QFileDialog(self._window, "Open runs and recorded episodes", str(self._runs_dir))
        dialog.setObjectName("openDialog")
        dialog.setNameFilters(
            [
                "Runs, episodes, models, data (run.json *.rlrun *.rlepisode *.zip *.npz metadata.json)",
                "Runs (run.json *.rlrun)",
                "Models of Stable-Baselines3 (*.zip)",
                "Episodes (*.rlepisode)",
                "Data (*.npz metadata.json)",
                "All files (*)",
            ]
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.open_paths([Path(name) for name in names]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_path(self, path: Path) -> None:
        """Open a run folder, its run.json, or a recorded episode."""
        self.open_paths([path])

    def open_paths(self, paths: list[Path]) -> None:
        """Open all that was named."""
        self.pathsWanted.emit(paths)

    def open_run(self, folder: Path) -> None:
        """Read a run folder; show it where it is being trained."""
        if self.shows(folder):
            return
        self.opening = f"Opening {folder.name}…"
        self._window.status.say(self.opening)
        self._background.run(lambda: open_run(folder), self._read, self._refuse)

    def _read(self, run: OpenedRun) -> None:
        self.opening = ""
        self.opened.emit(run)

    def _refuse(self, words: str) -> None:
        self.opening = ""
        self.failed.emit(words)

    def show_folder(self) -> None:
        """Open the runs folder in the file manager."""
        self._runs_dir.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._runs_dir)))

    def close(self) -> None:
        """Wait for what still reads."""
        self.sampling.close()
        self.comparing.close()
        self.keeping.close()
        self._background.close()

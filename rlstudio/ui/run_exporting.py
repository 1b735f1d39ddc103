"""RunExporting: whole runs out to other programs and people, and bundles of runs in from them.

A run is written in a child process, for reports and policies need what the window must not import. A bundle is unpacked
in a thread: that is reading and checking of files alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from rlstudio.core import messages as m
from rlstudio.core.whole_file import remove_unfinished
from rlstudio.storage.bundle_reading import import_bundle
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.exports.formats import RUN_FORMATS, RunFormat, run_format
from rlstudio.ui.acting import Acting
from rlstudio.ui.background import Background
from rlstudio.ui.errand import Errand
from rlstudio.ui.job_desk import JobDesk
from rlstudio.ui.library import Library
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.telling import Telling
from rlstudio.ui.widgets.file_progress import FileProgress

_LAST = "run_export"
_FIRST = "html"
_UNDER_WAY = "A run is being exported already: wait for it, or cancel it."


class _Cancelled(Exception):  # noqa: N818 - a signal, not an error
    pass


class RunExporting(QObject):
    """One a window."""

    _told = Signal(int)

    def __init__(
        self, window: MainWindow, desk: JobDesk, library: Library, acting: Acting, telling: Telling, runs_dir: Path
    ) -> None:
        super().__init__(window)
        self._window, self._library, self._telling, self._runs_dir = window, library, telling, runs_dir
        self._writing = FileProgress("runExportProgress", "Exporting a run")
        self._reading = FileProgress("bundleProgress", "Opening a run bundle")
        self._reading.cancel_button.setToolTip("Give up; no half run is left")
        for widget in (self._writing, self._reading):
            window.status.extra.addWidget(widget)
        self._path, self._pid, self._fault = Path(), None, ""
        self._cancelled = False
        self._background = Background(self)
        self._errand = Errand("The export of the run", desk, self)
        acting.errands.append(self._errand)  # a closing window asks about it
        self._errand.progressed.connect(lambda done, total, words: self._writing.set_progress(done, total, words))
        self._errand.failed.connect(self._failed)
        self._errand.ended.connect(self._ended)
        self._errand.ended.connect(lambda _status: acting.changed.emit())
        self._told.connect(lambda done: self._reading.set_progress(done, 1000))
        self._writing.cancelRequested.connect(self._errand.stop)
        self._reading.cancelRequested.connect(self._cancel)
        window.runs.exportRequested.connect(lambda path: self.ask(Path(path)))
        library.bundlesWanted.connect(self.open_bundles)

    # ------------------------------------------------------------ out

    def ask(self, run: Path) -> None:
        """Ask what to write and where; the last answers come first."""
        last = self._window.settings.get(_LAST, dict, {})
        folder = Path(str(last.get("folder") or Path.home()))
        dialog = QFileDialog(self._window, f"Export {run.name}", str(folder if folder.is_dir() else Path.home()))
        dialog.setObjectName("exportRunDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = {_filter(each): each for each in RUN_FORMATS}
        dialog.setNameFilters(list(filters))
        chosen = next((each for each in RUN_FORMATS if each.key == last.get("to")), run_format(_FIRST))
        dialog.selectNameFilter(_filter(chosen))
        dialog.selectFile(_suggestion(run, chosen))
        dialog.filterSelected.connect(lambda words: dialog.selectFile(_suggestion(run, filters[words])))
        dialog.fileSelected.connect(lambda name: self.start(run, filters[dialog.selectedNameFilter()], Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def start(self, run: Path, to: RunFormat, path: Path) -> None:
        """Write the run in a child process."""
        if to.suffix and path.suffix.lower() != to.suffix:
            path = path.with_name(path.name + to.suffix)
        if not self._errand.start(m.ExportRun(str(run), to.key, str(path))):
            self._window.banner.say(_UNDER_WAY)
            return
        self._window.settings.set(**{_LAST: {"to": to.key, "folder": str(path.parent)}})
        self._path, self._pid, self._fault = path, self._errand.pid, ""
        self._writing.start(f"Exporting {path.name}", path)

    def _failed(self, message: str, advice: str, details: str) -> None:
        self._fault = message
        self._telling.fail(message, advice, details)

    def _ended(self, status: str) -> None:
        if status != "finished" and self._pid is not None:
            remove_unfinished(self._path.parent, self._pid)  # a child that was killed could not
        if status == "finished":
            self._writing.end(f"Saved {self._path.name}", self._path)
            self._telling.note(f"Saved {self._path}.")
        else:
            self._writing.end("Export cancelled; nothing was written" if status == "stopped" else self._fault)

    # ------------------------------------------------------------ in

    def open_bundles(self, paths: Sequence[Path]) -> None:
        """Unpack bundles among the runs, and open the last of them."""
        self._cancelled = False
        self._reading.start(f"Opening {paths[0].name}", paths[0])
        self._background.run(lambda: self._unpack(paths), self._unpacked, self._refused)

    def _unpack(self, paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
        """In the thread: the new runs, and why the others are none."""
        runs, faults = [], []
        for number, path in enumerate(paths):

            def tell(done: int, total: int, number: int = number) -> None:
                if self._cancelled:
                    raise _Cancelled
                self._told.emit(round(1000 * (number + done / max(1, total)) / len(paths)))

            try:
                runs.append(import_bundle(path, self._runs_dir, tell))
            except _Cancelled:
                break
            except RunFolderError as error:
                faults.append(str(error))
        return runs, faults

    def _unpacked(self, found: tuple[list[Path], list[str]]) -> None:
        runs, faults = found
        if self._cancelled:
            self._reading.end("Opening was cancelled")
        else:
            self._reading.hide()
        for fault in faults:
            self._telling.fail(fault)
        for run in runs:
            self._telling.note(f"Put among the runs: {run.name}.")
        if runs:
            self._library.refresh()
            self._library.open_run(runs[-1])

    def _refused(self, words: str) -> None:
        self._reading.hide()
        self._telling.fail(words)

    def _cancel(self) -> None:
        self._cancelled = True

    def close(self) -> None:
        """Give up what is being read, and wait for it."""
        self._cancelled = True
        self._background.close()


def _suggestion(run: Path, to: RunFormat) -> str:
    """A file's name; of a folder, which holds one of the run's name, another."""
    return run.name + to.suffix if to.suffix else to.key


def _filter(to: RunFormat) -> str:
    """As a file dialog lists it."""
    return f"{to.title} (*{to.suffix})" if to.suffix else f"{to.title}: a folder (*)"

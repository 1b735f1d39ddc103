"""Exporting: recorded episodes, or a training, become a picture file: asked for in a dialog, written in a child."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from rlstudio.core import messages as m
from rlstudio.core.whole_file import remove_unfinished
from rlstudio.ui.errand import Errand
from rlstudio.ui.main_window import MainWindow

if TYPE_CHECKING:
    from rlstudio.ui.widgets.export_dialog import ExportDialog

_UNDER_WAY = "An export is under way already: wait for it, or cancel it."
_PICTURE, _FOLDER = "export", "export_folder"


class Exporting(QObject):
    """One a window; its errand is `Acting`'s.

    Signals:
        failed: message, advice, traceback.
        said: words for the log.
        changed: something started or ended.
        filmRequested: the training is to be recorded.
    """

    failed = Signal(str, str, str)
    said = Signal(str)
    changed = Signal()
    filmRequested = Signal()

    def __init__(self, window: MainWindow, errand: Errand, parent: QObject) -> None:
        super().__init__(parent)
        self._window, self._errand = window, errand
        self._fault = ""
        self._written: tuple[Path, int | None] = (Path(), None)  # where the child writes, and its process id
        self.film_offered = False
        errand.came.connect(self._exported)
        errand.progressed.connect(window.exporting.set_progress)
        errand.failed.connect(self._failed)
        errand.ended.connect(self._ended)
        window.exporting.cancelRequested.connect(errand.stop)
        window.stage.exportRequested.connect(self.ask)

    def remembered(self, what: str = _PICTURE) -> dict[str, Any]:
        """The answers of the last dialog of that kind."""
        return dict(self._window.settings.get(what, dict, {}))

    def remember(self, answers: dict[str, Any], what: str = _PICTURE) -> None:
        """Keep a dialog's answers for the next one of that kind."""
        self._window.settings.set(**{what: answers, _FOLDER: answers["folder"]})

    def folder(self) -> Path | None:
        """Where the last file went, None where that is gone."""
        last = self._window.settings.get(_FOLDER, str, "")
        return Path(last) if last and Path(last).is_dir() else None

    def ask(self) -> None:
        """Open the dialog on what was recorded."""
        from rlstudio.ui.widgets.export_dialog import ExportDialog  # loads Pillow, which opening a window need not

        stage = self._window.stage
        shown = stage.current_episode()
        if shown is None:
            return
        if not shown.has_pictures:
            self._window.banner.say("This episode holds numbers alone: there are no pictures to export.")
            return
        episodes = stage.episodes()
        places = [place for place, each in enumerate(episodes) if each is shown]
        dialog = ExportDialog(
            episodes if places else [shown],
            places[0] if places else 0,
            self._window,
            index=stage.current_index(),
            folder=self.folder(),
            remembered=self.remembered(),
            film=self.film_offered,
        )
        dialog.accepted.connect(lambda: self._accept(dialog))
        dialog.filmRequested.connect(self.filmRequested)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def start(self, command: m.ExportPicture | m.FilmTraining, total: int) -> bool:
        """Write a file in the background; False where another is being written."""
        if not self._errand.start(command):
            self._window.banner.say(_UNDER_WAY)
            return False
        self._fault = ""
        self._written = Path(command.path).parent, self._errand.pid
        self._window.exporting.begin(command.path, total)
        self.changed.emit()
        return True

    def _accept(self, dialog: ExportDialog) -> None:
        options = dialog.options()
        self.remember(dialog.remembered())
        self.start(options.command(), options.frames)

    def _exported(self, report: m.Report) -> None:
        if isinstance(report, m.Exported):
            self._window.exporting.finish(report)
            gave_up = f" To keep to its size limit: {report.given_up}." if report.given_up else ""
            self.said.emit(f"Saved {report.path}: {report.frames:,} frames in {report.seconds:.1f} s.{gave_up}")

    def _failed(self, message: str, advice: str, traceback: str) -> None:
        self._fault = message
        self.failed.emit(message, advice, traceback)

    def _ended(self, status: str) -> None:
        folder, pid = self._written
        if status != "finished" and pid is not None:
            remove_unfinished(folder, pid)  # a child that was killed, or crashed, could not
        if status == "stopped":
            self._window.exporting.fail("Export cancelled; nothing was written")
        elif status == "failed":
            self._window.exporting.fail(self._fault or "The export failed")
        self.changed.emit()

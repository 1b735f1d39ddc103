"""TrashKeeping: what was deleted, however long ago, listed in a dialog, brought back, or deleted for good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.trash import TrashedRun, empty_trash, list_trash, restore_run
from rlstudio.ui.background import Background
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.widgets.trash_dialog import TrashDialog


class TrashKeeping(QObject):
    """Signals:
    failed: why something could not be read, brought back or deleted, in words.
    told: what was done, for the log.
    restored: a list of folders that came back.
    emptied: nothing is in the trash any more.
    """

    failed = Signal(str)
    told = Signal(str)
    restored = Signal(list)
    emptied = Signal()

    def __init__(self, window: MainWindow, runs_dir: Path) -> None:
        super().__init__(window)
        self._window, self._runs_dir = window, runs_dir
        self._background = Background(self)
        self._background.failed.connect(self.failed)
        window.runs.trashRequested.connect(self.show)

    def close(self) -> None:
        """Wait for what still works."""
        self._background.close()

    def show(self) -> None:
        """Open the dialog; what is in the trash comes a moment later."""
        dialog = TrashDialog(self._window)
        dialog.restoreRequested.connect(lambda paths: self._then_list(dialog, lambda: self._restore(paths)))
        dialog.emptyRequested.connect(lambda: self._then_list(dialog, self._empty))
        dialog.open()
        self._then_list(dialog, lambda: None)

    def _then_list(self, dialog: TrashDialog, work: Callable[[], Callable[[], None] | None]) -> None:
        """Do `work` in the background, tell of it here, and show what is in the trash then."""
        open_still = [True]
        dialog.finished.connect(lambda _result: open_still.clear())

        def both() -> tuple[Callable[[], None] | None, list[TrashedRun]]:
            return work(), list_trash(self._runs_dir)

        def done(found: tuple[Callable[[], None] | None, list[TrashedRun]]) -> None:
            tell, runs = found
            if tell is not None:
                tell()
            if open_still:
                dialog.set_runs(runs)

        self._background.run(both, done)

    def _restore(self, paths: list[Path]) -> Callable[[], None]:
        back, faults = [], []
        for path in paths:
            try:
                back.append(restore_run(path))
            except RunFolderError as error:
                faults.append(str(error))

        def tell() -> None:
            if back:
                self.told.emit(f"Brought back from the trash: {len(back):,} run{'s' * (len(back) != 1)}.")
                self.restored.emit(back)
            if faults:
                self.failed.emit("; ".join(faults[:3]))

        return tell

    def _empty(self) -> Callable[[], None]:
        count = empty_trash(self._runs_dir)

        def tell() -> None:
            self.told.emit(f"{count:,} run{'s' * (count != 1)} deleted for good.")
            self.emptied.emit()

        return tell

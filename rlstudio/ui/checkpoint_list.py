"""CheckpointList: which checkpoints the run that is shown has, read off the window's thread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.background import Background

_Found = tuple[list[int], int | None, bool]


class CheckpointList(QObject):
    """`steps`, ascending, and `best` are those of `run`; `learned_here` unless it was opened from a model file.

    Signals:
        runChanged: another run is shown, whose checkpoints are yet to be read.
        changed: there are other checkpoints than before.
    """

    runChanged = Signal()
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.run: str | None = None
        self.steps: list[int] = []
        self.best: int | None = None
        self.learned_here = True
        self._reading = False
        self._background = Background(self)

    def refresh(self, run: str | None) -> None:
        """Read those of `run` anew; nothing while they are being read."""
        if run != self.run:
            self.run = run
            self._take([], None, True)
            self.runChanged.emit()
        if run is not None and not self._reading:
            self._reading = True
            self._background.run(lambda: _read(run), lambda found: self._came(run, found))

    def close(self) -> None:
        """Wait for what still reads."""
        self._background.close()

    def _came(self, run: str, found: _Found) -> None:
        self._reading = False
        if run == self.run:
            self._take(*found)
        else:
            self.refresh(self.run)

    def _take(self, steps: list[int], best: int | None, learned_here: bool) -> None:
        if (steps, best, learned_here) != (self.steps, self.best, self.learned_here):
            self.steps, self.best, self.learned_here = steps, best, learned_here
            self.changed.emit()


def _read(run: str) -> _Found:
    """The checkpoints of a run, the best of them, whether it learned them here; none of a run that is gone."""
    try:
        folder = RunFolder.open(Path(run))
        return folder.checkpoints(), folder.best_checkpoint(), folder.brought_from() is None
    except (RunFolderError, OSError):
        return [], None, True

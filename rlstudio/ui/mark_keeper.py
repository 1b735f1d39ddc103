"""MarkKeeper: marks set on a recording which its run keeps are written to its file, off the window's thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from rlstudio.core.episode import Episode
from rlstudio.core.whole_file import reason
from rlstudio.storage.episode_marks import keep_marks
from rlstudio.ui.background import Background

_SETTLE_MILLISECONDS = 1_000
"""Who marks goes on marking: the file is written when a second has passed without."""


class MarkKeeper(QObject):
    """One write at a time; what is marked meanwhile is written after it.

    Signals:
        failed: why marks could not be kept, in words.
    """

    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._background = Background(self)
        self._waiting: dict[int, Episode] = {}  # by id: an episode is compared by its arrays
        self._writing = False
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MILLISECONDS)
        self._settle.timeout.connect(self._write)

    def marked(self, episode: Episode) -> None:
        """Its marks are others than they were."""
        if episode.run is not None:
            self._waiting[id(episode)] = episode
            self._settle.start()

    def close(self) -> None:
        """Write what waits, and wait for it: the window goes."""
        self._settle.stop()
        self._background.close()
        waiting, self._waiting = list(self._waiting.values()), {}
        for episode in waiting:
            _keep(episode)

    def _write(self) -> None:
        if self._writing or not self._waiting:
            return
        waiting, self._waiting = list(self._waiting.values()), {}
        self._writing = True
        self._background.run(lambda: [fault for each in waiting if (fault := _keep(each))], self._written)

    def _written(self, faults: list[str]) -> None:
        self._writing = False
        if faults:
            self.failed.emit(faults[0])
        if self._waiting and not self._settle.isActive():
            self._write()


def _keep(episode: Episode) -> str:
    """Why it could not be done, in words; "" where it was."""
    try:
        keep_marks(episode)
    except OSError as error:
        return f"The marks of the recording could not be kept in {episode.run}: {reason(error)}."
    except ValueError as error:
        return f"The marks of the recording could not be kept: {error}."
    return ""

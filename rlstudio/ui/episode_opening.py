"""EpisodeOpening: recorded episodes and data of other programs, read off the window's thread, with progress and cancel.

Episode files are read in a thread; data of other programs in a child process, for the libraries that read them are
large and were not written with strangers in mind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rlstudio.core import messages as m
from rlstudio.core.episode import Episode
from rlstudio.core.episode_data import episode_from_data
from rlstudio.core.whole_file import reason
from rlstudio.storage.episode_file import load_episode
from rlstudio.storage.foreign_runs import holds_foreign
from rlstudio.ui.background import Background
from rlstudio.ui.errand import Errand
from rlstudio.ui.job_desk import JobDesk
from rlstudio.ui.opening import MOST_EPISODES
from rlstudio.ui.widgets.file_progress import FileProgress

_SAID_AFTER_SECONDS = 0.3


class _Cancelled(Exception):  # noqa: N818 - a signal, not an error
    pass


@dataclass
class _Read:
    episodes: list[Episode] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    cancelled: bool = False


def sort_out(paths: Sequence[Path]) -> tuple[list[Path], list[Path], list[Path], list[Path]]:
    """Runs, data of other programs, episode files (whatever else as well: it is refused in words when read), and
    curves of other programs' runs."""
    runs, data, episodes, foreign = [], [], [], []
    for path in paths:
        path = path.parent if path.name == "metadata.json" else path  # what a dialog for files can choose of a dataset
        if path.name == "run.json" or (path / "run.json").is_file():
            runs.append(path.parent if path.name == "run.json" else path)
        elif not (path / "metadata.json").is_file() and holds_foreign(path):
            foreign.append(path)
        elif path.is_dir() or _is_archive(path):
            data.append(path)
        else:
            episodes.append(path)
    return runs, data, episodes, foreign


def _is_archive(path: Path) -> bool:
    """Whether a .npz is one of NumPy: episodes were called so once."""
    if path.suffix.lower() != ".npz" or not path.is_file():
        return False
    with open(path, "rb") as file:
        return file.read(2) == b"PK"


class EpisodeOpening(QObject):
    """One a window.

    Signals:
        opened: a list of episodes, and the words that say where they come from.
        failed: why something could not be read, in words.
    """

    opened = Signal(list, str)
    failed = Signal(str)
    _told = Signal(int, int, str)

    def __init__(self, desk: JobDesk, progress: FileProgress, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._progress = progress
        self._importing = Errand("Reading the data", desk, self)
        self._imported: list[Episode] = []
        self._importing_path = Path()
        self._began = 0.0
        self._cancelled = False
        self._reading = 0
        self._told.connect(self._show_progress)
        self._importing.came.connect(self._came)
        self._importing.progressed.connect(self._show_progress)
        self._importing.failed.connect(lambda message, _advice, _details: self.failed.emit(message))
        self._importing.ended.connect(self._import_ended)
        progress.cancelRequested.connect(self.cancel)

    @property
    def active(self) -> bool:
        """Whether anything is being read."""
        return self._reading > 0 or self._importing.active

    def open_files(self, paths: Sequence[Path]) -> None:
        """Read episode files; those that can be read are shown, the others refused by name."""
        self._begin(paths[0], len(paths))
        self._reading += 1
        self._background.run(lambda: self._read(paths), lambda read: self._read_all(read, paths), self._fail)

    def open_recordings(self, paths: Sequence[Path], then: Callable[[list[Episode]], None]) -> None:
        """Read the recorded episodes of a run; those that are damaged are left out. Cancelled, `then` is not called."""
        self._begin(paths[0], len(paths))
        self._reading += 1
        self._background.run(lambda: self._read(paths), lambda read: self._recordings_read(read, then), self._fail)

    def open_data(self, path: Path) -> None:
        """Read a .npz file or a Minari dataset, in a child process."""
        if not self._importing.start(m.ImportData(str(path), MOST_EPISODES)):
            self.failed.emit(f"{self._importing_path.name} is still being read: wait for it, or cancel it.")
            return
        self._imported, self._importing_path = [], path
        self._begin(path, 1)
        self._progress.start(self._words, path)  # at once: a child takes a moment to come to life

    def cancel(self) -> None:
        """Give up what is being read."""
        self._cancelled = True
        self._importing.stop()

    def close(self) -> None:
        """The window goes: what is being read ends soon."""
        self._cancelled = True
        self._importing.abandon()

    # ------------------------------------------------------------ in the thread

    def _read(self, paths: Sequence[Path]) -> _Read:
        read = _Read()
        for number, path in enumerate(paths):
            try:
                read.episodes.append(load_episode(path, self._teller(number, len(paths), path.name)))
            except _Cancelled:
                read.cancelled = True
                break
            except ValueError as error:
                read.faults.append(str(error))
            except OSError as error:
                read.faults.append(f"{path}: {reason(error)}")
        return read

    def _teller(self, number: int, count: int, name: str) -> Callable[[int, int], None]:
        words = f"Opening {name}" + (f" ({number + 1} of {count})" if count > 1 else "")

        def tell(done: int, total: int) -> None:
            if self._cancelled:
                raise _Cancelled
            self._told.emit(round(1000 * (number + done / max(total, 1)) / count), 1000, words)

        return tell

    # ------------------------------------------------------------ on the window's thread

    def _begin(self, path: Path, count: int) -> None:
        self._began, self._cancelled = time.monotonic(), False
        self._progress.hide()
        self._words, self._path = f"Opening {path.name}" if count == 1 else f"Opening {count} episodes", path

    def _show_progress(self, done: int, total: int, words: str) -> None:
        """Said only of what takes a while: a file of some megabytes is there before it is read."""
        if not self.active or time.monotonic() - self._began < _SAID_AFTER_SECONDS:
            return
        if self._progress.isHidden():
            self._progress.start(self._words, self._path)
        self._progress.words.setText(words if words.startswith("Opening") else self._words)
        self._progress.set_progress(done, total)

    def _read_all(self, read: _Read, paths: Sequence[Path]) -> None:
        self._reading -= 1
        self._finish("Opening was cancelled" if read.cancelled else "")
        if read.faults:
            more = f" ({len(read.faults) - 1} more could not be opened either)" if len(read.faults) > 1 else ""
            self.failed.emit(f"{read.faults[0]}.{more}")
        if read.episodes and not read.cancelled:
            self.opened.emit(read.episodes, paths[0].name if len(paths) == 1 else f"{len(read.episodes)} files")

    def _recordings_read(self, read: _Read, then: Callable[[list[Episode]], None]) -> None:
        self._reading -= 1
        self._finish("Opening was cancelled" if read.cancelled else "")
        if read.episodes and not read.cancelled:
            then(read.episodes)

    def _fail(self, words: str) -> None:
        self._reading -= 1
        self._finish("")
        self.failed.emit(words)

    def _came(self, report: m.Report) -> None:
        if isinstance(report, m.EpisodeRecorded):
            self._imported.append(episode_from_data(report.data))

    def _import_ended(self, status: str) -> None:
        self._finish("Opening was cancelled" if status == "stopped" else "")
        episodes, self._imported = self._imported, []
        if status == "finished" and episodes:
            self.opened.emit(episodes, self._importing_path.name)

    def _finish(self, words: str) -> None:
        if words and not self._progress.isHidden():
            self._progress.end(words)
        else:
            self._progress.hide()

"""RunKeeping: the runs on disk as the runs panel shows and changes them: listed, labelled, deleted, brought back.

All of it is done in the background. While the panel is open it looks again every other second, since runs go on, and
others may train, too.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.labels import Labels, write_labels
from rlstudio.storage.run_listing import ListedRun, RunListing
from rlstudio.storage.trash import empty_trash, restore_run, trash_run, trashed_runs
from rlstudio.ui.background import Background
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.trash_keeping import TrashKeeping
from rlstudio.ui.widgets.run_columns import run_name

_LOOK_MILLISECONDS = 2000
_MOST_TOLD = 5


class RunKeeping(QObject):
    """Signals:
    failed: why something could not be read, written, deleted or brought back, in words.
    told: what was done, for the log.
    """

    failed = Signal(str)
    told = Signal(str)

    def __init__(self, window: MainWindow, runs_dir: Path) -> None:
        super().__init__(window)
        self._window = window
        self._runs_dir = runs_dir
        self._listing = RunListing(runs_dir)
        self._looking, self._look_again = False, False
        self._curves_wait = True  # the first time they come a moment after the runs
        self._to_select: list[Path] = []  # those brought back, once they are listed
        self._names: dict[str, str] = {}  # what people call the runs, by folder
        self._trashed: list[list[Path]] = []  # by each deletion that can be undone, the last one last
        self._offer = ""  # what was said beside the Undo button
        self._background = Background(self)
        self._background.failed.connect(self.failed)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MILLISECONDS)
        self._timer.timeout.connect(self.refresh)
        panel = window.runs
        panel.refreshRequested.connect(self.refresh)
        panel.labelled.connect(self.label)
        panel.deleteRequested.connect(lambda paths: self.delete([Path(path) for path in paths]))
        panel.undoRequested.connect(self.undo)
        panel.emptyRequested.connect(self.ask_to_empty)
        self.trash = TrashKeeping(window, runs_dir)
        self.trash.failed.connect(self.failed)
        self.trash.told.connect(self.told)
        self.trash.restored.connect(self._came_back)
        self.trash.emptied.connect(lambda: self._trashed.clear())
        self.trash.emptied.connect(self._take_offer_back)
        window.tabs.opened.connect(self._on_tab)
        if window.tabs.current() == "runs":  # it was open when the window was closed, and is again
            self._timer.start()

    def _on_tab(self, key: str) -> None:
        if key == "runs":
            self.refresh()
            self._timer.start()
        else:
            self._timer.stop()

    def refresh(self) -> None:
        """List the runs anew; asked while it looks, it looks once more."""
        if self._looking:
            self._look_again = True
            return
        self._looking, self._look_again = True, self._curves_wait
        self._background.run(partial(self._listing.read, curves=not self._curves_wait), self._show, self._not_listed)
        self._curves_wait = False

    def _show(self, runs: list[ListedRun]) -> None:
        self._looking = False
        self._window.runs.set_runs(runs)
        if self._to_select and not self._look_again:
            self._window.runs.select(*self._to_select)
            self._to_select = []
        if self._look_again:
            self.refresh()

    def _not_listed(self, words: str) -> None:
        self._looking = False
        self.failed.emit(words)

    def label(self, changes: list[tuple[Path, Labels]]) -> None:
        """Write labels."""

        def write() -> None:
            for path, labels in changes:
                write_labels(path, labels)

        self._background.run(write, lambda _nothing: self.refresh())

    # ------------------------------------------------------------ the trash

    def delete(self, paths: list[Path]) -> None:
        """Move runs to the trash, and offer to bring them back."""
        self._names = {run.path.name: run_name(run) for run in self._window.runs.runs()}
        self._background.run(partial(_each, trash_run, paths), self._deleted)

    def _deleted(self, outcome: tuple[list[Path], list[str]]) -> None:
        gone, faults = outcome
        if gone:
            self._trashed.append(gone)
            what = self._names.get(gone[0].name, gone[0].name) if len(gone) == 1 else f"{len(gone):,} runs"
            self.told.emit(f"To the trash: {_few([path.name for path in gone])}.")
            self._offer = f"{what} moved to the trash."
            self._window.banner.say(self._offer, [("Undo", self.undo)])
        if faults:
            self.failed.emit(_few(faults, "; "))
        self.refresh()

    def undo(self) -> None:
        """Bring back what was deleted last."""
        if self._trashed:
            self._background.run(partial(_each, restore_run, self._trashed.pop()), self._restored)
        else:
            self._window.banner.say("There is nothing to bring back: no run was deleted since the start.")

    def _restored(self, outcome: tuple[list[Path], list[str]]) -> None:
        back, faults = outcome
        if back:
            self._window.banner.hide()
            self._to_select = back
            self.told.emit(f"Brought back: {_few([path.name for path in back])}.")
        if faults:
            self.failed.emit(_few(faults, "; "))
        self.refresh()

    def _came_back(self, back: list[Path]) -> None:
        """From the trash, by its dialog: there is nothing to undo of those any more."""
        self._trashed = [left for gone in self._trashed if (left := [path for path in gone if path.exists()])]
        self._take_offer_back()
        self._to_select = back
        self.refresh()

    def _take_offer_back(self) -> None:
        """There may be nothing left that Undo would bring back."""
        if self._offer and self._window.banner.text() == self._offer:
            self._window.banner.hide()

    def ask_to_empty(self) -> None:
        """What cannot be undone is asked first; nothing waits for the answer."""
        self._background.run(lambda: len(trashed_runs(self._runs_dir)), self._ask_to_empty)

    def _ask_to_empty(self, count: int) -> None:
        if not count:
            self._window.banner.say("The trash is empty.")
            return
        what = "the run" if count == 1 else f"all {count:,} runs"
        words = f"Delete {what} in the trash for good? This cannot be undone."
        self._window.banner.say(words, [("Delete for good", self._empty), ("Keep", lambda: None)])

    def _empty(self) -> None:
        self._trashed.clear()
        self._background.run(lambda: empty_trash(self._runs_dir), self._emptied)

    def _emptied(self, count: int) -> None:
        words = f"{count:,} run{'s' * (count != 1)} deleted for good."
        self.told.emit(words)
        self._window.banner.say(words)

    def close(self) -> None:
        """Wait for what still works."""
        self._timer.stop()
        self.trash.close()
        self._background.close()


def _each(act: object, paths: list[Path]) -> tuple[list[Path], list[str]]:
    """What `act` made of each path, and in words why it could not."""
    done, faults = [], []
    for path in paths:
        try:
            done.append(act(path))  # type: ignore[operator]
        except RunFolderError as error:
            faults.append(str(error))
    return done, faults


def _few(words: list[str], between: str = ", ") -> str:
    """The first of them, and how many more there are: of a thousand runs nobody reads the names."""
    more = [f"and {len(words) - _MOST_TOLD:,} more"] if len(words) > _MOST_TOLD else []
    return between.join([*words[:_MOST_TOLD], *more])

"""Sampling: the samples that runs gathered, found, read and written in the background, and shown in a dialog."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from rlstudio.algorithms.words import sentence
from rlstudio.envs.catalogue import load_cards
from rlstudio.envs.sample_names import sample_names
from rlstudio.storage.paths import cache_dir
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.samples import Samples, has_samples, read_samples, write_samples
from rlstudio.ui.background import Background
from rlstudio.ui.panels.runs import RunsPanel

if TYPE_CHECKING:
    from rlstudio.ui.widgets.samples_dialog import SamplesDialog


class Sampling(QObject):
    """One a window. What cannot be read or written is said in the dialog.

    Signals:
        failed: the same in words, where the dialog is gone meanwhile.
        told: (level, words) for the log.
    """

    failed = Signal(str)
    told = Signal(str, str)

    def __init__(self, runs: RunsPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._runs = runs
        self._background = Background(self)
        self._background.failed.connect(self.failed)
        self.dialog: SamplesDialog | None = None
        runs.runSelected.connect(self._look)
        runs.samplesRequested.connect(lambda path: self.show(Path(path)))

    def show(self, run: Path) -> None:
        """Open the dialog on a run's samples."""
        from rlstudio.ui.widgets.samples_dialog import SamplesDialog  # draws, and would slow the window's start

        if self.dialog is not None:
            self.dialog.close()
        dialog = self.dialog = SamplesDialog(run.name, self._runs.window())
        dialog.finished.connect(lambda _result: self._forget(dialog))
        dialog.againRequested.connect(lambda: self._read(run, dialog))
        dialog.exportRequested.connect(lambda path: self._write(Path(path), dialog))
        dialog.show()
        self._read(run, dialog)

    def close(self) -> None:
        """Close the dialog and wait for what still reads."""
        if self.dialog is not None:
            self.dialog.close()
        self._background.close()

    def _look(self, path: str) -> None:
        """Offer samples only of a run that has some."""
        self._background.run(lambda: has_samples(Path(path)), lambda has: self._runs.offer_samples(path, has))

    def _read(self, run: Path, dialog: SamplesDialog) -> None:
        from rlstudio.ui.widgets.sample_table import SampleSheet, sheet_of

        def show(sheet: SampleSheet) -> None:
            if self.dialog is dialog:
                dialog.show_sheet(sheet)

        dialog.show_reading()
        self._background.run(lambda: sheet_of(_named_samples(run)), show, lambda words: self._fail(words, dialog))

    def _write(self, path: Path, dialog: SamplesDialog) -> None:
        if dialog.sheet is not None:
            samples = dialog.sheet.samples
            self._background.run(
                lambda: write_samples(path, samples),
                lambda _nothing: self._written(path, len(samples), dialog),
                lambda words: self._fail(words, dialog),
            )

    def _fail(self, words: str, dialog: SamplesDialog) -> None:
        """Said once, where it happened."""
        if self.dialog is dialog:
            dialog.say(sentence(words), fault=True)
            self.told.emit("error", words)
        else:
            self.failed.emit(words)

    def _written(self, path: Path, count: int, dialog: SamplesDialog) -> None:
        words = f"{count:,} transitions were written to {path}"
        if self.dialog is dialog:
            dialog.say(words)
        self.told.emit("info", f"{words}.")

    def _forget(self, dialog: SamplesDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None
        dialog.deleteLater()


def _named_samples(run: Path) -> Samples:
    """A run's samples with the names that its environment gives their numbers."""
    env = RunFolder.open(run).read_info().config.env
    card = next((card for card in load_cards(cache_dir()) or () if card.id == env), None)
    return read_samples(run, *sample_names(card))

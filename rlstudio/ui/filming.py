"""Filming: the film of a training, from untrained to trained: offered where a run kept checkpoints, asked for, made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from rlstudio.core.checkpoint_choice import one_of_each
from rlstudio.core.episode import Episode
from rlstudio.core.run_config import RunConfig
from rlstudio.storage.distinct_policies import same_policies
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.background import Background
from rlstudio.ui.consent import Consent, programs_that_act
from rlstudio.ui.exporting import Exporting
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.training import Training

if TYPE_CHECKING:
    from rlstudio.ui.widgets.film_dialog import FilmDialog

_NO_RUN = "There is no training to record yet: train (Ctrl+Enter), or open a run (Ctrl+O)."
_NO_CHECKPOINTS = "This run has kept no checkpoint yet: let it train a little longer, then try again."


class Filming(QObject):
    """One a window. Only what the run has on disk is read, in a thread."""

    def __init__(self, window: MainWindow, training: Training, consent: Consent, exports: Exporting) -> None:
        super().__init__(window)
        self._window, self._training, self._consent, self._exports = window, training, consent, exports
        self._background = Background(self)
        self._reading = False
        exports.filmRequested.connect(self.ask)
        window.actions_by_name["filmAction"].triggered.connect(lambda _checked=False: self.ask())
        training.stateChanged.connect(self._offer)
        self._offer()

    def close(self) -> None:
        """Wait for what is still read."""
        self._background.close()

    def ask(self) -> None:
        """Open the dialog on the window's run, once its checkpoints are listed."""
        run, config = self._training.run, self._training.config
        if run is None or config is None:
            self._window.banner.say(_NO_RUN)
        elif not self._reading and self._window.findChild(QObject, "filmDialog") is None:
            self._reading = True
            self._background.run(
                lambda: _checkpoints(Path(run)), lambda found: self._open(Path(run), config, *found), self._unreadable
            )

    def _open(self, run: Path, config: RunConfig, steps: list[int], best: int | None, left_out: int) -> None:
        from rlstudio.ui.widgets.film_dialog import FilmDialog, FilmSubject  # loads Pillow, as exporting does

        self._reading = False
        if not steps:
            self._window.banner.say(_NO_CHECKPOINTS)
            return
        history = self._training.history
        episode = self._episode(config.env)
        subject = FilmSubject(run, config.env, config.algorithm, tuple(steps), best, history, episode, left_out)
        dialog = FilmDialog(
            subject, self._window, folder=self._exports.folder(), remembered=self._exports.remembered("film")
        )
        dialog.accepted.connect(lambda: self._accept(dialog, config))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _accept(self, dialog: FilmDialog, config: RunConfig) -> None:
        command = dialog.command()
        self._exports.remember(dialog.remembered(), "film")

        def start() -> None:
            programs = programs_that_act(None, config.algorithm, config.params)
            if self._consent.agreed(programs, start):
                self._exports.start(replace(command, trusted_files=self._consent.given), 1000)

        start()

    def _unreadable(self, words: str) -> None:
        self._reading = False
        self._window.banner.say(f"The run's checkpoints cannot be read: {words}")

    def _episode(self, env: str) -> Episode | None:
        """A recorded episode with pictures that looks like those the checkpoints will play."""
        recorded = [each for each in self._window.stage.episodes() if each.env == env and each.has_pictures]
        return recorded[0] if recorded else None

    def _offer(self) -> None:
        """Only where there is a run."""
        there = self._training.run is not None
        self._window.actions_by_name["filmAction"].setEnabled(there)
        self._exports.film_offered = there


def _checkpoints(run: Path) -> tuple[list[int], int | None, int]:
    """Steps of a run's checkpoints, one of each policy; of the best one; how many hold the policy of another one.

    Raises RunFolderError."""
    folder = RunFolder.open(run)
    groups = same_policies(folder)
    try:
        best = folder.best_checkpoint()
    except RunFolderError:
        best = None
    steps = one_of_each(groups, best)
    best = next((step for step, group in zip(steps, groups, strict=True) if best in group), None)
    return steps, best, sum(map(len, groups)) - len(steps)

"""SideBySide: several runs train at once, as many as there are cores; each can be shown, paused and stopped.

Runs beyond that wait for one to end. A run that is not shown speaks through the row of runs, and for itself alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from rlstudio.core import messages as m
from rlstudio.core.cores import usable_cores
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.run_words import ended_words
from rlstudio.ui.showing import Showing
from rlstudio.ui.starting import Starting
from rlstudio.ui.strip_words import item_of
from rlstudio.ui.telling import Telling
from rlstudio.ui.trained_run import NO_ANSWER, TrainedRun
from rlstudio.ui.training import Training

_MOST_ENDED = 8
"""Runs that ended unseen and are kept in the row, curves and all."""


class SideBySide(QObject):
    """One a window. `waiting` are the commands of runs that are yet to begin.

    Signals:
        launched: a TrainedRun, and the command that waited for it.
        dropped: the commands that will not be carried out.
        ended: some run that was not shown came to its end, in order or not: its folder is not as it was.
    """

    launched = Signal(object, object)
    dropped = Signal(list)
    ended = Signal()

    def __init__(
        self, window: MainWindow, training: Training, starting: Starting, showing: Showing, telling: Telling
    ) -> None:
        super().__init__(window)
        self._window, self._training, self._starting = window, training, starting
        self._showing, self._telling = showing, telling
        self.most_at_once = usable_cores()
        self.waiting: list[m.StartTraining] = []
        self._news: list[TrainedRun] = []  # ended unseen, and not looked at since
        starting.room_for = self.room_for
        training.fleetChanged.connect(self._fleet_changed)
        training.stoppingAll.connect(self.drop_waiting)
        training.othersEnded.connect(self._other_ended)
        training.othersFailed.connect(self._other_failed)
        training.othersWarned.connect(self._other_warned)
        training.othersRecovered.connect(self._other_recovered)
        window.setup.newRunPrompt.connect(self._prompt_new_run)
        window.setup.trainRequested.connect(self._train_setup)
        window.runs.pauseRequested.connect(self._pause_in)
        window.runs.stopRequested.connect(self._stop_in)
        strip = window.strip
        strip.chosen.connect(self.choose)
        strip.wished.connect(self._carry_out)
        strip.stopAllRequested.connect(self.stop_all)
        strip.compareRequested.connect(lambda: window.runs.compareRequested.emit(self.folders()))

    # ------------------------------------------------------------ what a person wishes

    def train(self, kind: str) -> None:
        """The Train button and its menu: while a run trains, another one is set up or begun beside it."""
        if not self._training.active or self._training.trouble:
            self._starting.train(kind)
        elif kind == "new seed":
            self.train_beside(kind)
        else:
            self.set_up_another()

    def set_up_another(self) -> None:
        """Leave what trains to itself and have the setup for a run that is yet to be."""
        self._showing.set_up_another()
        self._window.setup.set_folded(False)
        self._window.setup.setFocus()

    def train_beside(self, kind: str = "new") -> None:
        """Train what the setup shows; the run that is shown goes on unseen."""
        self._showing.set_aside()
        self._starting.train(kind)

    def make_room(self) -> None:
        """Let the run that is shown go on unseen, if it trains: another one is about to begin."""
        if self._training.active and not self._training.trouble:
            self._showing.set_aside()

    def show_folder(self, folder: Path) -> bool:
        """Show the run that trains into this folder; False where none of this window does."""
        run = self.run_in(folder)
        if run is not None:
            self._show(run)
        return run is not None

    def choose(self, number: int) -> None:
        """Show the run of that number, where there is one."""
        run = self._run(number)
        if run is not None:
            self._show(run)

    def run_in(self, folder: Path) -> TrainedRun | None:
        """The run that trains into this folder."""
        return next((run for run in self._training.live if run.run is not None and Path(run.run) == folder), None)

    def toggle_pause(self, run: TrainedRun) -> None:
        """Pause it, or let it go on."""
        (run.resume if run.state == "paused" else run.pause)()

    def stop_all(self) -> None:
        """Stop and save all that train; those that wait do not begin."""
        self._training.stop_all()

    def drop_waiting(self) -> None:
        """Those that wait do not begin."""
        gone, self.waiting = self.waiting, []
        if gone:
            self.dropped.emit(gone)
        self.refresh()

    def room_for(self, command: m.StartTraining) -> bool:
        """Whether a run may begin in place of the one that is shown. If not, that is said, with what can be done."""
        others = [run for run in self._training.live if run is not self._training.shown]
        if len(others) < self.most_at_once:
            return True
        n = len(others)
        words = f"{'A run trains' if n == 1 else f'{n} runs train'} already: as many as this computer has cores."
        if command.resume is None:
            choices = [("Train when one ends", lambda: self.wait([command])), ("Cancel", lambda: None)]
            self._window.banner.say(f"{words} Another one would slow all of them.", choices)
        else:
            self._window.banner.say(f"{words} Stop one first, or wait for its end.")
        return False

    def wait(self, commands: list[m.StartTraining]) -> None:
        """Let these begin, unseen, as soon as there is a core for each."""
        self.waiting += commands
        self._launch_waiting()
        self.refresh()

    def _pause_in(self, folders: list[str]) -> None:
        """All go on where all stand still, else those that run stand still."""
        runs = [run for folder in folders if (run := self.run_in(Path(folder))) is not None]
        going_on = all(run.state == "paused" for run in runs)
        for run in runs:
            (run.resume if going_on else run.pause)()

    def _stop_in(self, folders: list[str]) -> None:
        for folder in folders:
            run = self.run_in(Path(folder))
            if run is not None:
                run.stop()

    # ------------------------------------------------------------ the row of runs

    def runs(self) -> list[TrainedRun]:
        """What can be chosen from, the first begun first: all that train, what is shown, what ended unseen."""
        found = {run.number: run for run in (*self._training.live, *self._news, self._training.shown)}
        return [found[number] for number in sorted(found)]

    def folders(self) -> list[str]:
        """Where they are kept, as far as they have begun."""
        return [run.run for run in self.runs() if run.run is not None]

    def refresh(self) -> None:
        """The row shows them as they are now; called a few times a second."""
        shown = self._training.shown
        items = [item_of(run, shown=run is shown) for run in self.runs()]
        self._window.runs.set_doing({Path(run.run): run.state for run in self._training.live if run.run is not None})
        self._window.strip.show_runs(items, len(self.waiting), can_compare=len(self.folders()) > 1)

    def _run(self, number: int) -> TrainedRun | None:
        return next((run for run in self.runs() if run.number == number), None)

    def _show(self, run: TrainedRun) -> None:
        self._showing.show_run(run)
        self._forget(run)

    def _carry_out(self, number: int, what: str) -> None:
        run = self._run(number)
        if run is None:
            return
        if what in ("pause", "resume"):
            self.toggle_pause(run)
        elif what in ("stop", "end"):
            run.stop()
        elif what == "dismiss":
            self._forget(run)

    def _forget(self, run: TrainedRun) -> None:
        if run in self._news:
            self._news.remove(run)
        self.refresh()

    # ------------------------------------------------------------ what becomes of them

    def _fleet_changed(self) -> None:
        self._news = [run for run in self._news if not run.active and run is not self._training.shown]
        self._launch_waiting()
        self.refresh()

    def _launch_waiting(self) -> None:
        while self.waiting and len(self._training.live) < self.most_at_once:
            command = self.waiting.pop(0)
            run = self._training.launch(command)
            self._telling.note(f"Training {run.name}, beside the others.")
            self.launched.emit(run, command)

    def _other_ended(self, run: TrainedRun, status: str, summary: dict[str, Any]) -> None:
        self._telling.note(f"{run.name}: {ended_words(status, summary)}.")
        self._keep(run)

    def _other_failed(self, run: TrainedRun, message: str, advice: str, details: str) -> None:
        self._telling.fail(f"{run.name}: {message}", advice, details)
        self._keep(run)

    def _other_warned(self, run: TrainedRun, words: str) -> None:
        self._telling.warn(f"{run.name}: {words}")
        if not run.active:
            self._keep(run)

    def _other_recovered(self, run: TrainedRun) -> None:
        """What was complained of is well again: with its name, or without if it was the one shown then."""
        self._telling.note(f"{run.name}: training answers again.")
        if self._window.banner.text().removeprefix(f"{run.name}: ").startswith(NO_ANSWER):
            self._window.banner.hide()

    def _keep(self, run: TrainedRun) -> None:
        if run not in self._news:
            self._news = [*self._news, run][-_MOST_ENDED:]
        self.ended.emit()

    # ------------------------------------------------------------ another choice in the setup

    def _train_setup(self) -> None:
        """The setup's own button: what it shows is trained, beside the run that goes on if that is another one."""
        if self._training.active and not self._training.trouble:
            self.train_beside()
        else:
            self._starting.train("train")

    def _prompt_new_run(self) -> None:
        """Another environment or algorithm was chosen while a run goes on: it is asked, never silently stopped."""
        config = self._training.config
        if config is not None and self._training.active:
            self._window.banner.say(
                f"The run of {config.algorithm} on {config.env} goes on. Train the new choice beside it, or instead?",
                [
                    ("Train beside it", self.train_beside),
                    ("Stop and train", self._stop_and_train),
                    ("Keep training", self._window.setup.back_to_running),
                ],
            )

    def _stop_and_train(self) -> None:
        self._training.when_idle(lambda: self._starting.train("new"))
        self._training.stop()

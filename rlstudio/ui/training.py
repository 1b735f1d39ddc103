"""Training: the runs of the window that train, side by side, and the one of them that is shown. No widgets.

All that is asked of it is asked of the run that is shown, and its signals are that run's; the others go on unseen, and
are heard of through `othersEnded`, `othersFailed` and `othersWarned`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.core import messages as m
from rlstudio.core.history import History
from rlstudio.core.run_config import RunConfig
from rlstudio.ui.job_desk import JobDesk
from rlstudio.ui.trained_run import News, State, TrainedRun


class Training(QObject):
    """`shown` is being trained, was last, or is yet to be; `live` are all that train, in the order of their start.

    Signals of the run that is shown:
        stateChanged: the state, or what is known about it, has changed.
        started: a Started report; `history` and `config` are those of the run from here on.
        batchCame: a Batch was added to `history`.
        policyCame: newer weights, as PolicyData.
        paramRefused: name, value and reason of a live change.
        warned: something to know, in words.
        recovered: a child that did not answer does again.
        failed: message, advice, traceback.
        finished: the status and summary of a run that ended in order.

    Signals of all:
        fleetChanged: one began, ended, or changed its state.
        stoppingAll: all are about to be stopped; none is to begin from here on.
        othersEnded: a TrainedRun that is not shown, the status and summary with which it ended in order.
        othersFailed: such a run, message, advice, traceback.
        othersWarned: such a run, and something to know, in words.
        othersRecovered: such a run, whose child did not answer and does again.
    """

    stateChanged = Signal()
    started = Signal(object)
    batchCame = Signal(object)
    policyCame = Signal(object)
    paramRefused = Signal(str, object, str)
    warned = Signal(str)
    recovered = Signal()
    failed = Signal(str, str, str)
    finished = Signal(str, object)
    fleetChanged = Signal()
    stoppingAll = Signal()
    othersEnded = Signal(object, str, object)
    othersFailed = Signal(object, str, str, str)
    othersWarned = Signal(object, str)
    othersRecovered = Signal(object)

    def __init__(self, desk: JobDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._after_all: Callable[[], None] | None = None
        self.live: list[TrainedRun] = []
        self.shown = TrainedRun(desk, self._told)

    # ------------------------------------------------------------ several runs

    def launch(self, command: m.StartTraining) -> TrainedRun:
        """Train a run that is not shown."""
        run = TrainedRun(self._desk, self._told)
        run.start(command)
        return run

    def set_aside(self) -> None:
        """Show a run that is yet to be; the one that was shown goes on unseen."""
        self.show(TrainedRun(self._desk, self._told))

    def show(self, run: TrainedRun) -> None:
        """Let all that is asked of this object be asked of `run` from now on."""
        self.shown = run
        self.stateChanged.emit()
        self.fleetChanged.emit()

    @property
    def any_active(self) -> bool:
        """Whether any run trains, shown or not."""
        return bool(self.live)

    def stop_all(self) -> None:
        """Save and end all of them."""
        self.stoppingAll.emit()
        for run in list(self.live):
            if run.state != "stopping":  # a second stop would not wait for the saving
                run.stop()

    def when_all_idle(self, then: Callable[[], None]) -> None:
        """Call `then` once nothing trains any more."""
        if self.live:
            self._after_all = then
        else:
            then()

    def _told(self, run: TrainedRun, news: News, *what: Any) -> None:
        if news == "stateChanged":
            self._count(run)
        if run is self.shown:
            getattr(self, news).emit(*what)
        elif news == "finished":
            self.othersEnded.emit(run, *what)
        elif news == "failed":
            self.othersFailed.emit(run, *what)
        elif news == "warned":
            self.othersWarned.emit(run, *what)
        elif news == "recovered":
            self.othersRecovered.emit(run)
        if news == "stateChanged":
            self.fleetChanged.emit()
            if not self.live and self._after_all is not None:
                after, self._after_all = self._after_all, None
                after()

    def _count(self, run: TrainedRun) -> None:
        if run.active and run not in self.live:
            self.live.append(run)
        elif not run.active and run in self.live:
            self.live.remove(run)

    # ------------------------------------------------------------ what is known of the run that is shown

    @property
    def active(self) -> bool:
        """Whether a job runs for it, or is about to."""
        return self.shown.active

    @property
    def state(self) -> State:
        """What it does."""
        return self.shown.state

    @property
    def status(self) -> m.Status | None:
        """How it ended."""
        return self.shown.status

    @property
    def trouble(self) -> str:
        """What is wrong with its child, in words; "" when nothing is."""
        return self.shown.trouble

    @property
    def unsaved(self) -> str:
        """Why the disk refuses what it learns, in words; "" where all is saved."""
        return self.shown.unsaved

    @property
    def preparing(self) -> str:
        """What it is busy with before its first step."""
        return self.shown.preparing

    @property
    def device(self) -> str:
        """What it computes on."""
        return self.shown.device

    @property
    def config(self) -> RunConfig | None:
        """Its config; None of a run that is yet to be."""
        return self.shown.config

    @property
    def spec(self) -> AlgorithmSpec | None:
        """Its algorithm."""
        return self.shown.spec

    @property
    def history(self) -> History:
        """Its curves."""
        return self.shown.history

    @property
    def ghost(self) -> History | None:
        """Curves of the run before it."""
        return self.shown.ghost

    @property
    def run(self) -> str | None:
        """Its folder."""
        return self.shown.run

    @property
    def policy(self) -> m.PolicyData | None:
        """Its newest weights."""
        return self.shown.policy

    @property
    def last_batch(self) -> m.Batch | None:
        """What it reported last."""
        return self.shown.last_batch

    @property
    def can_continue(self) -> bool:
        """Whether it can go on from a checkpoint in its folder."""
        return self.shown.can_continue

    # ------------------------------------------------------------ wishes, of the run that is shown

    def start(self, command: m.StartTraining) -> None:
        """Train. A run that is shown and still goes on is ended first, without waiting for it if it is stuck."""
        before = self.shown
        if before.active:
            before.drop("ended to start another run")
        if command.resume is None:
            self.shown = TrainedRun(self._desk, self._told)
            self.shown.ghost = _ghost(before, RunConfig.parse(command.config).env)
        self.shown.start(command)

    def adopt(self, config: RunConfig, history: History, run: str, policy: m.PolicyData | None) -> None:
        """A run of before takes the place of the one that was shown."""
        opened = TrainedRun(self._desk, self._told)
        opened.adopt(config, history, run, policy)
        self.show(opened)

    def pause(self) -> None:
        """Stand still before the next step."""
        self.shown.pause()

    def resume(self) -> None:
        """Go on."""
        self.shown.resume()

    def step_once(self, unit: m.StepUnit) -> None:
        """One step, update or episode, then stand still again."""
        self.shown.step_once(unit)

    def stop(self) -> None:
        """Save and end."""
        self.shown.stop()

    def set_param(self, name: str, value: Any) -> None:
        """A live change."""
        self.shown.set_param(name, value)

    def set_watch(self, mode: m.WatchMode) -> None:
        """What is watched."""
        self.shown.set_watch(mode)

    def when_idle(self, then: Callable[[], None]) -> None:
        """Call `then` once no job of its own runs any more."""
        self.shown.when_idle(then)

    def take_frame(self) -> tuple[Any, m.FrameNote] | None:
        """The newest frame of its training environment."""
        return self.shown.take_frame()

    def check_health(self) -> None:
        """Look for signs of life of all; called a few times a second."""
        for run in list(self.live):
            run.check_health()


def _ghost(before: TrainedRun, env: str) -> History | None:
    """What is drawn behind a run that follows `before`: returns of another environment say nothing about its own."""
    if before.config is not None and before.config.env != env:
        return None
    return before.history if len(before.history.returns) else before.ghost

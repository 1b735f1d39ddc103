"""Controller: the display timer, and the wiring between what a person wishes, the jobs, and the panels."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from rlstudio.algorithms.catalogue import left_out
from rlstudio.core import messages as m
from rlstudio.core.params import ParamError
from rlstudio.envs.catalogue import load_cards
from rlstudio.storage.paths import cache_dir, default_runs_dir
from rlstudio.ui.about import show_keys
from rlstudio.ui.acting import Acting
from rlstudio.ui.closing import Closing
from rlstudio.ui.consent import Consent
from rlstudio.ui.episode_files import EpisodeFiles
from rlstudio.ui.errand import Errand
from rlstudio.ui.extending import Extending
from rlstudio.ui.filming import Filming
from rlstudio.ui.forking import Forking
from rlstudio.ui.interrupted import Interrupted
from rlstudio.ui.job_desk import JobDesk
from rlstudio.ui.keys import add_keys
from rlstudio.ui.last_choices import recall, remember
from rlstudio.ui.library import Library
from rlstudio.ui.live import Live
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.many_seeds import ManySeeds
from rlstudio.ui.microscope import Microscope
from rlstudio.ui.opening import has_best
from rlstudio.ui.repeating import Repeating
from rlstudio.ui.run_exporting import RunExporting
from rlstudio.ui.run_words import ended_words, numbers, state_words
from rlstudio.ui.showing import Showing
from rlstudio.ui.side_by_side import SideBySide
from rlstudio.ui.side_pictures import SidePictures
from rlstudio.ui.starting import Starting
from rlstudio.ui.telling import Telling
from rlstudio.ui.time_machine import TimeMachine
from rlstudio.ui.toolbar import ActWish
from rlstudio.ui.training import Training
from rlstudio.ui.valuing import Valuing
from rlstudio.ui.watching import Watching
from rlstudio.ui.what_if import WhatIf

FRAME_MILLISECONDS = 16
_STATUS_EVERY, _HEALTH_EVERY, _COLLECT_EVERY = 6, 12, 600  # in ticks of the display timer
_SETTLE_MILLISECONDS = 250


class Controller(QObject):
    """One a window. `begin` after the window is shown, `end` before it is deleted."""

    def __init__(self, window: MainWindow, *, runs_dir: Path | None = None) -> None:
        super().__init__(window)
        runs_dir = runs_dir or default_runs_dir()
        self.window = window
        self.telling = Telling(window)
        self.desk = JobDesk()
        self.training = Training(self.desk, self)
        self.live = Live(self.desk, self)
        self.consent = Consent(window)
        self.acting = Acting(window, self.desk, self.consent)
        self.starting = Starting(window, self.training, self.consent, runs_dir)
        self.watching = Watching(window, self.training, self.live, self.starting, self.consent)
        self.library = Library(window, runs_dir)
        self.files = EpisodeFiles(window, self.desk, self.library, self.acting, self.telling)
        self.run_exporting = RunExporting(window, self.desk, self.library, self.acting, self.telling, runs_dir)
        self.what_if = WhatIf(window, self.desk, self.acting, self.consent, self.starting)
        self.time_machine = TimeMachine(window, self.desk, self.consent, self.training, self.watching)
        self.filming = Filming(window, self.training, self.consent, self.acting.exports)
        self.closing = Closing(window, self.training, self.acting)
        self.showing = Showing(
            window, self.training, self.starting, self.watching, self.files, self.acting, self.telling
        )
        self.side_by_side = SideBySide(window, self.training, self.starting, self.showing, self.telling)
        self.side_pictures = SidePictures(window, self.training, self.desk, self.consent, self.side_by_side)
        self.repeating = Repeating(window, self.starting, self.side_by_side.make_room, self.telling)
        self.library.shows = self.side_by_side.show_folder
        self.many_seeds = ManySeeds(
            window,
            self.training,
            self.starting,
            self.showing,
            self.side_by_side,
            self.library.comparing,
            self.telling,
        )
        self.forking = Forking(window, self.starting, self.side_by_side, self.time_machine)
        self.repeating.fork_again = self.forking.again
        self.extending = Extending(window, self.training, self.starting, self.side_by_side)
        self._listing = Errand("Listing the environments", self.desk, self)
        self._ticks = 0
        self._last_tick = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MILLISECONDS)
        self._timer.timeout.connect(self._tick)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MILLISECONDS)
        self._settle.timeout.connect(self.watching.show)
        self._connect_wishes()
        self._connect_jobs()
        self.interrupted = Interrupted(
            window, self.training, self.starting, self.showing, self.library, self.telling, runs_dir
        )
        self.valuing = Valuing(window, self.live)
        self.microscope = Microscope(window)
        self.microscope.marks.failed.connect(self.telling.warn)
        add_keys(window, self.watching, self.microscope)

    # ------------------------------------------------------------ coming and going

    def begin(self) -> None:
        """Fill the pickers, bring the stage to life, have a spare child ready."""
        self.window.build_plots()
        self.time_machine.plots_are_there()
        cards = load_cards(cache_dir())
        self.starting.take_cards(cards or [])
        recall(self.window)
        self._timer.start()
        self._training_changed()
        self.watching.show()
        self.library.refresh()
        self.interrupted.look()
        QTimer.singleShot(0, self.desk.warm_up)
        if cards is None:
            self.telling.note("Listing the environments for the first time with these packages.")
            self._listing.start(m.MakeCatalogue(str(cache_dir())))
        for fault in left_out():
            self.telling.warn(fault)

    def end(self) -> None:
        """Stop the timers, end every child."""
        remember(self.window)
        self._timer.stop()
        self._settle.stop()
        self.files.close()
        self.microscope.marks.close()
        self.filming.close()
        self.library.close()
        self.interrupted.close()
        self.forking.close()
        self.repeating.close()
        self.extending.close()
        self.run_exporting.close()
        self.time_machine.close()
        self.desk.close()

    # ------------------------------------------------------------ wiring

    def _connect_wishes(self) -> None:
        window, bar = self.window, self.window.toolbar
        bar.trainRequested.connect(self.side_by_side.train)
        bar.pauseToggled.connect(self._toggle_pause)
        bar.stepRequested.connect(self.training.step_once)
        bar.stopRequested.connect(self.training.stop)
        bar.speed.moved.connect(lambda _position: self.starting.pace_all())
        bar.evaluateRequested.connect(self._evaluate)
        bar.recordRequested.connect(self._record)
        bar.presentToggled.connect(window.toggle_present)
        window.setup.requestChanged.connect(self._request_changed)
        window.setup.liveChange.connect(self.training.set_param)
        window.stage.watchModeChanged.connect(self.watching.change_mode)
        window.stage.watch.activated.connect(lambda _index: self.watching.show())
        window.stage.backToLiveRequested.connect(self.watching.look)
        window.stage.frameShown.connect(window.inspector.show_step)
        window.actions_by_name["keysAction"].triggered.connect(lambda: show_keys(window))
        self.library.opened.connect(self.showing.show_opened)
        self.files.shown.connect(self.watching.look)
        self.files.foreignFound.connect(self._compare_with)
        self.library.failed.connect(self.telling.fail)
        self.consent.refused.connect(self.telling.fail)

    def _connect_jobs(self) -> None:
        self.training.stateChanged.connect(self._training_changed)
        self.training.fleetChanged.connect(self.closing.allow)
        self.side_by_side.ended.connect(self.library.refresh)
        self.training.started.connect(self._training_started)
        self.training.batchCame.connect(self._batch_came)
        self.training.policyCame.connect(self._policy_came)
        self.training.paramRefused.connect(self._param_refused)
        self.training.warned.connect(self.telling.warn)
        self.training.recovered.connect(self.telling.recovered)
        self.training.failed.connect(self._training_failed)
        self.training.finished.connect(self._training_finished)
        self.live.failed.connect(self.telling.fail_on_stage)
        self.acting.failed.connect(self.telling.fail)
        self.acting.said.connect(self.telling.note)
        self.acting.changed.connect(self._acting_changed)
        self.acting.progressed.connect(self._show_errand)
        for part in (self.what_if, self.time_machine, self.forking, self.extending):
            part.failed.connect(self.telling.fail)
        self.what_if.said.connect(self.telling.note)
        self._listing.came.connect(self._catalogue_came)
        self._listing.failed.connect(self.telling.fail)

    # ------------------------------------------------------------ the display timer

    @Slot()
    def _tick(self) -> None:
        """Everything that comes from jobs reaches the screen here, at the screen's pace."""
        now = time.perf_counter()
        passed, self._last_tick = now - self._last_tick, now
        self._ticks += 1
        self.desk.deliver()
        self.watching.take_frame()
        self.side_pictures.take_frames()
        self.window.stage.advance(passed)
        if self._ticks % 2:  # the frame between is free to catch up
            self.window.plots.refresh_step()
        if self._ticks % _STATUS_EVERY == 3:
            self._show_status()
            self.side_by_side.refresh()
            self.side_pictures.refresh()
            self.time_machine.tick()
        if self._ticks % _HEALTH_EVERY == 1:
            acting = (self.acting, self.what_if.branching, self.time_machine.recording)
            for child in (self.training, self.live, self.side_pictures, *acting):
                child.check_health()
            self.desk.warm_up()
        if self._ticks % _COLLECT_EVERY == 0:
            gc.collect(1)  # automatic collection is off: it could run on another thread and free Qt objects there

    def _show_status(self) -> None:
        training, status = self.training, self.window.status
        if training.active or not (self.acting.recording.active or self.acting.evaluating.active):
            status.say(self.library.opening or state_words(training, start_is_told=self.watching.tells_start))
            status.show_progress(training.last_batch.progress if training.last_batch is not None else None)
        status.show_numbers(numbers(training, training.device))

    def _show_errand(self, share: float, words: str) -> None:
        if not self.training.active:
            self.window.status.show_progress(share)
            self.window.status.say(words)

    # ------------------------------------------------------------ what a person wishes

    def _toggle_pause(self) -> None:
        if self.training.state == "paused":
            self.training.resume()
        else:
            self.training.pause()

    def _request_changed(self) -> None:
        self._settle.start()
        if not self.training.active:
            self._training_changed()

    def _record(self, wish: ActWish) -> None:
        try:
            subject, policy = self.watching.policy_for(wish)
        except ParamError as error:
            self.starting.refuse(error)
            return
        run = policy.run if policy is not None else None
        self.acting.record(subject, policy, wish, str(Path(run) / "episodes") if run else None)

    def _compare_with(self, foreign: list[Path]) -> None:
        """Curves of other programs' runs are laid beside the run that is shown."""
        ours = [Path(self.training.run)] if self.training.run is not None else []
        self.library.comparing.join([*ours, *foreign], self.window)

    def _evaluate(self, wish: ActWish) -> None:
        try:
            self.acting.evaluate(*self.watching.policy_for(wish), wish)
        except ParamError as error:
            self.starting.refuse(error)

    # ------------------------------------------------------------ what jobs say

    def _training_changed(self) -> None:
        training = self.training
        self.window.toolbar.show_state(
            training.state,
            can_continue=training.can_continue and self.starting.same_choice(),
            continues=self.starting.asks_for_the_same(),
            has_run=training.config is not None,
            trouble=bool(training.trouble),
        )
        self.window.setup.set_training(training.active, training.config)
        if hasattr(self.window, "plots"):
            former = training.config is not None and not training.active and not self.starting.same_choice()
            self.window.plots.tell_former(former)
        self.closing.allow()
        self.watching.show_policies()
        self._show_status()

    def _training_started(self, started: m.Started) -> None:
        config, spec = self.training.config, self.training.spec
        assert config is not None
        assert spec is not None
        self.window.setWindowTitle(f"{spec.title} on {config.env} – RL Studio")
        self.telling.note(f"Training {config.algorithm} on {config.env}, seed {config.seed}: {started.run}")
        self.watching.show()

    def _batch_came(self, batch: m.Batch) -> None:
        for change in batch.changes:
            self.window.setup.mark_applied(change.name, change.new)
            self.telling.note(f"Step {change.step:,}: {change.name} {change.old} → {change.new}")
        if any(evaluation.best for evaluation in batch.evaluations):
            self.watching.has_best = True
            self.watching.show_policies()

    def _policy_came(self, policy: m.PolicyData) -> None:
        if self.window.stage.watch_mode() == "policy":
            self.watching.show()
        self.watching.show_policies()

    def _param_refused(self, name: str, _value: object, reason: str) -> None:
        self.window.setup.refuse(name, reason)
        self.window.log.add("warning", reason)

    def _training_finished(self, status: str, summary: dict[str, Any]) -> None:
        self.telling.note(f"Training {ended_words(status, summary)}.")
        self.window.fold_setup_while_training(False)
        self.watching.has_best = has_best(self.training.run)
        self.library.refresh()

    def _training_failed(self, message: str, advice: str, details: str) -> None:
        self.telling.fail(message, advice, details)
        self.window.fold_setup_while_training(False)
        self.library.refresh()

    def _acting_changed(self) -> None:
        self.watching.look()
        self.closing.allow()

    def _catalogue_came(self, report: m.Report) -> None:
        if isinstance(report, m.CatalogueMade):
            self.starting.take_cards(load_cards(cache_dir()) or [])
            self.telling.note(f"{report.count} environments are listed.")
            self.watching.show()

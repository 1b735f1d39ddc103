"""Controller: the display timer, and the wiring between what a person wishes, the jobs, and the panels."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox

from rlstudio.algorithms.catalogue import get_algorithm, presets_for
from rlstudio.algorithms.resolve import resolve
from rlstudio.core import messages as m
from rlstudio.core.params import ParamError, describe
from rlstudio.core.run_config import RunConfig
from rlstudio.envs.card import EnvironmentCard
from rlstudio.envs.catalogue import load_cards
from rlstudio.storage.episode_file import load_episode
from rlstudio.storage.paths import cache_dir, default_runs_dir
from rlstudio.storage.runs import delete_run, list_runs
from rlstudio.ui.about import show_keys
from rlstudio.ui.acting import Acting
from rlstudio.ui.background import Background
from rlstudio.ui.errand import Errand
from rlstudio.ui.job_desk import JobDesk
from rlstudio.ui.live import Live, Subject
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.opening import OpenedRun, best_policy, has_best, open_run
from rlstudio.ui.run_words import numbers, state_words
from rlstudio.ui.toolbar import ActWish
from rlstudio.ui.training import Training
from rlstudio.ui.widgets.speed_slider import pace_at

FRAME_MILLISECONDS = 16
_PLOTS_EVERY, _STATUS_EVERY, _HEALTH_EVERY, _COLLECT_EVERY = 6, 6, 12, 600  # in ticks of the display timer
_WATCH_SECONDS = 60.0  # at the slider's middle a whole budget takes about a minute, a demonstration half of that
_SETTLE_MILLISECONDS = 250


class Controller(QObject):
    """One a window. `begin` after the window is shown, `end` before it is deleted."""

    def __init__(self, window: MainWindow, *, runs_dir: Path | None = None) -> None:
        super().__init__(window)
        self.window = window
        self.runs_dir = runs_dir or default_runs_dir()
        self.desk = JobDesk()
        self.training = Training(self.desk, self)
        self.live = Live(self.desk, self)
        self.acting = Acting(window, self.desk)
        self.listing = Errand("Listing the environments", self.desk, self)
        self.background = Background(self)
        self._cards: dict[str, EnvironmentCard] = {}
        self._opened: OpenedRun | None = None
        self._device = "cpu"
        self._ticks = 0
        self._drawn_revision = -1
        self._last_tick = time.perf_counter()
        self._closing = False
        self._has_best = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MILLISECONDS)
        self._timer.timeout.connect(self._tick)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MILLISECONDS)
        self._settle.timeout.connect(self._show_subject)
        self._connect()

    # ------------------------------------------------------------ coming and going

    def begin(self) -> None:
        """Fill the pickers, bring the stage to life, have a spare child ready."""
        settings = self.window.settings
        cards = load_cards(cache_dir())
        self._take_cards(cards or [])
        request = settings.get("request", dict, {})
        if request:
            try:
                self.window.setup.set_request(request)
            except (ParamError, ValueError, KeyError, TypeError):  # written by another version: begin afresh
                settings.set(request={})
        self.window.toolbar.speed.set_position(settings.get("speed", int, 50))
        self.window.stage.set_watch_mode(settings.get("watch", str, "policy"))
        unit = settings.get("step_unit", str, "step")
        if unit in ("step", "update", "episode"):
            self.window.toolbar.set_unit(unit)  # type: ignore[arg-type]
        self._timer.start()
        self._training_changed()
        self._show_subject()
        self._refresh_runs()
        QTimer.singleShot(0, self.desk.warm_up)
        if cards is None:
            self.window.log.add("info", "Listing the environments for the first time with these packages.")
            self.listing.start(m.MakeCatalogue(str(cache_dir())))

    def _take_cards(self, cards: list[EnvironmentCard]) -> None:
        self._cards = {card.id: card for card in cards}
        self.window.setup.set_cards(cards)

    def end(self) -> None:
        """Stop the timer, end every child."""
        self._remember()
        self._timer.stop()
        self._settle.stop()
        self.background.close()
        self.desk.close()

    def _remember(self) -> None:
        window = self.window
        window.settings.set(
            speed=window.toolbar.speed.position(), watch=window.stage.watch_mode(), step_unit=window.toolbar.unit
        )
        try:
            request = window.setup.request()
        except ParamError:  # a wrong value is not worth keeping
            return
        window.settings.set(request=request)

    # ------------------------------------------------------------ wiring

    def _connect(self) -> None:
        window, bar = self.window, self.window.toolbar
        bar.trainRequested.connect(self.train)
        bar.pauseToggled.connect(self.toggle_pause)
        bar.stepRequested.connect(self.training.step_once)
        bar.stopRequested.connect(self.training.stop)
        bar.speed.moved.connect(lambda _position: self.training.set_pace(self._pace()))
        bar.evaluateRequested.connect(self._evaluate)
        bar.recordRequested.connect(self._record)
        bar.open_action.triggered.connect(self._ask_what_to_open)
        bar.presentToggled.connect(window.toggle_present)
        window.setup.trainRequested.connect(lambda: self.train("train"))
        window.setup.requestChanged.connect(self._request_changed)
        window.setup.liveChange.connect(self.training.set_param)
        window.setup.newRunPrompt.connect(self._prompt_new_run)
        window.stage.watchModeChanged.connect(self._watch_mode_changed)
        window.stage.backToLiveRequested.connect(self._look_at_live)
        window.stage.frameShown.connect(window.inspector.show_step)
        window.runs.openRequested.connect(lambda path: self.open_path(Path(path)))
        window.runs.deleteRequested.connect(self._delete_run)
        window.runs.refreshRequested.connect(self._refresh_runs)
        window.tabs.opened.connect(lambda key: self._refresh_runs() if key == "runs" else None)
        window.closeAsked.connect(self._close_asked)
        window.actions_by_name["runsFolderAction"].triggered.connect(self._show_runs_folder)
        window.actions_by_name["keysAction"].triggered.connect(lambda: show_keys(window))
        self._connect_jobs()
        self._add_keys()

    def _connect_jobs(self) -> None:
        self.training.stateChanged.connect(self._training_changed)
        self.training.started.connect(self._training_started)
        self.training.batchCame.connect(self._batch_came)
        self.training.policyCame.connect(self._policy_came)
        self.training.paramRefused.connect(self._param_refused)
        self.training.warned.connect(self._warn)
        self.training.failed.connect(self._fail)
        self.training.finished.connect(self._training_finished)
        self.live.failed.connect(self._live_failed)
        self.acting.failed.connect(self._fail)
        self.acting.said.connect(lambda words: self.window.log.add("info", words))
        self.acting.changed.connect(self._look_at_live)
        self.acting.progressed.connect(self._show_errand)
        self.listing.came.connect(self._catalogue_came)
        self.listing.failed.connect(self._fail)
        self.background.failed.connect(lambda words: self._fail(words, "", ""))

    def _add_keys(self) -> None:
        stage, bar = self.window.stage, self.window.toolbar
        self.window.add_keys(
            {
                "Ctrl+Return": bar.train.click,
                "Ctrl+Enter": bar.train.click,
                "Ctrl+P": bar.pause.click,
                "Ctrl+Right": bar.step.click,
                "Ctrl+.": bar.stop.click,
                "R": bar.record.click,
                "Space": stage.toggle_play,
                ",": lambda: stage.step_frames(-1),
                ".": lambda: stage.step_frames(1),
                "Left": lambda: stage.step_frames(-1),
                "Right": lambda: stage.step_frames(1),
                "Shift+Left": lambda: stage.step_frames(-10),
                "Shift+Right": lambda: stage.step_frames(10),
                "Home": stage.seek_first,
                "End": stage.seek_last,
                "PgUp": stage.previous_episode,
                "PgDown": stage.next_episode,
                "L": self._leave_recording,
                "Escape": self.window.leave_present,
            }
        )

    # ------------------------------------------------------------ the display timer

    @Slot()
    def _tick(self) -> None:
        """Everything that comes from jobs reaches the screen here, at the screen's pace."""
        now = time.perf_counter()
        passed, self._last_tick = now - self._last_tick, now
        self._ticks += 1
        self.desk.deliver()
        self._show_frame()
        self.window.stage.advance(passed)
        if self._ticks % _PLOTS_EVERY == 0 and self.training.history.revision != self._drawn_revision:
            self._drawn_revision = self.training.history.revision
            self.window.plots.refresh()
        if self._ticks % _STATUS_EVERY == 3:
            self._show_status()
        if self._ticks % _HEALTH_EVERY == 1:
            self.training.check_health()
            self.live.check_health()
            self.acting.check_health()
        if self._ticks % _COLLECT_EVERY == 0:
            gc.collect(1)  # automatic collection is off: it could run on another thread and free Qt objects there

    def _show_frame(self) -> None:
        """The newest frame of whatever is watched; taking it lets the child draw the next."""
        mode = self.window.stage.watch_mode()
        taken = None
        if mode == "policy":
            taken = self.live.take_frame()
        elif mode == "training":
            taken = self.training.take_frame()
        if taken is not None:
            self.window.stage.show_live(*taken)

    def _show_status(self) -> None:
        training = self.training
        if training.active or not (self.acting.recording.active or self.acting.evaluating.active):
            self.window.status.say(state_words(training))
            batch = training.last_batch
            self.window.status.show_progress(batch.progress if batch is not None else None)
        self.window.status.show_numbers(numbers(training, self._device))

    def _show_errand(self, share: float, words: str) -> None:
        if not self.training.active:
            self.window.status.show_progress(share)
            self.window.status.say(words)

    # ------------------------------------------------------------ training

    def train(self, kind: str = "train") -> None:
        """Train, continue, or begin a new run ("new", "new seed"), as the setup says."""
        if self.training.active and not self.training.trouble:
            return
        if kind == "new seed":
            self.window.setup.findChild(QAbstractButton, "newSeedButton").click()
        if kind == "continue" and not self.training.can_continue:
            kind = "train"
        try:
            config = self._config_to_continue() if kind == "continue" else resolve(**self.window.setup.request())
        except ParamError as error:
            self._refuse(error)
            return
        self.window.banner.hide()
        self.window.stage.back_to_live()
        self.training.start(
            m.StartTraining(
                config.model_dump(mode="json"),
                str(self.runs_dir),
                resume=self.training.run if kind == "continue" else None,
                watch=self.window.stage.watch_mode(),  # type: ignore[arg-type]
                pace=self._pace(config),
            )
        )
        if kind != "continue":
            self._show_run()
        self.window.fold_setup_while_training(True)

    def _config_to_continue(self) -> RunConfig:
        """The last run's config with as much budget again, and the live parameters as they stand in the form."""
        config, batch = self.training.config, self.training.last_batch
        assert config is not None
        request = self.window.setup.request()
        live = (
            self._live_values(request)
            if (request["env"], request["algorithm"])
            == (
                config.env,
                config.algorithm,
            )
            else {}
        )
        step = batch.step if batch is not None else self.training.history.step
        episode = batch.episode if batch is not None else self.training.history.episode
        data = config.model_dump(mode="json")
        data["params"].update(live)
        data["steps"] = step + (request.get("steps") or config.steps or 0) if config.steps else None
        data["episodes"] = episode + (request.get("episodes") or config.episodes or 0) if config.episodes else None
        data["events"] = []
        return RunConfig.parse(data)

    def _live_values(self, request: dict[str, Any]) -> dict[str, Any]:
        live = {p.name for p in describe(get_algorithm(request["algorithm"]).params) if p.live != "no"}
        return {name: value for name, value in request["params"].items() if name in live}

    def _pace(self, config: RunConfig | None = None) -> float | None:
        """Environment steps a second at the slider's position, for this run."""
        config = config or self.training.config
        if config is None:
            return None
        card = self._cards.get(config.env)
        copies = int(config.params.get("n_envs", 1))
        real = (card.fps if card is not None else 30.0) * copies
        longest = (card.max_episode_steps if card is not None else None) or 500
        budget = config.steps or (config.episodes or 1) * longest / 3
        return pace_at(self.window.toolbar.speed.position(), real, budget / _WATCH_SECONDS)

    def _refuse(self, error: ParamError) -> None:
        """Say each fault at its field, and once above, where the setup may be folded away."""
        self.window.setup.set_folded(False)
        self.window.setup.show_faults(error.faults)
        self.window.banner.say("; ".join(str(fault) for fault in error.faults), fault=True)

    def toggle_pause(self) -> None:
        """Pause or go on."""
        if self.training.state == "paused":
            self.training.resume()
        else:
            self.training.pause()

    def _show_run(self) -> None:
        """Plots, for the run that is now the training's."""
        training = self.training
        if training.config is None or training.spec is None:
            return
        card = self._cards.get(training.config.env)
        threshold = card.reward_threshold if card is not None else None
        self.window.plots.show_run(training.history, training.spec, training.config, threshold)
        self.window.plots.set_ghost(training.ghost, "run before")
        chosen = presets_for(training.config.algorithm, training.config.env)
        axis = next((p.x_axis for p in chosen if p.name == training.config.preset and p.x_axis), None)
        self.window.plots.set_x_axis(axis or training.spec.x_axis)
        self._drawn_revision = -1

    def _training_started(self, started: m.Started) -> None:
        self._device = started.device
        config = self.training.config
        assert config is not None
        self.window.setWindowTitle(f"{self.training.spec.title} on {config.env} – RL Studio")  # type: ignore[union-attr]
        self.window.log.add("info", f"Training {config.algorithm} on {config.env}, seed {config.seed}: {started.run}")
        self._show_subject()

    def _batch_came(self, batch: m.Batch) -> None:
        for change in batch.changes:
            self.window.setup.mark_applied(change.name, change.new)
            self.window.log.add("info", f"Step {change.step:,}: {change.name} {change.old} → {change.new}")
        if any(evaluation.best for evaluation in batch.evaluations):
            self._has_best = True
            self._show_policies()

    def _policy_came(self, policy: m.PolicyData) -> None:
        if self.window.stage.watch_mode() == "policy":
            self._show_subject()
        self._show_policies()

    def _param_refused(self, name: str, _value: object, reason: str) -> None:
        self.window.setup.refuse(name, reason)
        self.window.log.add("warning", reason)

    def _training_changed(self) -> None:
        training = self.training
        self.window.toolbar.show_state(
            training.state,
            can_continue=training.can_continue and self._same_choice(),
            continues=self._asks_for_the_same(),
            has_run=training.config is not None,
            trouble=bool(training.trouble),
        )
        self.window.setup.set_training(training.active, training.config)
        self.window.may_close = not training.active and not self.acting.active
        self._show_policies()
        self._show_status()

    def _training_finished(self, status: str, summary: dict[str, Any]) -> None:
        mean = summary.get("mean_return")
        words = f"Training {status} at step {summary['steps']:,}"
        words += "" if mean is None else f", mean return {mean:.1f}"
        if summary.get("solved_at"):
            words += f", goal reached after {summary['solved_at']['episode']:,} episodes"
        self.window.log.add("info", words + ".")
        self.window.fold_setup_while_training(False)
        self._has_best = has_best(self.training.run)
        self._refresh_runs()

    def _same_choice(self) -> bool:
        """Whether the setup still shows the last run's environment and algorithm."""
        config = self.training.config
        try:
            request = self.window.setup.request()
        except ParamError:
            return True
        return config is not None and (request["env"], request["algorithm"]) == (config.env, config.algorithm)

    def _asks_for_the_same(self) -> bool:
        """Whether the setup asks for nothing that only a new run can give: "Continue" is then what Train will do."""
        config = self.training.config
        try:
            wanted = resolve(**self.window.setup.request())
        except ParamError:
            return True
        if config is None:
            return False
        live = {info.name for info in describe(get_algorithm(wanted.algorithm).params) if info.live != "no"}
        asked, had = wanted.model_dump(mode="json"), config.model_dump(mode="json")
        for plain in (asked, had):
            plain["params"] = {name: value for name, value in plain["params"].items() if name not in live}
        return all(asked[name] == had[name] for name in ("env", "env_kwargs", "algorithm", "params", "seed", "device"))

    def _prompt_new_run(self) -> None:
        """Another environment or algorithm was chosen while a run goes on: it is asked, never silently stopped."""
        config = self.training.config
        if config is None or not self.training.active:
            return
        self.window.banner.say(
            f"The run of {config.algorithm} on {config.env} goes on. Train the new choice instead?",
            [("Stop and train", self._stop_and_train), ("Keep training", self._keep_training)],
        )

    def _stop_and_train(self) -> None:
        self.training.when_idle(lambda: self.train("new"))
        self.training.stop()

    def _keep_training(self) -> None:
        if self.training.config is not None:
            self.window.setup.set_request(self.training.config.model_dump(mode="json"))

    # ------------------------------------------------------------ the stage

    def _request_changed(self) -> None:
        self._settle.start()
        if not self.training.active:
            self._training_changed()

    def _subject(self) -> Subject | None:
        """Whom the live view shows: the run's policy while it trains or while the setup still shows it."""
        config = self.training.config
        if config is not None and (self.training.active or (self.training.policy is not None and self._same_choice())):
            return Subject(config.env, config.env_kwargs, config.algorithm, config.params, config.seed)
        try:
            request = self.window.setup.request()
            wanted = resolve(**request)
        except ParamError:
            return None
        return Subject(wanted.env, wanted.env_kwargs, wanted.algorithm, wanted.params, wanted.seed)

    def _show_subject(self) -> None:
        """Let the live view play who is to be seen now."""
        subject = self._subject()
        mode = self.window.stage.watch_mode()
        if subject is None:
            return
        self.window.stage.set_environment(subject.env)
        self._look_at_live()
        if mode == "off":
            self.window.stage.show_message("Watching is off")
        elif mode == "training" and not self.training.active:
            self.window.stage.show_message("The training environment is shown while it trains")
        elif mode == "policy":
            config = self.training.config
            ours = config is not None and subject.env == config.env and subject.algorithm == config.algorithm
            self.live.show(subject, self.training.policy if ours else None)

    def _look_at_live(self) -> None:
        """The player stands still while nobody can see it."""
        stage = self.window.stage
        self.live.set_paused(stage.watch_mode() != "policy" or stage.showing_recording())
        self.window.may_close = not self.training.active and not self.acting.active

    def _leave_recording(self) -> None:
        self.window.stage.back_to_live()
        self._look_at_live()

    def _watch_mode_changed(self, mode: str) -> None:
        self.training.set_watch(mode)  # type: ignore[arg-type]
        self._show_subject()

    def _live_failed(self, message: str, advice: str, traceback: str) -> None:
        self.window.stage.show_message(message)
        self.window.log.add("error", f"{message} {advice}", traceback)

    # ------------------------------------------------------------ evaluating and recording

    def _policy_for(self, wish: ActWish) -> tuple[Subject, m.PolicyData | None] | None:
        """Where to act, and with what, for a wish of the toolbar."""
        if wish.policy == "opened" and self._opened is not None:
            config = self._opened.info.config
            return Subject(config.env, config.env_kwargs), self._opened.best or self._opened.policy
        subject = self._subject()
        if subject is None:
            return None
        if wish.policy == "trained" and self.training.policy is not None:
            return subject, self.training.policy
        if wish.policy == "best":
            return subject, best_policy(self.training.run) or self.training.policy
        return subject, None

    def _record(self, wish: ActWish) -> None:
        found = self._policy_for(wish)
        if found is None:
            self._refuse_unfinished()
            return
        subject, policy = found
        run = policy.run if policy is not None else None
        self.acting.record(subject, policy, wish, str(Path(run) / "episodes") if run else None)

    def _evaluate(self, wish: ActWish) -> None:
        found = self._policy_for(wish)
        if found is None:
            self._refuse_unfinished()
        else:
            self.acting.evaluate(*found, wish)

    def _refuse_unfinished(self) -> None:
        try:
            self.window.setup.request()
        except ParamError as error:
            self._refuse(error)

    def _show_policies(self) -> None:
        subject, config = self._subject(), self.training.config
        ours = subject is not None and config is not None and subject.env == config.env
        opened = self._opened.info.path.name if self._opened is not None and self.training.active else ""
        self.window.toolbar.set_policies(
            trained=ours and self.training.policy is not None, best=ours and self._has_best, opened=opened
        )

    # ------------------------------------------------------------ runs on disk

    def _refresh_runs(self) -> None:
        self.background.run(lambda: list_runs(self.runs_dir), self.window.runs.set_runs)

    def _show_runs_folder(self) -> None:
        self.runs_dir.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.runs_dir)))

    def _delete_run(self, path: str) -> None:
        if self.training.active and self.training.run == path:
            self._warn("This run is being trained: stop it first.")
            return
        self.background.run(lambda: delete_run(Path(path)), lambda _nothing: self._refresh_runs())

    def _ask_what_to_open(self) -> None:
        dialog = QFileDialog(self.window, "Open a run or a recorded episode", str(self.runs_dir))
        dialog.setObjectName("openDialog")
        dialog.setNameFilters(["Runs and episodes (run.json *.npz)", "Runs (run.json)", "Episodes (*.npz)"])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open_path(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_path(self, path: Path) -> None:
        """Open a run folder, its run.json, or a recorded episode."""
        if path.suffix == ".npz":
            self.background.run(lambda: load_episode(path), self._show_episode)
        else:
            folder = path.parent if path.name == "run.json" else path
            self.window.status.say(f"Opening {folder.name}…")
            self.background.run(lambda: open_run(folder), self._show_opened)

    def _show_episode(self, episode: Any) -> None:
        self.window.stage.set_episodes([episode])
        self.window.tabs.open("inspector")
        self._look_at_live()

    def _show_opened(self, opened: OpenedRun) -> None:
        """While another run trains an opened one only lends its policy; else it becomes the window's run."""
        self._opened = opened
        info = opened.info
        self.window.log.add("info", f"Opened {info.path}: {info.status}, {info.steps:,} steps.")
        if self.training.active:
            self.window.banner.say(f"{info.path.name} is open: Record and Evaluate can use its policy.")
        else:
            self.training.adopt(info.config, opened.history, str(info.path), opened.policy)
            self.window.setup.set_request(info.config.model_dump(mode="json"))
            self._has_best = opened.best is not None
            self.window.setWindowTitle(f"{info.path.name} – RL Studio")
            self._show_run()
            self._show_subject()
            if opened.episodes:
                self.window.stage.set_episodes(opened.episodes)
                self._leave_recording()
            self._training_changed()
        self._show_policies()

    def _catalogue_came(self, report: m.Report) -> None:
        if isinstance(report, m.CatalogueMade):
            self._take_cards(load_cards(cache_dir()) or [])
            self.window.log.add("info", f"{report.count} environments are listed.")
            self._show_subject()

    # ------------------------------------------------------------ what went wrong

    def _warn(self, words: str) -> None:
        self.window.log.add("warning", words)
        self.window.banner.say(words)

    def _fail(self, message: str, advice: str, traceback: str) -> None:
        """Said once, in words, with what to do; the traceback is one click away."""
        self.window.log.add("error", f"{message} {advice}".strip(), traceback)
        choices = [("Details", lambda: self.window.tabs.open("log"))] if traceback else []
        self.window.banner.say(f"{message} {advice}".strip(), choices, fault=True)
        self.window.fold_setup_while_training(False)
        self._refresh_runs()

    # ------------------------------------------------------------ closing

    def _close_asked(self) -> None:
        """Ask, save, close: the window goes once the run is whole on disk."""
        if self._closing:
            return
        box = QMessageBox(self.window)
        box.setObjectName("closeBox")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Close RL Studio")
        what = "A run is being trained." if self.training.active else "A recording or export is under way."
        box.setText(what)
        box.setInformativeText("Stop it, save what there is, and close?")
        stop = box.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
        stop.setObjectName("stopAndCloseButton")
        box.addButton("Keep open", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stop)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda button: self._close_after_saving() if button is stop else None)
        box.open()

    def close_without_asking(self) -> None:
        """Save and close, as a signal from outside asks."""
        if self.training.active or self.acting.active:
            self._close_after_saving()
        else:
            self._close_now()

    def _close_after_saving(self) -> None:
        self._closing = True
        for errand in (self.acting.recording, self.acting.evaluating, self.acting.exporting):
            errand.stop()
            errand.stop()
        self.window.status.say("Saving, then closing…")
        self.training.when_idle(self._close_now)
        self.training.stop()

    def _close_now(self) -> None:
        self.window.may_close = True
        QTimer.singleShot(0, self.window.close)

"""TimeMachine: lets any checkpoint of the run that is shown act on the stage, alone, several at once, or in turn.

Which one is asked for by a click on the curve, by the slider below the stage, or in a dialog. Each is recorded once, in
a child, always with the same seed, and kept: so a second look is at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from rlstudio.core import messages as m
from rlstudio.core.checkpoint_choice import nearest
from rlstudio.core.episode_data import episode_from_data
from rlstudio.ui.acting import FIRST_SEED
from rlstudio.ui.checkpoint_list import CheckpointList
from rlstudio.ui.checkpoint_words import captions_of, choose, idle_words, name_of
from rlstudio.ui.consent import Consent, programs_that_act
from rlstudio.ui.episode_cache import EpisodeCache
from rlstudio.ui.errand import Errand
from rlstudio.ui.job_desk import JobDesk
from rlstudio.ui.learning_replay import LearningReplay
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.training import Training
from rlstudio.ui.watching import Watching
from rlstudio.ui.widgets.learning_bar import LearningBar

_SETTLE_MILLISECONDS = 120
"""How long the slider must rest before a checkpoint that is not recorded yet is."""
_LIST_EVERY_TICKS = 10  # of `tick`: about once a second
_NEIGHBOURS = 2
"""How many checkpoints at either side are recorded ahead while nothing is trained."""


class TimeMachine(QObject):
    """Signals:
    failed: message, advice, traceback.
    shown: another checkpoint, or none, is shown on the stage.
    """

    failed = Signal(str, str, str)
    shown = Signal()

    def __init__(
        self, window: MainWindow, desk: JobDesk, consent: Consent, training: Training, watching: Watching
    ) -> None:
        super().__init__(window)
        self._window, self._consent, self._training = window, consent, training
        self.bar = LearningBar()
        window.stage.layout().addWidget(self.bar)
        self.recording = Errand("Recording checkpoints", desk, self)
        self.replay = LearningReplay(window.stage)
        self.checkpoints = CheckpointList(self)
        self._ticks = 0
        self._episodes = EpisodeCache()
        self._wanted: list[int] = []  # to be shown once all are recorded
        self._asked: float | None = None  # the step that was clicked, where the checkpoint is another
        self._on_stage: list[int] = []
        self._left_out: set[int] = set()  # damaged or gone: recorded ahead no more, and tried anew where it is wanted
        self._settle = QTimer(self, singleShot=True)
        self._settle.timeout.connect(self._request)
        self.shown.connect(watching.look)
        self._connect()

    def _connect(self) -> None:
        bar, training = self.bar, self._training
        bar.chosen.connect(lambda step: self.show_checkpoints([step], settle=_SETTLE_MILLISECONDS))
        bar.cancelPressed.connect(self.cancel)
        bar.comparePressed.connect(self.ask_what_to_compare)
        bar.replayPressed.connect(self.toggle_replay)
        self._window.add_keys(
            {
                "[": lambda: bar.move(-1),
                "]": lambda: bar.move(1),
                "C": lambda: self.ask_what_to_compare() if bar.usable else None,
            }
        )
        self.recording.came.connect(self._recorded)
        self.recording.progressed.connect(self._tell_progress)
        self.recording.failed.connect(self._recording_failed)
        self.recording.ended.connect(self._recording_ended)
        training.started.connect(lambda _started: self._begin_anew())
        training.stateChanged.connect(self.refresh)
        self.checkpoints.runChanged.connect(self._forget)
        self.checkpoints.changed.connect(self._tell)
        training.finished.connect(lambda status, _summary: bar.offer_replay(status == "finished"))

    def plots_are_there(self) -> None:
        """The plots were built: from now on they are clicked, and show what there is."""
        self._window.plots.stepClicked.connect(self.show_nearest)
        self._tell()

    def close(self) -> None:
        """Wait for what still reads."""
        self._settle.stop()
        self.checkpoints.close()

    # ------------------------------------------------------------ which checkpoints there are

    def tick(self) -> None:
        """By the display timer, ten times a second."""
        self._ticks += 1
        if self._training.active and self._ticks % _LIST_EVERY_TICKS == 0:
            self.refresh()
        if self._on_stage and not self._is_on_stage():
            self._on_stage, self._asked = [], None
            self.replay.stop()
            self._tell()
        step = self.replay.due(self._episodes, self._on_stage)
        if step is not None:
            self._present([step])
            if self.replay.ahead and self.replay.ahead[0] not in self._episodes:
                self._request()  # not recorded yet, or let go of since: what comes next comes first
        self.bar.show_replaying(self.replay.running)

    @property
    def steps(self) -> list[int]:
        """The checkpoints of the run that is shown, in order."""
        return self.checkpoints.steps

    @property
    def best(self) -> int | None:
        """The best of them."""
        return self.checkpoints.best

    def refresh(self) -> None:
        """See which there are now."""
        self.checkpoints.refresh(self._training.run)

    def _begin_anew(self) -> None:
        """A run that goes on may go back first: what it learns anew takes the place of checkpoints there were."""
        self.bar.offer_replay(False)
        self._episodes.clear()
        self._left_out.clear()

    def _forget(self) -> None:
        """Another run is shown: a child that still waits for wishes would go on recording the run before."""
        self._begin_anew()
        self.replay.stop()
        self._on_stage, self._asked = [], None
        self.cancel()
        self.recording.abandon()

    # ------------------------------------------------------------ what to show

    def show_nearest(self, step: float) -> None:
        """The checkpoint nearest to a step on the curve."""
        found = nearest(self.steps, step)
        if found is not None:
            self.show_checkpoints([found], asked=step)

    def show_checkpoints(self, steps: Sequence[int], *, asked: float | None = None, settle: int = 0) -> None:
        """Show one alone, or several side by side; those that are not recorded yet are, after `settle` milliseconds."""
        self.replay.stop()
        self._wanted, self._asked = list(steps), asked
        if not self._show_if_there():
            self._tell()
            self._settle.start(settle)

    def ask_what_to_compare(self) -> None:
        """Ask which checkpoints to show side by side."""
        choose(self._window, self.steps, self._training.history, self.best, self.show_checkpoints)

    def toggle_replay(self) -> None:
        """Show the whole of its learning, one checkpoint after the other; pressed again, stop there."""
        self.bar.offer_replay(False)
        if self.replay.running:
            self.replay.stop()
            self.cancel()
            return
        self._wanted = []
        self.replay.start(self.steps)
        self._request()

    def cancel(self) -> None:
        """Give up what is being recorded; what is shown stays."""
        self._settle.stop()
        self._wanted = []
        if self.checkpoints.run is not None:
            self.recording.tell(m.RecordCheckpoints(self.checkpoints.run, (), FIRST_SEED))
        self._tell()

    def _show_if_there(self) -> bool:
        if self._wanted and all(step in self._episodes for step in self._wanted):
            steps, self._wanted = self._wanted, []
            self._present(steps)
            return True
        return False

    def _present(self, steps: list[int]) -> None:
        episodes = [episode for step in steps if (episode := self._episodes.get(step)) is not None]
        self._on_stage = list(steps)
        self._window.stage.visit(episodes, captions_of(steps, self.best) if len(steps) > 1 else ())
        self._tell()
        self._look_ahead()

    def _is_on_stage(self) -> bool:
        """Whether what was shown is still there, rather than the live picture or something else."""
        stage = self._window.stage
        seen = {episode.step for episode in stage.episodes()}
        return stage.visiting() and seen == set(self._on_stage)

    # ------------------------------------------------------------ recording

    def _request(self) -> None:
        """Have recorded what is wanted and not there yet."""
        config, run = self._training.config, self.checkpoints.run
        missing = tuple(step for step in (self._wanted or self.replay.ahead) if step not in self._episodes)
        if config is None or run is None or not missing:
            return
        if not self._consent.agreed(programs_that_act(None, config.algorithm, config.params), self._request):
            self._wanted = []
            self._tell()
            return
        self._ask_for(run, missing)

    def _ask_for(self, run: str, steps: tuple[int, ...]) -> None:
        command = m.RecordCheckpoints(run, steps, FIRST_SEED, trusted_files=self._consent.given)
        if not self.recording.tell(command):
            self.recording.start(command)

    def _look_ahead(self) -> None:
        """While nobody trains, have the neighbours of the one shown ready: who slides on sees them at once."""
        if self._training.active or self.replay.running or len(self._on_stage) != 1 or self.checkpoints.run is None:
            return
        if self._on_stage[0] not in self.steps:
            return
        at = self.steps.index(self._on_stage[0])
        near = sorted(
            self.steps[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS + 1], key=lambda s: abs(s - self.steps[at])
        )
        missing = tuple(step for step in near if step not in self._episodes and step not in self._left_out)
        if missing and self.recording.active:  # a child is there anyway
            self._ask_for(self.checkpoints.run, missing)

    def _recorded(self, report: object) -> None:
        if isinstance(report, m.CheckpointLeftOut):
            self._leave_out(report.step, report.words)
        elif isinstance(report, m.EpisodeRecorded):
            episode = episode_from_data(report.data)
            if episode.run == self.checkpoints.run:
                self._episodes.add(report.index, episode, self._wanted or self.replay.ahead[:1])
            if not self._show_if_there() and self._wanted:
                self.bar.say(self._waiting_words(), busy=True)

    def _leave_out(self, step: int, words: str) -> None:
        """One that cannot be shown stops no other. Who waits for it is told; of one recorded ahead the log is."""
        words = words[:1].upper() + words[1:] + "."
        if step in self._wanted or self.replay.skip(step):
            self.failed.emit(f"A checkpoint is left out. {words}", "Choose another one, or train the run again.", "")
        elif step not in self._left_out:
            self._window.log.add("warning", f"A checkpoint is left out. {words}")
        self._left_out.add(step)
        self._wanted = [other for other in self._wanted if other != step]
        self.refresh()
        if not self._show_if_there():
            self._tell()

    def _tell_progress(self, done: int, total: int, _words: str) -> None:
        if self._wanted:
            share = f" · {min(1.0, done / total):.0%}" if total else f" · step {done:,}"
            self.bar.say(self._waiting_words() + share, busy=True)

    def _recording_failed(self, message: str, advice: str, traceback: str) -> None:
        self._wanted = []
        self.replay.stop()
        self.failed.emit(message, advice, traceback)
        self._tell()

    def _recording_ended(self, status: str) -> None:
        """A child that ended of itself just when another wish was sent did not hear it."""
        self._wanted = [step for step in self._wanted if step in self.steps or step in self._episodes]
        if status == "finished" and (self._wanted or self.replay.running):
            self._request()
        else:
            self.cancel()

    # ------------------------------------------------------------ telling

    def _waiting_words(self) -> str:
        there = sum(step in self._episodes for step in self._wanted)
        if len(self._wanted) > 1:
            return f"Recording {len(self._wanted)} checkpoints: {there} done"
        return f"Recording {name_of(self._wanted[0])}…"

    def _tell(self) -> None:
        """Bar and plot show which there are, and which is shown."""
        shown = self._on_stage[0] if len(self._on_stage) == 1 else None
        there = self._wanted[0] if len(self._wanted) == 1 else shown
        self.bar.set_checkpoints(self.steps, there, learned_here=self.checkpoints.learned_here)
        if self._wanted:
            self.bar.say(self._waiting_words(), busy=True)
        elif len(self._on_stage) > 1:
            self.bar.say(f"{len(self._on_stage)} checkpoints side by side")
        elif shown is None:
            self.bar.hint(idle_words(self.steps, ended=self.checkpoints.run is not None and not self._training.active))
        else:
            near = f" · nearest to {round(self._asked):,}" if self._asked is not None else ""
            self.bar.say(name_of(shown, self.best) + near)
        if hasattr(self._window, "plots"):
            self._window.plots.show_checkpoints(self.steps, shown)
        self.shown.emit()

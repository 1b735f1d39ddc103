"""Acting: letting a policy act to be looked at — recording, evaluating, exporting — each in a child of its own."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from rlstudio.core import messages as m
from rlstudio.core.episode_data import episode_from_data
from rlstudio.ui.consent import Consent, programs_that_act
from rlstudio.ui.errand import Errand
from rlstudio.ui.exporting import Exporting
from rlstudio.ui.job_desk import JobDesk
from rlstudio.ui.live import Subject
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.toolbar import ActWish

FIRST_SEED = 10_000
"""Recordings and evaluations use the seeds of a run's own evaluations, apart from those of training."""


class Acting(QObject):
    """The three errands and the panels that show them.

    Signals:
        failed: message, advice, traceback.
        said: words for the log.
        progressed: share and words of what is under way, for the status row.
        changed: something started or ended.
    """

    failed = Signal(str, str, str)
    said = Signal(str)
    progressed = Signal(float, str)
    changed = Signal()

    def __init__(self, window: MainWindow, desk: JobDesk, consent: Consent) -> None:
        super().__init__(window)
        self._consent = consent
        self._window = window
        self.recording = Errand("Recording", desk, self)
        self.evaluating = Errand("Evaluation", desk, self)
        self.exporting = Errand("Export", desk, self)
        self.errands = [self.recording, self.evaluating, self.exporting]  # and others that a closing window asks about
        self._fresh = False
        for errand in (self.recording, self.evaluating):
            errand.failed.connect(self.failed)
        self.recording.came.connect(self._recorded)
        self.recording.progressed.connect(self._show_progress)
        self.recording.ended.connect(self._recording_ended)
        self.evaluating.came.connect(self._scored)
        self.evaluating.progressed.connect(self._show_progress)
        self.evaluating.ended.connect(self._evaluation_ended)
        self.exports = Exporting(window, self.exporting, self)
        self.exports.failed.connect(self.failed)
        self.exports.said.connect(self.said)
        self.exports.changed.connect(self.changed)
        window.scores.stopRequested.connect(self.evaluating.stop)

    @property
    def active(self) -> bool:
        """Whether anything is under way."""
        return any(errand.active for errand in self.errands)

    def check_health(self) -> None:
        """Look for signs of life."""
        for errand in self.errands:
            errand.check_health()

    def abandon(self) -> None:
        """Give up whatever is under way, without waiting for it."""
        for errand in self.errands:
            errand.abandon()

    # ------------------------------------------------------------ recording

    def record(self, subject: Subject, policy: m.PolicyData | None, wish: ActWish, save_to: str | None) -> None:
        """Record episodes; a recording that is under way is stopped instead."""
        if self.recording.active:
            self.recording.stop()
            return
        again = lambda: self.record(subject, policy, wish, save_to)  # noqa: E731
        if not self._consent.agreed(programs_that_act(policy, None, {}), again):
            return
        self._fresh = True
        self.recording.start(
            m.RecordEpisodes(
                subject.env,
                subject.env_kwargs,
                policy,
                wish.episodes,
                FIRST_SEED,
                wish.greedy,
                save_to=save_to,
                trusted_files=self._consent.given,
            )
        )
        self._window.scores.begin(f"Recording, {_manner(policy, wish)}", wish.episodes)
        self._window.toolbar.set_recording(True)
        self.changed.emit()

    def _recorded(self, report: m.Report) -> None:
        if isinstance(report, m.Score):
            self._window.scores.add(report)
        elif isinstance(report, m.EpisodeRecorded):
            episode = episode_from_data(report.data)
            if self._fresh:  # the first of a new recording takes the place of the last recording
                self._fresh = False
                self._window.stage.set_episodes([])
                if not self._window.tabs.current():
                    self._window.tabs.open("inspector")
            self._window.stage.add_episode(episode)

    def _recording_ended(self, status: str) -> None:
        self._window.toolbar.set_recording(False)
        self._window.scores.finish()
        if status != "failed":
            self.said.emit(f"Recording {status}: {len(self._window.stage.episodes())} episodes.")
        self.changed.emit()

    # ------------------------------------------------------------ evaluating

    def evaluate(self, subject: Subject, policy: m.PolicyData | None, wish: ActWish) -> None:
        """List the scores of N episodes."""
        again = lambda: self.evaluate(subject, policy, wish)  # noqa: E731
        if not self._consent.agreed(programs_that_act(policy, None, {}), again):
            return
        started = self.evaluating.start(
            m.EvaluatePolicy(
                subject.env,
                subject.env_kwargs,
                policy,
                wish.episodes,
                FIRST_SEED,
                wish.greedy,
                trusted_files=self._consent.given,
            )
        )
        if started:
            self._window.scores.begin(f"Evaluation, {_manner(policy, wish)}", wish.episodes)
            self._window.tabs.open("scores")
            self._window.toolbar.set_evaluating(True)
            self.changed.emit()

    def _scored(self, report: m.Report) -> None:
        if isinstance(report, m.Score):
            self._window.scores.add(report)

    def _evaluation_ended(self, status: str) -> None:
        self._window.scores.finish()
        self._window.toolbar.set_evaluating(False)
        self.said.emit(f"Evaluation {status}.")
        self.changed.emit()

    def _show_progress(self, done: int, total: int, words: str) -> None:
        self.progressed.emit(done / total if total else 0.0, words)


def _manner(policy: m.PolicyData | None, wish: ActWish) -> str:
    if policy is None:
        return "random policy"
    whose = "untrained policy" if policy.step is None else f"checkpoint {policy.step:,}"
    return f"{whose}, {'greedy' if wish.greedy else 'sampled'}"

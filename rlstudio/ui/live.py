"""Live: the child that plays the newest policy for the eye, in an environment of its own. No widgets."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal

from rlstudio.core import messages as m
from rlstudio.ui.job_desk import Job, JobDesk
from rlstudio.ui.trained_run import exit_words

_SOON_SECONDS = 30.0


@dataclass(frozen=True)
class Subject:
    """Who plays where: an environment, and a policy or the algorithm whose untrained policy is to be shown."""

    env: str
    env_kwargs: dict[str, Any] = field(default_factory=dict)
    algorithm: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    seed: int = 0


class Live(QObject):
    """Plays one subject at a time. A change of environment takes a new child, newer weights only a message.

    Signals:
        preparing: what a new child is busy with before its first picture, in words.
        failed: message, advice, traceback.
        subjectShown: the environment of whom is to be shown, told at every call of `show`.
        valuesCame: a ValuesMapped, while `want_values` asks for them.
        stateSeen: episode, step and readable observation of a frame taken, while values are asked for.
    """

    preparing = Signal(str)
    failed = Signal(str, str, str)
    subjectShown = Signal(str)
    valuesCame = Signal(object)
    stateSeen = Signal(int, int, object)

    def __init__(self, desk: JobDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._job: Job | None = None
        self._subject: Subject | None = None
        self._policy: m.PolicyData | None = None
        self._trusted: m.TrustedFiles = ()
        self._last_fault = float("-inf")
        self._paused = False
        self._said = False
        self._values = m.ShowValues(wanted=False)

    def show(self, subject: Subject, policy: m.PolicyData | None = None, trusted_files: m.TrustedFiles = ()) -> bool:
        """Play that subject, with `policy` or untrained; `trusted_files` are the programs that this may run.

        Returns whether a new child has to be started for it.
        """
        self.subjectShown.emit(subject.env)
        same_place = self._subject is not None and (self._subject.env, self._subject.env_kwargs) == (
            subject.env,
            subject.env_kwargs,
        )
        same_place = same_place and trusted_files == self._trusted
        if self._job is not None and same_place and policy is not None:
            self.use(policy)
            self._subject = subject
            return False
        if self._job is not None and same_place and subject == self._subject and policy is self._policy is None:
            return False
        self.stop()
        self._subject, self._policy, self._said, self._trusted = subject, policy, False, trusted_files
        self._job = self._desk.start(
            m.StartPlaying(
                subject.env,
                subject.env_kwargs,
                policy,
                subject.algorithm,
                subject.params,
                subject.seed,
                trusted_files=trusted_files,
            ),
            self._heard,
            self._ended,
        )
        if self._paused:
            self._job.post(m.Pause())
        if self._values.wanted:
            self._job.post(self._values)
        return True

    def use(self, policy: m.PolicyData) -> None:
        """Newer weights."""
        if self._job is not None:
            self._policy = policy
            self._job.post(m.UsePolicy(policy))

    def set_paused(self, paused: bool) -> None:
        """Stand still while nobody looks."""
        if paused != self._paused:
            self._paused = paused
            if self._job is not None:
                self._job.post(m.Pause() if paused else m.Resume())

    def take_frame(self) -> tuple[Any, m.FrameNote] | None:
        """The newest frame."""
        taken = None if self._job is None else self._job.take_frame()
        if taken is not None and "observation" in taken[1].extra:
            self.stateSeen.emit(taken[1].episode, taken[1].t, taken[1].extra["observation"])
        return taken

    def want_values(self, wish: m.ShowValues) -> None:
        """Which value maps are looked at, from now on and in every child to come."""
        if wish != self._values:
            self._values = wish
            if self._job is not None:
                self._job.post(wish)

    def check_health(self) -> None:
        """A player that no longer answers is replaced: it has nothing to lose."""
        trouble = "" if self._job is None else self._job.trouble()
        if trouble:
            self._start_again(f"The live view does not answer: {trouble}.")

    def stop(self) -> None:
        """End the child."""
        if self._job is not None:
            self._job.abandon()
            self._job = None
        self._subject = None

    def _heard(self, report: m.Report) -> None:
        if isinstance(report, m.Preparing):
            self.preparing.emit(report.words)
        elif isinstance(report, m.ValuesMapped):
            self.valuesCame.emit(report)
        elif isinstance(report, m.Failed):
            self._said = True
            self.failed.emit(report.message, report.advice, report.traceback)

    def _ended(self, exitcode: int | None) -> None:
        self._job = None
        if not self._said:
            self._start_again(f"The live view ended unexpectedly ({exit_words(exitcode)}).")

    def _start_again(self, what_happened: str) -> None:
        """Once by itself; a view that fails again soon after is left to whoever wants it."""
        subject, now = self._subject, time.monotonic()
        self.stop()
        soon = now - self._last_fault < _SOON_SECONDS
        self._last_fault = now
        if soon or subject is None:
            self.failed.emit(what_happened, "Choose what to watch again to restart it.", "")
        else:
            self.show(subject, self._policy, self._trusted)

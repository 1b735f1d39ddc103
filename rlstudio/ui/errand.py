"""Errand: a job that a person waits for (recording, evaluating, exporting, listing environments). No widgets."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from rlstudio.core import messages as m
from rlstudio.ui.job_desk import Job, JobDesk
from rlstudio.ui.trained_run import exit_words


class Errand(QObject):
    """One kind of errand; at most one of it runs at a time.

    Signals:
        came: every report but the last.
        progressed: done, total, words.
        ended: the status "finished", "stopped" or "failed"; always the last.
        failed: message, advice, traceback; followed by `ended`.
    """

    came = Signal(object)
    progressed = Signal(int, int, str)
    failed = Signal(str, str, str)
    ended = Signal(str)

    def __init__(self, name: str, desk: JobDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._desk = desk
        self._job: Job | None = None
        self._status = ""
        self._trouble = ""
        self.command: m.Command | None = None
        """What was asked for last."""

    @property
    def active(self) -> bool:
        """Whether it is under way."""
        return self._job is not None

    @property
    def pid(self) -> int | None:
        """Process id of the job under way."""
        return None if self._job is None else self._job.pid

    def start(self, command: m.Command) -> bool:
        """Start it; False when one is under way already."""
        if self._job is not None:
            return False
        self._status, self._trouble, self.command = "", "", command
        self._job = self._desk.start(command, self._heard, self._over)
        return True

    def tell(self, command: m.Command) -> bool:
        """Send a further command to the job under way; False where there is none, or it is about to end."""
        if self._job is None or self._status:
            return False
        self._job.post(command)
        return True

    def take_frame(self) -> tuple[Any, m.FrameNote] | None:
        """The newest picture that it offers, if there is one."""
        return None if self._job is None else self._job.take_frame()

    def stop(self) -> None:
        """Give up: asked first, ended at the second time of asking or when it does not answer."""
        if self._job is None:
            return
        if self._status == "stopping" or self._trouble:
            self.abandon()
            return
        self._status = "stopping"
        self._job.post(m.Stop())

    def abandon(self) -> None:
        """Give up at once."""
        if self._job is not None:
            self._job.abandon()
            self._job = None
            self.ended.emit("stopped")

    def check_health(self) -> None:
        """Say it once when the child no longer answers."""
        trouble = "" if self._job is None else self._job.trouble()
        if trouble and not self._trouble:
            self.progressed.emit(0, 0, f"{self._name} does not answer: {trouble}")
        self._trouble = trouble

    def _heard(self, report: m.Report) -> None:
        match report:
            case m.Progress(done, total, words):
                self.progressed.emit(done, total, words)
            case m.Finished(status):
                self._status = status
            case m.Failed(message, advice, traceback):
                self._status = "failed"
                self.failed.emit(message, advice, traceback)
            case _:
                self.came.emit(report)

    def _over(self, exitcode: int | None) -> None:
        self._job = None
        if self._status in ("", "stopping"):
            if self._status == "":
                self.failed.emit(f"{self._name} ended unexpectedly ({exit_words(exitcode)}).", "Try again.", "")
            self._status = "stopped" if self._status else "failed"
        self.ended.emit(self._status)

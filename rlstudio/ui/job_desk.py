"""JobDesk: starts jobs in child processes, keeps a warm spare so that the next answers at once, hands out reports."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rlstudio.core import messages as m
from rlstudio.ui.job_thread import Ended, JobThread
from rlstudio.workers.process import Worker

JOBS = "rlstudio.jobs.serve:serve"
"""What a child runs. Named, not imported: the window's process never loads a learner."""

_SPARE_AFTER_SECONDS = 1.0
_AWAY_SECONDS = 1.0
"""Between two looks at a child: longer, and the window itself stood still."""
_NICENESS = 5  # a job must not take the processor from the window that shows it

OnReport = Callable[[m.Report], None]
OnEnded = Callable[[int | None], None]


class Job:
    """A running job as its owner sees it."""

    def __init__(self, thread: JobThread, on_report: OnReport, on_ended: OnEnded) -> None:
        self._thread = thread
        self._on_report = on_report
        self._on_ended = on_ended
        self._looked = time.monotonic()
        self._trouble = ""
        self.over = False

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._thread.pid

    def post(self, command: m.Command) -> None:
        """Send a command soon."""
        if not self.over:
            self._thread.post(command)

    def take_frame(self) -> tuple[Any, m.FrameNote] | None:
        """The newest frame, if there is a new one."""
        return None if self.over else self._thread.take_frame()

    def trouble(self) -> str:
        """What is wrong with the child, in words; "" when nothing is. Asked a few times a second.

        Who was away for longer (stopped together with its children, or starved) cannot tell: what it knew stays.
        """
        now = time.monotonic()
        away, self._looked = now - self._looked > _AWAY_SECONDS, now
        if not away or self.over:
            health = None if self.over else self._thread.health()
            self._trouble = health.trouble if health is not None and health.alive else ""
        return self._trouble

    def kill(self) -> None:
        """End the child at once."""
        self._thread.kill()

    def deliver(self) -> None:
        """Hand the reports that have come to the owner."""
        for report in self._thread.drain():
            if isinstance(report, Ended):
                self.over = True
                self._thread.release()
                self._on_ended(report.exitcode)
            else:
                self._on_report(report)

    def abandon(self) -> None:
        """Kill and forget: the owner hears no more."""
        self.over = True
        self._thread.kill()
        self._thread.release()


class JobDesk:
    """All children of the window. `deliver` is called by the display timer, `close` before the program ends."""

    def __init__(self, entry: str = JOBS) -> None:
        self._entry = entry
        self._jobs: list[Job] = []
        self._spare: Worker | None = None
        self._closed = False
        self._next_spare = 0.0

    def warm_up(self) -> None:
        """Have a spare child ready: it imports what jobs need while nobody waits for it.

        Called now and then; right after a job was started it waits, so as not to slow that job's first steps.
        """
        if self._spare is None and not self._closed and time.monotonic() >= self._next_spare:
            self._spare = Worker(self._entry, niceness=_NICENESS)

    def start(self, command: m.Command, on_report: OnReport, on_ended: OnEnded) -> Job:
        """Start the job that `command` asks for."""
        worker, self._spare = self._spare, None
        if worker is None or not worker.alive or worker.health().trouble:
            if worker is not None:
                worker.close(patience_seconds=0.0)
            worker = Worker(self._entry, niceness=_NICENESS)
        self._next_spare = time.monotonic() + _SPARE_AFTER_SECONDS
        thread = JobThread(worker)
        job = Job(thread, on_report, on_ended)
        thread.post(command)
        thread.start()
        self._jobs.append(job)
        return job

    def deliver(self) -> None:
        """Hand out all reports that have come."""
        for job in list(self._jobs):
            if not job.over:
                job.deliver()
            if job.over:
                self._jobs.remove(job)

    @property
    def pids(self) -> list[int]:
        """Process ids of all children, the spare included."""
        spare = [self._spare.pid] if self._spare is not None else []
        return [job.pid for job in self._jobs if not job.over] + spare

    def close(self) -> None:
        """End every child, whatever it does. None is started from here on by `warm_up`."""
        self._closed = True
        for job in self._jobs:
            if not job.over:
                job.abandon()
        self._jobs.clear()
        if self._spare is not None:
            self._spare.close(patience_seconds=0.0)
            self._spare = None

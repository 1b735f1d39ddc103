"""JobThread: owns one child process, carries commands to it and its reports into a mailbox.

The window's thread never waits for a child: it posts commands, drains the mailbox from its display timer, and reads
frames and signs of life from shared memory.
"""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QThread

from rlstudio.core import messages as m
from rlstudio.workers.process import Worker, WorkerGone
from rlstudio.workers.vitals import Health

_LONGEST_WAIT_SECONDS = 0.25


@dataclass(frozen=True)
class Ended:
    """The last thing in a mailbox: the process is gone. `exitcode` is negative for a signal."""

    exitcode: int | None


class JobThread(QThread):
    """One job. `post` commands, `drain` reports; after `Ended` call `release`."""

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self.setObjectName("jobThread")
        self._worker = worker
        self._outbox: dict[str, m.Command] = {}
        self._mailbox: deque[m.Report | Ended] = deque()
        self._posted = 0
        self._released = False

    # ------------------------------------------------------------ from the window's thread

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._worker.pid

    def post(self, command: m.Command) -> None:
        """Send a command soon. Of commands that replace each other only the newest is sent."""
        self._posted += 1
        key = _replaces(command) or f"#{self._posted}"
        self._outbox.pop(key, None)
        self._outbox[key] = command
        self._worker.wake()

    def drain(self) -> list[m.Report | Ended]:
        """All reports that have come since the last call, in order."""
        found = []
        while self._mailbox:
            found.append(self._mailbox.popleft())
        return found

    def take_frame(self) -> tuple[Any, m.FrameNote] | None:
        """The newest frame, if it was not taken yet."""
        taken = None if self._released else self._worker.take_frame()
        return None if taken is None else (taken[0], m.FrameNote(**taken[1]))

    def health(self) -> Health | None:
        """How the child is; None once it was let go."""
        return None if self._released else self._worker.health()

    def kill(self) -> None:
        """End the child at once; `Ended` follows in the mailbox."""
        if not self._released:
            self._worker.kill()

    def release(self) -> None:
        """Wait for thread and child to end, and free their memory. Call after `Ended`, or after `kill`."""
        if self._released:
            return
        self.wait()
        self._released = True
        self._worker.close(patience_seconds=0.0)

    # ------------------------------------------------------------ in the thread

    def run(self) -> None:
        """Carry messages until the child is gone."""
        try:
            while True:
                self._send_outbox()
                report = self._worker.receive(_LONGEST_WAIT_SECONDS)
                if report is not None:
                    self._mailbox.append(report)
        except WorkerGone as gone:
            self._mailbox.append(Ended(gone.exitcode))

    def _send_outbox(self) -> None:
        """Never so much, or so large, that a child that does not read would block this thread."""
        for key in list(self._outbox):
            large = key == "policy"
            if not (self._worker.has_read_all if large else self._worker.reads):
                continue
            command = self._outbox.pop(key, None)
            if command is not None:
                with contextlib.suppress(WorkerGone):  # its last words may still wait to be read: `receive` tells
                    self._worker.send(command)


def _replaces(command: m.Command) -> str | None:
    """What a newer command of the same kind stands in for."""
    match command:
        case m.SetParam(name, _):
            return f"param {name}"
        case m.UsePolicy():
            return "policy"
        case m.ShowValues():
            return "values"
        case m.SetPace():
            return "pace"
        case m.SetWatch():
            return "watch"
        case m.Took():
            return "took"
    return None

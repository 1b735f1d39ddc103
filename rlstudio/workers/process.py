"""Worker: one child process from the parent's side. It spawns, speaks, listens for signs of life, and can kill."""

from __future__ import annotations

import contextlib
import multiprocessing
from multiprocessing.connection import wait
from typing import Any

from rlstudio.core.messages import Command, Report
from rlstudio.workers.child import child_main
from rlstudio.workers.frame_slot import FrameSlot
from rlstudio.workers.vitals import Health, Phase, Vitals

MOST_UNREAD = 50
"""Commands sent ahead of a child that does not read. A pipe takes some 280 before `send` would block."""


_LAST_SECONDS = 5.0
"""A child whose pipe is closed ends within milliseconds, on a busy machine within a second or two; asked by a thread of
its own, never by the window's."""


class WorkerGone(Exception):  # noqa: N818 - a state of the child, not a mistake of ours
    """The child has ended; nothing more comes from it. `exitcode` is negative for a signal, as in multiprocessing."""

    def __init__(self, exitcode: int | None) -> None:
        super().__init__(f"the process has ended (exit code {exitcode})")
        self.exitcode = exitcode


class Worker:
    """A spawned child that runs `entry` ("module:function").

    One thread sends and receives; `health`, `take_frame` and `kill` may be called from any.
    """

    def __init__(self, entry: str, *, niceness: int = 0) -> None:
        context = multiprocessing.get_context("spawn")
        self._vitals = Vitals()
        self._frames = FrameSlot()
        self._pipe, theirs = context.Pipe()
        self._wake_in, self._wake_out = context.Pipe(duplex=False)
        self._sent = 0
        self._closed = False
        self._last_exitcode: int | None = None
        self._process = context.Process(
            target=child_main,
            args=(theirs, self._vitals.name, self._frames.name, entry, niceness),
            name="rlstudio-job",
            daemon=True,
        )
        self._process.start()
        theirs.close()  # or the end of the child would not be seen as the end of the pipe

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid or 0

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return not self._closed and self._process.is_alive()

    def health(self) -> Health:
        """How the child is, read from shared memory: never blocks."""
        return Health(False, Phase.WAITING, 0.0, 0.0) if self._closed else self._vitals.health(self.alive, self.pid)

    def take_frame(self) -> tuple[Any, dict[str, Any]] | None:
        """The newest frame (height, width, 3) and its note, if there is one that was not taken yet."""
        return None if self._closed else self._frames.take()

    @property
    def reads(self) -> bool:
        """Whether the child keeps up with its commands, so that `send` will not block."""
        return self._sent - self._vitals.commands_read < MOST_UNREAD

    @property
    def has_read_all(self) -> bool:
        """Whether every command sent so far was read: ask before sending one larger than a pipe's buffer."""
        return self._sent == self._vitals.commands_read

    def send(self, command: Command) -> None:
        """Send a command. Raises WorkerGone."""
        try:
            self._pipe.send(command)
            self._sent += 1
        except (BrokenPipeError, ConnectionResetError, OSError):
            raise WorkerGone(self._exitcode()) from None

    def receive(self, timeout_seconds: float) -> Report | None:
        """The next report; None after the time-out or a `wake`. Raises WorkerGone after the last one."""
        ready = wait([self._pipe, self._wake_in], timeout_seconds)
        while self._wake_in in ready and self._wake_in.poll():
            self._wake_in.recv_bytes()
        if self._pipe not in ready:
            return None
        try:
            report: Report = self._pipe.recv()
            return report
        except (EOFError, ConnectionResetError, OSError):
            raise WorkerGone(self._exitcode()) from None

    def wake(self) -> None:
        """From another thread: let `receive` return now."""
        with contextlib.suppress(OSError):
            self._wake_out.send_bytes(b"!")

    def _exitcode(self) -> int | None:
        if not self._closed:
            self._process.join(_LAST_SECONDS)
            self._last_exitcode = self._process.exitcode
        return self._last_exitcode

    def kill(self) -> None:
        """End the process at once, whatever it does; `close` must still be called."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self._process.kill()

    def close(self, patience_seconds: float = 2.0) -> None:
        """Hang up, wait that long for the process to end by itself, then kill it; free pipes and shared memory."""
        if self._closed:
            return
        self._pipe.close()
        self._process.join(patience_seconds)
        if self._process.is_alive():
            self.kill()
            self._process.join()
        self._last_exitcode = self._process.exitcode
        self._closed = True
        self._process.close()
        self._wake_in.close()
        self._wake_out.close()
        self._vitals.close()
        self._frames.close()

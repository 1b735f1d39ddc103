"""QuietChannel: what a run that is lived once more speaks through: it tells how far that is, and nothing else."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core import messages as m
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

_SAY_EVERY_SECONDS = 0.25


class QuietChannel:
    """Of the steps from `first` to `goal`; `run` is the folder they are lived in. What is wished meanwhile is kept."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._took = False
        self._kept: deque[m.Command] = deque()
        self._told = 0.0
        self.goal, self.first, self.run = 0, 0, ""

    def handed_back(self) -> Channel:
        """The channel itself, or one that gives what was wished meanwhile first."""
        return _Refilled(self._channel, self._kept) if self._kept else self._channel

    def receive(self, timeout_seconds: float = 0.0) -> m.Command | None:
        """See Channel: only what is about the job as a whole comes through."""
        if self._took:
            self._took = False
            return m.Took()
        command = self._channel.receive(timeout_seconds)
        if isinstance(command, m.Stop | m.Pause | m.Resume):
            return command
        if command is not None:
            self._kept.append(command)
        return None

    def send(self, report: m.Report) -> None:
        """See Channel."""
        match report:
            case m.Started(run):
                self.run = run or ""
                self._say(self.first)
            case m.Batch():
                self._took = True
                if time.monotonic() - self._told > _SAY_EVERY_SECONDS:
                    self._say(report.step)

    def _say(self, step: int) -> None:
        self._told = time.monotonic()
        done, total = max(0, step - self.first), max(1, self.goal - self.first)
        words = f"living the steps {self.first:,} to {self.goal:,} once more"
        self._channel.send(m.Preparing(f"{words}: {done / total:.0%}"))
        self._channel.send(m.Progress(done, total, words))

    def enter(self, phase: Phase) -> None:
        """See Channel."""
        self._channel.enter(phase)

    def wants_frame(self) -> bool:
        """See Channel: there is nothing to look at yet."""
        return False

    def put_frame(self, frame: NDArray[np.uint8], note: dict[str, Any]) -> None:
        """See Channel."""


class _Refilled:
    """A channel that gives some commands before its own."""

    def __init__(self, channel: Channel, commands: deque[m.Command]) -> None:
        self._commands = commands
        self._inner = channel
        self.send: Callable[[m.Report], None] = channel.send
        self.enter: Callable[[Phase], None] = channel.enter
        self.wants_frame: Callable[[], bool] = channel.wants_frame
        self.put_frame: Callable[[NDArray[np.uint8], dict[str, Any]], None] = channel.put_frame

    def receive(self, timeout_seconds: float = 0.0) -> m.Command | None:
        """See Channel."""
        return self._commands.popleft() if self._commands else self._inner.receive(timeout_seconds)

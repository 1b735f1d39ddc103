"""Channel: how a job speaks with whoever started it, be it a window across a pipe or the command line beside it."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.messages import Command, Report
from rlstudio.workers.frame_slot import FrameSlot
from rlstudio.workers.vitals import BEAT_EVERY_SECONDS, Phase, Vitals


class Channel(Protocol):
    """What a job sees of the outside."""

    def receive(self, timeout_seconds: float = 0.0) -> Command | None:
        """The next command, waiting at most that long; None when there is none. EOFError when nobody is there."""

    def send(self, report: Report) -> None:
        """Tell the other side."""

    def enter(self, phase: Phase) -> None:
        """Say what the job is busy with from now on."""

    def wants_frame(self) -> bool:
        """Whether a picture would be taken if one were drawn now."""

    def put_frame(self, frame: NDArray[np.uint8], note: dict[str, Any]) -> None:
        """Offer a picture."""


class PipeChannel:
    """A job in a child process: pipe, vitals and frame slot."""

    def __init__(self, connection: Connection[Any, Any], vitals: Vitals, frames: FrameSlot) -> None:
        self._connection = connection
        self._vitals = vitals
        self._frames = frames
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._heart.start()

    def enter(self, phase: Phase) -> None:
        """See Channel."""
        self._vitals.enter(phase)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_EVERY_SECONDS):
            self._vitals.beat()

    def receive(self, timeout_seconds: float = 0.0) -> Command | None:
        """See Channel."""
        if not self._connection.poll(timeout_seconds):
            return None
        command: Command = self._connection.recv()
        self._vitals.count_read()
        return command

    def send(self, report: Report) -> None:
        """See Channel."""
        self._connection.send(report)

    def wants_frame(self) -> bool:
        """See Channel."""
        return self._frames.free

    def put_frame(self, frame: NDArray[np.uint8], note: dict[str, Any]) -> None:
        """See Channel."""
        self._frames.put(frame, note)

    def close(self) -> None:
        """Stop the heartbeat and let go of everything."""
        self._ended.set()
        self._heart.join()
        self._connection.close()
        self._vitals.close()
        self._frames.close()

"""Teller: what a job that reads or writes many rows is called with: it tells how far that is, and gives up if asked."""

from __future__ import annotations

import time

from rlstudio.core.messages import Progress, Stop
from rlstudio.media.errors import Cancelled
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

_EVERY_SECONDS = 0.1


class Teller:
    """Called with (done, in all). Tells it ten times a second; raises Cancelled once Stop has come."""

    def __init__(self, channel: Channel, words: str) -> None:
        self._channel, self._words = channel, words
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        self._channel.enter(Phase.SAVING)
        if isinstance(self._channel.receive(), Stop):
            raise Cancelled
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY_SECONDS
            self._channel.send(Progress(done, total, f"{self._words} {min(done, total):,} of {total:,}"))

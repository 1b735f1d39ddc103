"""Controls: what a person asks of a training run while it goes on. Pause, one step, a pace, a live change, stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rlstudio.algorithms.base import StopTraining
from rlstudio.core import messages as m
from rlstudio.core.params import ParamError
from rlstudio.jobs.live_params import LiveParams
from rlstudio.jobs.pace import Pace
from rlstudio.jobs.screen_feed import ScreenFeed
from rlstudio.workers.channel import Channel

UPDATE_MAY_LAST_SECONDS = 1.0
"""So long a stop waits for an update to be done."""


class Controls:
    """Reads commands and holds what they said until the run gets to it.

    Attributes:
        paused: whether the run is to stand still.
        step_once: what it may do before it stands still again, while somebody goes through it step by step.
        stopped: whether somebody said stop.
        torn: whether the stop cut an update short, so that the learner is not whole.
    """

    def __init__(
        self,
        start: m.StartTraining,
        channel: Channel,
        live: LiveParams,
        feed: ScreenFeed,
        note_event: Callable[[str], None],
    ) -> None:
        """`note_event` writes down a "pause" or a "resume"."""
        self.pace = Pace(start.pace)
        self.paused = start.paused
        self.step_once: m.StepUnit | None = None
        self.stopped = self.torn = False
        self._stop_waits_until: float | None = None
        self._channel = channel
        self._live = live
        self._feed = feed
        self._note_event = note_event

    @property
    def slow(self) -> bool:
        """Whether the run goes slowly enough for a person to see every episode end."""
        return self.pace.limited or self.step_once is not None

    def read(self, timeout_seconds: float = 0.0) -> None:
        """Obey what has come; wait so long for it where nothing has. Raises StopTraining."""
        command = self._channel.receive(timeout_seconds)
        while command is not None:
            self._obey(command)
            # A step that was asked for comes first: two clicks are two steps.
            command = None if self.step_once else self._channel.receive()

    @contextmanager
    def stop_waits(self) -> Iterator[None]:
        """Inside, amid an update, a stop ends nothing yet: what stops between two steps can be resumed exactly."""
        try:
            yield
        except StopTraining:
            self.paused = False  # or it would wait for ever
            if self._stop_waits_until is None:
                self._stop_waits_until = time.perf_counter() + UPDATE_MAY_LAST_SECONDS

    def stop_if_overdue(self, now: float) -> None:
        """Amid an update: raise StopTraining where a stop has waited long enough."""
        if self._stop_waits_until is not None and now > self._stop_waits_until:
            self.torn = True
            raise StopTraining

    def pause_again(self) -> None:
        """The one step that was asked for is done."""
        self.step_once = None
        self.paused = True

    def _obey(self, command: m.Command) -> None:
        match command:
            case m.Stop():
                self.stopped = True
                raise StopTraining
            case m.Pause():
                self._set_paused(True)
            case m.Resume():
                self._set_paused(False)
            case m.StepOnce(unit):
                self.step_once = unit
                self.paused = False
            case m.SetParam(name, value):
                try:
                    self._live.request(name, value)
                except ParamError as error:
                    self._channel.send(m.ParamRefused(name, value, str(error)))
            case m.SetPace(steps_per_second):
                self.pace.set(steps_per_second)
            case m.SetWatch(mode):
                self._feed.set_watch(mode)
            case m.Took():
                self._feed.took()

    def _set_paused(self, paused: bool) -> None:
        if paused != self.paused:
            self._note_event("pause" if paused else "resume")
        self.paused = paused
        self.step_once = None

"""A person at the keyboard, as a job sees one: actions come as commands, at the environment's real frame rate."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import cycle

from rlstudio.core import messages as m
from rlstudio.core.keys import Action, KeyMap
from rlstudio.jobs.record import Cancelled
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

_LOOK_EVERY_SECONDS = 0.02


class Person:
    """Says at every step what the person does. Time stands still until the first key, and after Pause again.

    Args:
        keys: what the keys do, and what is done while none is held.
        fps: the environment's real frame rate; `speed` is the multiple of it at which the person plays.
        offer: called while waiting, to let the screen have the newest picture.
    """

    def __init__(self, channel: Channel, keys: KeyMap, fps: float, speed: float, offer: Callable[[], None]) -> None:
        self._channel = channel
        self._keys = keys
        self._fps = fps
        self._speed = _checked_speed(speed)
        self._offer = offer
        self._idle = cycle(keys.idle) if keys.idle else None
        self._held: Action | None = None
        self._tapped: Action | None = None  # pressed since the last step, maybe let go of again
        self._due = 0.0
        self.standing = True
        """Whether time stands still."""
        self.handed_back = False

    def act(self) -> Action | None:
        """The action of the next step, once it is due; None once the person has handed back.

        Raises:
            Cancelled: on Stop.
        """
        self._channel.enter(Phase.WAITING)
        self._tapped = None
        if self._keys.waits:
            self.standing = True
        period = 1.0 / (self._fps * self._speed)
        self._due = max(self._due + period, time.perf_counter() - period)
        while not self.handed_back and (self.standing or time.perf_counter() < self._due):
            self._offer()
            left = _LOOK_EVERY_SECONDS if self.standing else self._due - time.perf_counter()
            self.take(self._channel.receive(max(0.0, min(left, _LOOK_EVERY_SECONDS))))
        while not self.handed_back and not self._keys.waits and (command := self._channel.receive()) is not None:
            self.take(command)  # at high rates there is no time to wait, but there is to listen
        return None if self.handed_back else self._decided()

    def _decided(self) -> Action:
        for action in (self._held, self._tapped):
            if action is not None:
                return action
        assert self._idle is not None  # where nothing is done without a key, a key was pressed
        return next(self._idle)

    def take(self, command: m.Command | None) -> None:
        """What a command means to whoever plays. Raises Cancelled on Stop."""
        match command:
            case m.HumanAction(action):
                if action is not None:
                    self._tapped = action
                    self._begin()
                self._held = None if self._keys.waits else action
            case m.HandBack():
                self.handed_back = True
            case m.SetSpeed(speed):
                self._speed = _checked_speed(speed)
            case m.Pause():
                self.standing, self._held, self._tapped = True, None, None
            case m.Stop():
                raise Cancelled

    def _begin(self) -> None:
        if self.standing:
            self.standing = False
            self._due = time.perf_counter()


def _checked_speed(speed: float) -> float:
    if not 0 < speed <= 100:
        raise ValueError(f"speed: {speed!r} is not allowed; it takes a number above 0, at most 100")
    return speed

"""HeldKeys: a key that is pressed goes a frame on at once; held, it runs, at the screen's pace, until it is let go.

The system repeats a held key at a rate of its own, and each repeat asks for a picture: where pictures take longer, they
queue up and the episode runs on after the key is let go. So repeats only say that the key is still held; how far it has
run is a matter of the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

_SILENCE_SECONDS, _FIRST_SILENCE_SECONDS = 0.6, 1.5
"""A key of which nothing is heard for so long was let go somewhere else; systems take longer to the first repeat."""
_BETWEEN_REPEATS_SECONDS = 0.06
"""X lets a held key go and presses it again at each repeat, and Qt cannot always tell: only what lasts is a release."""
_SOONEST_REPEAT_SECONDS = 0.2
"""No system repeats a key sooner than this after it was pressed: before, a release is one, and a press a new press."""
_PACE_MILLISECONDS = 16


class HeldKeys(QObject):
    """Told of presses by shortcuts (`pressed`), of releases by the application, of time by its own timer, which runs
    while a key is held and no longer.

    `move` gets a number of frames, below 0 for back; `rate` says how many a second a held key runs.
    """

    def __init__(
        self,
        move: Callable[[int], None],
        rate: Callable[[], float],
        parent: QObject,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(parent)
        self._move, self._rate, self._clock = move, rate, clock
        self._count = 0  # frames that the held key stands for; 0: none is held
        self._running = False
        self._carry = 0.0
        self._began = self._heard = self._moved = 0.0
        self._let_go: float | None = None  # since when it seems to have been let go
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_PACE_MILLISECONDS)
        self._timer.timeout.connect(self.advance)

    @property
    def running(self) -> bool:
        """Whether a held key runs."""
        return self._running

    def pressed(self, count: int) -> None:
        """A key that stands for `count` frames was pressed, or repeats."""
        now = self._clock()
        self._heard = now
        if count == self._count:
            self._let_go = None
            if not self._running:
                self._running, self._moved, self._carry = True, now, 0.0
            return
        self.released()
        self._count, self._began = count, now
        self._timer.start()
        application = QCoreApplication.instance()
        if application is not None:
            application.installEventFilter(self)  # only while a key is held: it sees every event there is
        self._move(count)

    def released(self) -> None:
        """It was let go."""
        if self._count:
            self._count, self._running, self._let_go = 0, False, None
            self._timer.stop()
            application = QCoreApplication.instance()
            if application is not None:
                application.removeEventFilter(self)

    def advance(self) -> None:
        """Run as far as the time that has passed since goes, in one move."""
        now = self._clock()
        lasts = self._let_go is not None and now - self._let_go > _BETWEEN_REPEATS_SECONDS
        if lasts or now - self._heard > (_SILENCE_SECONDS if self._running else _FIRST_SILENCE_SECONDS):
            self.released()
        if not self._running or self._let_go is not None:
            return
        passed = self._carry + (now - self._moved) * self._rate() * abs(self._count)
        self._moved, whole = now, int(passed)
        self._carry = passed - whole
        if whole:
            self._move(whole if self._count > 0 else -whole)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Of the application: a key let go, or the window left."""
        left = event.type() in (QEvent.Type.WindowDeactivate, QEvent.Type.ApplicationDeactivate)
        let_go = event.type() == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent) and not event.isAutoRepeat()
        if left or (let_go and self._clock() - self._began < _SOONEST_REPEAT_SECONDS):
            self.released()
        elif let_go and self._let_go is None:
            self._let_go = self._clock()
        return False

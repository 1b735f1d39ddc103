"""LatestWork: work off the window's thread of which only the newest matters: a preview, an estimate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from rlstudio.ui.background import Background

Work = Callable[[Callable[[], bool]], Any]
"""Called in a thread with a function that says whether the result is still wanted."""


class LatestWork(QObject):
    """Does one thing at a time. What is asked for meanwhile waits, and takes the place of what waited before."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._background = Background(self)
        self._busy = False
        self._stale = False
        self._waiting: tuple[Work, Callable[[Any], None], Callable[[str], None]] | None = None
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return self._busy

    def ask(self, work: Work, then: Callable[[Any], None], otherwise: Callable[[str], None]) -> None:
        """Do `work` as soon as what is under way is done, then `then` with its result or `otherwise` with words.

        What is under way is told that it is stale; its result is dropped.
        """
        if self._closed:
            return
        if self._busy:
            self._stale = True
            self._waiting = (work, then, otherwise)
            return
        self._busy, self._stale = True, False
        self._background.run(
            lambda: work(lambda: self._stale or self._closed),
            lambda result: self._over(lambda: then(result)),
            lambda words: self._over(lambda: otherwise(words)),
        )

    def close(self) -> None:
        """Drop what is under way, having waited for it to notice."""
        self._closed, self._waiting = True, None
        self._background.close()

    def _over(self, tell: Callable[[], None]) -> None:
        self._busy = False
        if not self._closed and not self._stale:
            tell()
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.ask(*waiting)

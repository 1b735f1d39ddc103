"""Background: reading from disk off the window's thread, the result handed over on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal


class _Reader(QThread):
    """Runs one function and keeps what it returned or raised."""

    def __init__(self, work: Callable[[], Any], parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName("reader")
        self._work = work
        self.result: Any = None
        self.error: Exception | None = None

    def run(self) -> None:
        """In the thread."""
        try:
            self.result = self._work()
        except Exception as error:  # said on the window's thread, whatever it is
            self.error = error


class Background(QObject):
    """Runs functions, each in a thread of its own, and calls back on the window's thread.

    Signals:
        failed: what the function raised, in words.
    """

    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._readers: list[_Reader] = []

    def run(
        self, work: Callable[[], Any], then: Callable[[Any], None], otherwise: Callable[[str], None] | None = None
    ) -> None:
        """Do `work` elsewhere, then call `then` with what it returned; with what it raised, in words, `otherwise`, or
        the signal where there is none."""
        reader = _Reader(work, self)
        self._readers.append(reader)
        reader.finished.connect(lambda: self._done(reader, then, otherwise or self.failed.emit))
        reader.start()

    def _done(self, reader: _Reader, then: Callable[[Any], None], otherwise: Callable[[str], None]) -> None:
        reader.wait()
        if reader in self._readers:
            self._readers.remove(reader)
        if reader.error is None:
            then(reader.result)
        else:
            otherwise(str(reader.error) or type(reader.error).__name__)
        reader.deleteLater()

    def close(self) -> None:
        """Wait for what still reads."""
        for reader in self._readers:
            reader.finished.disconnect()
            reader.wait()
        self._readers.clear()

"""Telling: faults and warnings are said once, in words, with what to do; the traceback is one click away."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

from PySide6.QtCore import QObject

from rlstudio.ui.main_window import MainWindow


class Telling(QObject):
    """Writes to the log, and says at the foot of the window what somebody should see now."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def note(self, words: str) -> None:
        """For the log only."""
        self._window.log.add("info", words)

    def warn(self, words: str) -> None:
        """Something to know that stops nothing."""
        self._window.log.add("warning", words)
        self._window.banner.say(words)

    def fail(self, message: str, advice: str = "", details: str = "") -> None:
        """Something did not work: what, what to do, and the traceback for who wants it."""
        words = _joined(message, advice)
        self._window.log.add("error", words, details)
        choices = [("Details", lambda: self._window.tabs.open("log"))] if details else []
        self._window.banner.say(words, choices, fault=True)

    def fail_on_stage(self, message: str, advice: str, details: str) -> None:
        """The live view has nothing to show: said in its place."""
        words = _joined(message, advice)
        self._window.stage.show_message(words)
        self._window.log.add("error", words, details)

    def recovered(self) -> None:
        """What was complained of is well again."""
        self._window.banner.hide()
        self.note("Training answers again.")

    def fault_in_the_window(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """An exception that no one caught (sys.excepthook): said like any other fault, and nothing else is stopped."""
        text = "".join(traceback.format_exception(kind, error, trace))
        print(text, file=sys.stderr)
        self.fail(f"Something went wrong in the window: {error or kind.__name__}.", "Jobs go on.", text)


def _joined(message: str, advice: str) -> str:
    """Two sentences, or one."""
    ends = not advice or message.rstrip().endswith((".", "!", "?", ":", "…"))
    return f"{message}{'' if ends else '.'} {advice}".strip()

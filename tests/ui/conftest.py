"""For every test of the window: one QApplication, Qt's warnings are failures, and nothing may be left behind."""

from __future__ import annotations

import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import Shiboken

from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.settings import Settings
from rlstudio.ui.theme import apply_theme, load_fonts

W = TypeVar("W", bound=QWidget)
ALLOWED = ("propagateSizeHints", "does not support raise()", "does not support grabbing the keyboard")
"""What the offscreen platform says of itself: of every window, and of every popup (menus and lists too)."""

_said: list[str] = []


@pytest.fixture(scope="session")
def app() -> Iterator[QApplication]:
    """The one QApplication, with the program's font and its light theme."""
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication(["rlstudio-tests"])
    qInstallMessageHandler(lambda _kind, _context, text: _said.append(text))
    load_fonts(made)
    apply_theme(made, "light")
    yield made
    qInstallMessageHandler(None)


@pytest.fixture
def show(app: QApplication) -> Iterator[Callable[..., Any]]:
    """`show(widget, width, height)` shows a widget, and after the test closes and deletes it; it returns the widget."""
    shown: list[QWidget] = []

    def _show(widget: W, width: int = 0, height: int = 0) -> W:
        shown.append(widget)
        if width and height:
            widget.resize(width, height)
        widget.show()
        app.processEvents()
        return widget

    yield _show
    for widget in reversed(shown):
        if Shiboken.isValid(widget):
            widget.close()
            widget.deleteLater()


@pytest.fixture
def wait_for(app: QApplication) -> Callable[..., None]:
    """`wait_for(condition, "what", seconds)` runs the event loop until `condition()`; at the limit it fails."""

    def _wait(condition: Callable[[], object], what: str = "the condition", seconds: float = 10.0) -> None:
        limit = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > limit:
                pytest.fail(f"waited {seconds:g} s for {what}")
            QCoreApplication.processEvents()
            time.sleep(0.001)

    return _wait


@pytest.fixture
def whole_window(app: QApplication, tmp_path: Path) -> Iterator[tuple[MainWindow, Controller]]:
    """The window as a person has it, 1280×720, with its controller at work; settings and runs are in `tmp_path`."""
    window = MainWindow(Settings(tmp_path / "window.json"))
    controller = Controller(window, runs_dir=tmp_path / "runs")
    window.resize(1280, 720)
    window.show()
    controller.begin()
    yield window, controller
    controller.end()
    window.may_close = True
    window.close()
    window.deleteLater()


def _left() -> dict[str, set[Any]]:
    """What lives at this moment that could outlive a test: windows, threads, timers."""
    living: list[QObject] = [thing for thing in Shiboken.getAllValidWrappers() if isinstance(thing, QObject)]
    return {
        "top-level widgets": set(QApplication.topLevelWidgets()),
        "QThreads": {thing for thing in living if isinstance(thing, QThread) and thing.isRunning()},
        "timers": {thing for thing in living if isinstance(thing, QTimer) and thing.isActive()},
        "threads": {thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)},
    }


@pytest.fixture(autouse=True)
def tidy(app: QApplication) -> Iterator[None]:
    """Fails a test in which Qt warned, a slot raised, or which left windows, threads or timers behind."""
    raised: list[str] = []
    hook = sys.excepthook
    sys.excepthook = lambda *error: raised.append("".join(traceback.format_exception(*error)))
    _said.clear()
    before = _left()
    gc.disable()  # as the program does: it could run on a job's thread and free Qt objects there, which crashes
    yield  # autouse: set up before `show`, so this end comes after the test's widgets were deleted
    sys.excepthook = hook
    app.processEvents()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.processEvents()
    gc.collect(1)
    gc.enable()
    after = _left()
    faults = [
        f"{what} left behind: {sorted(map(repr, left))}" for what in after if (left := after[what] - before[what])
    ]
    faults += [f"raised in a slot:\n{text}" for text in raised]
    faults += [f"Qt said: {text}" for text in _said if not any(word in text for word in ALLOWED)]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)

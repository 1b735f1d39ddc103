"""The application: the QApplication, its look, and the one place where window and controller meet."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from rlstudio import __version__
from rlstudio.ui.controller import Controller
from rlstudio.ui.icons import app_icon
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.settings import Settings
from rlstudio.ui.theme import DEFAULT_POINTS, apply_theme, load_fonts, set_font_size

_LONGEST_WAIT_MILLISECONDS = 1000

AfterShown = Callable[[MainWindow, Controller], None]


def make_app() -> QApplication:
    """The one QApplication, named so that a desktop finds its icon."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("RL Studio")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("rlstudio")
    app.setWindowIcon(app_icon())
    return app


def run_studio(
    after_shown: AfterShown | None = None, *, settings: Settings | None = None, runs_dir: Path | None = None
) -> int:
    """Open the window and run until it is closed; the exit status.

    `after_shown` is called once the window is on the screen and its jobs can start.
    """
    gc.disable()  # Python's collector would free Qt objects on whatever thread it happens to run
    app = make_app()
    settings = settings or Settings()
    load_fonts(app)
    points = settings.get("font_points", float, DEFAULT_POINTS)
    apply_theme(app, settings.get("theme", str, "system"))
    if points != DEFAULT_POINTS:
        set_font_size(app, points)
    window = MainWindow(settings)
    controller = Controller(window, runs_dir=runs_dir)
    window.open_up()

    def begin() -> None:
        sys.excepthook = controller.telling.fault_in_the_window
        controller.begin()
        gc.freeze()
        if after_shown is not None:
            after_shown(window, controller)

    first_paint = _FirstPaint(window.stage, begin)
    earlier = _close_on_signals(window, controller)
    status = app.exec()
    for name, handler in earlier.items():
        signal.signal(name, handler)
    first_paint.cancel()
    sys.excepthook = sys.__excepthook__
    controller.end()
    window.settings.save()
    window.close()
    window.deleteLater()  # widgets left alive at exit crashed pyqtgraph more often than not
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.processEvents()
    return status


class _FirstPaint(QObject):
    """Calls `then` once, when a widget has first been painted, or a second later where no one paints it."""

    def __init__(self, watched: QWidget, then: Callable[[], None]) -> None:
        super().__init__(watched)
        self._watched = watched
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(then)
        self._timer.start(_LONGEST_WAIT_MILLISECONDS)
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The paint itself comes first, then what waits for it."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._timer.start(0)
        return False

    def cancel(self) -> None:
        """The window closes before it was painted."""
        self._timer.stop()


def _close_on_signals(window: MainWindow, controller: Controller) -> dict[signal.Signals, Any]:
    """Ctrl+C in the terminal, or a polite kill: save and close unasked. Returns the handlers that were in force.

    Python notices a signal when it next runs: the display timer sees to that.
    """

    soon = QTimer(window)  # goes with the window: nothing is saved and closed twice
    soon.setSingleShot(True)
    soon.timeout.connect(controller.closing.save_and_close)

    def close(_signal: int, _frame: object) -> None:
        soon.start(0)

    return {name: signal.signal(name, close) for name in (signal.SIGINT, signal.SIGTERM)}

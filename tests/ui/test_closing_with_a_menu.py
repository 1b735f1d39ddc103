"""An open menu runs an event loop of its own: a polite kill closes it, and with it the program."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow


def test_an_open_menu_does_not_keep_the_program_alive(
    whole_window: tuple[MainWindow, Controller], wait_for: Callable[..., None]
) -> None:
    window, controller = whole_window
    stuck: list[bool] = []

    def rescue() -> None:
        popup = QApplication.activePopupWidget()
        if popup is not None:
            stuck.append(popup.close())

    timer = QTimer(window)
    timer.setSingleShot(True)
    timer.timeout.connect(rescue)
    timer.start(10_000)
    QTimer.singleShot(0, controller.closing.save_and_close)
    window.toolbar.menu_button.showMenu()  # returns once the menu is closed
    timer.stop()
    assert not stuck
    wait_for(lambda: not window.isVisible(), "the window to close")

"""The log panel: lines with their time, and tracebacks one click away."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QTreeWidget

from rlstudio.ui import theme
from rlstudio.ui.panels import log
from rlstudio.ui.panels.log import LogPanel

TRACEBACK = 'Traceback (most recent call last):\n  File "x.py", line 3\nValueError: bad shape'


@pytest.fixture
def panel(show: Callable[..., Any]) -> LogPanel:
    return show(LogPanel(), 700, 240)


def lines(panel: LogPanel) -> QTreeWidget:
    return panel.findChild(QTreeWidget, "logLines")


def click(panel: LogPanel, row: int) -> None:
    tree = lines(panel)
    where = tree.visualItemRect(tree.topLevelItem(row)).center()
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=where)


def test_each_line_has_its_time_and_text(panel: LogPanel) -> None:
    panel.add("info", "Training PPO\non CartPole-v1")
    item = lines(panel).topLevelItem(0)
    assert re.fullmatch(r"\d\d:\d\d:\d\d", item.text(0))
    assert item.text(1) == "Training PPO on CartPole-v1"
    assert item.text(2) == ""


def test_details_are_one_click_away_and_can_be_copied(panel: LogPanel) -> None:
    panel.add("info", "all is well")
    panel.add("error", "The training process ended", TRACEBACK)
    details = panel.findChild(QPlainTextEdit, "logDetails")
    assert not details.isVisible()
    click(panel, 1)
    assert details.isVisible()
    assert details.toPlainText() == TRACEBACK
    panel.findChild(QPushButton, "copyDetailsButton").click()
    assert QGuiApplication.clipboard().text() == TRACEBACK
    click(panel, 0)
    assert not details.isVisible()


def test_the_whole_log_can_be_copied(panel: LogPanel) -> None:
    panel.add("warning", "slow")
    panel.add("error", "ended", TRACEBACK)
    panel.findChild(QPushButton, "copyLogButton").click()
    text = QGuiApplication.clipboard().text()
    assert "warning: slow" in text
    assert text.endswith(TRACEBACK)


def test_warnings_and_errors_are_told(panel: LogPanel) -> None:
    told: list[str] = []
    panel.troubleShown.connect(told.append)
    for level in ("info", "warning", "error"):
        panel.add(level, "something")
    assert told == ["warning", "error"]


def test_old_lines_go_so_that_memory_stays_bounded(panel: LogPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_LINES", 5)
    for number in range(12):
        panel.add("info", f"line {number}")
    assert [lines(panel).topLevelItem(row).text(1) for row in range(5)] == [f"line {number}" for number in range(7, 12)]
    assert lines(panel).topLevelItemCount() == 5


def test_new_lines_are_scrolled_to_unless_the_user_reads_further_up(panel: LogPanel, app: QApplication) -> None:
    for number in range(60):
        panel.add("info", f"line {number}")
    app.processEvents()
    bar = lines(panel).verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    bar.setValue(0)
    panel.add("info", "one more")
    app.processEvents()
    assert bar.value() == 0


def test_colours_follow_the_theme(panel: LogPanel, app: QApplication) -> None:
    panel.add("error", "ended")
    try:
        theme.apply_theme(app, "dark")
        assert lines(panel).topLevelItem(0).foreground(1).color().name() == theme.DARK.danger
    finally:
        theme.apply_theme(app, "light")
    assert lines(panel).topLevelItem(0).foreground(1).color().name() == theme.LIGHT.danger


def test_clear_forgets_everything(panel: LogPanel) -> None:
    panel.add("error", "ended", TRACEBACK)
    panel.clear()
    assert panel.text() == ""

"""The scores: each episode, mean ± spread, stop and copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication

from rlstudio.core.messages import Score
from rlstudio.ui.panels.scores import ScoresPanel

Show = Callable[..., Any]


def test_scores_fill_the_table_and_the_mean(show: Show) -> None:
    panel = show(ScoresPanel(), 600, 400)
    panel.begin("Evaluation, greedy", 3)
    assert panel.stop_button.isVisible()
    for index, total in enumerate((10.0, 20.0)):
        panel.add(Score(index, 10_000 + index, total, 7, "time limit"))
    assert panel.table.rowCount() == 2
    assert [panel.table.item(1, column).text() for column in range(5)] == ["2", "10001", "20", "7", "time limit"]
    assert panel.summary.text().startswith("mean 15 ± 5 ")
    assert "2 of 3 episodes" in panel.summary.text()
    assert panel.progress.value() == 2
    panel.finish()
    assert not panel.stop_button.isVisible()
    assert not panel.progress.isVisible()


def test_stop_answers_at_once_and_asks_once(show: Show) -> None:
    panel = show(ScoresPanel(), 600, 400)
    asked = QSignalSpy(panel.stopRequested)
    panel.begin("Evaluation", 3)
    panel.stop_button.click()
    panel.stop_button.click()
    assert asked.count() == 1
    assert panel.stop_button.text() == "Stopping…"
    panel.begin("Evaluation", 3)
    assert panel.stop_button.isEnabled()


def test_the_list_is_copied_with_exact_returns(show: Show) -> None:
    panel = show(ScoresPanel(), 600, 400)
    panel.begin("Evaluation", 1)
    panel.add(Score(0, 5, 0.1 + 0.2, 7, "landed"))
    panel.finish()
    panel.copy_button.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[2].split("\t") == ["1", "5", "0.30000000000000004", "7", "landed"]


def test_a_new_list_starts_empty(show: Show) -> None:
    panel = show(ScoresPanel(), 600, 400)
    panel.begin("Evaluation", 1)
    panel.add(Score(0, 5, 1.0, 7, "landed"))
    panel.begin("Recording", 2)
    assert panel.table.rowCount() == 0
    assert panel.summary.text() == "0 of 2 episodes"


def test_before_the_first_score_it_says_how_to_get_one(show: Show) -> None:
    panel = show(ScoresPanel(), 600, 200)
    assert panel.hint.isVisible()
    assert not panel.table.isVisible()
    panel.begin("Evaluation", 1)
    assert not panel.hint.isVisible()
    assert panel.table.isVisible()


@pytest.mark.parametrize("height", [160, 173, 181, 190, 260])
def test_the_newest_scores_are_shown_in_whole_rows(app: QApplication, show: Show, height: int) -> None:
    panel = show(ScoresPanel(), 900, height)
    panel.begin("Evaluation", 20)
    for index in range(20):
        panel.add(Score(index, 10_000 + index, -92.9, 7, "fell"))
    panel.finish()
    app.processEvents()
    assert "-92.90 ± 0 " in panel.summary.text()
    table = panel.table
    shown = table.viewport().height()
    assert shown % table.rowHeight(0) == 0
    assert shown // table.rowHeight(0) >= 3
    assert table.rowViewportPosition(19) + table.rowHeight(19) == shown
    assert table.rowHeight(0) >= table.fontMetrics().height()
    assert panel.summary.width() >= panel.summary.sizeHint().width()


def test_scores_that_came_while_hidden_end_at_the_newest(app: QApplication, show: Show) -> None:
    panel = ScoresPanel()
    panel.begin("Evaluation", 20)
    for index in range(20):
        panel.add(Score(index, 10_000 + index, -92.5, 7, "fell"))
    panel.finish()
    show(panel, 900, 180)
    app.processEvents()
    table = panel.table
    assert table.rowViewportPosition(19) + table.rowHeight(19) == table.viewport().height()

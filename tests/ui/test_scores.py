"""The scores: each episode, mean ± spread, stop and copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy

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

"""The runs panel: a table of runs that can be searched, sorted, opened and, after a question, deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QMessageBox, QPushButton, QTableView, QToolButton

from rlstudio.core.run_config import RunConfig
from rlstudio.storage.run_info import RunInfo
from rlstudio.ui.panels.runs import RunsPanel
from rlstudio.ui.widgets.run_table import COLUMNS, ago


def run(name: str, env: str, algorithm: str, day: int, **fields: Any) -> RunInfo:
    config = RunConfig(env=env, algorithm=algorithm, steps=1000, seed=day)
    started = f"2026-01-{day:02d}T10:00:00+00:00"
    return RunInfo(Path("/runs") / name, config, **{"status": "finished", "started": started, **fields})


RUNS = [
    run("a", "CartPole-v1", "ppo", 3, steps=900, best_mean_return=480.0, solved_at={"step": 800}),
    run("b", "LunarLander-v3", "dqn", 2, steps=12_345, best_mean_return=-20.0, status="failed", error="it broke"),
    run("c", "CartPole-v1", "dqn", 1, steps=100, status="running"),
]


@pytest.fixture
def panel(show: Callable[..., Any]) -> RunsPanel:
    made = RunsPanel()
    made.set_runs(RUNS)
    return show(made, 900, 300)


def table(panel: RunsPanel) -> QTableView:
    return panel.findChild(QTableView, "runsTable")


def column(panel: RunsPanel, title: str) -> list[str]:
    which = [each.title for each in COLUMNS].index(title)
    model = table(panel).model()
    return [model.index(row, which).data() for row in range(model.rowCount())]


def test_it_lists_the_newest_first_with_numbers_one_can_read(panel: RunsPanel) -> None:
    assert column(panel, "Environment") == ["CartPole-v1", "LunarLander-v3", "CartPole-v1"]
    assert column(panel, "Steps") == ["900", "12,345", "100"]
    assert column(panel, "Best mean") == ["480.0", "-20.0", "–"]
    assert column(panel, "Status") == ["solved", "failed", "running"]


def test_numbers_are_sorted_as_numbers(panel: RunsPanel) -> None:
    titles = [each.title for each in COLUMNS]
    table(panel).sortByColumn(titles.index("Steps"), Qt.SortOrder.AscendingOrder)
    assert column(panel, "Steps") == ["100", "900", "12,345"]
    table(panel).sortByColumn(titles.index("Best mean"), Qt.SortOrder.DescendingOrder)
    assert column(panel, "Best mean") == ["480.0", "-20.0", "–"]


def test_every_word_searched_for_must_occur(panel: RunsPanel) -> None:
    QTest.keyClicks(panel.findChild(QLineEdit, "runsSearch"), "cart dqn")
    assert column(panel, "Status") == ["running"]
    QTest.keyClicks(panel.findChild(QLineEdit, "runsSearch"), " nonsense")
    assert column(panel, "Status") == []
    assert any(
        label.text() == "No run matches the search." for label in panel.findChildren(QLabel) if label.isVisible()
    )


def test_double_click_enter_and_button_open(panel: RunsPanel) -> None:
    opened: list[str] = []
    panel.openRequested.connect(opened.append)
    button = panel.findChild(QPushButton, "openRunButton")
    assert not button.isEnabled()
    view = table(panel)
    where = view.visualRect(view.model().index(1, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    button.click()
    panel.activateWindow()
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert opened == ["/runs/b"] * 3


@pytest.mark.parametrize(("answer", "expected"), [("Delete", ["/runs/b"]), ("Keep", [])])
def test_deleting_asks_first(panel: RunsPanel, answer: str, expected: list[str]) -> None:
    deleted: list[str] = []
    panel.deleteRequested.connect(deleted.append)
    panel.select(Path("/runs/b"))
    panel.findChild(QPushButton, "deleteRunButton").click()
    assert deleted == []
    box = panel.findChild(QMessageBox, "deleteRunQuestion")
    assert "dqn on LunarLander-v3" in box.text()
    assert box.defaultButton().text() == "Keep"
    next(button for button in box.buttons() if button.text() == answer).click()
    assert deleted == expected


def test_a_run_that_trains_is_not_deleted(panel: RunsPanel) -> None:
    panel.select(Path("/runs/c"))
    button = panel.findChild(QPushButton, "deleteRunButton")
    assert not button.isEnabled()
    assert "stop it first" in button.toolTip()


def test_show_folder_opens_it(panel: RunsPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    panel.select(Path("/runs/a"))
    panel.findChild(QPushButton, "revealRunButton").click()
    assert shown == ["/runs/a"]


def test_the_selected_run_stays_selected_when_runs_change(panel: RunsPanel) -> None:
    panel.select(Path("/runs/b"))
    panel.set_runs([run("new", "Pendulum-v1", "ppo", 9), *(replace(each, steps=5) for each in RUNS)])
    selected = panel.selected()
    assert selected is not None
    assert (selected.path, selected.steps) == (Path("/runs/b"), 5)
    panel.set_runs([])
    assert panel.selected() is None
    assert any(label.text().startswith("No runs yet") for label in panel.findChildren(QLabel) if label.isVisible())


def test_it_can_be_asked_to_look_again(panel: RunsPanel) -> None:
    heard: list[bool] = []
    panel.refreshRequested.connect(lambda: heard.append(True))
    panel.findChild(QToolButton, "refreshRunsButton").click()
    assert heard == [True]


@pytest.mark.parametrize(
    ("seconds", "words"), [(5, "just now"), (300, "5 min ago"), (3 * 3600, "3 h ago"), (23 * 3600, "yesterday")]
)
def test_times_are_said_in_words(seconds: int, words: str) -> None:
    now = datetime(2026, 5, 20, 20, 0).astimezone()
    assert ago((now - timedelta(seconds=seconds)).isoformat(), now).startswith(words)


def test_old_and_broken_times() -> None:
    now = datetime(2026, 5, 20, 20, 0, tzinfo=UTC)
    assert ago("2026-01-03T10:00:00+00:00", now) == "3 Jan 2026"
    assert ago("long ago", now) == "–"

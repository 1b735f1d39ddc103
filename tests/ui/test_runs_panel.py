"""The runs panel: a table of runs that can be sorted, searched, filtered, labelled, opened, repeated and deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QMenu, QPlainTextEdit, QToolButton

from rlstudio.algorithms.resolve import resolve
from rlstudio.core.run_config import Parent, RunConfig
from rlstudio.storage.labels import Labels
from rlstudio.storage.run_info import RunInfo
from rlstudio.storage.run_listing import ListedRun
from rlstudio.ui.panels.runs import RunsPanel
from rlstudio.ui.widgets.labels_dialog import LabelsDialog
from rlstudio.ui.widgets.run_columns import COLUMNS, CURVE, ago
from rlstudio.ui.widgets.run_table import KIN_ROLE
from rlstudio.ui.widgets.run_view import RunView

Show = Callable[..., Any]


def run(name: str, env: str, algorithm: str, day: int, labels: Labels | None = None, **fields: Any) -> ListedRun:
    config = fields.pop("config", None) or RunConfig(env=env, algorithm=algorithm, steps=1000, seed=day)
    started = f"2026-01-{day:02d}T10:00:00+00:00"
    info = RunInfo(Path("/runs") / name, config, **{"status": "finished", "started": started, **fields})
    return ListedRun(info, labels or Labels(), ((1.0, 2.0), (2.0, day), (5.0, 3.0)))


TUNED = resolve(env="CartPole-v1", algorithm="ppo", preset="none", params={"learning_rate": 0.01}, seed=3)
RUNS = [
    run("a", "CartPole-v1", "ppo", 3, steps=900, best_mean_return=480.0, solved_at={"step": 800}, config=TUNED),
    run("b", "LunarLander-v3", "dqn", 2, steps=12_345, best_mean_return=-20.0, status="failed", error="it broke"),
    run("c", "CartPole-v1", "dqn", 1, Labels("Slow one", ("paper", "Baseline"), "It\nwaits"), steps=100),
]
LIVE = run("d", "Acrobot-v1", "ppo", 1, status="running")


@pytest.fixture
def panel(show: Show) -> RunsPanel:
    made = RunsPanel()
    made.set_runs(RUNS)
    show(made, 1000, 300)
    made.activateWindow()
    return made


def table(panel: RunsPanel) -> RunView:
    return panel.findChild(RunView, "runsTable")


def column(panel: RunsPanel, title: str) -> list[str]:
    which = [each.title for each in COLUMNS].index(title)
    model = table(panel).model()
    return [model.index(row, which).data() for row in range(model.rowCount())]


def names(panel: RunsPanel) -> list[str]:
    return [each.path.name for each in panel._model.shown()]


def press(panel: RunsPanel, key: Qt.Key, how: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    table(panel).setFocus()
    QTest.keyClick(table(panel), key, how)


def heard_by(signal: Any) -> list[Any]:
    heard: list[Any] = []
    signal.connect(lambda *values: heard.append(values[0] if len(values) == 1 else values))
    return heard


def test_it_lists_the_newest_first_in_words_and_numbers_one_can_read(panel: RunsPanel) -> None:
    assert column(panel, "Run") == ["CartPole-v1 · ppo", "LunarLander-v3 · dqn", "Slow one"]
    assert column(panel, "Steps") == ["900", "12,345", "100"]
    assert column(panel, "Best") == ["480.0", "-20.0", "–"]
    assert column(panel, "Status") == ["solved", "failed", "finished"]
    assert column(panel, "Tags, note") == ["", "", "paper, Baseline — It"]
    assert column(panel, "Differs in")[0] in ("learning rate 0.01", "no preset · learning rate 0.01")


def test_numbers_are_sorted_as_numbers_and_runs_without_one_come_last(panel: RunsPanel) -> None:
    titles = [each.title for each in COLUMNS]
    for order, wanted in ((Qt.SortOrder.AscendingOrder, "cab"), (Qt.SortOrder.DescendingOrder, "bac")):
        table(panel).sortByColumn(titles.index("Steps"), order)
        assert "".join(names(panel)) == wanted
    for order, wanted in ((Qt.SortOrder.AscendingOrder, "bac"), (Qt.SortOrder.DescendingOrder, "abc")):
        table(panel).sortByColumn(titles.index("Best"), order)
        assert "".join(names(panel)) == wanted


@pytest.mark.parametrize("number", range(len(COLUMNS)))
def test_runs_that_train_are_on_top_whatever_is_sorted_by(panel: RunsPanel, number: int) -> None:
    panel.set_runs([*RUNS, LIVE])
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        table(panel).sortByColumn(number, order)
        assert names(panel)[0] == "d"


def test_every_word_searched_for_must_occur_also_in_settings_tags_and_note(panel: RunsPanel) -> None:
    field = panel.findChild(QLineEdit, "runsSearch")
    for words, found in (
        ("cart dqn", "c"),
        ("waits BASE", "c"),
        ("learning rate", "a"),
        ("solved", "a"),
        ("none such", ""),
    ):
        field.setText(words)
        assert "".join(names(panel)) == found
    said = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert any(text.startswith("No run matches") for text in said)


def test_lists_filter_by_what_there_is(panel: RunsPanel) -> None:
    def choose(name: str, value: str) -> None:
        box = panel.findChild(QComboBox, f"{name}Filter")
        assert box.findData(value) > 0
        box.setCurrentIndex(box.findData(value))

    choose("env", "CartPole-v1")
    assert names(panel) == ["a", "c"]
    assert panel.findChild(QLabel, "runsCount").text() == "2 of 3"
    choose("algorithm", "dqn")
    assert names(panel) == ["c"]
    choose("status", "failed")
    assert names(panel) == []
    panel._filters.clear()
    choose("tag", "paper")
    assert names(panel) == ["c"]
    panel.set_runs(RUNS[:2])  # the tag is gone, the wish for it is not
    assert names(panel) == []
    panel._filters.clear()
    assert names(panel) == ["a", "b"]


def test_double_click_enter_and_button_open(panel: RunsPanel) -> None:
    opened = heard_by(panel.openRequested)
    button = panel.findChild(QToolButton, "openRunButton")
    assert not button.isEnabled()
    view = table(panel)
    where = view.visualRect(view.model().index(1, 3)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    button.click()
    press(panel, Qt.Key.Key_Return)
    assert opened == ["/runs/b"] * 3


def test_several_are_selected_and_deleted_at_once_but_never_one_that_trains(panel: RunsPanel) -> None:
    panel.set_runs([*RUNS, LIVE])
    deleted = heard_by(panel.deleteRequested)
    panel.select(*(each.path for each in [*RUNS[:2], LIVE]))
    assert panel.findChild(QLabel, "runsCount").text().startswith("3 selected")
    assert panel.selected() is None
    press(panel, Qt.Key.Key_Delete)
    assert deleted == [["/runs/a", "/runs/b"]]
    assert [each.path.name for each in panel.selection()] == ["c"]  # the keyboard goes on with the next
    panel.select(LIVE.path)
    button = panel.findChild(QToolButton, "deleteRunButton")
    assert not button.isEnabled()
    assert "stop it first" in button.toolTip()


def test_undo_again_and_changes_are_wishes(panel: RunsPanel) -> None:
    heard = [heard_by(signal) for signal in (panel.undoRequested, panel.againRequested, panel.changesRequested)]
    panel.select(RUNS[1].path)
    press(panel, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    press(panel, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    press(panel, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert heard == [[()], [RUNS[1]], [RUNS[1]]]


def test_a_title_is_written_in_its_place_while_runs_go_on(panel: RunsPanel, wait_for: Show) -> None:
    labelled, opened = heard_by(panel.labelled), heard_by(panel.openRequested)
    panel.select(RUNS[2].path)
    press(panel, Qt.Key.Key_F2)
    field = panel.findChild(QLineEdit, "runTitleField")
    assert field.text() == "Slow one"
    QTest.keyClicks(field, "Quick")
    panel.set_runs([replace(RUNS[2], info=replace(RUNS[2].info, steps=5)), LIVE])
    assert field.text() == "Quick"
    QTest.keyClick(field, Qt.Key.Key_Return)
    wait_for(lambda: labelled, "the title")
    assert labelled == [[(RUNS[2].path, Labels("Quick", ("paper", "Baseline"), "It\nwaits"))]]
    wait_for(lambda: names(panel) == ["d", "c"], "the runs that came meanwhile")
    assert opened == []  # Return ended the title, and meant nothing else
    assert table(panel).hasFocus()


def test_tags_and_note_are_written_in_a_dialog(panel: RunsPanel) -> None:
    labelled = heard_by(panel.labelled)
    panel.select(RUNS[2].path)
    press(panel, Qt.Key.Key_N)
    dialog = panel.window().findChild(LabelsDialog)
    dialog.findChild(QPlainTextEdit, "labelsNote").setPlainText("Better.")
    dialog.findChild(QLineEdit, "labelsTags").setText("paper, new,")
    dialog._save()
    assert labelled == [[(RUNS[2].path, Labels("Slow one", ("paper", "new"), "Better."))]]


def test_several_runs_get_a_tag_beside_their_own(panel: RunsPanel) -> None:
    labelled = heard_by(panel.labelled)
    panel.select(RUNS[0].path, RUNS[2].path)
    press(panel, Qt.Key.Key_T)
    dialog = panel.window().findChild(LabelsDialog)
    assert not dialog.note.isVisible()
    QTest.keyClicks(dialog.tags, "PAPER")
    dialog._save()
    assert labelled == [[(RUNS[0].path, Labels(tags=("PAPER",)))]]  # the other has it already


def test_open_folder_opens_it(panel: RunsPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    panel.select(RUNS[0].path)
    panel._actions.by_name["reveal"].trigger()
    assert shown == ["/runs/a"]


def test_the_selected_runs_are_compared(panel: RunsPanel) -> None:
    compared = heard_by(panel.compareRequested)
    panel.select(*(each.path for each in RUNS[:2]))
    panel.findChild(QToolButton, "compareRunButton").click()
    press(panel, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert compared == [[str(each.path) for each in panel.selection()]] * 2


def test_the_menu_has_all_of_it_with_keys(panel: RunsPanel) -> None:
    panel.select(RUNS[0].path)
    panel._show_menu(panel.mapToGlobal(QPoint(10, 10)))
    menu = panel.findChild(QMenu, "runsMenu")
    titles = {action.text(): action for action in menu.actions() if not action.isSeparator()}
    assert set(titles) >= {
        "Open",
        "Same again",
        "Same with changes",
        "Compare",
        "Rename",
        "Tags…",
        "Note…",
        "Open folder",
        "Delete",
    }
    assert all(action.isEnabled() and action.toolTip() for action in titles.values())
    assert titles["Rename"].shortcut().toString() == "F2"
    menu.close()


def test_the_selected_runs_stay_selected_when_runs_change(panel: RunsPanel) -> None:
    panel.select(RUNS[1].path)
    told = heard_by(panel.runSelected)
    newer = [replace(each, info=replace(each.info, steps=5)) for each in RUNS]
    panel.set_runs([run("new", "Pendulum-v1", "ppo", 9), *newer])
    selected = panel.selected()
    assert selected is not None
    assert (selected.path, selected.steps, told) == (Path("/runs/b"), 5, [])
    panel.set_runs([])
    assert panel.selected() is None
    assert any(label.text().startswith("No runs yet") for label in panel.findChildren(QLabel) if label.isVisible())


def test_home_and_end_move_in_the_table_that_has_the_focus(panel: RunsPanel) -> None:
    panel.select(RUNS[1].path)
    press(panel, Qt.Key.Key_Down)
    assert [each.path.name for each in panel.selection()] == ["c"]
    press(panel, Qt.Key.Key_Home)
    assert [each.path.name for each in panel.selection()] == ["a"]
    press(panel, Qt.Key.Key_End, Qt.KeyboardModifier.ShiftModifier)
    assert len(panel.selection()) == 3


def test_forks_stand_beneath_their_parents_where_the_tree_is_wanted(panel: RunsPanel) -> None:
    def fork(name: str, parent: str, day: int) -> ListedRun:
        found = run(name, "CartPole-v1", "ppo", day)
        config = found.info.config.model_copy(update={"parent": Parent(run=parent, step=12_000)})
        return replace(found, info=replace(found.info, config=config))

    tree = panel.findChild(QToolButton, "familyTreeButton")
    assert tree.isHidden()
    panel.set_runs([run("old", "E", "ppo", 1), fork("b", "old", 2), fork("c", "b", 3), run("new", "E", "ppo", 4)])
    assert not tree.isHidden()
    assert names(panel) == ["new", "c", "b", "old"]
    panel.select(Path("/runs/b"))
    tree.click()
    assert names(panel) == ["new", "old", "b", "c"]
    assert [each.path.name for each in panel.selection()] == ["b"]
    model = table(panel).model()
    assert [model.index(row, 0).data(KIN_ROLE).depth for row in range(4)] == [0, 0, 1, 2]
    assert "forked from old at step 12,000" in model.index(2, 0).data(Qt.ItemDataRole.ToolTipRole)
    table(panel).grab()  # the branches are painted without a word
    panel.findChild(QLineEdit, "runsSearch").setText("fork of")
    assert names(panel) == ["b", "c"]
    panel.findChild(QLineEdit, "runsSearch").clear()
    tree.click()
    assert names(panel) == ["new", "c", "b", "old"]


def test_it_can_be_asked_to_look_again(panel: RunsPanel) -> None:
    heard = heard_by(panel.refreshRequested)
    panel.findChild(QToolButton, "refreshRunsButton").click()
    assert heard == [()]


def test_labels_of_a_stranger_are_shown_as_they_are(panel: RunsPanel) -> None:
    panel.set_runs([run("e", "CartPole-v1", "ppo", 1, Labels("<b>bold</b>", (), "<img src='file:///etc/x'>"))])
    index = table(panel).model().index(0, 0)
    assert "&lt;img" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_curves_are_drawn_whatever_they_hold(panel: RunsPanel, show: Show) -> None:
    curves = [(), ((1.0, 1.0),), ((1.0, 1.0), (1.0, 1.0)), ((1.0, -1e300), (2.0, 1e300)), ((0.0, 5.0), (9.0, 5.0))]
    panel.set_runs(replace(run(f"{n}", "E", "ppo", n + 1), curve=curve) for n, curve in enumerate(curves))
    view = table(panel)
    picture = view.grab().toImage()
    cell = view.visualRect(view.model().index(0, CURVE)).translated(view.viewport().pos())
    colors = {picture.pixelColor(x, cell.center().y()).name() for x in range(cell.left(), cell.right())}
    assert len(colors) > 1  # the newest is flat: a line through the middle of its cell


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
    assert ago("0001-01-01T00:00:00+14:00", now)


def test_runs_that_broke_off_are_resumed_and_others_trained_on(panel: RunsPanel) -> None:
    panel.set_runs([run("e", "Acrobot-v1", "ppo", 2, status="interrupted"), *RUNS])
    action = panel.findChild(QAction, "extendRunAction")
    for name, words in (("e", "Resume…"), ("a", "Train on…"), ("e", "Resume…"), ("b", "Train on…")):
        panel.select(Path("/runs") / name)
        assert (action.text(), action.isEnabled()) == (words, True)

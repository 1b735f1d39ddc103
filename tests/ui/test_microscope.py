"""One cursor: stage, timeline, inspector and plots move together; jumps, marks, held keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_episodes import episode
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from rlstudio.core.episode import Episode, Thought
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.microscope import Microscope
from rlstudio.ui.settings import Settings

STEPS = 40
Show = Callable[..., Any]


def recorded(**fields: Any) -> Episode:
    """Certain but at step 12, wrong at step 30, with a reward that stands out at 7 and 20."""
    thoughts = [
        Thought(
            probabilities=np.array([0.5, 0.5] if t == 12 else [0.99, 0.01], np.float32), value=9.0 if t == 30 else 0.0
        )
        for t in range(STEPS)
    ]
    rewards = [5.0 if t in (7, 20) else 0.0 for t in range(STEPS)]
    return episode(rewards, thoughts=thoughts, **{"discount": 0.5, **fields})


@pytest.mark.parametrize(("algorithm", "counts"), [("sb3_sac", True), ("tqc", True), ("ppo", False), ("gone", False)])
def test_of_a_soft_value_it_is_said_what_it_counts(scope: Scope, algorithm: str, counts: bool) -> None:
    scope.stage.set_episodes([recorded(algorithm=algorithm)])
    found = scope.microscope.series_of(scope.stage.episodes()[0]).get("value_error")
    assert found is not None
    assert ("entropy" in found.help) is counts


class Scope:
    """A window with one recording, and its microscope."""

    def __init__(self, window: MainWindow, microscope: Microscope) -> None:
        self.window, self.microscope = window, microscope
        self.stage, self.bar, self.panel = window.stage, window.stage.transport, window.episode_plots

    def places(self) -> list[int]:
        """Where stage, timeline and plots are."""
        return [self.stage.current_index(), self.bar.slider.value(), self.panel.rows.index()]

    def mouse(self, kind: QEvent.Type, frame: float, row: int = 0) -> None:
        rows = self.panel.rows
        place = QPointF(rows.x_of(frame, row), rows.place_of(row).center().y())
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        held = none if kind == QEvent.Type.MouseButtonRelease else left
        viewport = rows.viewport()
        event = QMouseEvent(kind, place, viewport.mapToGlobal(place), left, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(viewport, event)


@pytest.fixture
def scope(app: QApplication, tmp_path: Path) -> Iterator[Scope]:
    window = MainWindow(Settings(tmp_path / "window.json"))
    made = Scope(window, Microscope(window))
    window.stage.frameShown.connect(window.inspector.show_step)  # as the controller does
    window.add_keys(made.microscope.keys())
    window.resize(1280, 720)
    window.show()
    window.activateWindow()
    window.tabs.open("episode")
    made.stage.set_episodes([recorded()])
    app.processEvents()
    yield made
    made.microscope.held.released()
    window.may_close = True
    window.close()
    window.deleteLater()


# ------------------------------------------------------------ one cursor


def test_all_go_together_whoever_is_moved(scope: Scope) -> None:
    scope.stage.seek(11)
    assert scope.places() == [11] * 3
    scope.bar.slider.setValue(17)
    assert scope.places() == [17] * 3
    scope.mouse(QEvent.Type.MouseButtonPress, 23)
    assert scope.places() == [23] * 3
    assert scope.window.inspector.step_facts.value("step") == f"23 of {STEPS}"
    for frame in (24, 30, 28):
        scope.mouse(QEvent.Type.MouseMove, frame)
        assert scope.places() == [frame] * 3
    scope.mouse(QEvent.Type.MouseButtonRelease, 28)
    scope.mouse(QEvent.Type.MouseMove, 5)
    assert scope.places() == [28] * 3  # released: it follows no longer


def test_a_click_in_any_row_of_any_column_goes_to_the_frame_it_is_at(scope: Scope) -> None:
    rows = scope.panel.rows
    scope.window.column.setSizes([300, 400])
    QApplication.processEvents()
    seen = set()
    for row in range(len(scope.panel.keys_shown())):
        if rows.place_of(row).bottom() < rows.viewport().height() - 30:
            frame = 3 + 4 * row
            scope.mouse(QEvent.Type.MouseButtonPress, frame, row)
            scope.mouse(QEvent.Type.MouseButtonRelease, frame, row)
            assert scope.stage.current_index() == frame
            seen.add(round(rows.place_of(row).left()))
    assert len(seen) == rows.columns() == 2


def test_a_click_in_the_plots_comes_back_from_live(scope: Scope) -> None:
    scope.stage.back_to_live()
    scope.mouse(QEvent.Type.MouseButtonPress, 9)
    assert scope.stage.showing_recording()
    assert scope.stage.current_index() == 9


def test_a_hidden_tab_finds_nothing_and_is_right_when_it_opens(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    scope.window.tabs.open("inspector")
    found: list[Episode] = []
    find = scope.panel.find_series
    monkeypatch.setattr(scope.panel, "find_series", lambda e: (found.append(e), find(e))[1])
    scope.stage.set_episodes([recorded()])
    scope.stage.seek(5)
    assert not found
    scope.window.tabs.open("episode")
    assert len(found) == 1
    assert scope.panel.rows.index() == 5


# ------------------------------------------------------------ jumps


@pytest.mark.parametrize(
    ("key", "frames"),
    [("N", [7, 20, 7]), ("H", [12, 12]), ("V", [30]), ("Shift+M", [0])],
)
def test_keys_jump(scope: Scope, key: str, frames: list[int]) -> None:
    jump = scope.microscope.keys()[key]
    for frame in frames:
        jump()
        assert scope.places() == [frame] * 3


def test_the_menu_greys_what_there_is_not_and_says_why(scope: Scope) -> None:
    scope.stage.set_episodes([recorded(discount=None)])
    menu = scope.bar.jump_menu
    menu.aboutToShow.emit()
    enabled = {action.objectName(): action.isEnabled() for action in menu.actions()}
    assert enabled == {
        "jump_reward": True,
        "jump_hesitation": True,
        "jump_error": False,
        "jump_mark": False,
        "jump_end": True,
    }
    why = next(action.toolTip() for action in menu.actions() if action.objectName() == "jump_error")
    assert "discount is not known" in why
    next(action for action in menu.actions() if action.objectName() == "jump_end").trigger()
    assert scope.stage.current_index() == STEPS


def test_a_key_whose_place_is_not_there_says_why_and_stays(scope: Scope) -> None:
    scope.stage.set_episodes([episode([1.0] * 5)])
    scope.stage.seek(2)
    scope.microscope.jump("reward")
    assert scope.stage.current_index() == 2
    assert "none brings anything else" in scope.window.banner.text()
    scope.microscope.jump("end")
    assert scope.window.banner.text() == ""


# ------------------------------------------------------------ marks


def test_marks_are_set_shown_reached_and_taken_away(scope: Scope) -> None:
    button = scope.window.findChild(QToolButton, "markButton")
    before = scope.bar.slider.grab().toImage()
    scope.stage.seek(25)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    scope.stage.seek(10)
    scope.microscope.toggle_mark()
    marked = scope.stage.current_episode()
    assert marked is not None
    assert marked.marks == (10, 25)
    assert button.isChecked()
    scope.stage.seek(0)
    assert not button.isChecked()
    assert scope.bar.slider.grab().toImage() != before
    scope.microscope.jump("mark")
    assert scope.stage.current_index() == 10
    scope.microscope.toggle_mark()
    assert marked.marks == (25,)
    assert not button.isChecked()


# ------------------------------------------------------------ rows


def test_chosen_rows_are_remembered_for_their_environment(scope: Scope) -> None:
    scope.panel.show_rows(["reward", "return_to_go"])
    assert scope.panel.keys_shown() == ["reward", "return_to_go"]
    scope.stage.set_episodes([recorded(env="Acrobot-v1")])
    assert "value" in scope.panel.keys_shown()
    scope.stage.set_episodes([recorded()])
    assert scope.panel.keys_shown() == ["reward", "return_to_go"]
    assert scope.window.settings.get("episode_rows", dict, {}) == {"CartPole-v1": ["reward", "return_to_go"]}


def test_ticking_a_row_in_the_menu_plots_it_and_keeps_the_cursor(scope: Scope) -> None:
    scope.stage.seek(13)
    before = scope.panel.keys_shown()
    scope.panel.menu.action_for("return_to_go").trigger()
    assert set(scope.panel.keys_shown()) - set(before) == {"return_to_go"}
    assert scope.panel.rows.index() == 13


def test_what_an_episode_cannot_plot_is_greyed_with_the_reason(scope: Scope) -> None:
    scope.stage.set_episodes([episode([1.0] * 5)])
    greyed = {action.text(): action.toolTip() for action in scope.panel.menu.actions() if not action.isEnabled()}
    assert "no value of a state" in greyed["value error"]


def test_all_rows_are_saved_as_a_picture_also_those_out_of_sight(scope: Scope, tmp_path: Path) -> None:
    rows = scope.panel.rows
    scope.panel.save_as(tmp_path / "plots.png")
    picture = QImage(str(tmp_path / "plots.png"))
    assert (picture.width(), picture.height()) == (2 * rows.page_size().width(), 2 * rows.page_size().height())
    assert picture.height() / 2 > rows.viewport().height()  # some are scrolled out of sight
    scope.panel.save_as(tmp_path / "plots.svg")
    drawing = (tmp_path / "plots.svg").read_text(encoding="utf-8")
    assert all(title in drawing for title in ("value error", "action probabilities", "pole angle"))
    assert "Plots of the episode saved" in scope.window.banner.text()


@pytest.mark.parametrize(
    ("name", "words"), [("plots.gif", ".png or .svg"), ("nowhere/plots.png", "could not be saved")]
)
def test_a_picture_that_cannot_be_saved_is_refused_in_words(
    scope: Scope, tmp_path: Path, name: str, words: str
) -> None:
    scope.panel.save_as(tmp_path / name)
    assert words in scope.window.banner.text()
    assert not list(tmp_path.glob("**/plots*"))


def test_arrow_keys_step_through_the_window(scope: Scope) -> None:
    QTest.keyClick(scope.window, Qt.Key.Key_Right)
    QTest.keyClick(scope.window, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert scope.stage.current_index() == 11
    QTest.keyClick(scope.window, Qt.Key.Key_Comma)
    assert scope.places() == [10] * 3


def test_the_controls_lie_below_the_rows_when_these_get_their_size_after_the_panel(scope: Scope) -> None:
    panel = scope.panel
    panel.rows.resize(600, 150)
    assert panel.rows_button.geometry().bottom() == 149

"""The rows of an episode's plots: what is drawn of a long line, where things lie, what is said of a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from made_episodes import episode
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from rlstudio.core.episode import Thought
from rlstudio.core.episode_series import Line, Series, series_of
from rlstudio.ui.panels.episode_plots import EpisodePlotsPanel
from rlstudio.ui.theme import apply_theme
from rlstudio.ui.widgets.episode_rows import EpisodeRows
from rlstudio.ui.widgets.row_curves import Span, occupied, range_of, thinned
from rlstudio.ui.widgets.row_readout import readings, readout_lines

Show = Callable[..., Any]


def plot(values: Any, key: str = "observation:x", **fields: Any) -> Series:
    return Series(key, "x", "What x is.", (Line("x", np.asarray(values, np.float64)),), **fields)


# ------------------------------------------------------------ drawing


def test_no_spike_of_a_long_line_is_lost() -> None:
    values = np.zeros(100_000)
    values[54_321], values[77_777] = 9.0, -7.0
    x, drawn = thinned(values, Span(-0.5, 99_999.5, 100.0, 400.0))
    assert len(x) == 800
    assert drawn.max() == 9.0
    assert drawn.min() == -7.0
    assert x[drawn.argmax()] == pytest.approx(100 + 400 * 0.54321, abs=1)


def test_few_frames_are_drawn_each_at_its_place_and_gaps_stay() -> None:
    x, drawn = thinned(np.array([1.0, np.nan, 3.0, 4.0]), Span(-0.5, 3.5, 0.0, 400.0))
    assert x.tolist() == [50, 150, 250, 350]
    np.testing.assert_array_equal(drawn, [1, np.nan, 3, 4])


def test_a_long_line_with_gaps_stays_a_gap() -> None:
    values = np.ones(10_000)
    values[5_000:] = np.nan
    _x, drawn = thinned(values, Span(-0.5, 9_999.5, 0.0, 100.0))
    assert np.isnan(drawn[102:]).all()
    assert (drawn[:100] == 1).all()


def test_lanes_show_each_action_even_one_among_a_hundred_thousand() -> None:
    actions = np.zeros(100_000)
    actions[40_000] = 1.0
    lanes = occupied(actions, 3, Span(-0.5, 99_999.5, 0.0, 500.0))
    assert len(lanes[1]) == 1
    left, right = lanes[1][0]
    assert left <= 200 <= right
    assert right - left <= 2
    assert lanes[2] == []
    few = occupied(np.array([0.0, 1.0, 1.0, np.nan]), 2, Span(-0.5, 3.5, 0.0, 400.0))
    assert few == [[(0.0, 100.0)], [(100.0, 300.0)]]


def test_ranges_are_round_and_a_constant_is_seen_from_zero() -> None:
    low, high = range_of(plot([1.0, 1.0]))
    assert low == 0.0
    assert high >= 1.0
    assert range_of(plot([np.nan, np.nan])) == (0.0, 1.0)


# ------------------------------------------------------------ the widget


def rows_of(show: Show, series: tuple[Series, ...], frames: int, width: int, height: int) -> EpisodeRows:
    rows = show(EpisodeRows(), width, height)
    rows.set_series(series, frames)
    QApplication.processEvents()
    return rows  # type: ignore[no-any-return]


def picture(rows: EpisodeRows) -> QImage:
    return rows.viewport().grab().toImage()


def test_a_step_moves_the_cursor_and_paints_no_curve_anew(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(show, (plot(np.sin(np.arange(5_000))),), 5_000, 600, 150)
    before = picture(rows)
    drawn: list[object] = []
    monkeypatch.setattr("rlstudio.ui.widgets.episode_rows.paint_row", lambda *given: drawn.append(given))
    rows.show_index(2_500)
    after = picture(rows)
    assert not drawn
    assert after != before
    x = round(rows.x_of(2_500))
    changed = [
        column for column in range(250, 600) if any(before.pixel(column, y) != after.pixel(column, y) for y in (20, 60))
    ]
    assert changed
    assert all(abs(column - x) <= 1 or abs(column - rows.x_of(0)) <= 1 for column in changed)


@pytest.mark.parametrize(("width", "columns"), [(500, 1), (1000, 2)])
def test_rows_go_into_two_columns_where_they_do_not_fit_into_one(show: Show, width: int, columns: int) -> None:
    rows = rows_of(show, tuple(plot(np.arange(9), f"observation:{i}") for i in range(6)), 9, width, 150)
    assert rows.columns() == columns
    places = [rows.place_of(row) for row in range(6)]
    assert all(a.intersected(b).isEmpty() for i, a in enumerate(places) for b in places[:i])
    assert max(place.right() for place in places) <= rows.viewport().width()
    assert rows_of(show, (plot(np.arange(9)),), 9, 1000, 150).columns() == 1


def test_hovering_says_step_and_values_there(show: Show) -> None:
    rows = rows_of(show, (plot(np.arange(100)),), 100, 600, 150)
    quiet = picture(rows)
    place = QPointF(rows.x_of(42), rows.place_of(0).center().y())
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, rows.viewport().mapToGlobal(place), Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(rows.viewport(), move)
    assert rows.frame_at(place) == 42
    assert picture(rows) != quiet
    QApplication.sendEvent(rows.viewport(), QEvent(QEvent.Type.Leave))
    assert picture(rows) == quiet


def test_zooming_keeps_the_frame_under_the_pointer_and_the_cursor_turns_the_page(show: Show) -> None:
    rows = rows_of(show, (plot(np.arange(1_000)),), 1_000, 600, 150)
    zoomed: list[bool] = []
    rows.zoomed.connect(zoomed.append)
    place = QPointF(rows.x_of(300), 40)
    for _ in range(8):
        wheel = QWheelEvent(
            place, rows.viewport().mapToGlobal(place), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(rows.viewport(), wheel)
    assert rows.x_of(300) == pytest.approx(place.x(), abs=2)
    low, high = rows.view()
    assert high - low == pytest.approx(1_000 * 0.8**8, rel=0.01)
    assert zoomed[-1]
    rows.show_index(900)
    low, high = rows.view()
    assert low <= 900 <= high
    rows.show_all()
    assert rows.view() == (-0.5, 999.5)
    assert not zoomed[-1]


def test_both_themes_draw_the_rows(show: Show, app: QApplication) -> None:
    rows = rows_of(show, (plot(np.sin(np.arange(50))),), 50, 600, 150)
    light = picture(rows)
    try:
        apply_theme(app, "dark")
        dark = picture(rows)
    finally:
        apply_theme(app, "light")
    assert QImage(light).pixelColor(2, 2).lightness() > 200
    assert dark.pixelColor(2, 2).lightness() < 60


def test_an_episode_of_one_step_is_drawn(show: Show) -> None:
    found = series_of(
        episode([1.0], thoughts=[Thought(value=1.0, q_values=np.array([1, 2], np.float32))], discount=0.9)
    )
    rows = rows_of(show, found.series, 2, 900, 300)
    rows.show_index(1)
    picture(rows)
    assert rows.view() == (-0.5, 1.5)


# ------------------------------------------------------------ words


@pytest.mark.parametrize("discrete", [True, False])
def test_an_episode_without_a_step_is_drawn(show: Show, discrete: bool) -> None:
    actions = np.zeros(0, np.int64) if discrete else np.zeros((0, 2), np.float32)
    panel = show(EpisodePlotsPanel(), 600, 300)
    panel.show_step(episode([], actions=actions, discrete=discrete), 0)
    assert "observation:cart position (m)" in panel.keys_shown()


def test_the_action_done_is_marked_among_what_is_said() -> None:
    q_values = [np.array([1.5, -2.25], np.float32), np.array([0.5, 0.25], np.float32)]
    made = episode([1.0, 1.0], thoughts=[Thought(q_values=q) for q in q_values], actions=[1, 0])
    series = series_of(made).get("q_values")
    assert series is not None
    assert readings(series, 0) == [(0, "push left", "1.50"), (1, "▸ push right", "−2.25")]
    assert readout_lines(series, 1) == [(0, "▸ push left 0.500"), (1, "push right 0.250")]
    assert readings(series, 0, 1) == [(1, "▸ push right", "−2.25")]  # with room for one
    assert readings(series, 2) == [(0, "push left", "–"), (1, "push right", "–")]


def test_units_stand_beside_values_and_actions_have_their_names() -> None:
    found = series_of(episode([1.0, 1.0], actions=[1, 0]))
    angle, action = found.get("observation:pole angle (rad)"), found.get("action")
    assert angle is not None
    assert action is not None
    assert (angle.title, readings(angle, 1)[0][2]) == ("pole angle", "0.375 rad")
    assert readings(action, 0) == [(1, "", "push right")]
    assert readings(action, 2) == [(-1, "", "–")]


def test_whole_numbers_are_said_as_such_and_others_keep_their_decimals() -> None:
    assert readings(plot([0, 2, 3], "observation:row"), 1) == [(-1, "", "2")]
    assert readings(plot([0, 2, 3.5]), 1) == [(-1, "", "2.00")]
    assert readings(plot([-1, -1, np.nan], "reward"), 0) == [(-1, "", "−1")]


def test_of_many_actions_only_the_one_done_is_said_beside_the_row() -> None:
    chances = np.full(6, 1 / 6, np.float32)
    made = episode([1.0], thoughts=[Thought(probabilities=chances)], actions=[4], action_names=tuple("abcdef"))
    series = series_of(made).get("probabilities")
    assert series is not None
    assert readings(series, 0) == [(-1, "▸ e", "0.167")]
    assert len(readout_lines(series, 0)) == 6

"""A click on a plot tells the environment step there, and moves nothing; ticks say which checkpoints there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from test_plots import CONFIG, SPEC, drag_to, run_of, wheel

from rlstudio.ui.panels.plots import PlotsPanel
from rlstudio.ui.theme import current_colors
from rlstudio.ui.widgets.metric_plot import MetricPlot

Show = Callable[..., Any]


@pytest.fixture
def panel(show: Show) -> PlotsPanel:
    made: PlotsPanel = show(PlotsPanel(), 700, 800)
    made.show_run(run_of(100), SPEC, CONFIG, 475)
    return made


def place_of(plot: MetricPlot, x: float) -> QPoint:
    """Where to click for a value on the x axis, half way up."""
    bottom, top = plot.view.viewRange()[1]
    return plot.mapFromScene(plot.view.mapViewToScene(QPointF(x, (bottom + top) / 2)))


def clicked(panel: PlotsPanel) -> QSignalSpy:
    return QSignalSpy(panel.stepClicked)


@pytest.mark.parametrize("row", [0, 1])
def test_a_click_tells_the_step_and_moves_nothing(panel: PlotsPanel, row: int) -> None:
    plot, spy = panel.plots()[row], clicked(panel)
    before = plot.view.viewRange()
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place_of(plot, 12_000))
    assert spy.count() == 1
    steps = panel._history.series(plot.content.line)[0]
    nearest = steps[np.argmin(np.abs(steps - 12_000))]
    assert spy.at(0)[0] == pytest.approx(nearest, abs=float(np.diff(steps).max()))
    assert spy.at(0)[0] in steps
    assert plot.view.viewRange() == before
    assert panel.following


@pytest.mark.parametrize("axis", ["steps", "episodes", "time"])
def test_a_click_tells_the_very_step_that_the_readout_says(panel: PlotsPanel, axis: str) -> None:
    panel.set_x_axis(axis)
    spy = clicked(panel)
    for plot in panel.plots()[:2]:
        low, high = plot.x_range()
        spot = place_of(plot, low + 0.37 * (high - low))
        QTest.mouseMove(plot.viewport(), spot)
        plot.pointed.emit(plot.view.mapSceneToView(plot.mapToScene(spot)).x())
        pointer = plot.marks.pointer
        assert pointer is not None
        QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        said = next(text for _, text in pointer.lines if text.startswith("step "))
        assert f"step {round(spy.at(spy.count() - 1)[0]):,} " in said


@pytest.mark.parametrize("axis", ["episodes", "time"])
def test_on_other_axes_it_tells_the_step_too(panel: PlotsPanel, axis: str) -> None:
    panel.set_x_axis(axis)
    plot, spy, history = panel.plots()[0], clicked(panel), panel._history
    x = 40.0 if axis == "episodes" else float(history.end_seconds[39])
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place_of(plot, x))
    assert spy.at(0)[0] == pytest.approx(float(history.end_steps[39]), rel=0.05)


def test_a_drag_a_right_click_and_a_wheel_are_no_clicks(panel: PlotsPanel) -> None:
    plot, spy = panel.plots()[0], clicked(panel)
    middle = place_of(plot, 12_000)
    QTest.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    for k in range(1, 8):
        QApplication.sendEvent(plot.viewport(), drag_to(plot, QPointF(middle - QPoint(15 * k, 0))))
    QTest.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=middle - QPoint(105, 0))
    wheel(plot)
    plot.menuRequested.disconnect()
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.RightButton, pos=middle)
    assert not panel._linked._click.isActive(), "nothing is still to come"
    assert spy.count() == 0


def test_after_a_zoom_a_click_waits_for_what_it_becomes(panel: PlotsPanel, wait_for: Any) -> None:
    plot, spy = panel.plots()[0], clicked(panel)
    wheel(plot, 2)
    middle = plot.mapFromScene(plot.view.sceneBoundingRect().center())
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert spy.count() == 0
    wait_for(lambda: spy.count() == 1, "the click to be told", 5)
    assert not panel.following


def test_after_a_zoom_a_double_click_follows_and_tells_nothing(panel: PlotsPanel) -> None:
    plot, spy = panel.plots()[0], clicked(panel)
    wheel(plot, 2)
    middle = plot.mapFromScene(plot.view.sceneBoundingRect().center())
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert panel.following
    assert not panel._linked._click.isActive(), "nothing is still to come"
    assert spy.count() == 0


def test_ticks_stand_where_the_checkpoints_are_on_every_axis(panel: PlotsPanel) -> None:
    history, ticks = panel._history, panel._ticks
    at = [int(history.end_steps[19]), int(history.end_steps[79])]
    panel.show_checkpoints([0, *at], at[1])
    for axis, values in (
        ("steps", [0.0, *map(float, at)]),
        ("episodes", [0.0, 20.0, 80.0]),
        ("time", [0.0, float(history.end_seconds[19]), float(history.end_seconds[79])]),
    ):
        panel.set_x_axis(axis)
        assert ticks.places() == pytest.approx(ticks.xs_to_pixels(np.array(values)).tolist())


def test_the_one_that_is_shown_stands_out(panel: PlotsPanel) -> None:
    plot, ticks = panel.plots()[0], panel._ticks

    def colours(x: float) -> set[str]:
        scene = ticks.mapToScene(QPointF(x, 3))
        image, foot = plot.grab().toImage(), plot.mapFromScene(scene)
        return {QColor(image.pixel(foot.x() + dx, foot.y())).name() for dx in (-1, 0, 1)}

    plain = colours(300)
    panel.show_checkpoints([2_000, 20_000], 20_000)
    x = ticks.places()[1]
    assert len(colours(x)) > 1
    reds = [QColor(name) for name in colours(x)]
    live = QColor(current_colors().live)
    assert any(
        abs(c.red() - live.red()) + abs(c.green() - live.green()) + abs(c.blue() - live.blue()) < 140 for c in reds
    )
    panel.show_checkpoints([2_000, 20_000], None)
    assert colours(x) == plain

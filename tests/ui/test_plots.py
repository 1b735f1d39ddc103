"""The plots panel: it draws what has come, names it, keeps the view where the user put it, and saves all of it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QToolButton

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec
from rlstudio.core.history import EPISODE_LENGTH, History
from rlstudio.core.messages import Batch, Change, Evaluation, Series
from rlstudio.core.params import Params
from rlstudio.core.run_config import RunConfig
from rlstudio.ui.panels.plots import PlotsPanel
from rlstudio.ui.theme import apply_theme, current_colors
from rlstudio.ui.widgets.metric_menu import MetricMenu
from rlstudio.ui.widgets.metric_plot import MetricPlot
from rlstudio.ui.widgets.plot_export import SaveError

SPEC = AlgorithmSpec(
    key="ppo",
    title="PPO",
    family="policy gradient",
    params=Params,
    learner="",
    policy="",
    refuses=lambda card: None,
    metrics=(
        MetricSpec("explained_variance", "explained variance", "How well the critic predicts.", "rises towards 1"),
        MetricSpec("entropy", "entropy", "How undecided the policy is.", unit="nats"),
        MetricSpec("value_loss", "value loss", "The critic's error.", log=True),
    ),
)
CONFIG = RunConfig(env="CartPole-v1", algorithm="ppo", steps=50_000)
Show = Callable[..., Any]


def batch(start: float, lengths: np.ndarray, *, metrics: dict[str, Any] | None = None, **more: Any) -> Batch:
    """Episodes of these lengths (and returns) from step `start` on."""
    end_steps = start + np.cumsum(lengths)
    step = float(end_steps[-1]) if len(end_steps) else start
    series = {
        name: Series(np.linspace(start + 1, step, len(values)), np.linspace(0, step, len(values)) / 100, values)
        for name, values in (metrics or {}).items()
    }
    fields: dict[str, Any] = {
        "step": int(step),
        "episode": len(lengths),
        "seconds": step / 100,
        "steps_per_second": 100.0,
        "progress": 0.0,
        "words": "",
        "paused": False,
        "mean_return": None,
        "best_mean_return": None,
        "returns": lengths,
        "lengths": lengths,
        "end_steps": end_steps,
        "end_seconds": end_steps / 100,
        "metrics": series,
    }
    return Batch(**{**fields, **more})


def run_of(n: int, seed: int = 0, **more: Any) -> History:
    history, rng = History(25), np.random.default_rng(seed)
    if n:
        values = {
            name: rng.uniform(0.1, 1.0, max(1, n // 4)) for name in ("explained_variance", "entropy", "value_loss")
        }
        history.add(batch(0, rng.integers(10, 400, n).astype(float), metrics=values, **more))
    return history


@pytest.fixture
def panel(show: Show) -> PlotsPanel:
    return show(PlotsPanel(), 700, 800)


def test_the_plots_say_whose_curve_they_show(panel: PlotsPanel) -> None:
    caption = panel.findChild(QLabel, "runCaption")
    assert caption.text() == "No run yet"
    height = caption.height()
    panel.show_run(run_of(10), SPEC, CONFIG)
    whose = f"{SPEC.title} on {CONFIG.env} · seed {CONFIG.seed}"
    assert caption.text() == whose
    panel.tell_former(True)
    assert caption.text() == f"{whose} · a former run: Train starts a new curve"
    assert caption.height() == height
    panel.show_run(run_of(0), SPEC, CONFIG)
    assert caption.text() == whose


def return_plot(panel: PlotsPanel) -> MetricPlot:
    return panel.findChild(MetricPlot, "returnPlot")


def wheel(plot: MetricPlot, steps: int = 1) -> None:
    """Turn the wheel over the middle of a plot."""
    place = QPointF(plot.mapFromScene(plot.view.sceneBoundingRect().center()))
    event = QWheelEvent(
        place,
        QPointF(plot.viewport().mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.viewport(), event)


def drag_to(plot: MetricPlot, place: QPointF) -> QMouseEvent:
    """A move of the mouse with the left button held."""
    anywhere = QPointF(plot.viewport().mapToGlobal(place.toPoint()))
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    return QMouseEvent(QEvent.Type.MouseMove, place, anywhere, none, left, Qt.KeyboardModifier.NoModifier)


def test_before_any_run_it_says_quietly_what_will_come(panel: PlotsPanel) -> None:
    plot = return_plot(panel)
    assert plot.marks.content.empty == "Returns appear here once an episode has ended"
    assert not plot.left.style["showValues"], "an axis from nowhere to nowhere"
    panel.show_run(run_of(3), SPEC, CONFIG, 475)
    assert plot.marks.content.empty == ""
    assert plot.left.style["showValues"]


def test_the_names_that_stay(panel: PlotsPanel) -> None:
    assert return_plot(panel) is not None
    assert panel.findChild(QScrollArea, "diagnosticsPlot") is not None
    assert panel.findChild(QToolButton, "metricPicker").menu() is not None
    assert all(button.accessibleName() for button in panel.findChildren(QToolButton))


def test_new_episodes_are_drawn_and_named(panel: PlotsPanel) -> None:
    history = run_of(10)
    panel.show_run(history, SPEC, CONFIG, 475)
    plot = return_plot(panel)
    assert plot.points.y.tolist() == history.returns.tolist()
    assert len(plot.dashed.x) == 10, "dashed until 25 episodes have ended"
    assert len(plot.curve.x) < 2
    history.add(batch(history.step, np.full(40, 300.0)))
    panel.refresh()
    assert len(plot.points.y) == 50
    assert len(plot.dashed.x) == 25
    assert plot.curve.x[0] == history.end_steps[24], "solid from the first full window on, joined to the dashed part"
    np.testing.assert_array_equal(plot.curve.y, history.mean()[24:])
    assert "mean of last 25: 300.0" in plot.legend.text()


def test_the_window_of_the_mean_is_that_of_the_run(panel: PlotsPanel) -> None:
    panel.show_run(History(100), SPEC, CONFIG, 475)
    assert "mean of last 100" in return_plot(panel).legend.text()


def test_threshold_evaluations_and_changes_are_marked_and_explained(panel: PlotsPanel) -> None:
    changes = (
        Change(2_000, 20.0, "learning_rate", 3e-4, 1e-3),
        Change(2_010, 20.1, "learning_rate", 1e-3, 5e-4),
        Change(3_500, 35.0, "clip_range", 0.2, 0.1),
    )
    history = History(25)
    evaluations = (Evaluation(3_000, 30.0, (100.0, 120.0)),)
    history.add(batch(0, np.full(20, 200.0), evaluations=evaluations, changes=changes))
    panel.show_run(history, SPEC, CONFIG, 475)
    plot = return_plot(panel)
    content = plot.marks.content
    assert content.levels[0][:2] == (475, "solved at 475")
    assert content.evaluations[0].tolist() == [3_000]
    assert content.evaluations[1].tolist() == [110]
    assert content.changes.tolist() == [2_000, 2_010, 3_500]
    assert [text for _, text in plot.marks.flags()] == ["1–2", "3"], "two flags a pixel apart share one"
    assert "greedy evaluation" in plot.legend.text()
    plot.pointed.emit(2_000.0)
    texts = [text for _, text in plot.marks.pointer.lines]
    assert texts[-2:] == ["1  learning rate 3e-4 → 1e-3", "2  learning rate 1e-3 → 5e-4"]
    plot.pointed.emit(3_000.0)
    assert plot.marks.pointer.lines[-1][1] == "greedy evaluation 110 ± 10 (2 episodes) at 3,000"


def test_an_evaluation_before_the_first_episode_is_in_view(panel: PlotsPanel) -> None:
    history = History(25)
    history.add(batch(600, np.empty(0), evaluations=(Evaluation(500, 5.0, (-30.0, -40.0)),)))
    panel.show_run(history, SPEC, CONFIG, None)
    low, high = return_plot(panel).view.viewRange()[1]
    assert low < -35 < high


def test_pointing_reads_out_the_nearest_episode_in_every_plot(panel: PlotsPanel) -> None:
    history = run_of(60)
    panel.show_run(history, SPEC, CONFIG, 475)
    plot, below = panel.plots()[:2]
    step = float(history.end_steps[30])
    plot.pointed.emit(step + 0.4)
    lines = [text for _, text in plot.marks.pointer.lines]
    assert lines[0].startswith(f"step {step:,.0f} · episode 31 · ")
    assert lines[1] == f"episode {history.returns[30]:g}"
    assert lines[2].startswith("mean of last 25 ")
    assert below.marks.pointer is not None
    assert below.marks.pointer.lines[0][1].startswith("Explained variance ")
    plot.pointed.emit(None)
    assert plot.marks.pointer is None
    assert below.marks.pointer is None


def test_the_mouse_points(panel: PlotsPanel) -> None:
    panel.show_run(run_of(60), SPEC, CONFIG, 475)
    plot = return_plot(panel)
    QTest.mouseMove(plot.viewport(), plot.mapFromScene(plot.view.sceneBoundingRect().center()))
    assert plot.marks.pointer is not None
    QTest.mouseMove(plot.viewport(), QPoint(2, 2))
    assert plot.marks.pointer is None


def test_the_axis_grows_with_the_run_and_never_back(panel: PlotsPanel) -> None:
    history = History(25)
    panel.show_run(history, SPEC, CONFIG, 475)
    x_ends, y_ranges = [], []
    for _ in range(60):
        history.add(batch(history.step, np.array([20.0, 200.0, 400.0, 200.0])))
        panel.refresh()
        x_ends.append(return_plot(panel).x_range()[1])
        y_ranges.append(tuple(return_plot(panel).view.viewRange()[1]))
    assert x_ends == sorted(x_ends)
    assert x_ends[-1] >= history.step
    assert len(set(x_ends)) < 20, "in leaps"
    assert set(y_ranges) == {(0, 500)}


def test_after_a_zoom_the_view_stays_until_follow_is_clicked(panel: PlotsPanel) -> None:
    history = run_of(100)
    panel.show_run(history, SPEC, CONFIG, 475)
    follow = panel.findChild(QToolButton, "followButton")
    assert not follow.isVisible(), "no button without a use"
    wheel(return_plot(panel), 3)
    assert not panel.following
    assert follow.isVisible()
    zoomed = return_plot(panel).view.viewRange()
    assert zoomed[0][1] - zoomed[0][0] < 50_000
    for plot in panel.plots():
        assert plot.x_range() == pytest.approx(tuple(zoomed[0])), "the x axes are one"
    history.add(batch(history.step, np.full(200, 900.0)))
    panel.refresh()
    assert return_plot(panel).view.viewRange() == zoomed
    QTest.mouseClick(follow, Qt.MouseButton.LeftButton)
    assert panel.following
    assert not follow.isVisible()
    assert return_plot(panel).x_range()[0] == 0
    assert return_plot(panel).x_range()[1] >= history.step
    assert return_plot(panel).view.viewRange()[1][1] >= 900


def test_zooming_a_diagnostic_moves_the_return_too(panel: PlotsPanel) -> None:
    panel.show_run(run_of(100), SPEC, CONFIG, 475)
    wheel(panel.plots()[1], 2)
    assert return_plot(panel).x_range() == pytest.approx(panel.plots()[1].x_range())


def test_a_double_click_follows_again(panel: PlotsPanel) -> None:
    panel.show_run(run_of(100), SPEC, CONFIG, 475)
    plot = return_plot(panel)
    wheel(plot, 2)
    place = plot.mapFromScene(plot.view.sceneBoundingRect().center())
    QTest.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert panel.following


def test_dragging_pans(panel: PlotsPanel) -> None:
    panel.show_run(run_of(100), SPEC, CONFIG, 475)
    plot = return_plot(panel)
    before = plot.x_range()
    middle = plot.mapFromScene(plot.view.sceneBoundingRect().center())
    QTest.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    for k in range(1, 8):
        place = middle - QPoint(15 * k, 0)
        QApplication.sendEvent(plot.viewport(), drag_to(plot, QPointF(place)))
    QTest.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=middle - QPoint(105, 0))
    assert plot.x_range()[0] > before[0]
    assert not panel.following


@pytest.mark.parametrize(
    ("axis", "last", "label"),
    [("steps", "step", "environment steps"), ("episodes", 60, "episodes"), ("time", "seconds", "training time (s)")],
)
def test_three_x_axes(panel: PlotsPanel, axis: str, last: Any, label: str) -> None:
    history = run_of(60)
    panel.show_run(history, SPEC, CONFIG, 475)
    QTest.mouseClick(panel.findChild(QToolButton, f"xAxis_{axis}"), Qt.MouseButton.LeftButton)
    plot = return_plot(panel)
    expected = last if isinstance(last, int) else getattr(history, last)
    assert plot.points.x[-1] == pytest.approx(expected)
    assert plot.bottom.labelText == label
    assert plot.x_range()[1] >= expected


def test_an_unknown_x_axis_is_refused_by_name(panel: PlotsPanel) -> None:
    with pytest.raises(ValueError, match="'updates': must be one of steps, episodes, time"):
        panel.set_x_axis("updates")


def test_the_telling_metrics_come_first_and_others_by_choice(panel: PlotsPanel) -> None:
    panel.show_run(run_of(40), SPEC, CONFIG, 475)
    assert panel.metrics_shown == ["explained_variance", "entropy"]
    menu = panel.findChild(MetricMenu)
    assert [action.text() for action in menu.actions()][-1] == "Episode length"
    assert "rises towards 1" in menu.action_for("explained_variance").toolTip()
    menu.action_for("value_loss").trigger()
    menu.action_for("entropy").trigger()
    menu.action_for(EPISODE_LENGTH).trigger()
    assert panel.metrics_shown == ["explained_variance", "value_loss", EPISODE_LENGTH]
    titles = [plot.content.title for plot in panel.plots()]
    assert titles == ["Return", "Explained variance", "Value loss", "Episode length"]
    assert [plot.bottom.isVisible() for plot in panel.plots()] == [True, False, False, True]
    panel.show_run(run_of(10, seed=1), SPEC, CONFIG, 475)
    assert panel.metrics_shown == ["explained_variance", "value_loss", EPISODE_LENGTH], "remembered"


def test_the_x_axes_end_at_one_place_with_and_without_a_scroll_bar(panel: PlotsPanel) -> None:
    panel.show_run(run_of(40), SPEC, CONFIG, 475)
    for height in (800, 420):
        panel.resize(700, height)
        panel.show_metrics(["explained_variance", "entropy", "value_loss", EPISODE_LENGTH])
        QApplication.processEvents()
        QApplication.processEvents()
        ends = []
        for plot in panel.plots():
            right = plot.mapFromScene(plot.view.sceneBoundingRect().topRight())
            ends.append(plot.viewport().mapTo(panel, right).x())
        assert max(ends) - min(ends) <= 1


def test_a_metric_nobody_declared_is_offered_too(panel: PlotsPanel) -> None:
    history = run_of(4)
    panel.show_run(history, SPEC, CONFIG, None)
    history.add(batch(history.step, np.full(30, 50.0), metrics={"weight_norm": np.ones(3)}))
    panel.refresh()
    panel.findChild(MetricMenu).action_for("weight_norm").trigger()
    assert panel.plots()[-1].content.title == "Weight norm"
    assert panel.plots()[-1].curve.y.tolist() == [1, 1, 1]


def test_a_logarithmic_metric_is_drawn_in_powers_of_ten(panel: PlotsPanel) -> None:
    history = History(25)
    history.add(batch(0, np.full(10, 50.0), metrics={"value_loss": np.array([100.0, 0.0, -1.0, 0.01])}))
    panel.show_run(history, SPEC, CONFIG, None)
    panel.show_metrics(["value_loss"])
    y = panel.plots()[1].curve.y
    assert y[0] == pytest.approx(2)
    assert np.isnan(y[1:3]).all()
    assert y[3] == pytest.approx(-2)


def test_the_run_before_stays_as_a_ghost(panel: PlotsPanel) -> None:
    panel.show_run(History(25), SPEC, CONFIG, 475)
    panel.set_ghost(run_of(200), "seed 0")
    plot = return_plot(panel)
    assert len(plot.ghost_curve.x) > 100
    assert "seed 0" in plot.legend.text()
    assert plot.x_range()[1] >= run_of(200).step
    panel.set_ghost(None)
    assert len(plot.ghost_curve.x) == 0


@pytest.mark.parametrize(
    "values",
    [
        np.full(40, np.nan),
        np.array([np.inf, -np.inf, np.nan]),
        np.array([7.0]),
        np.full(5_000, 3.0),
        np.array([0.0]),
        np.array([np.nan, 1.0, np.inf, 2.0]),
        np.array([1e-12, 1e12]),
        np.full(3_000, np.nan),
    ],
    ids=["all NaN", "infinite", "single", "constant", "zero", "some missing", "far apart", "many NaN"],
)
@pytest.mark.parametrize("metrics", [["entropy"], ["value_loss"]], ids=["linear", "logarithmic"])
def test_odd_values_raise_no_warning(panel: PlotsPanel, values: np.ndarray, metrics: list[str]) -> None:
    history = History(25)
    steps = np.full(len(values), 10.0)
    history.add(batch(0, steps, returns=values, metrics={metrics[0]: values}))
    panel.show_run(history, SPEC, CONFIG, 475)
    panel.show_metrics(metrics)
    QApplication.processEvents()
    panel.plots()[0].pointed.emit(5.0)
    wheel(panel.plots()[0])
    QApplication.processEvents()
    for plot in panel.plots():
        assert np.isfinite(plot.view.viewRange()).all()
    assert not panel.grab().isNull()


def test_a_long_run_is_thinned_and_keeps_its_look(panel: PlotsPanel) -> None:
    history = run_of(60_000)
    panel.show_run(history, SPEC, CONFIG.model_copy(update={"steps": None, "episodes": 60_000}), 475)
    plot = return_plot(panel)
    assert len(plot.points.x) <= 1_100
    assert len(plot.curve.x) <= 1_000
    assert "episode (1 in 64 shown)" in plot.legend.text()
    assert len(plot.spread._lows) > 100, "where the line shows means, a shade shows what they are means of"


def test_nothing_is_drawn_again_while_nothing_is_new(panel: PlotsPanel) -> None:
    history = run_of(50)
    panel.show_run(history, SPEC, CONFIG, 475)
    assert not return_plot(panel).refresh(following=True)
    history.add(batch(history.step, np.full(5, 100.0)))
    assert return_plot(panel).refresh(following=True)


def test_a_hidden_panel_draws_nothing_until_it_is_seen(panel: PlotsPanel) -> None:
    history = run_of(10)
    panel.show_run(history, SPEC, CONFIG, 475)
    panel.hide()
    history.add(batch(history.step, np.full(5, 100.0)))
    panel.refresh()
    assert len(return_plot(panel).points.x) == 10
    panel.show()
    assert len(return_plot(panel).points.x) == 15


def test_what_is_too_little_to_see_is_drawn_soon_all_the_same(panel: PlotsPanel, wait_for: Callable[..., None]) -> None:
    history = run_of(100)
    panel.show_run(history, SPEC, CONFIG.model_copy(update={"steps": 1_000_000_000}), 475)
    plot = return_plot(panel)
    history.add(batch(history.step, np.full(1, 10.0)))
    panel.refresh()
    assert len(plot.points.x) == 100, "ten steps are a hundred-thousandth of a pixel here"
    wait_for(lambda: len(plot.points.x) == 101, "the newest episode to be drawn")


def test_colours_follow_the_theme(app: QApplication, panel: PlotsPanel) -> None:
    panel.show_run(run_of(50), SPEC, CONFIG, 475)
    plot = return_plot(panel)
    light = plot.backgroundBrush().color().name()
    try:
        apply_theme(app, "dark")
        assert plot.backgroundBrush().color().name() == current_colors().window != light
        image = plot.grab().toImage()
        assert image.pixelColor(image.width() - 2, image.height() - 2).lightness() < 80
    finally:
        apply_theme(app, "light")
    assert plot.backgroundBrush().color().name() == light


def test_clear_goes_back_to_the_beginning(panel: PlotsPanel) -> None:
    panel.show_run(run_of(50), SPEC, CONFIG, 475)
    panel.clear()
    assert return_plot(panel).marks.content.empty
    assert len(return_plot(panel).points.x) == 0


# ---------------------------------------------------------------- saving


def test_a_saved_table_holds_every_value(panel: PlotsPanel, tmp_path: Path) -> None:
    history = run_of(5_000, evaluations=(Evaluation(3_000, 30.0, (100.0, 120.0)),))
    panel.show_run(history, SPEC, CONFIG, 475)
    panel.save_as(tmp_path / "plot.csv")
    with (tmp_path / "plot.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    returns = [row for row in rows if row["series"] == "return"]
    assert [float(row["value"]) for row in returns] == history.returns.tolist()
    assert [float(row["environment_steps"]) for row in returns] == history.end_steps.tolist()
    assert [float(row["episodes"]) for row in returns] == list(range(1, 5_001))
    counts = {name: sum(row["series"] == name for row in rows) for name in {row["series"] for row in rows}}
    assert counts == {
        "return": 5_000,
        "mean return": 5_000,
        "explained_variance": 1_250,
        "entropy": 1_250,
        "greedy evaluation": 1,
    }


def test_a_saved_picture_shows_all_plots_at_twice_the_size(panel: PlotsPanel, tmp_path: Path) -> None:
    panel.show_run(run_of(500), SPEC, CONFIG, 475)
    panel.save_as(str(tmp_path / "plot.png"))
    image = QImage(str(tmp_path / "plot.png"))
    assert image.width() == 2 * (return_plot(panel).width() + 32), "with a margin of 16 all around"
    assert image.height() == 2 * (sum(plot.height() for plot in panel.plots()) + 32)
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert current_colors().run in colors


def test_a_saved_drawing_is_made_of_lines_and_words(panel: PlotsPanel, tmp_path: Path) -> None:
    panel.show_run(run_of(500), SPEC, CONFIG, 475)
    panel.save_as(tmp_path / "plot.svg")
    text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert QSvgRenderer(str(tmp_path / "plot.svg")).isValid()
    assert "solved at 475" in text
    assert "<image" not in text, "a drawing of pictures would not stay sharp"


def test_a_failed_save_says_why_and_leaves_nothing_behind(panel: PlotsPanel, tmp_path: Path) -> None:
    with pytest.raises(SaveError, match=r"plot\.bmp: plots are saved as \.png, \.svg, \.csv"):
        panel.save_as(tmp_path / "plot.bmp")
    for ending in (".csv", ".png", ".svg"):
        (tmp_path / f"taken{ending}").mkdir()
        with pytest.raises(SaveError, match=rf"taken\{ending} could not be saved in .*Choose another folder"):
            panel.save_as(tmp_path / f"taken{ending}")
        with pytest.raises(SaveError, match="could not be saved"):
            panel.save_as(tmp_path / "no such folder" / f"plot{ending}")
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".part"]


def test_the_save_menu_writes_a_table_beside_the_window(
    panel: PlotsPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait_for: Callable[..., None]
) -> None:
    said: list[tuple[str, str]] = []
    panel.said.connect(lambda level, text: said.append((level, text)))
    panel.show_run(run_of(100), SPEC, CONFIG, 475)
    for target, level in ((tmp_path / "out", "info"), (tmp_path / "missing" / "out", "error")):
        monkeypatch.setattr(
            "rlstudio.ui.panels.plots.QFileDialog.getSaveFileName", lambda *_args, t=target: (str(t), "CSV")
        )
        menu = panel.findChild(QToolButton, "savePlotsButton").menu()
        next(action for action in menu.actions() if "CSV" in action.text()).trigger()
        wait_for(lambda level=level: said and said[-1][0] == level, "the panel to say what became of the file")
    assert (tmp_path / "out.csv").is_file()


def test_one_plot_a_display_frame_is_drawn_until_all_are_up_to_date(panel: PlotsPanel) -> None:
    run = run_of(50)
    panel.show_run(run, SPEC, CONFIG, 475)
    drawn: list[MetricPlot] = []
    for plot in panel.plots():
        plot.refresh = _noting(plot, drawn)  # type: ignore[method-assign]
    run.add(batch(run.step, np.full(200, 100.0)))
    panel.refresh_step()
    assert drawn == []
    for count in range(1, len(panel.plots()) + 1):
        panel.refresh_step()
        assert len(drawn) == count
    panel.refresh_step()
    assert len(drawn) == len(panel.plots())


def _noting(plot: MetricPlot, drawn: list[MetricPlot]) -> Callable[..., bool]:
    refresh = plot.refresh

    def noted(*, following: bool) -> bool:
        drawn.append(plot)
        return refresh(following=following)

    return noted

"""Value maps on the screen: over the picture's cells, as a plane with the present state, and only when looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from made_episodes import episode, frame
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from rlstudio.core import messages as m
from rlstudio.core.value_map import Cells, Coordinate, ValueMap
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.panels.values import ValuesPanel
from rlstudio.ui.settings import Settings
from rlstudio.ui.valuing import Valuing
from rlstudio.ui.widgets.value_colors import color_of, color_table
from rlstudio.ui.widgets.value_grid import grid_place, paint_grid, readable_ink
from rlstudio.ui.widgets.value_map import ValueMapView

Show = Callable[..., Any]


def plane(coordinates: int = 2, values: np.ndarray | None = None, **changed: Any) -> ValueMap:
    if values is None:
        values = np.arange(16, dtype=np.float32).reshape(4, 4)
    labels = ("position (m)", "speed (m/s)", "angle (rad)", "turning (rad/s)")
    found = tuple(Coordinate(labels[i], -1.0, 1.0, (i,)) for i in range(coordinates))
    fields = {"held": dict.fromkeys(range(2, coordinates), 0.5), "step": 1200, **changed}
    return ValueMap("MountainCar-v0", "state value", found, 0, 1, values=values, **fields)


def grid(env: str = "FrozenLake-v1", *, taxi: bool = False) -> ValueMap:
    values = np.array([[1.0, np.nan], [0.0, 0.5]], np.float32)
    best = np.zeros((2, 2, 2), np.bool_)
    best[0, 0, 0] = best[1, 0, 1] = True
    coordinates = [Coordinate("row", 0.0, 1.0, (0,)), Coordinate("column", 0.0, 1.0, (1,))]
    if taxi:
        coordinates.append(Coordinate("passenger (0 red, 1 green)", 0.0, 1.0, (2,)))
    return ValueMap(
        env,
        "highest Q-value",
        tuple(coordinates),
        1,
        0,
        {2: 0.0} if taxi else {},
        values,
        best,
        ((1, 0), (0, 1)),
        ("right", "down"),
        Cells(0.1, 0.2, 0.4, 0.3),
        7,
    )


def painted(paint: Callable[[QPainter], None], width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return image


# ---------------------------------------------------------------- painting


def test_colours_grow_lighter_evenly() -> None:
    """Perceptually uniform: luminance rises all the way, and in steps of about one size."""
    linear = (color_table() / 255.0) ** 2.2 @ np.array([0.2126, 0.7152, 0.0722])
    lightness = 116 * np.cbrt(linear) - 16
    steps = np.diff(lightness[::16])
    assert (steps > 0).all()
    assert steps.max() < 2.5 * steps.min()


def test_cells_are_coloured_where_the_picture_has_them() -> None:
    found = grid()
    place = grid_place(found, QRectF(0, 0, 200, 100))
    assert place == QRectF(20, 20, 160, 60)
    image = painted(lambda p: paint_grid(p, place, found, over_picture=False), 200, 100)
    corner = QPointF(4, 4)
    for row, column, value in ((0, 0, 1.0), (1, 0, 0.0), (1, 1, 0.5)):
        at = QPointF(20 + 80 * column, 20 + 30 * row) + corner
        assert image.pixelColor(at.toPoint()) == color_of(value, 0.0, 1.0)
    assert image.pixelColor(104, 24) == QColor("red"), "a cell without a value is left as it is"
    assert image.pixelColor(10, 10) == QColor("red"), "nothing is drawn outside the grid"


def test_over_a_picture_it_shows_through() -> None:
    found = grid()
    image = painted(lambda p: paint_grid(p, QRectF(0, 0, 200, 100), found, over_picture=True), 200, 100)
    seen, plain = image.pixelColor(4, 54), color_of(0.0, 0.0, 1.0)
    assert plain.red() < seen.red() < 255


def test_the_arrow_points_where_the_best_move_goes() -> None:
    found = grid()
    with_arrows = painted(lambda p: paint_grid(p, QRectF(0, 0, 200, 200), found, over_picture=False), 200, 200)
    bare = ValueMap(**{**vars(found), "best": None})
    without = painted(lambda p: paint_grid(p, QRectF(0, 0, 200, 200), bare, over_picture=False), 200, 200)

    def changed(row: int, column: int) -> np.ndarray:
        places = [
            (x, y)
            for x in range(100 * column, 100 * column + 100)
            for y in range(100 * row, 100 * row + 100)
            if with_arrows.pixel(x, y) != without.pixel(x, y)
        ]
        return np.array(places).reshape(-1, 2) % 100

    right, down = changed(0, 0), changed(1, 0)
    assert right[:, 0].mean() > 55
    assert right[:, 0].max() > 75
    assert down[:, 1].mean() > 48
    assert abs(down[:, 0].mean() - 50) < 2
    assert len(changed(1, 1)) == 0, "where all moves are alike there is no arrow"


def test_numbers_are_readable_on_every_colour() -> None:
    for r, g, b in color_table()[::8].tolist():
        ink = readable_ink(QColor(r, g, b))

        def luminance(red: float, green: float, blue: float) -> float:
            return float((np.array([red, green, blue]) / 255.0) ** 2.2 @ np.array([0.2126, 0.7152, 0.0722]))

        light, dark = sorted((luminance(r, g, b), luminance(ink.red(), ink.green(), ink.blue())), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 4.5


def test_a_plane_is_the_right_way_round_and_the_dot_is_on_it(show: Show) -> None:
    """High y is on top: row 0 of the values is at the bottom."""
    view = show(ValueMapView(), 400, 240)
    found = plane(values=np.repeat(np.array([[0.0], [0.0], [1.0], [1.0]], np.float32), 4, axis=1))
    view.show_map(found)
    image = view.grab().toImage()
    painter = QPainter(image)
    place = view.plot_rect(painter, found, 30.0)
    painter.end()
    x = int(place.left() + 5)
    assert image.pixelColor(x, int(place.top() + 3)) == color_of(1.0, 0.0, 1.0)
    assert image.pixelColor(x, int(place.bottom() - 3)) == color_of(0.0, 0.0, 1.0)
    view.show_state([0.0, 0.9])
    dot = view.grab().toImage()
    middle = QPointF(place.left() + 0.5 * place.width(), place.top() + 0.05 * place.height())
    around = {
        dot.pixelColor(int(middle.x()) + dx, int(middle.y()) + dy).name() for dx in range(-20, 21) for dy in (-1, 0, 1)
    }
    assert "#ffffff" in around


def test_nothing_learned_is_said(show: Show) -> None:
    view = show(ValueMapView(), 400, 240)
    view.show_map(plane(values=np.full((4, 4), np.nan, np.float32)))
    view.grab()
    view.show_message("This policy values no states.")
    view.grab()
    assert view.map() is None


# ---------------------------------------------------------------- the panel


def test_a_plane_of_two_numbers_asks_nothing(show: Show) -> None:
    panel = show(ValuesPanel(), 900, 180)
    panel.show_map(plane())
    assert panel.title.text() == "state value"
    assert panel.source.text() == "policy at step 1,200"
    assert panel.wish() == {"x": None, "y": None, "held": {}}


def test_two_of_four_are_chosen_and_the_others_held(show: Show) -> None:
    panel = show(ValuesPanel(), 900, 180)
    wishes: list[Any] = []
    panel.wishChanged.connect(lambda: wishes.append(panel.wish()))
    panel.show_map(plane(4))
    x, y, others = (panel._pickers[name] for name in ("x", "y", "others"))
    assert panel.wish() == {"x": 0, "y": 1, "held": {}}
    x.setCurrentIndex(3)
    assert wishes[-1] == {"x": 3, "y": 1, "held": {}}
    others.setCurrentIndex(1)
    assert wishes[-1] == {"x": 3, "y": 1, "held": {0: 0.0, 2: 0.0}}
    y.setCurrentIndex(3)
    assert wishes[-1]["y"] == 3
    assert wishes[-1]["x"] != 3, "the two sides are never the same number"
    panel.show_map(plane(4, step=1300))
    assert panel._pickers["y"] is y, "a newer map leaves the choices alone"


def test_what_a_grids_states_also_hang_on_can_be_chosen(show: Show) -> None:
    panel = show(ValuesPanel(), 900, 180)
    panel.show_map(grid(taxi=True))
    passenger = panel._held[2]
    assert [passenger.itemText(i) for i in range(passenger.count())] == ["as it is now", "red", "green"]
    assert panel.wish() == {"x": None, "y": None, "held": {}}
    passenger.setCurrentIndex(2)
    assert panel.wish() == {"x": None, "y": None, "held": {2: 1.0}}


# ---------------------------------------------------------------- who asks for what


class FakeLive:
    """Keeps the last wish; its signals are sent by the test."""

    def __init__(self) -> None:
        from PySide6.QtCore import QObject, Signal

        class Signals(QObject):
            subjectShown, valuesCame, stateSeen = Signal(str), Signal(object), Signal(int, int, object)

        self._signals = Signals()
        self.subjectShown = self._signals.subjectShown
        self.valuesCame = self._signals.valuesCame
        self.stateSeen = self._signals.stateSeen
        self.wish = m.ShowValues(wanted=False)

    def want_values(self, wish: m.ShowValues) -> None:
        self.wish = wish


@pytest.fixture
def desk(show: Show, tmp_path: Any) -> tuple[MainWindow, FakeLive, Valuing]:
    window = show(MainWindow(Settings(tmp_path / "settings.json")), 1280, 720)
    live = FakeLive()
    return window, live, Valuing(window, live)  # type: ignore[arg-type]


def test_maps_are_asked_for_only_while_they_are_looked_at(desk: Any) -> None:
    window, live, valuing = desk
    live.subjectShown.emit("MountainCar-v0")
    assert not live.wish.wanted
    assert valuing.over_picture.isHidden(), "there are no cells to draw over"
    window.tabs.open("values")
    assert live.wish.wanted
    window.tabs.open("log")
    assert not live.wish.wanted
    valuing.toggle()
    assert window.tabs.current() == "values"
    window.stage.watch.setCurrentIndex(window.stage.watch.findData("off"))
    assert not live.wish.wanted


def test_over_the_picture_of_a_grid(desk: Any) -> None:
    window, live, valuing = desk
    live.subjectShown.emit("FrozenLake-v1")
    assert not valuing.over_picture.isHidden()
    valuing.toggle()
    assert live.wish.wanted
    window.stage.view.show_frame(frame(0, 100, 200), sharp=True)
    before = window.stage.view.grab().toImage()
    live.valuesCame.emit(m.ValuesMapped(grid()))
    window.stage.view.show_frame(frame(0, 100, 200), sharp=True)
    assert window.stage.view.grab().toImage() != before
    assert valuing.over_picture.toolTip().endswith("Now: of the policy at step 7")
    live.valuesCame.emit(m.ValuesMapped(grid("CliffWalking-v1")))
    assert valuing._map is not None
    assert valuing._map.env == "FrozenLake-v1", "a map that came too late is of another environment"
    live.subjectShown.emit("CartPole-v1")
    assert valuing.over_picture.isHidden()
    assert window.stage.view.grab().toImage() == before


def test_a_recording_moves_the_dot_and_is_the_now_of_a_slice(desk: Any) -> None:
    window, live, _ = desk
    live.subjectShown.emit("MountainCar-v0")
    window.tabs.open("values")
    live.valuesCame.emit(m.ValuesMapped(plane(4)))
    made = episode([1.0, 1.0, 1.0], env="MountainCar-v0")
    made.observations = np.arange(16, dtype=np.float32).reshape(4, 4) / 16
    window.stage.set_episodes([made])
    window.stage.seek(2)
    assert live.wish.state == tuple(made.observations[2].tolist())
    assert window.values.view._rows == made.observations[:3].tolist()
    live.stateSeen.emit(1, 5, [0.0] * 4)
    assert len(window.values.view._rows) == 3, "the live state waits while a recording is shown"
    window.stage.back_to_live()
    live.stateSeen.emit(1, 6, [0.1] * 4)
    assert live.wish.state is None
    assert window.values.view._rows == [[0.1] * 4]


def test_a_recording_of_another_environment_is_not_the_now_of_a_slice(desk: Any) -> None:
    window, live, _ = desk
    live.subjectShown.emit("MountainCar-v0")
    made = episode([1.0, 1.0, 1.0], env="CartPole-v1")
    made.observations = np.zeros((4, 4), np.float32)
    short = episode([1.0, 1.0, 1.0], env="MountainCar-v0")  # a file may say anything
    short.observations = np.zeros((4, 3), np.float32)
    for recorded in (made, short):
        window.tabs.open("values")
        live.valuesCame.emit(m.ValuesMapped(plane(4)))
        window.stage.set_episodes([recorded])
        window.tabs.open("log")
        window.tabs.open("values")
        assert live.wish.wanted
        assert live.wish.state is None
        assert window.values.view._rows == []


def test_the_trail_begins_anew_with_each_episode(desk: Any) -> None:
    window, live, _ = desk
    live.subjectShown.emit("MountainCar-v0")
    for episode_number, t in ((1, 0), (1, 1), (1, 2), (2, 0)):
        live.stateSeen.emit(episode_number, t, [float(t), 0.0])
    assert window.values.view._rows == [[0.0, 0.0]]


def test_why_there_is_none_is_said_in_the_tab(desk: Any) -> None:
    window, live, _ = desk
    live.subjectShown.emit("MountainCar-v0")
    live.valuesCame.emit(m.ValuesMapped(None, "This policy values no states."))
    assert window.values.view._message == "This policy values no states."

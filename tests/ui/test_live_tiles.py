"""Pictures of several runs on the stage: whose they are, how they lie, and which one the window is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from made_episodes import episode, frame
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest

from rlstudio.core.messages import FrameNote
from rlstudio.ui.panels.stage import StagePanel
from rlstudio.ui.widgets.live_tiles import LiveTiles, TileItem, _Tile

Show = Callable[..., Any]
TWO = [TileItem(3, "seed 1"), TileItem(5, "seed 2", shown=True)]


@pytest.fixture
def stage(show: Show) -> StagePanel:
    found: StagePanel = show(StagePanel(), 650, 750)
    found.show_live(frame(1), note())
    return found


@pytest.fixture
def tiles(stage: StagePanel) -> LiveTiles:
    return stage.pictures.tiles


def note(**fields: Any) -> FrameNote:
    values = {"source": "policy", "episode": 7, "t": 3, "limit": 500, "total_reward": 2.0, "reward": 1.0, "fps": 50.0}
    return FrameNote(**{**values, **fields})


def tile(tiles: LiveTiles, number: int) -> _Tile:
    found: _Tile = tiles.findChild(_Tile, f"liveTile{number}")
    return found


def test_one_run_has_the_whole_room(stage: StagePanel, tiles: LiveTiles) -> None:
    whole = stage.view.size()
    assert whole == tiles.size()
    tiles.set_items(TWO)
    QTest.qWait(0)
    assert stage.view.height() < 0.6 * whole.height()
    tiles.set_items([])
    QTest.qWait(0)
    assert stage.view.size() == whole
    assert tile(tiles, 3) is None or tile(tiles, 3).isHidden()


def test_each_says_whose_it_is_and_where_it_is(stage: StagePanel, tiles: LiveTiles) -> None:
    tiles.set_items(TWO)
    tiles.show_frame(3, frame(10), note(total_reward=-4.5, t=12))
    stage.show_live(frame(40), note(ending="fell after 9 steps"))
    assert tiles.words() == {
        "seed 1": "return -4.50 · step 12 · episode 7",
        "seed 2": "return 2 · step 3 · fell after 9 steps",
    }
    pictures = [tile(tiles, 3).view.image(), tile(tiles, 5).view.image()]
    assert [picture.pixelColor(0, 0).getRgb()[:3] for picture in pictures] == [(10,) * 3, (40,) * 3]
    tiles.show_message(3, "Opening…")
    assert tile(tiles, 3).view.image() is None
    assert tiles.words()["seed 1"] == ""


def test_names_are_level_and_right_above_pictures_of_any_shape(stage: StagePanel, tiles: LiveTiles) -> None:
    stage.resize(1501, 700)  # all three in a row, and not of the same width
    tiles.set_items([*TWO, TileItem(6, "seed 3")])
    tiles.show_frame(3, frame(1), note())
    tiles.show_frame(6, np.zeros((30, 30, 3), np.uint8), note())
    QTest.qWait(0)
    found = [tile(tiles, item) for item in (3, 5, 6)]
    assert [each.height() for each in found] == [found[0].height()] * 3
    assert len({each.name.y() for each in found}) == 1
    assert found[0].name.y() > 5  # in the middle of the room that there is
    square = found[2]
    gap = square.view.y() + square.view.picture_rect().top() - square.words.geometry().bottom()
    assert 0 <= gap <= 8


def test_a_run_that_is_not_there_is_no_fault(tiles: LiveTiles) -> None:
    tiles.show_frame(99, frame(0), note())
    tiles.show_message(99, "nobody")


def test_another_choice_moves_no_tile(stage: StagePanel, tiles: LiveTiles) -> None:
    tiles.set_items(TWO)
    QTest.qWait(0)
    before = [tile(tiles, number).geometry() for number in (3, 5)]
    assert stage.view.parent() is tile(tiles, 5)
    chosen = QSignalSpy(tiles.chosen)
    QTest.mouseClick(tile(tiles, 3), Qt.MouseButton.LeftButton)
    QTest.mouseClick(tile(tiles, 5), Qt.MouseButton.LeftButton)
    assert [chosen.at(k)[0] for k in range(chosen.count())] == [3]
    tiles.set_items([TileItem(3, "seed 1", shown=True), TileItem(5, "seed 2")])
    QTest.qWait(0)
    assert [tile(tiles, number).geometry() for number in (3, 5)] == before
    assert stage.view.parent() is tile(tiles, 3)


def test_a_recording_has_the_room_alone_and_the_others_come_back_after_it(stage: StagePanel, tiles: LiveTiles) -> None:
    tiles.set_items(TWO)
    stage.set_episodes([episode([1.0] * 5)])
    QTest.qWait(0)
    assert not tiles.spread
    assert stage.view.size() == tiles.size()
    stage.back_to_live()
    assert tiles.spread
    stage.visit([episode([1.0] * 5), episode([1.0] * 6)], ["one", "other"])
    assert stage.pictures.comparing
    stage.back_to_live()
    assert tiles.spread
    assert tile(tiles, 3).isVisible()


@pytest.mark.parametrize(("width", "height", "beside"), [(1200, 400, True), (400, 900, False)])
def test_they_lie_so_that_the_pictures_are_large(
    stage: StagePanel, tiles: LiveTiles, width: int, height: int, beside: bool
) -> None:
    tiles.set_items(TWO)
    stage.resize(width, height)
    QTest.qWait(0)
    first, second = (tile(tiles, number).geometry() for number in (3, 5))
    assert (first.top() == second.top()) == beside
    assert (first.left() == second.left()) != beside
    assert abs(first.height() - second.height()) <= 1  # an odd number of pixels cannot be halved
    assert abs(first.width() - second.width()) <= 1

"""Several runs watched at once, with real children: each acts on the stage with its own policy."""

from __future__ import annotations

import os
import signal
from types import SimpleNamespace
from typing import Any

import pytest
from fleet import Fleet, WaitFor
from PySide6.QtWidgets import QPushButton

from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.side_pictures import SidePictures, most_wanted
from rlstudio.ui.widgets.live_tiles import LiveTiles


class Watched(Fleet):
    """With the button that shows all of them, and what is seen then."""

    @property
    def tiles(self) -> LiveTiles:
        return self.window.stage.pictures.tiles

    @property
    def pictures(self) -> SidePictures:
        return self.controller.side_pictures

    def choose(self, mode: str) -> None:
        """What is watched, of all alike."""
        self.window.stage.set_watch_mode(mode)
        self.window.stage.watchModeChanged.emit(mode)

    def watch_all(self) -> None:
        self.side.refresh()
        button = self.window.strip.findChild(QPushButton, "sideBySideButton")
        assert button.isVisibleTo(self.window.strip)
        button.click()

    def wait_for_both(self) -> None:
        """Until both say where their episodes are, from here on."""
        for name in self.tiles.words():
            before = self.tiles.words()[name]
            self.wait_for(lambda name=name, before=before: self.tiles.words().get(name) not in ("", before), name, 40)


@pytest.fixture
def watched(whole_window: tuple[MainWindow, Controller], wait_for: WaitFor) -> Watched:
    return Watched(*whole_window, wait_for)


def test_two_agents_are_seen_learning_side_by_side(watched: Watched) -> None:
    first, second = watched.train(), watched.train(seed=2)
    assert not watched.tiles.spread
    watched.watch_all()
    assert list(watched.tiles.words()) == ["seed 1", "seed 2"]
    watched.wait_for_both()

    watched.tiles.chosen.emit(first.number)
    assert watched.training.shown is first
    assert list(watched.tiles.words()) == ["seed 1", "seed 2"]
    assert list(watched.pictures._players) == [second.number]
    watched.wait_for_both()

    (player,) = watched.pictures._players.values()
    os.kill(player.live._job.pid, signal.SIGKILL)
    watched.wait_for_both()  # a view that died is begun anew: there is nothing to lose

    second.stop()
    watched.wait_for(lambda: not second.active, "it to end", 30)
    watched.wait_for_both()  # what it learned is played on
    watched.side._carry_out(second.number, "dismiss")
    watched.pictures.refresh()
    assert not watched.tiles.spread
    assert not watched.pictures._players
    watched.stop_all()


def test_the_training_itself_is_seen_of_both_and_nothing_when_it_is_off(watched: Watched) -> None:
    watched.train()
    watched.train(env="Acrobot-v1", seed=2)
    watched.choose("training")
    watched.watch_all()
    watched.wait_for_both()
    assert not watched.pictures._players
    watched.choose("off")
    watched.pictures.refresh()
    assert next(iter(watched.tiles.words().values())) == ""
    watched.choose("policy")
    watched.wait_for_both()
    watched.window.strip.findChild(QPushButton, "sideBySideButton").click()
    assert not watched.tiles.spread
    assert not watched.pictures._players
    watched.stop_all()


def test_a_picture_that_fails_again_says_how_it_comes_back(watched: Watched) -> None:
    first, _second = watched.train(), watched.train(seed=2)
    watched.watch_all()
    watched.wait_for_both()
    (player,) = watched.pictures._players.values()
    for _ in range(2):  # the first time it is begun anew by itself
        os.kill(player.live._job.pid, signal.SIGKILL)
        watched.wait_for(lambda job=player.live._job: player.live._job is not job, "its end to be noticed", 30)
    tile = watched.tiles._others[first.number]
    assert "“Side by side”, off and on, starts it again" in tile.view._message
    for _ in range(2):
        watched.window.strip.findChild(QPushButton, "sideBySideButton").click()
    watched.wait_for_both()
    watched.stop_all()


def test_there_is_room_for_four_and_who_trains_comes_first() -> None:
    runs: list[Any] = [SimpleNamespace(number=number, active=number in (4, 5)) for number in range(1, 7)]
    assert [run.number for run in most_wanted(runs)] == [4, 5, 6]
    assert [run.number for run in most_wanted(runs[:3])] == [3, 2, 1]

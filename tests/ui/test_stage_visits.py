"""What the stage shows for a while: an episode of a checkpoint, or several side by side; the recordings wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from made_episodes import episode
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from rlstudio.core.episode import Episode
from rlstudio.ui.panels.stage import StagePanel
from rlstudio.ui.widgets.frame_view import FrameView

Show = Callable[..., Any]


@pytest.fixture
def stage(show: Show) -> StagePanel:
    return show(StagePanel(), 650, 750)


def text(stage: StagePanel, name: str) -> str:
    label = stage.findChild(QLabel, name)
    assert label is not None
    return label.text()


def shades(stage: StagePanel) -> list[int]:
    """Of every picture that can be seen: frame t of a made episode has shade t."""
    images = [view.image() for view in stage.findChildren(FrameView) if view.isVisible()]
    return [QColor(image.pixel(0, 0)).red() for image in images if image is not None]


def test_the_recordings_are_back_when_a_visit_is_left(stage: StagePanel) -> None:
    recorded, visited = [episode([1.0] * 2), episode([1.0] * 3)], episode([5.0] * 4, source="checkpoint 9 · greedy")
    stage.set_episodes(recorded)
    stage.visit([visited])
    assert stage.visiting()
    assert (stage.current_episode(), stage.is_playing()) == (visited, True)
    assert text(stage, "sourceLabel") == "recorded · checkpoint 9 · greedy"
    stage.visit([episode([2.0])], play=False)
    stage.back_button.click()
    assert not stage.visiting()
    assert not stage.showing_recording()
    assert stage.episodes() == recorded
    stage.recordings_button.click()
    assert stage.current_episode() is recorded[0]


def test_recordings_that_are_put_aside_wait_behind_their_button_and_end_no_visit(stage: StagePanel) -> None:
    first, second = [episode([1.0] * 2)], [episode([2.0] * 3)] * 2
    stage.set_episodes(first, aside=True)
    assert (stage.showing_recording(), stage.episodes()) == (False, first)
    assert stage.recordings_button.isVisible()
    visited = episode([5.0] * 4)
    stage.visit([visited], play=False)
    stage.set_episodes(second, aside=True)
    assert (stage.visiting(), stage.current_episode()) == (True, visited)
    stage.back_to_live()
    assert stage.episodes() == second


def test_what_is_recorded_meanwhile_joins_the_recordings(stage: StagePanel) -> None:
    recorded, visited = episode([1.0]), episode([5.0])
    stage.add_episode(recorded)
    stage.visit([visited])
    another = episode([3.0])
    stage.add_episode(another)
    assert stage.current_episode() is visited
    stage.back_to_live()
    assert stage.episodes() == [recorded, another]


def test_a_new_recording_ends_a_visit(stage: StagePanel) -> None:
    stage.visit([episode([1.0]), episode([2.0])], ["a", "b"])
    fresh = episode([3.0] * 3)
    stage.set_episodes([])
    stage.add_episode(fresh)
    assert not stage.visiting()
    assert stage.episodes() == [fresh]
    assert shades(stage) == [0]


def test_side_by_side_the_transport_bar_moves_all_and_returns_stand_with_each(stage: StagePanel) -> None:
    short, long = episode([1.0] * 3), episode([2.0] * 8, ending="time limit")
    shown: list[tuple[Episode, int]] = []
    stage.frameShown.connect(lambda one, index: shown.append((one, index)))
    stage.visit([short, long], ["untrained policy", "checkpoint 900"], play=False)
    assert shades(stage) == [0, 0]
    assert stage.transport.slider.maximum() == 8
    stage.transport.slider.setValue(5)
    assert shades(stage) == [3, 5]
    assert shown[-1] == (long, 5)
    assert stage.pictures.compare.outcomes()[1] == "step 5 of 8 · return 10"
    assert text(stage, "sourceLabel") == f"2 side by side · {long.env} · seed {long.seed}"
    assert text(stage, "endingLabel") == "Panels follow checkpoint 900"
    assert (text(stage, "stepLabel"), text(stage, "returnLabel")) == ("step 5/8", "")
    assert (stage.transport.chooser.count(), stage.transport.chooser.currentIndex()) == (2, 1)
    stage.next_episode()
    assert stage.pictures.comparing
    stage.toggle_play()
    stage.advance(1 / 50)
    assert shades(stage) == [3, 6]


def test_a_click_on_a_picture_lets_inspector_and_plots_follow_that_episode(stage: StagePanel) -> None:
    short, long = episode([1.0] * 3), episode([2.0] * 8, ending="time limit")
    shown: list[tuple[Episode, int]] = []
    stage.frameShown.connect(lambda one, index: shown.append((one, index)))
    stage.visit([short, long], ["untrained policy", "checkpoint 900"], play=False)
    stage.seek(5)
    views = [view for view in stage.findChildren(FrameView) if view.isVisible()]
    QTest.mouseClick(views[0], Qt.MouseButton.LeftButton)
    assert stage.current_episode() is short
    assert shown[-1] == (short, 3), "the episode that is over stays at its last frame"
    assert (stage.current_index(), stage.transport.slider.value(), stage.transport.slider.maximum()) == (3, 5, 8)
    assert text(stage, "endingLabel") == "Panels follow untrained policy"
    assert shades(stage) == [3, 5], "the clock runs on"
    panes = [view.parentWidget() for view in views]
    assert [pane.accessibleDescription().startswith("Click") for pane in panes] == [False, True]
    stage.toggle_play()
    stage.advance(1 / 50)
    assert (stage.is_playing(), shades(stage), shown[-1]) == (True, [3, 6], (short, 3))
    stage.next_episode()
    assert (stage.is_playing(), shown[-1]) == (True, (long, 6))
    stage.next_episode()
    assert shown[-1] == (long, 6)
    stage.seek(7)
    stage.previous_episode()
    stage.seek_last()
    assert (shades(stage), shown[-1]) == ([3, 8], (short, 3))
    stage.transport.chooser.activated.emit(1)
    assert (stage.current_episode(), stage.pictures.compare.followed) == (long, 1)


def test_back_to_live_shows_one_picture_again(stage: StagePanel) -> None:
    stage.visit([episode([1.0]), episode([2.0])], ["a", "b"])
    assert len(shades(stage)) == 2
    stage.back_button.click()
    assert shades(stage) == []
    assert not stage.pictures.comparing
    stage.visit([episode([1.0] * 4)], play=False)
    stage.seek(3)
    assert shades(stage) == [3]


def test_from_side_by_side_to_one_alone(stage: StagePanel) -> None:
    both = [episode([1.0] * 4), episode([2.0] * 4)]
    stage.visit(both, ["a", "b"], play=False)
    stage.visit(both[:1], play=False)
    assert shades(stage) == [0]
    stage.seek(2)
    assert shades(stage) == [2]

"""CompareView: one clock over episodes of different lengths, each saying where it is and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from made_episodes import episode
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel

from rlstudio.ui.widgets.compare_view import CompareView
from rlstudio.ui.widgets.frame_view import FrameView

Show = Callable[..., Any]


def shades(view: CompareView) -> list[int]:
    """The shade of the picture in each pane that is visible: made episodes have shade t at frame t."""
    images = [pane.image() for pane in view.findChildren(FrameView) if pane.isVisible()]
    return [QColor(image.pixel(0, 0)).red() for image in images if image is not None]


@pytest.fixture
def view(show: Show) -> CompareView:
    """Three episodes of 3, 5 and 1 steps."""
    made = [episode([1.0] * 3), episode([2.0] * 5, ending="time limit"), episode([-1.5], ending="")]
    compared: CompareView = show(CompareView(), 800, 500)
    compared.set_episodes(made, ["untrained policy", "checkpoint 40", "checkpoint 900"])
    return compared


def test_all_show_the_same_index_and_the_shorter_ones_hold_their_last_picture(view: CompareView) -> None:
    assert view.n_frames == 6
    assert view.longest() == 1
    assert shades(view) == [0, 0, 0]
    view.show_index(2)
    assert shades(view) == [2, 2, 1]
    view.show_index(5)
    assert shades(view) == [3, 5, 1]
    view.show_index(0)
    assert shades(view) == [0, 0, 0]


def test_each_says_its_return_so_far_and_how_it_ended(view: CompareView) -> None:
    assert view.captions() == ["untrained policy", "checkpoint 40", "checkpoint 900"]
    view.show_index(3)
    assert view.outcomes() == [
        "fell: pole angle beyond 12° · step 3 · return 3",
        "step 3 of 5 · return 6",
        "the end · step 1 · return -1.50",
    ]


@pytest.mark.parametrize("size", [(588, 210), (588, 390), (900, 560)])
def test_with_four_the_words_of_an_end_and_the_return_are_read_whole(show: Show, size: tuple[int, int]) -> None:
    view = show(CompareView(), *size)
    made = [episode([-123.25], ending="left the track: cart beyond 2.4 m")] * 4
    view.set_episodes(made, ["untrained policy", "checkpoint 12,400", "checkpoint 40,000", "checkpoint 100,000 · best"])
    view.show_index(1)
    view.layout().activate()
    QApplication.processEvents()
    labels = [label for label in view.findChildren(QLabel) if label.isVisible()]
    assert len(labels) == 12
    narrow = size[1] == 210  # four beside each other: why it ended is too long for a quarter of the room
    for label in labels:
        if narrow and "left" in label.text():
            assert label.toolTip()
            continue
        assert label.width() >= label.fontMetrics().horizontalAdvance(label.text()), label.text()


@pytest.mark.parametrize(("index", "shown"), [(-4, 0), (99, 5)])
def test_an_index_outside_is_clamped(view: CompareView, index: int, shown: int) -> None:
    view.show_index(index)
    assert view.index == shown
    assert shades(view)[1] == shown


def test_what_was_compared_before_leaves_nothing(view: CompareView, show: Show) -> None:
    view.show_index(5)
    view.set_episodes([episode([4.0, 4.0])], ["best"])
    assert (view.index, view.n_frames, view.captions(), shades(view)) == (0, 3, ["best"], [0])
    view.set_episodes([], [])
    assert (view.n_frames, view.captions(), shades(view)) == (0, [], [])
    view.show_index(3)
    assert view.index == 0


def test_more_than_four_or_a_missing_caption_are_refused(view: CompareView) -> None:
    with pytest.raises(ValueError, match="up to 4"):
        view.set_episodes([episode([1.0])] * 5, ["one"] * 5)
    with pytest.raises(ValueError, match="one each"):
        view.set_episodes([episode([1.0])] * 2, ["one"])


@pytest.mark.parametrize(("size", "count", "columns"), [((1200, 300), 2, 2), ((300, 900), 2, 1), ((900, 700), 4, 2)])
def test_panes_lie_so_that_pictures_are_large(show: Show, size: tuple[int, int], count: int, columns: int) -> None:
    view = show(CompareView(), *size)
    view.set_episodes([episode([1.0])] * count, ["one"] * count)
    assert view.layout().activate()
    tops = [pane.parentWidget().y() for pane in view.findChildren(FrameView) if pane.isVisible()]
    assert tops.count(tops[0]) == columns


def test_sharp_pixels_reach_every_pane(view: CompareView) -> None:
    made = view.episodes()
    view.set_episodes(made, ["a", "b", "c"], sharp=True)
    assert all(pane.sharp for pane in view.findChildren(FrameView) if pane.isVisible())

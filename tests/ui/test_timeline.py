"""The timeline's ticks, thumbnails, and how numbers are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from made_episodes import episode
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from rlstudio.core.episode import Thought
from rlstudio.ui.widgets.numbers import file_size, number, signed
from rlstudio.ui.widgets.thumbnail import Thumbnail
from rlstudio.ui.widgets.timeline import remarked, standing_out
from rlstudio.ui.widgets.transport_bar import TransportBar

Show = Callable[..., Any]


def test_rewards_that_never_differ_give_no_ticks() -> None:
    assert not np.any(standing_out(np.full(50, -1.0)))
    assert standing_out(np.zeros(0)).shape == (0,)


def test_a_goal_among_equal_steps_stands_out() -> None:
    shares = standing_out(np.array([-1.0, -1.0, -10.0, -1.0, -1.0, 20.0]))
    assert np.flatnonzero(shares).tolist() == [2, 5]
    assert shares[5] == 1.0
    assert -1 < shares[2] < 0


def test_only_rare_remarks_are_marked() -> None:
    plain, noted = Thought(), Thought(note="explored: random action")
    assert remarked(episode([1.0] * 3, thoughts=[plain, noted, plain])) == [1]
    assert remarked(episode([1.0] * 3, thoughts=[noted, noted, plain])) == []


def test_hovering_shows_each_frame_made_once(app: QApplication, show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    made = episode([1.0] * 20)
    read: list[int] = []
    original = type(made.frames).__getitem__
    monkeypatch.setattr(type(made.frames), "__getitem__", lambda self, i: (read.append(i), original(self, i))[1])
    bar = show(TransportBar(), 600, 90)
    bar.set_episodes([made], 0)
    bar.set_episode(0, made)
    thumbnail = bar.findChild(Thumbnail)
    for index in (4, 5, 4):
        place = QPoint(round(bar.slider.position_of(index)), 10).toPointF()
        bar.slider.hovered.emit(index, bar.slider.mapToGlobal(place))
        assert thumbnail.isVisible()
    assert read == [4, 5]
    bar.slider.left.emit()
    assert not thumbnail.isVisible()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (142.0, "142"),
        (-12_400.0, "-12,400"),
        (0.1 + 0.2, "0.30"),
        (-0.0035, "-0.0035"),
        (1e-7, "1e-07"),
        (float("nan"), "–"),
        (float("-inf"), "-∞"),
    ],
)
def test_numbers_for_people(value: float, text: str) -> None:
    assert number(value) == text


def test_rewards_and_sizes() -> None:
    assert [signed(value) for value in (1.0, -0.5, 0.0)] == ["+1", "-0.50", "0"]
    assert [file_size(value) for value in (940, 65_000, 1_400_000)] == ["940 bytes", "65 kB", "1.4 MB"]

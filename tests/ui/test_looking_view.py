"""What a choice hung on, as it is shown: weighted bars with the most telling first, and saliency pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from made_episodes import episode, frame
from PySide6.QtGui import QColor

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.saliency import saliency_picture
from rlstudio.ui.panels.inspector import InspectorPanel
from rlstudio.ui.theme import LIGHT
from rlstudio.ui.widgets.sensitivity_bars import weighted

Show = Callable[..., Any]


def looked() -> Episode:
    """Two steps; the first number swings ten times as far as the second."""
    thoughts = [
        Thought(q_values=np.array([1, 2], np.float32), sensitivity=np.array([0.1, -0.5], np.float32)),
        Thought(q_values=np.array([1, 2], np.float32), sensitivity=np.array([-0.2, 0.25], np.float32)),
    ]
    made = episode([1.0, 1.0], thoughts=thoughts)
    made.observations[:] = np.array([[0, 0], [10, 1], [20, 2]], np.float32)
    return made


@pytest.fixture
def inspector(show: Show) -> InspectorPanel:
    return show(InspectorPanel(), 1200, 180)


def test_gradients_are_weighted_by_how_far_each_number_swings() -> None:
    spread = np.std([0.0, 1.0, 2.0])
    np.testing.assert_allclose(
        weighted(looked()), [[1.0 * spread, -0.5 * spread], [-2.0 * spread, 0.25 * spread]], rtol=1e-6
    )


def test_the_most_telling_number_stands_first_and_the_step_is_told(inspector: InspectorPanel) -> None:
    made = looked()
    inspector.show_step(made, 0)
    bars = inspector.looking.bars
    assert bars.text() == "▸ cart position\t0.816\npole angle\t−0.408"
    inspector.show_step(made, 1)
    assert bars.text() == "▸ cart position\t−1.633\npole angle\t0.204"
    assert "Q-value of what was chosen rises" in bars.toolTip()
    inspector.show_step(made, 2)
    assert bars.text() == "cart position\t\npole angle\t"


def test_the_sign_is_a_direction_and_a_colour(inspector: InspectorPanel) -> None:
    made = looked()
    inspector.show_step(made, 0)
    bars = inspector.looking.bars
    image = bars.grab().toImage()
    row = bars.row_height()

    def columns(y: int, colour: str) -> list[int]:
        return [x for x in range(image.width()) if image.pixelColor(x, y) == QColor(colour)]

    for_it, against = columns(row // 2, LIGHT.accent), columns(row + row // 2, LIGHT.evaluation)
    assert for_it
    assert against
    assert min(for_it) > max(against), "to the right what speaks for the choice, to the left what speaks against"


def test_an_episode_of_before_has_no_such_part(inspector: InspectorPanel) -> None:
    inspector.show_step(episode([1.0]), 0)
    assert inspector.looking.parentWidget().isHidden()


def test_many_numbers_are_cut_to_those_that_count(inspector: InspectorPanel) -> None:
    gradient = np.arange(30, dtype=np.float32)
    made = episode(
        [1.0], thoughts=[Thought(mean=np.zeros(1, np.float32), sensitivity=gradient)], actions=[[0.0]], discrete=False
    )
    made.observations = np.tile(np.array([[0.0], [1.0]], np.float32), (1, 30))
    made.observation_names = tuple(f"joint {index}" for index in range(30))
    inspector.show_step(made, 0)
    bars = inspector.looking.bars
    assert bars.height() <= inspector.height(), "as many as there is room for, so that nothing has to be scrolled"
    few = bars.row_count()
    bars.set_room(0)
    assert 4 <= few < bars.row_count() == 10
    assert bars.text().startswith("▸ joint 29\t14.5")
    assert "20 numbers that count least" in bars.toolTip()
    assert bars.share(0.0) == 0.0, "where nothing is negative, bars begin at the left"


def test_a_saliency_picture_is_shown_over_the_frame_or_alone(inspector: InspectorPanel) -> None:
    made = episode([1.0], size=(20, 30))
    gradient = np.zeros((20, 30), np.float32)
    gradient[:, :10], gradient[:, 20:] = 1.0, -1.0
    made.frames = FrameStore()
    made.frames.append(frame(0, 20, 30))
    made.frames.append(frame(0, 20, 30))
    made.saliency.append(saliency_picture(gradient))
    made.check()
    inspector.show_step(made, 0)
    view = inspector.looking
    image = view.picture.grab().toImage()
    width = round(image.height() * 1.5) if image.height() * 1.5 <= image.width() else image.width()
    y = round(width / 3)
    assert image.pixelColor(width // 8, y // 2) == QColor(LIGHT.accent)
    assert image.pixelColor(width - width // 8, y // 2) == QColor(LIGHT.evaluation)
    dimmed = image.pixelColor(width // 2, y // 2)
    view.over_frame.setChecked(False)
    assert view.picture.grab().toImage().pixelColor(width // 2, y // 2) == QColor(LIGHT.base)
    assert dimmed.value() < QColor(LIGHT.base).value(), "the black frame shows through"
    inspector.show_step(made, 1)
    assert view.picture._saliency is None


def test_a_damaged_saliency_picture_is_not_shown(inspector: InspectorPanel) -> None:
    made = episode([1.0, 1.0], size=(20, 30))
    good = saliency_picture(np.ones((20, 30), np.float32))
    made.saliency.append(good)
    made.saliency.append(good)
    made.saliency.blobs[1] = made.saliency.blobs[1][:-3]
    inspector.show_step(made, 0)
    assert inspector.looking.picture._saliency is not None
    inspector.show_step(made, 1)
    assert inspector.looking.picture._saliency is None

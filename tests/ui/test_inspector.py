"""The inspector: a step's numbers and the policy's thoughts, steady while it plays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from made_episodes import episode
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QLabel

from rlstudio.core.episode import Thought
from rlstudio.ui.panels.inspector import InspectorPanel
from rlstudio.ui.widgets.row_words import row_words

Show = Callable[..., Any]


def probabilities(*rows: list[float]) -> list[Thought]:
    return [Thought(probabilities=np.array(row, np.float32), value=10.0 + t) for t, row in enumerate(rows)]


@pytest.fixture
def inspector(show: Show) -> InspectorPanel:
    return show(InspectorPanel(), 900, 180)


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("pole angle (rad)", ("pole angle", "rad")),
        ("cos(angle)", ("cos(angle)", "")),
        ("row", ("row", "")),
        ("speed (m/s)", ("speed", "m/s")),
        ("distance (×5 m/s)", ("distance", "×5 m/s")),
        ("height (half heights)", ("height", "half heights")),
        ("passenger (0 red, 4 in the taxi)", ("passenger", "")),
        ("cos of angle (1 is upright)", ("cos of angle", "")),
    ],
)
def test_a_label_is_name_and_unit(label: str, parts: tuple[str, str]) -> None:
    words = row_words(label)
    assert (words.name, words.unit) == parts


def test_codes_are_shown_in_words_and_notes_only_in_the_tooltip() -> None:
    passenger = row_words("passenger (0 red, 1 green, 4 in the taxi)", 0, 4)
    assert [passenger.value_text(value) for value in (0.0, 4.0, 3.0)] == ["0 red", "4 in the taxi", "3"]
    assert passenger.widest() == "4 in the taxi"
    upright = row_words("cos of angle (1 is upright)", -1, 1)
    assert upright.value_text(0.621) == "0.621"
    assert "1 is upright" in upright.tip()
    engines = row_words("side engines (left below −0.5, right above 0.5)", -1, 1)
    assert engines.unit == ""
    assert "left below" in engines.tip()
    assert "unit: rad" in row_words("pole angle (rad)", -0.2, 0.2).tip()


@pytest.mark.parametrize(("rows", "height", "columns"), [(6, 400, 1), (6, 130, 2), (24, 180, 4)])
def test_names_are_whole_in_as_few_columns_as_the_height_allows(
    app: QApplication, show: Show, rows: int, height: int, columns: int
) -> None:
    names = tuple(f"number {index} speed (share of range)" for index in range(rows))
    made = episode([1.0], observation_names=names)
    made.observations = np.full((2, rows), -0.25, np.float32)
    inspector = show(InspectorPanel(), 1200, height)
    inspector.show_step(made, 0)
    app.processEvents()
    table = inspector.observation
    assert table.columns(table.width()) == columns
    assert all(table.whole_name(row_words(name).name, table.width()) for name in names)
    assert table.value("number 0 speed") == "-0.250 share of range"
    first = table.row_at(QPoint(5, 5))
    assert first == 0
    assert table.row_at(QPoint(table.width() - 5, 5)) == (columns - 1) * -(-rows // columns)


def test_it_reads_as_state_action_reward(inspector: InspectorPanel) -> None:
    made = episode([1.0, -0.5, 2.0], thoughts=probabilities([0.9, 0.1], [0.25, 0.75], [0.5, 0.5]))
    inspector.show_step(made, 1)
    facts = inspector.step_facts
    assert facts.value("step") == "1 of 3"
    assert facts.value("action") == "push right"
    assert facts.value("reward") == "-0.50"
    assert facts.value("return so far") == "1"
    assert facts.value("state value") == "11.00"
    assert inspector.observation.value("cart position") == "0.250 m"
    assert inspector.observation.value("pole angle") == "0.375 rad"
    assert inspector.thoughts.action_bars.text() == "push left\t0.25\n▸ push right\t0.75"


def test_the_last_frame_has_no_action(inspector: InspectorPanel) -> None:
    made = episode([1.0, -0.5], thoughts=probabilities([0.9, 0.1], [0.25, 0.75]))
    inspector.show_step(made, 2)
    assert "none" in inspector.step_facts.value("action")
    assert inspector.step_facts.value("reward") == "–"
    assert inspector.step_facts.value("return so far") == "0.50"
    assert inspector.step_facts.value("state value") == "–"
    assert inspector.thoughts.action_bars.text() == "push left\t\npush right\t"
    assert inspector.observation.value("cart position") == "0.500 m"


def test_q_values_and_notes_are_shown(inspector: InspectorPanel) -> None:
    thoughts = [
        Thought(q_values=np.array([1.5, -2.0], np.float32)),
        Thought(q_values=np.array([1.0, 3.0], np.float32), note="explored: random action"),
    ]
    inspector.show_step(episode([1.0, 1.0], thoughts=thoughts), 1)
    assert "3.00" in inspector.thoughts.action_bars.text()
    assert "Q-values" in inspector.thought_title.text()
    assert inspector.note.text() == "explored: random action"


def test_continuous_actions_show_mean_and_spread(inspector: InspectorPanel) -> None:
    thoughts = [Thought(mean=np.array([0.5], np.float32), std=np.array([0.25], np.float32))]
    made = episode([1.0], thoughts=thoughts, actions=[[0.75]], discrete=False, action_names=("torque (N·m)",))
    inspector.show_step(made, 0)
    assert inspector.step_facts.value("action") == "0.75"
    assert inspector.thoughts.spread_bars.text() == "torque (N·m)\t0.75 (0.50 ± 0.25)"
    assert not inspector.thoughts.action_bars.isVisible()
    inspector.show_step(made, 1)
    assert inspector.thoughts.spread_bars.text() == "torque (N·m)\t"


def test_a_policy_without_thoughts_leaves_no_empty_bars(inspector: InspectorPanel) -> None:
    inspector.show_step(episode([1.0, 1.0]), 0)
    assert not inspector.thoughts.action_bars.isVisible()
    assert not inspector.thought_title.isVisible()
    assert inspector.step_facts.value("action") == "push left"


def test_playing_moves_nothing(app: QApplication, inspector: InspectorPanel) -> None:
    rows = [[0.5, 0.5]] * 20
    made = episode([1.0, -1234.5] * 10, thoughts=probabilities(*rows))
    inspector.show_step(made, 0)
    app.processEvents()
    parts = (inspector.step_facts, inspector.observation, inspector.thoughts.action_bars, inspector.note)
    places = [part.geometry() for part in parts]
    for index in range(21):
        inspector.show_step(made, index)
        app.processEvents()
        assert [part.geometry() for part in parts] == places


@pytest.mark.parametrize(("width", "height"), [(1200, 180), (900, 180), (520, 300), (340, 700)])
def test_24_numbers_find_room_at_any_width(app: QApplication, show: Show, width: int, height: int) -> None:
    names = tuple(f"number {index}" for index in range(24))
    made = episode([1.0, 1.0], thoughts=probabilities([0.5, 0.5], [0.5, 0.5]), observation_names=names)
    made.observations = np.zeros((3, 24), np.float32)
    inspector = show(InspectorPanel(), width, height)
    inspector.show_step(made, 0)
    app.processEvents()
    table = inspector.observation
    assert table.height() >= table.heightForWidth(table.width())
    for part in (inspector.step_facts, table, inspector.thoughts.action_bars):
        assert part.mapTo(inspector, part.rect().topRight()).x() < width


def test_nothing_shown_says_what_to_do(inspector: InspectorPanel) -> None:
    inspector.show_step(episode([1.0]), 0)
    inspector.show_nothing()
    assert any("Record" in label.text() for label in inspector.findChildren(QLabel) if label.isVisible())

"""What the inspector shows of planners, masks and quantiles, and that none of it moves while an episode plays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from made_episodes import episode
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from rlstudio.core.episode import Episode, Thought
from rlstudio.ui.panels.inspector import InspectorPanel
from rlstudio.ui.widgets.search_tree import placed

Show = Callable[..., Any]


def array(*rows: Any) -> np.ndarray:
    return np.array(rows, np.float32)


TREE = array(  # parent, depth, reward, score
    (-1, 1, 1.0, 1.5), (-1, 1, 0.0, 3.0), (0, 2, 1.0, 1.5), (0, 2, 0.5, 1.2), (1, 2, 6.0, 3.0), (1, 2, 2.0, 1.0)
)
TREE_ACTIONS = array([0], [1], [0], [1], [0], [1])


def planned(steps: int = 3) -> Episode:
    """An agent that looks two steps ahead, and at the middle step thought of nothing."""
    whole = Thought(candidates=array([0], [1]), scores=array(1.5, 3.0), tree=TREE, tree_actions=TREE_ACTIONS)
    return episode([1.0] * steps, thoughts=[Thought() if t == 1 else whole for t in range(steps)], actions=[1] * steps)


@pytest.fixture
def inspector(show: Show) -> InspectorPanel:
    return show(InspectorPanel(), 1100, 190)


def test_forbidden_actions_are_said_so(inspector: InspectorPanel) -> None:
    thought = Thought(probabilities=array(0.9, 0.1), allowed=array(1, 0))
    inspector.show_step(episode([1.0], thoughts=[thought]), 0)
    assert inspector.thoughts.action_bars.text() == "▸ push left\t0.90\npush right\tnot allowed here"


def test_quantiles_take_the_place_of_q_values(inspector: InspectorPanel) -> None:
    quantiles = array([1.0, 2.0, 6.0], [0.0, 4.0, 5.0])
    thoughts = [Thought(q_values=quantiles.mean(1), quantiles=quantiles, allowed=array(1, 1))] * 2
    inspector.show_step(episode([1.0, 1.0], thoughts=thoughts), 1)
    assert inspector.thoughts.quantile_bars.text() == "push left\t3.00\n▸ push right\t3.00"
    assert inspector.thought_title.text() == "expected return: quantiles and mean"
    assert not inspector.thoughts.action_bars.isVisible()


def test_the_strip_of_quantiles_has_a_tick_for_each(inspector: InspectorPanel, app: QApplication) -> None:
    thoughts = [Thought(quantiles=array([0.0, 10.0], [5.0, 5.0]))]
    inspector.show_step(episode([1.0], thoughts=thoughts, actions=[0]), 0)
    app.processEvents()
    bars = inspector.thoughts.quantile_bars
    picture = bars.grab().toImage()
    middle = bars.row_height() // 2
    inked = [
        x
        for x in range(picture.width())
        if picture.pixelColor(x, middle).blue() > 110 > picture.pixelColor(x, middle).red()
    ]
    assert len(inked) >= 2
    assert max(inked) - min(inked) > 50


def test_a_critic_of_continuous_actions_judges_the_one_done(inspector: InspectorPanel) -> None:
    thoughts = [Thought(mean=array(0.5), std=array(0.1), quantiles=array([1.0, 3.0]))]
    made = episode([1.0], thoughts=thoughts, actions=[[0.5]], discrete=False, action_names=("torque (N·m)",))
    inspector.show_step(made, 0)
    assert inspector.thoughts.quantile_bars.text() == "this action\t2.00"
    assert inspector.thoughts.spread_bars.isVisible()


def test_candidates_are_ranked_and_the_one_done_is_marked(inspector: InspectorPanel) -> None:
    inspector.show_step(planned(), 0)
    assert inspector.candidates.rows.text() == "▸ push right\t3.000\npush left\t1.500"
    assert inspector.candidate_title.text() == "candidates, best first"
    inspector.show_step(planned(), 3)
    assert inspector.candidates.rows.text() == "\t\n\t"


def test_candidates_of_continuous_actions_show_their_numbers(inspector: InspectorPanel) -> None:
    candidates = array([0.5, -1.0], [-0.25, 0.75], [0.0, 0.0])
    thoughts = [Thought(candidates=candidates, scores=array(-3.0, -1.0, np.nan))] * 2
    made = episode(
        [1.0, 1.0], thoughts=thoughts, actions=[[0.5, -1.0], [9.0, 9.0]], discrete=False, action_names=("hip", "knee")
    )
    inspector.show_step(made, 0)
    assert inspector.candidates.rows.text() == "−0.25  +0.75\t-1.000\n▸ +0.50  −1.00\t-3.000\n+0.00  +0.00\t"
    assert "hip, knee" in inspector.candidates.rows.toolTip()
    assert not inspector.thoughts.isVisible()  # the list has the action's numbers
    inspector.show_step(made, 1)
    assert "▸" not in inspector.candidates.rows.text()


def test_more_candidates_than_fit_are_scrolled_to(inspector: InspectorPanel, app: QApplication) -> None:
    thoughts = [Thought(candidates=np.linspace(-1, 1, 150, dtype=np.float32)[:, None], scores=np.arange(150.0))] * 3
    made = episode([1.0] * 3, thoughts=thoughts, actions=[[1.0]] * 3, discrete=False, action_names=("torque",))
    inspector.show_step(made, 0)
    app.processEvents()
    bar = inspector.candidates.verticalScrollBar()
    assert bar.maximum() > 0
    assert inspector.candidate_title.text() == "candidates: the best 100 of 150"
    bar.setValue(40)
    inspector.show_step(made, 1)
    app.processEvents()
    assert bar.value() == 40


def test_the_tree_is_laid_out_by_depth_with_the_better_branch_above() -> None:
    places, best = placed(TREE)
    assert best == [1, 4]
    assert places[:, 0].tolist() == [0.5, 0.5, 1.0, 1.0, 1.0, 1.0]
    assert places[4, 1] == 0.0  # the best leaf is the uppermost
    assert places[3, 1] == 1.0  # the worse branch's worse leaf the lowest
    assert places[1, 1] == (places[4, 1] + places[5, 1]) / 2
    assert len(np.unique(places[2:, 1])) == 4


def test_a_node_of_the_tree_explains_itself(inspector: InspectorPanel, app: QApplication) -> None:
    inspector.show_step(planned(), 0)
    app.processEvents()
    tree = inspector.tree
    assert tree.best == [1, 4]
    assert tree.words(4) == "push left (1 step later)\npredicted reward +6\nbest return through it 3\non the best path"
    assert "push left (now)" in tree.words(0)
    found = {tree.node_at(QPointF(x, y)) for x in range(0, tree.width(), 4) for y in range(0, tree.height(), 4)}
    assert found == {None, 0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize(("width", "height"), [(1300, 190), (1000, 190), (420, 700)])
def test_playing_a_planner_moves_nothing(app: QApplication, show: Show, width: int, height: int) -> None:
    inspector = show(InspectorPanel(), width, height)
    made = planned(4)
    inspector.show_step(made, 0)
    app.processEvents()
    parts = (inspector.step_facts, inspector.observation, inspector.candidates, inspector.tree)
    places = [(part.mapTo(inspector, part.rect().topLeft()), part.size()) for part in parts]
    for index in range(5):
        inspector.show_step(made, index)
        app.processEvents()
        assert [(part.mapTo(inspector, part.rect().topLeft()), part.size()) for part in parts] == places


def test_what_one_agent_thought_does_not_stay_for_the_next(inspector: InspectorPanel) -> None:
    inspector.show_step(planned(), 0)
    inspector.show_step(episode([1.0], thoughts=[Thought(probabilities=array(0.5, 0.5))]), 0)
    assert not inspector.candidates.isVisible()
    assert not inspector.tree.isVisible()
    assert inspector.thoughts.action_bars.isVisible()

"""The slider from untrained to trained, and the dialog in which checkpoints to compare are chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from made_episodes import episode
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from rlstudio.core.episode import Thought
from rlstudio.core.history import History
from rlstudio.core.messages import Evaluation
from rlstudio.ui.checkpoint_words import name_of, rows_of
from rlstudio.ui.episode_cache import EpisodeCache
from rlstudio.ui.learning_replay import SHOWN, LearningReplay
from rlstudio.ui.panels.stage import StagePanel
from rlstudio.ui.widgets.checkpoint_dialog import CheckpointDialog
from rlstudio.ui.widgets.learning_bar import LearningBar

Show = Callable[..., Any]


@pytest.fixture
def bar(show: Show) -> LearningBar:
    """In a window whose arrow keys do something else, as the studio's do."""
    window = QWidget()
    layout = QVBoxLayout(window)
    made = LearningBar()
    layout.addWidget(made)
    show(window, 500, 200)
    made.set_checkpoints([0, 10, 200, 3_000], None)
    return made


def test_it_is_greyed_while_there_is_nothing_to_slide_over_and_keeps_its_size(bar: LearningBar) -> None:
    controls, sizes = (bar.slider, bar.compare, bar.replay), set()
    for steps in ([0, 10], [0], [], [0, 10, 20]):
        bar.set_checkpoints(steps, None)
        for offered in (False, True):
            bar.offer_replay(offered)
            bar.hint("Training keeps checkpoints here")
            sizes.add(bar.sizeHint().height())
            bar.say("Recording checkpoint 10…", busy=True)
            sizes.add(bar.sizeHint().height())
        assert {control.isEnabled() for control in controls} == {len(steps) > 1} == {bar.usable}
    assert bar.isVisible()
    assert len(sizes) == 1


def test_a_replay_that_is_offered_stands_out_once_there_are_checkpoints(bar: LearningBar) -> None:
    bar.set_checkpoints([0], None, learned_here=False)
    assert not bar.fork.isEnabled()
    assert "trained elsewhere" in bar.fork.toolTip()
    bar.set_checkpoints([0], None)
    assert bar.fork.isEnabled()
    bar.offer_replay(True)
    assert bar.replay.property("role") == "flat"
    bar.set_checkpoints([0, 600], None)
    assert bar.replay.property("role") == "primary"


def test_it_stands_at_what_is_shown_and_at_the_newest_while_nothing_is(bar: LearningBar) -> None:
    spy = QSignalSpy(bar.chosen)
    assert bar.slider.value() == 3
    bar.set_checkpoints([0, 10, 200, 3_000, 4_000], 10)
    assert (bar.slider.value(), bar.slider.maximum()) == (1, 4)
    bar.set_checkpoints([0, 10, 200, 3_000, 4_000], None)
    assert bar.slider.value() == 4
    assert spy.count() == 0, "showing is not asking"


def test_the_arrow_keys_choose_a_checkpoint_and_step_through_no_episode(bar: LearningBar) -> None:
    stepped: list[str] = []
    for key in ("Left", "Home"):
        QShortcut(QKeySequence(key), bar.window(), lambda key=key: stepped.append(key))
    bar.window().activateWindow()
    bar.slider.setFocus()
    spy = QSignalSpy(bar.chosen)
    QTest.keyClick(bar.slider, Qt.Key.Key_Left)
    QTest.keyClick(bar.slider, Qt.Key.Key_Left)
    QTest.keyClick(bar.slider, Qt.Key.Key_Home)
    assert [spy.at(n)[0] for n in range(spy.count())] == [200, 10, 0]
    assert stepped == []


def test_what_is_recorded_can_be_cancelled(bar: LearningBar) -> None:
    spy = QSignalSpy(bar.cancelPressed)
    bar.say("Recording checkpoint 10…", busy=True)
    assert bar.cancel.isVisible()
    bar.cancel.click()
    assert spy.count() == 1
    bar.say("checkpoint 10")
    assert not bar.cancel.isVisible()


def test_every_control_has_a_name_and_a_tooltip(bar: LearningBar) -> None:
    for control in (bar.slider, bar.compare, bar.replay, bar.cancel):
        assert control.objectName()
        assert control.accessibleName()
        assert control.toolTip()


def test_what_tells_most_is_chosen_already_and_two_to_four_can_be_compared(show: Show) -> None:
    dialog = show(CheckpointDialog([(step, f"checkpoint {step}") for step in (0, 1, 2, 3, 4)], [0, 2, 4]))
    assert dialog.steps() == [0, 2, 4]
    assert dialog.note.text() == "Chosen: untrained, 2, 4"
    for row, count, able in ((1, 4, True), (3, 5, False)):
        dialog.boxes[row].setChecked(True)
        assert (len(dialog.steps()), dialog.ok.isEnabled()) == (count, able)
    assert dialog.note.text() == "5 are chosen, four at most: untrained, 1, 2, 3, 4"
    for row in range(4):
        dialog.boxes[row].setChecked(False)
    assert dialog.steps() == [4]
    assert not dialog.ok.isEnabled()


@pytest.mark.parametrize("count", [3, 16])
def test_the_list_scrolls_only_where_the_screen_has_no_room(show: Show, count: int) -> None:
    words = "checkpoint 50,006 · best · evaluation mean 203.43 · training mean -132.54"
    dialog = show(CheckpointDialog([(step, words) for step in range(count)], [0, 1]))
    area = dialog.findChild(QScrollArea, "compareList")
    assert area is not None
    assert not area.verticalScrollBar().isVisible()
    assert area.viewport().width() >= dialog.boxes[0].sizeHint().width()
    assert dialog.height() < 130 + 30 * count, "nor is there an empty place"


def test_rows_say_what_training_and_evaluation_had_come_to() -> None:
    class Monitor:
        returns, lengths, end_steps, end_seconds = ([10.0, 30.0], [5.0, 5.0], [5.0, 10.0], [1.0, 2.0])

    marks = [Evaluation(3, 1.0, (1.0,)), Evaluation(12, 2.0, (31.5, 32.5), best=True)]
    history = History.load(Monitor(), {}, marks, window=2)  # type: ignore[arg-type]
    assert rows_of([0, 7, 12], history, 12) == [
        (0, "untrained policy"),
        (7, "checkpoint 7 · training mean 10"),
        (12, "checkpoint 12 · best · evaluation mean 32 · training mean 20"),
    ]
    assert name_of(12_400) == "checkpoint 12,400"


def test_the_cache_is_bounded_and_keeps_what_was_looked_at() -> None:
    one = episode([1.0] * 3)
    cache = EpisodeCache(most_bytes=3 * (one.frames.n_bytes + one.observations.nbytes))
    for step in (1, 2, 3):
        cache.add(step, one)
    assert cache.get(1) is one
    cache.add(4, one)
    assert [step for step in (1, 2, 3, 4) if step in cache] == [1, 3, 4]
    small = EpisodeCache(most_bytes=1)
    small.add(1, one)
    assert 1 in small


def test_the_cache_counts_all_that_an_episode_takes() -> None:
    plain, looking, thinking = episode([1.0] * 3), episode([1.0] * 3), episode([1.0] * 3)
    for _ in range(3):
        looking.saliency.append(np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8))
    thinking.thoughts = [Thought(q_values=np.zeros(4_000, np.float32))] * 3
    for large in (looking, thinking):
        cache = EpisodeCache(most_bytes=12_000)
        cache.add(1, plain)
        cache.add(2, plain)
        assert 1 in cache
        cache.add(3, large)
        assert [step for step in (1, 2, 3) if step in cache] == [3]


def test_a_replay_goes_from_the_first_to_the_last_as_each_has_been_seen(show: Show) -> None:
    stage, cache = show(StagePanel(), 600, 600), EpisodeCache()
    replay = LearningReplay(stage)
    replay.start(list(range(0, 1000, 10)))
    assert len(replay.steps) == SHOWN
    assert (replay.steps[0], replay.steps[-1]) == (0, 990)
    first, second = replay.steps[:2]
    assert replay.due(cache, []) is None, "it is not recorded yet"
    cache.add(first, episode([1.0] * 2, step=first))
    assert replay.due(cache, []) == first
    stage.visit([cache.get(first)])
    cache.add(second, episode([1.0] * 2, step=second))
    assert replay.due(cache, [first]) is None, "it plays"
    stage.advance(10.0)
    assert replay.due(cache, [first]) is None, "its last picture is held for a moment"
    replay._ended_at -= 1.0  # type: ignore[operator]
    assert replay.due(cache, [first]) == second
    stage.visit([cache.get(second)])
    replay._since -= 6.0
    replay.steps = replay.steps[:2]
    assert replay.due(cache, [second]) is None, "the last was shown long enough"
    assert not replay.running


def test_a_replay_waits_while_a_person_has_paused_it(show: Show) -> None:
    stage, cache = show(StagePanel(), 600, 600), EpisodeCache()
    replay = LearningReplay(stage)
    for step in (0, 10):
        cache.add(step, episode([1.0] * 5, step=step))
    replay.start([0, 10])
    assert replay.due(cache, []) == 0
    stage.visit([cache.get(0)])
    stage.toggle_play()
    replay._since -= 60.0
    assert replay.due(cache, [0]) is None
    stage.toggle_play()
    assert replay.due(cache, [0]) == 10


def test_it_moves_from_checkpoint_to_checkpoint_and_stays_at_the_ends(bar: LearningBar) -> None:
    spy = QSignalSpy(bar.chosen)
    for places in (-1, -1, -1, -1, 1, 1):
        bar.move(places)
    assert [spy.at(n)[0] for n in range(spy.count())] == [200, 10, 0, 10, 200]

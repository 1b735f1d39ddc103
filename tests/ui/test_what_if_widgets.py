"""The popover, the keyboard and the words of what if, each fed with data and keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from made_episodes import episode, frame
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFocusEvent, QShortcut
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QSlider, QVBoxLayout, QWidget

from rlstudio.core.episode import Thought
from rlstudio.core.keys import Key, KeyMap
from rlstudio.core.messages import FrameNote
from rlstudio.ui.widgets.futures_bar import FuturesBar, difference_words
from rlstudio.ui.widgets.key_strip import KeyStrip
from rlstudio.ui.widgets.take_over import TakeOver
from rlstudio.ui.widgets.what_if_form import BranchWish, WhatIfForm

Show = Callable[..., Any]
CART = KeyMap((Key("Left", "push left", 0), Key("Right", "push right", 1)), (0, 1), "pushes in turn")
GRID = KeyMap((Key("Up", "up", 3), Key("P", "pick up", 4)))


# ---------------------------------------------------------------- the popover


@pytest.fixture
def form(show: Show) -> WhatIfForm:
    parent = show(QWidget(), 400, 400)
    return WhatIfForm(parent)


def test_the_first_suggestion_is_another_action_than_the_recorded_one(form: WhatIfForm) -> None:
    thoughts = [Thought(probabilities=np.array([0.25, 0.75], np.float32))] * 4
    form.set_frame(episode([1.0] * 4, thoughts=thoughts), 1, "checkpoint 40,000, greedy,", ())
    assert form.wish() == BranchWish(force=0, repeat=1, by_hand=False, speed=1.0)
    assert [form.action.itemText(row) for row in range(2)] == ["push left  (25%)", "push right  (75%)  · recorded"]
    assert form.then.itemText(0) == "checkpoint 40,000, greedy, goes on"


def test_what_the_policy_thought_is_shown(form: WhatIfForm) -> None:
    valued = [Thought(q_values=np.array([12.5, 9.0], np.float32))]
    form.set_frame(episode([1.0], thoughts=valued), 0, "the random policy", ())
    assert [form.action.itemText(row) for row in range(2)] == ["push left  (Q 12.50)  · recorded", "push right  (Q 9)"]
    aimed = [Thought(mean=np.array([0.25], np.float32), std=np.array([0.5], np.float32))]
    torque = episode([1.0], thoughts=aimed, actions=np.array([[0.5]], np.float32), discrete=False)
    form.set_frame(torque, 0, "the random policy", ())
    assert form._recorded.text() == "Recorded: 0.50\nThe policy's mean: 0.25 ± 0.50"


def test_what_is_set_is_what_is_asked_for(form: WhatIfForm) -> None:
    spy = QSignalSpy(form.asked)
    form.set_frame(episode([1.0] * 4), 0, "the random policy", ())
    form.open_at(QPoint(10, 10))
    form.repeat.setValue(7)
    assert form.repeat.text() == "7 steps"
    QTest.keyClick(form, Qt.Key.Key_Return)
    assert spy.at(0) == [BranchWish(force=1, repeat=7, by_hand=False, speed=1.0)]
    assert not form.isVisible()


def test_who_takes_over_is_not_forced_unless_asked_for(form: WhatIfForm) -> None:
    form.set_frame(episode([1.0] * 4), 0, "the random policy", ())
    form.then.setCurrentIndex(1)
    form.speed.setCurrentIndex(2)
    assert form.wish() == BranchWish(force=None, repeat=1, by_hand=True, speed=0.25)
    assert form.go.text() == "Take over"
    assert not form.action.isEnabled()
    form.force.setChecked(True)
    assert form.wish().force == 1


def test_numbers_of_a_continuous_action_stay_within_their_bounds(form: WhatIfForm) -> None:
    torque = episode(
        [-1.0, -1.0], actions=np.array([[0.5], [-1.5]], np.float32), discrete=False, action_names=("torque (N·m)",)
    )
    form.set_frame(torque, 1, "the random policy", ((-2.0, 2.0),))
    assert form.wish().force == (-1.5,)
    (box,) = form.sliders._boxes
    box.setValue(9.0)
    assert form.wish().force == (2.0,)


def test_switches_and_choices_are_set_in_whole_numbers(form: WhatIfForm) -> None:
    names = ("action 1", "action 2")
    pad = episode([1.0], actions=np.array([[2.0, 0.0]], np.float32), discrete=False, action_names=names)
    form.set_frame(pad, 0, "the random policy", ((0.0, 4.0), (0.0, 1.0)), whole=True)
    assert form.wish().force == (2.0, 0.0)
    first, second = form.sliders._boxes
    first.setValue(2.7)
    second.stepUp()
    assert form.wish().force == (3.0, 1.0)
    assert [box.text() for box in (first, second)] == ["3", "1"]
    slider = form.sliders.findChildren(QSlider)[0]
    assert (slider.maximum(), slider.value()) == (4, 3)
    slider.setValue(1)
    assert form.wish().force == (1.0, 1.0)


def test_what_cannot_be_played_says_why(form: WhatIfForm) -> None:
    form.set_frame(episode([1.0] * 4), 0, "the random policy", (), no_keys="Ant cannot be played with keys")
    item = form.then.model().item(1)
    assert not item.isEnabled()
    assert item.toolTip() == "Ant cannot be played with keys"
    assert form._no_keys.text() == "Ant cannot be played with keys"
    assert not form._no_keys.isHidden()
    form.set_frame(episode([1.0] * 4), 0, "the random policy", ())
    assert form._no_keys.isHidden()


# ---------------------------------------------------------------- the keyboard


class Played:
    """A TakeOver in a window that has shortcuts of its own, and what it said."""

    def __init__(self, show: Show, keys: KeyMap) -> None:
        self.window: QWidget = show(QWidget(), 500, 400)
        layout = QVBoxLayout(self.window)
        self.over = TakeOver()
        self.field = QLineEdit()
        layout.addWidget(self.over)
        layout.addWidget(self.field)
        self.stolen: list[str] = []
        for name in ("Left", "Right", "P", "Escape"):
            QShortcut(name, self.window).activated.connect(lambda name=name: self.stolen.append(name))
        self.over.begin(12, 0.5, frame(3), by_hand=True)
        self.over.setFocus()
        self.acted = QSignalSpy(self.over.acted)
        self.handed = QSignalSpy(self.over.handedBack)
        self.cancelled = QSignalSpy(self.over.cancelled)
        self.paused = QSignalSpy(self.over.paused)
        self.over.your_turn(keys)

    @property
    def actions(self) -> list[Any]:
        return [self.acted.at(place)[0] for place in range(self.acted.count())]


def test_held_keys_act_and_no_shortcut_sees_them(show: Show) -> None:
    played = Played(show, CART)
    QTest.keyPress(played.over, Qt.Key.Key_Left)
    QTest.keyPress(played.over, Qt.Key.Key_Right)
    QTest.keyRelease(played.over, Qt.Key.Key_Right)
    QTest.keyRelease(played.over, Qt.Key.Key_Left)
    QTest.keyClick(played.over, Qt.Key.Key_P)  # not in the map, and still none of the window's business
    assert played.actions == [0, 1, 0, None]
    assert played.stolen == []


def test_a_grid_hears_presses_alone(show: Show) -> None:
    played = Played(show, GRID)
    QTest.keyClick(played.over, Qt.Key.Key_Up)
    QTest.keyClick(played.over, Qt.Key.Key_P)
    assert played.actions == [3, 4]
    assert not played.over.speed.isVisible()
    assert played.stolen == []


def test_escape_hands_back_once_and_then_cancels(show: Show) -> None:
    played = Played(show, CART)
    QTest.keyClick(played.over, Qt.Key.Key_Escape)
    assert (played.handed.count(), played.cancelled.count()) == (1, 0)
    assert played.over.state.text() == "The policy goes on …"
    QTest.keyClick(played.over, Qt.Key.Key_Left)
    assert played.actions == []
    QTest.keyClick(played.over, Qt.Key.Key_Escape)
    assert (played.handed.count(), played.cancelled.count()) == (1, 1)
    assert played.stolen == []


def test_without_the_keyboard_nothing_is_held_and_time_stands_still(show: Show) -> None:
    played = Played(show, CART)
    QTest.keyPress(played.over, Qt.Key.Key_Left)
    before = played.paused.count()
    played.over.focusOutEvent(QFocusEvent(QEvent.Type.FocusOut))
    assert played.paused.count() == before + 1
    QTest.keyRelease(played.over, Qt.Key.Key_Left)
    assert played.actions == [0]


def test_it_says_what_is_seen(show: Show) -> None:
    played = Played(show, CART)
    over = played.over
    assert over.title.text() == "You play from frame 12"
    assert over.speed.currentText() == "½ speed"
    note = FrameNote("person", 1, 13, 500, 13.0, 1.0, 50.0, action="push left", extra={"standing": True})
    over.show_frame(frame(9), note)
    assert over.state.text() == "Press a key to begin"
    over.show_frame(frame(9), FrameNote(**{**vars(note), "extra": {"standing": False}}))
    assert (over.state.text(), over.step_label.text(), over.return_label.text()) == (
        "push left",
        "step 13/500",
        "return 13",
    )


def test_the_strip_shows_each_key_and_which_are_held(show: Show) -> None:
    strip = show(KeyStrip(), 600, 40)
    strip.set_keys(CART)
    assert strip.texts() == ["← push left", "→ push right", "no key pushes in turn"]
    strip.show_held(["Left"])
    assert [cap.property("role") for cap in strip._caps.values()] == ["keycap-held", "keycap"]


def test_many_keys_break_into_lines(show: Show) -> None:
    strip = show(KeyStrip(), 600, 40)
    strip.set_keys(KeyMap(tuple(Key(letter, f"joint {letter}", 0) for letter in "QAWSOKPL")))
    QApplication.processEvents()  # what is put into a widget that is seen shows itself a moment later
    assert strip.heightForWidth(260) > strip.heightForWidth(2000) > 0


# ---------------------------------------------------------------- the difference


def test_the_difference_in_words() -> None:
    assert difference_words(500, 213) == "recorded: 500 · what if: 213 (−287)"
    assert difference_words(-200, -150.5) == "recorded: −200 · what if: −150.50 (+49.50)"
    assert difference_words(-114.344, -111.836) == "recorded: −114.34 · what if: −111.84 (+2.50)"
    assert difference_words(9, 9) == "recorded: 9 · what if: 9 (equal)"


def test_the_bar_says_it_and_closes(show: Show) -> None:
    bar = show(FuturesBar(), 600, 60)
    closed = QSignalSpy(bar.closed)
    bar.show_pair(episode([1.0] * 5), episode([1.0] * 3), "another policy")
    assert bar.words.text() == "recorded: 5 · what if: 3 (−2)"
    assert bar.note.isVisible()
    bar.findChild(QAbstractButton, "futuresClose").click()
    assert closed.count() == 1

"""A key that is pressed goes one frame on; held, it runs by the clock until it is let go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from rlstudio.ui.held_keys import HeldKeys


class Clock:
    """Told the time by the test."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def held(app: QApplication) -> Iterator[tuple[HeldKeys, Clock, list[int]]]:
    moves: list[int] = []
    clock = Clock()
    keys = HeldKeys(moves.append, lambda: 50.0, app, clock)
    yield keys, clock, moves
    keys.released()
    keys.deleteLater()


def pass_time(
    keys: HeldKeys, clock: Clock, seconds: float, ticks: int, *, repeats: bool = True, count: int = 1
) -> None:
    for _ in range(ticks):
        clock.now += seconds / ticks
        if repeats:
            keys.pressed(count)
        keys.advance()


def release(keys: HeldKeys) -> None:
    keys.eventFilter(keys, QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier))


def test_a_held_key_runs_by_the_clock_however_often_it_repeats(held: tuple[HeldKeys, Clock, list[int]]) -> None:
    keys, clock, moves = held
    keys.pressed(1)
    assert moves == [1]
    clock.now += 0.5
    keys.pressed(1)  # the first repeat
    pass_time(keys, clock, 1.0, 100)
    assert sum(moves) == 1 + 50
    slow = len(moves)
    pass_time(keys, clock, 1.0, 4)  # pictures take a quarter of a second: fewer moves, as far as before
    assert sum(moves) == 1 + 100
    assert len(moves) - slow == 4


def test_it_stops_where_it_is_let_go(held: tuple[HeldKeys, Clock, list[int]]) -> None:
    keys, clock, moves = held
    keys.pressed(-10)
    clock.now += 0.5
    keys.pressed(-10)
    pass_time(keys, clock, 0.2, 20, count=-10)
    assert sum(moves) == pytest.approx(-10 - 100, abs=1)
    far = sum(moves)
    release(keys)
    pass_time(keys, clock, 0.5, 50, repeats=False)
    assert sum(moves) == far
    assert not keys.running


def test_a_repeat_that_comes_as_release_and_press_runs_on(held: tuple[HeldKeys, Clock, list[int]]) -> None:
    """X sends a held key's repeats so, and Qt does not always know them for repeats."""
    keys, clock, moves = held
    keys.pressed(1)
    clock.now += 0.6
    for _ in range(25):
        release(keys)
        clock.now += 0.01
        keys.advance()
        keys.pressed(1)
        clock.now += 0.03
        keys.advance()
    assert sum(moves) == pytest.approx(1 + 50 * 1.0, abs=2)


def test_presses_one_after_the_other_are_single_steps(held: tuple[HeldKeys, Clock, list[int]]) -> None:
    keys, clock, moves = held
    for _ in range(5):
        keys.pressed(1)
        clock.now += 0.08
        release(keys)
        keys.advance()
        clock.now += 0.05
    assert moves == [1] * 5
    assert not keys.running


def test_a_key_let_go_in_another_window_does_not_run_for_ever(held: tuple[HeldKeys, Clock, list[int]]) -> None:
    keys, clock, moves = held
    keys.pressed(1)
    clock.now += 0.5
    keys.pressed(1)
    pass_time(keys, clock, 5.0, 300, repeats=False)
    assert sum(moves) < 1 + 50
    assert not keys.running

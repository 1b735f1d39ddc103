"""How long a job still takes: told from its share, falling with the clock, rising only where it must."""

from __future__ import annotations

import pytest

from rlstudio.core.time_left import TimeLeft


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_job_of_even_pace_is_told_truly() -> None:
    clock = Clock()
    left = TimeLeft(clock)
    assert left.seconds(0.5) is None, "no time has passed"
    for second in range(1, 20):
        clock.now = 100.0 + second
        assert left.seconds(second / 20) == pytest.approx(20 - second)
        assert left.elapsed == second
    assert left.seconds(0.0) is None
    assert left.seconds(1.0) is None


def test_unsteady_shares_let_it_fall_and_never_rise() -> None:
    clock = Clock()
    left = TimeLeft(clock)
    told = []
    for tick in range(1, 200):
        clock.now = 100.0 + tick / 10
        uneven = 0.01 * ((tick % 7) - 3) / 3  # a share that is now ahead, now behind
        told.append(left.seconds(min(0.999, max(0.001, tick / 200 + uneven))))
    assert told[20:] == sorted(told[20:], reverse=True)
    assert max(abs(seconds - (20 - tick / 10)) for tick, seconds in enumerate(told, 1) if tick > 20) < 3.0


def test_a_job_that_gets_much_slower_is_told_in_the_end() -> None:
    clock = Clock()
    left = TimeLeft(clock)
    share = 0.0
    for second in range(1, 41):
        clock.now = 100.0 + second
        share += 0.05 if second <= 5 else 0.005
        told = left.seconds(share)
    truly = (1 - share) * 40 / share
    assert 0.7 * truly < told <= truly

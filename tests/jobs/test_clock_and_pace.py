"""TrainingClock and Pace: what counts as training time, and how long a step has to wait."""

from __future__ import annotations

import pytest
from job_harness import FakeTime

from rlstudio.jobs.clock import TrainingClock
from rlstudio.jobs.pace import Pace


def test_the_clock_stands_still_where_it_is_told_to(fake_time: FakeTime) -> None:
    clock = TrainingClock(first_seconds=100.0)
    fake_time.sleep(5.0)
    with clock.stopped():
        before = clock.seconds
        fake_time.sleep(50.0)
        with clock.stopped():
            fake_time.sleep(50.0)
        assert clock.seconds == before
    assert clock.seconds == pytest.approx(105.0, abs=0.01)
    fake_time.sleep(1.0)
    assert clock.seconds == pytest.approx(106.0, abs=0.01)


def test_an_error_while_it_stands_still_starts_the_clock_again(fake_time: FakeTime) -> None:
    clock = TrainingClock()
    with pytest.raises(KeyError), clock.stopped():
        raise KeyError
    fake_time.sleep(3.0)
    assert clock.seconds == pytest.approx(3.0, abs=0.01)


def test_a_long_update_is_not_made_up_for_by_a_rush_of_steps(fake_time: FakeTime) -> None:
    pace = Pace(10.0)
    fake_time.sleep(60.0)
    pace.took(1, fake_time.perf_counter())
    pace.took(1, fake_time.perf_counter())
    assert pace.seconds_left(fake_time.perf_counter()) == pytest.approx(0.1, abs=0.01)


def test_steps_of_several_copies_count_each(fake_time: FakeTime) -> None:
    pace = Pace(100.0)
    pace.took(8, fake_time.perf_counter())
    assert pace.seconds_left(fake_time.perf_counter()) == pytest.approx(0.08, abs=0.001)


def test_full_speed_never_waits(fake_time: FakeTime) -> None:
    pace = Pace(None)
    pace.took(1000, fake_time.perf_counter())
    assert not pace.limited
    assert pace.seconds_left(fake_time.perf_counter()) <= 0.0

"""How much of each episode a film shows, and how long episodes are taken for beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from rlstudio.core.checkpoint_choice import one_of_each
from rlstudio.core.film_plan import expected_lengths, frames_seen
from rlstudio.core.history import History


def test_the_last_is_seen_three_times_as_long() -> None:
    assert frames_seen([500, 500, 500], 2.0, 50.0) == [100, 100, 300]
    assert frames_seen([20, 30.4], 2.0, 50.0) == [21, 31], "the frame after the last step counts"
    assert frames_seen([20], 0.001, 50.0) == [1]
    assert frames_seen([], 2.0, 50.0) == []


def test_episodes_are_taken_to_be_as_long_as_those_around_their_checkpoint() -> None:
    history = History()
    assert expected_lengths(history, [0, 10]) == [200.0, 200.0]
    assert expected_lengths(history, [0], 50) == [50.0]
    lengths = np.arange(1.0, 101.0)

    class Monitor:
        returns, end_steps, end_seconds = lengths, np.cumsum(lengths), np.cumsum(lengths)

    Monitor.lengths = lengths
    history = History.load(Monitor(), {})
    first, middle, last = expected_lengths(history, [0, 1275, 10_000])
    assert first == pytest.approx(3.0)
    assert middle == pytest.approx(50.0, abs=1.5)
    assert last == pytest.approx(98.0)
    assert expected_lengths(history, [10_000], 60) == [60.0]


def test_one_of_each_policy() -> None:
    assert one_of_each([]) == []
    assert one_of_each([[0, 10, 20]]) == [0], "untrained all along"
    groups = [[0, 10], [20, 30, 40], [50], [60, 70]]
    assert one_of_each(groups) == [0, 20, 50, 70]
    assert one_of_each(groups, 30) == [0, 30, 50, 70]
    assert one_of_each(groups, 60) == [0, 20, 50, 70], "a film ends with the last"
    assert one_of_each(groups, 10) == [0, 20, 50, 70]

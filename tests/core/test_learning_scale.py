"""The scale of learning: it rises, it is dense early and even late, and thinning by it leaves no large gap."""

from __future__ import annotations

import itertools
import random

import pytest

from rlstudio.core.learning_scale import most_dispensable, next_step, place


@pytest.mark.parametrize("end", [1, 7, 500, 100_000, 10**8])
def test_it_rises_from_0_to_2(end: int) -> None:
    assert place(0, end) == 0.0
    assert place(end, end) == pytest.approx(2.0)
    places = [place(end * part / 50, end) for part in range(51)]
    assert places == sorted(set(places))


@pytest.mark.parametrize("end", [10_000, 50_000, 1_000_000, 30_000_000])
def test_a_run_of_known_length_has_as_many_steps_as_asked_for_half_of_them_in_its_first_quarter(end: int) -> None:
    steps = [1]
    while steps[-1] < end:
        steps.append(next_step(steps[-1], end, 64))
    assert 55 <= len(steps) <= 66
    assert sum(step <= end / 4 for step in steps) >= len(steps) / 2
    assert max(b - a for a, b in itertools.pairwise(steps)) <= max(2, end / 32)


def test_without_a_known_length_steps_grow_by_the_logarithm() -> None:
    steps = [0]
    while steps[-1] < 10**9:
        steps.append(next_step(steps[-1], None, 64))
    assert all(a < b for a, b in itertools.pairwise(steps))
    assert len(steps) < 100


@pytest.mark.parametrize("seed", range(20))
def test_thinning_as_it_goes_on_leaves_steps_spread_over_the_scale(seed: int) -> None:
    """However steps come, no gap of those that stay is much larger than it must be."""
    drawn = random.Random(seed)
    most = drawn.randint(8, 40)
    steps, offered, step = [0], [0], 0
    for _ in range(600):
        step += drawn.choice((1, 3, 10, 200, 1 + step // 20))
        steps.append(step)
        offered.append(step)
        while len(steps) > most:
            victim = most_dispensable(steps, {0})
            assert victim not in (0, step, None)
            steps.remove(victim)
    places = [place(s, step) for s in steps]
    gaps = [b - a for a, b in itertools.pairwise(places)]
    given = [place(s, step) for s in offered]
    unavoidable = max(b - a for a, b in itertools.pairwise(given))
    assert max(gaps) <= 3 * 2.0 / (most - 1) + unavoidable


def test_what_is_kept_and_the_ends_are_never_dispensable() -> None:
    assert most_dispensable([], set()) is None
    assert most_dispensable([0, 9], set()) is None
    assert most_dispensable([0, 5, 9], {5}) is None
    assert most_dispensable([0, 5, 6, 9_000], {5}) == 6

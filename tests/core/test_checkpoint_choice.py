"""The checkpoint nearest to a place on a curve, on each x axis, and the few that tell a run's story."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from rlstudio.core.checkpoint_choice import contrasting, film_steps, nearest, places_of, step_at
from rlstudio.core.history import History, XAxis


def history(returns: Any, length: int = 100, seconds: float = 0.5) -> History:
    n = len(returns)
    steps, times = np.arange(1, n + 1) * float(length), np.arange(1, n + 1) * seconds
    found = SimpleNamespace(
        returns=np.asarray(returns, float), lengths=np.full(n, float(length)), end_steps=steps, end_seconds=times
    )
    return History.load(cast(Any, found), {}, window=1)


@pytest.mark.parametrize(
    ("wanted", "found"), [(-5, 0), (0, 0), (4, 0), (5, 0), (6, 10), (12_900, 12_400), (12_451, 12_500), (1e9, 12_500)]
)
def test_the_nearest(wanted: float, found: int) -> None:
    assert nearest([0, 10, 12_400, 12_500] if found != 12_400 else [0, 10, 12_400, 20_000], wanted) == found


def test_of_none_none_is_nearest() -> None:
    assert nearest([], 5.0) is None


@pytest.mark.parametrize(("x_axis", "x", "step"), [("steps", 730.0, 730), ("episodes", 3.0, 300), ("time", 1.25, 250)])
def test_places_and_steps_are_each_others_inverse(x_axis: XAxis, x: float, step: int) -> None:
    run = history(np.arange(10.0))
    assert step_at(run, x_axis, x) == pytest.approx(step)
    assert places_of(run, x_axis, [step]).tolist() == [pytest.approx(x)]


def test_a_run_without_episodes_has_its_steps_alone() -> None:
    assert step_at(History(), "time", 7.0) == 7.0
    assert places_of(History(), "episodes", [3, 4]).tolist() == [3.0, 4.0]


def test_untrained_two_on_the_steep_part_and_the_best() -> None:
    """Returns rise from 0 at step 4,000 to 90 at step 6,000, then stay, with a little fall at the end."""
    returns = np.concatenate([np.zeros(40), np.linspace(0, 90, 20), np.full(30, 90.0), np.full(10, 80.0)])
    steps = [*range(0, 10_001, 250)]
    assert contrasting(steps, history(returns), best=8_000) == [0, 4_750, 5_500, 8_000]
    assert contrasting(steps, history(returns)) == [0, 4_750, 5_500, 10_000]
    assert contrasting(steps, history(returns), best=77) == [0, 4_750, 5_500, 10_000]


def test_a_step_up_between_two_checkpoints_still_gives_four_different_ones() -> None:
    returns = np.concatenate([np.zeros(50), np.full(50, 9.0)])
    chosen = contrasting([0, 1_000, 5_000, 5_500, 9_000, 10_000], history(returns), best=5_000)
    assert chosen == [0, 5_000, 5_500, 9_000]


def test_where_nothing_was_learned_they_lie_evenly() -> None:
    assert contrasting([*range(0, 901, 100)], history(np.zeros(9))) == [0, 300, 600, 900]
    assert contrasting([*range(0, 901, 100)], History()) == [0, 300, 600, 900]


def test_of_few_all() -> None:
    assert contrasting([0, 10], History()) == [0, 10]
    assert contrasting([], History()) == []


def test_a_film_ends_with_the_last_and_shows_the_best() -> None:
    returns = np.concatenate([np.zeros(40), np.linspace(0, 90, 20), np.full(30, 90.0), np.full(10, 80.0)])
    steps, told = [*range(0, 10_001, 250)], history(returns)
    assert film_steps(steps, told, 8_000, 5) == [0, 4_750, 5_500, 8_000, 10_000]
    assert film_steps(steps, told, None, 4) == film_steps(steps, told, 10_000, 4) == [0, 4_750, 5_500, 10_000]
    assert film_steps(steps, told, 8_000, 2) == [0, 10_000]
    assert film_steps([0, 10], told, 10, 5) == [0, 10]

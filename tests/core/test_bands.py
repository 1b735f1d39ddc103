"""Bands of several runs, against plain calculations."""

from __future__ import annotations

import numpy as np
import pytest

from rlstudio.core.bands import band, bootstrap_interval, interquartile_mean, on_grid


def test_a_curve_stands_at_its_last_row() -> None:
    x, y = np.array([1.0, 3.0, 3.0, 5.0]), np.array([10.0, 20.0, 30.0, 40.0])
    found = on_grid(x, y, np.array([0.0, 1.0, 2.0, 3.0, 4.9, 5.0, 5.1]))
    np.testing.assert_array_equal(found, [np.nan, 10, 10, 30, 30, 40, np.nan])
    assert np.isnan(on_grid(np.zeros(0), np.zeros(0), np.array([1.0]))).all()


@pytest.mark.parametrize(("n_runs", "kept"), [(1, 1), (3, 3), (4, 2), (5, 3), (8, 4), (10, 6)])
def test_the_interquartile_mean_leaves_out_a_quarter_at_either_end(n_runs: int, kept: int) -> None:
    values = np.random.default_rng(0).normal(size=(n_runs, 3))
    ranked = sorted(values[:, 1])
    cut = (n_runs - kept) // 2
    assert interquartile_mean(values)[1] == pytest.approx(sum(ranked[cut : n_runs - cut]) / kept)


def test_one_wild_run_moves_the_mean_and_not_the_interquartile_mean() -> None:
    x = np.arange(10.0)
    runs = [(x, np.full(10, float(level))) for level in (1, 2, 3, 4, 1000)]
    mean, iqm = band(runs), band(runs, "iqm")
    assert mean is not None
    assert iqm is not None
    assert mean.centre[0] == pytest.approx(202)
    assert iqm.centre[0] == pytest.approx(3)
    assert (iqm.low <= iqm.centre).all()
    assert (iqm.centre <= iqm.high).all()
    assert iqm.n_runs == 5


def test_mean_and_spread() -> None:
    x = np.arange(4.0)
    found = band([(x, x), (x, x + 2)], n_points=4)
    assert found is not None
    np.testing.assert_allclose(found.centre, x + 1)
    np.testing.assert_allclose(found.high - found.centre, np.std([0, 2], ddof=1))
    np.testing.assert_allclose(found.centre - found.low, np.std([0, 2], ddof=1))


def test_only_where_every_run_has_values() -> None:
    found = band([(np.array([0.0, 10.0]), np.zeros(2)), (np.array([4.0, 20.0]), np.ones(2))], n_points=3)
    assert found is not None
    np.testing.assert_allclose(found.x, [4, 7, 10])
    np.testing.assert_allclose(found.centre, 0.5)
    assert band([(np.array([0.0, 1.0]), np.zeros(2)), (np.array([2.0, 3.0]), np.ones(2))]) is None
    assert band([(np.zeros(0), np.zeros(0))]) is None


def test_a_single_run_is_its_own_band() -> None:
    found = band([(np.array([0.0, 2.0]), np.array([5.0, 7.0]))], "iqm", n_points=3)
    assert found is not None
    np.testing.assert_array_equal(found.centre, [5, 5, 7])
    np.testing.assert_array_equal(found.low, found.high)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    draw = np.random.default_rng(1)
    held = 0
    for _ in range(40):
        low, high = bootstrap_interval(draw.normal(size=(20, 25)))  # the interquartile mean of a normal variable is 0
        held += int(((low < 0) & (high > 0)).sum())
    assert 0.88 < held / 1000 < 0.97  # percentile intervals of 20 are a little narrow


def test_the_same_runs_give_the_same_band() -> None:
    values = np.random.default_rng(2).normal(size=(5, 700))
    np.testing.assert_array_equal(bootstrap_interval(values), bootstrap_interval(values))
    np.testing.assert_array_equal(bootstrap_interval(values)[0][:3], bootstrap_interval(values[:, :3])[0])


def straight(end: int, level: float) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(1.0, end + 1), np.full(end, level)


def test_runs_that_still_train_are_late_and_cut_nothing_off() -> None:
    curves = [straight(100, 0.0), straight(100, 2.0), straight(40, 4.0), straight(10, 6.0)]
    found = band(curves, growing=[False, False, True, True])
    assert found is not None
    assert (found.x[0], found.x[-1], found.n_runs) == (1, 100, 4)
    assert found.centre[0] == 3.0  # all four
    assert found.centre[np.searchsorted(found.x, 20)] == 2.0  # the first three
    assert found.centre[-1] == 1.0  # those that are through
    ended = band(curves)
    assert ended is not None
    assert ended.x[-1] == 10


@pytest.mark.parametrize(("ends", "last"), [((30, 90), 30), ((10, 20, 30, 40), 30), ((50,), 50), ((5, 7, 90), 7)])
def test_a_band_of_growing_runs_goes_as_far_as_half_of_them_and_at_least_two(ends: tuple[int, ...], last: int) -> None:
    for kind in ("mean", "iqm"):
        found = band([straight(end, 1.0) for end in ends], kind, growing=[True] * len(ends))
        assert found is not None
        assert found.x[-1] == last
        assert np.isfinite([found.centre, found.low, found.high]).all()


def test_a_run_that_ended_early_still_ends_the_band() -> None:
    found = band([straight(30, 0.0), straight(100, 0.0), straight(60, 0.0)], growing=[False, False, True])
    assert found is not None
    assert found.x[-1] == 30

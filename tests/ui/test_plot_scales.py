"""Axes grow in leaps and stay put between; ticks are round and short to read."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from rlstudio.ui.widgets import plot_scales


def test_an_x_axis_grows_in_leaps_of_about_a_quarter_up_to_the_budget() -> None:
    ends = [plot_scales.x_end(newest, 500, 50_000) for newest in range(0, 50_001, 10)]
    assert ends == sorted(ends)
    leaps = sorted(set(ends))
    assert len(leaps) < 20
    assert all(later / earlier <= 1.34 for earlier, later in pairwise(leaps))
    assert leaps[-1] == 50_000
    assert all(end >= newest for end, newest in zip(ends, range(0, 50_001, 10), strict=True))


def test_beyond_its_budget_or_without_one_an_x_axis_goes_on_growing() -> None:
    assert plot_scales.x_end(50_001, 500, 50_000) == 60_000
    assert plot_scales.x_end(0, 20, None) == 20
    assert plot_scales.x_end(1_000_001, 500, None) == 1_250_000


@pytest.mark.parametrize(
    ("low", "high"), [(20, 475), (-200, -110), (-430, 220), (0.01, 0.012), (5, 5), (0, 0), (-3, -3), (1e-9, 1e-8)]
)
def test_a_y_range_is_round_and_holds_the_data(low: float, high: float) -> None:
    bottom, top = plot_scales.y_range(low, high)
    assert bottom <= low <= high <= top
    assert bottom < top
    assert top - bottom <= max(1.6 * (high - low), 0.3 * abs(high), 2.5 * (low == high == 0)) or bottom == 0 or top == 0


def test_a_y_range_stays_while_it_fits_and_grows_only_where_it_must() -> None:
    first = plot_scales.grown(None, 20, 475)
    assert first == (0, 500)
    assert plot_scales.grown(first, 100, 300) == first
    assert plot_scales.grown(first, 20, 500) == (0, 550)
    lower = plot_scales.grown(first, -40, 475)
    assert lower[0] < -40
    assert lower[1] == 500


def test_the_extent_leaves_out_what_is_not_finite() -> None:
    assert plot_scales.extent([np.array([np.nan, 2.0, np.inf]), np.array([-1.0])]) == (-1.0, 2.0)
    assert plot_scales.extent([np.array([np.nan]), np.empty(0)]) is None


def test_a_robust_extent_is_not_set_by_one_wild_value() -> None:
    values = np.linspace(0, 1, 1_000)
    values[500] = 1e9
    low, high = plot_scales.extent([values], robust=True)
    assert 0 <= low < 0.02
    assert 0.98 < high <= 1


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 50_750, ["0", "10k", "20k", "30k", "40k", "50k"]),
        (0, 1_015_000, ["0", "200k", "400k", "600k", "800k", "1M"]),
        (0, 2_537, ["0", "500", "1k", "1.5k", "2k", "2.5k"]),
        (-200, -100, ["−200", "−180", "−160", "−140", "−120", "−100"]),
        (0, 0.02, ["0", "0.005", "0.01", "0.015", "0.02"]),
        (0, 1e-5, ["0", "2e-6", "4e-6", "6e-6", "8e-6", "1e-5"]),
    ],
)
def test_ticks_are_round_and_short(low: float, high: float, texts: list[str]) -> None:
    step, values = plot_scales.ticks(low, high, 6)
    assert [plot_scales.tick_text(value, step) for value in values] == texts


def test_ticks_of_a_logarithmic_axis_are_powers_of_ten() -> None:
    assert plot_scales.log_ticks(-4.3, 1.2, 3)[1] == [-4, -2, 0]
    _, between = plot_scales.log_ticks(0.1, 0.9, 3)
    assert [round(10**value) for value in between] == [2, 5]


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (0.0, float("inf")), (5.0, 4.0), (1e300, 1.1e300)])
def test_odd_ranges_give_few_ticks_and_no_error(low: float, high: float) -> None:
    for make in (plot_scales.ticks, plot_scales.log_ticks):
        if np.isfinite(high) and (high < 400 or make is plot_scales.ticks):
            assert len(make(low, high, 5)[1]) < 12


def test_readings_keep_their_decimals() -> None:
    texts = [plot_scales.reading(value) for value in (498.25, 500.0, -1.5, 0.0312, 0.0, 0.00001, 2_000_000.0)]
    assert texts == ["498.2", "500.0", "−1.50", "0.031", "0", "1.0e-5", "2,000,000"]

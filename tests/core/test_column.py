"""A growing column: values kept exactly, lows and highs of every stretch right, whatever was added in what portions."""

from __future__ import annotations

import numpy as np
import pytest

from rlstudio.core.column import Column, Growing, thin, visible


def filled(values: np.ndarray, *, portions: int = 1) -> Column:
    column = Column()
    for portion in np.array_split(values, portions):
        column.extend(portion)
    return column


def test_it_keeps_what_was_added_in_any_portions() -> None:
    values = np.random.default_rng(0).normal(size=5_000)
    growing = Growing()
    for portion in np.array_split(values, 317):
        growing.extend(portion)
    assert len(growing) == 5_000
    np.testing.assert_array_equal(growing.values, values)


def test_a_view_given_out_does_not_change_when_the_column_is_cut_and_grows_again() -> None:
    growing = Growing()
    growing.extend([1.0, 2.0, 3.0])
    before = growing.values
    growing.truncate(1)
    growing.extend([9.0, 9.0])
    assert before.tolist() == [1.0, 2.0, 3.0]
    assert growing.values.tolist() == [1.0, 9.0, 9.0]
    with pytest.raises(ValueError, match="read-only"):
        growing.values[0] = 5.0


def test_few_values_come_out_as_they_are() -> None:
    indices, values = filled(np.arange(10.0)).envelope(2, 7, 100)
    assert indices.tolist() == [2, 3, 4, 5, 6]
    assert values.tolist() == [2.0, 3.0, 4.0, 5.0, 6.0]


@pytest.mark.parametrize("count", [201, 1_000, 4_097, 70_001])
@pytest.mark.parametrize("portions", [1, 50])
def test_thinned_values_keep_every_low_and_high(count: int, portions: int) -> None:
    data = np.random.default_rng(count).normal(size=count)
    column = filled(data, portions=portions)
    for start, stop in ((0, count), (count // 3, count), (17, count - count // 4)):
        indices, values = column.envelope(start, stop, 50)
        assert len(values) <= 2 * 52
        assert (np.diff(indices) >= 0).all()
        assert values.min() <= data[start:stop].min()
        assert values.max() >= data[start:stop].max()
        assert np.isin(values, data).all()


def test_each_bucket_is_the_low_and_high_of_its_own_values() -> None:
    data = np.random.default_rng(3).normal(size=1_000)
    indices, values = filled(data).envelope(0, 1_000, 32)
    stride = 32
    for k in range(0, len(values), 2):
        block = data[indices[k] : indices[k] + stride]
        assert {values[k], values[k + 1]} == {block.min(), block.max()}


def test_the_pyramid_follows_values_added_after_it_was_read() -> None:
    data = np.random.default_rng(1).normal(size=40_000)
    column = Column()
    for portion in np.array_split(data, 40):
        column.extend(portion)
        column.envelope(0, len(column), 100)
    expected = filled(data).envelope(0, 40_000, 100)
    found = column.envelope(0, 40_000, 100)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


def test_cutting_cuts_the_pyramid_too() -> None:
    column = filled(np.full(10_000, 99.0))
    column.envelope(0, 10_000, 20)
    column.truncate(4_321)
    column.extend(np.zeros(10_000 - 4_321))
    indices, values = column.envelope(0, 10_000, 20)
    assert values[indices > 5_000].max() == 0.0
    assert values[0] == 99.0


def test_missing_and_infinite_values_leave_gaps_and_no_warnings() -> None:
    data = np.sin(np.arange(5_000.0))
    data[::3] = np.nan
    data[1::7] = np.inf
    data[2_000:3_000] = np.nan
    indices, values = filled(data).envelope(0, 5_000, 100)
    assert np.isfinite(values[indices < 1_900]).all()
    assert np.isnan(values[(indices > 2_100) & (indices < 2_900)]).all()
    assert np.isnan(filled(np.full(3_000, np.nan)).envelope(0, 3_000, 10)[1]).all()
    assert np.isnan(filled(np.array([1.0, -np.inf])).envelope(0, 2, 10)[1]).tolist() == [False, True]


def test_nothing_gives_nothing() -> None:
    for start, stop in ((0, 0), (5, 5), (3, 1)):
        indices, values = Column().envelope(start, stop, 10)
        assert len(indices) == len(values) == 0


def test_old_buckets_stay_where_they_are_while_new_values_arrive() -> None:
    data = np.random.default_rng(5).normal(size=3_000)
    column = filled(data[:2_100])
    indices, values = column.envelope(0, 2_100, 300)
    column.extend(data[2_100:])
    later_indices, later_values = column.envelope(0, 2_300, 300)
    np.testing.assert_array_equal(later_indices[:500], indices[:500])
    np.testing.assert_array_equal(later_values[:500], values[:500])


def test_visible_takes_one_more_on_either_side() -> None:
    x = np.array([0.0, 10.0, 20.0, 30.0, 40.0])
    assert visible(x, 15.0, 25.0) == (1, 4)
    assert visible(x, -5.0, 100.0) == (0, 5)
    assert visible(x, 20.0, 20.0) == (1, 4)
    assert visible(np.empty(0), 0.0, 1.0) == (0, 0)


def test_thin_serves_arrays_of_ones_own() -> None:
    x = np.arange(100_000.0)
    y = np.random.default_rng(2).normal(size=100_000)
    thin_x, thin_y = thin(x, y, 20_000.0, 80_000.0, 500)
    assert len(thin_x) == len(thin_y) <= 1_002
    assert thin_x[0] <= 20_000.0
    assert (np.diff(thin_x) >= 0).all()
    assert thin_y.max() >= y[20_000:80_001].max()

"""History: every row kept, means as by definition, three x axes, a continued run taking up where it went back to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rlstudio.core.history import EPISODE_LENGTH, EVALUATION, MEAN_LENGTH, MEAN_RETURN, RETURN, History
from rlstudio.core.messages import Batch, Change, Evaluation, Series


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def batch(returns: Any = (), end_steps: Any = (), **more: Any) -> Batch:
    returns, end_steps = np.asarray(returns, float), np.asarray(end_steps, float)
    fields: dict[str, Any] = {
        "step": int(end_steps[-1]) if len(end_steps) else 0,
        "episode": len(returns),
        "seconds": float(end_steps[-1]) / 100 if len(end_steps) else 0.0,
        "steps_per_second": 100.0,
        "progress": 0.0,
        "words": "",
        "paused": False,
        "mean_return": None,
        "best_mean_return": None,
        "returns": returns,
        "lengths": np.diff(end_steps, prepend=0.0),
        "end_steps": end_steps,
        "end_seconds": end_steps / 100,
    }
    return Batch(**{**fields, **more})


def series(steps: Any, values: Any) -> Series:
    steps = np.asarray(steps, float)
    return Series(steps, steps / 100, np.asarray(values, float))


def test_a_new_history_is_empty_and_says_so() -> None:
    history = History()
    assert history.names == (RETURN, MEAN_RETURN, EPISODE_LENGTH, MEAN_LENGTH)
    for name in (*history.names, "never reported"):
        for axis in ("steps", "episodes", "time"):
            x, y = history.series(name, axis)
            assert len(x) == len(y) == 0
            assert [len(part) for part in history.thinned(name, axis, 0, 1, 100)] == [0, 0]
        assert history.count(name) == 0
    assert history.now("steps") == history.now("episodes") == history.now("time") == 0.0


def test_batches_add_up() -> None:
    history = History()
    history.add(batch([1, 2], [10, 30]))
    history.add(batch([3], [60]))
    assert history.returns.tolist() == [1, 2, 3]
    assert history.end_steps.tolist() == [10, 30, 60]
    assert history.series(RETURN, "steps")[0].tolist() == [10, 30, 60]
    assert history.series(RETURN, "episodes")[0].tolist() == [1, 2, 3]
    assert history.series(EPISODE_LENGTH, "time")[0].tolist() == [0.1, 0.3, 0.6]
    assert history.count(RETURN) == history.count(MEAN_RETURN) == 3
    assert history.now("steps") == 60
    assert history.now("episodes") == 3


@pytest.mark.parametrize("window", [1, 3, 25, 5_000])
@pytest.mark.parametrize("portions", [1, 7, 900])
def test_the_mean_is_that_of_the_last_episodes(window: int, portions: int) -> None:
    returns = np.random.default_rng(window).normal(100, 30, size=9_000)
    history, steps = History(window), np.arange(1.0, 9_001.0)
    for part in np.array_split(np.arange(9_000), portions):
        history.add(batch(returns[part], steps[part]))
        if portions == 7:
            history.mean()
    mean = history.mean()
    for n in (1, 2, 3, 24, 25, 26, 4_095, 4_096, 4_097, 9_000):
        assert mean[n - 1] == pytest.approx(returns[max(0, n - window) : n].mean(), abs=1e-9)
    np.testing.assert_array_equal(history.series(MEAN_RETURN)[1], mean)


def test_equal_returns_have_exactly_their_own_mean() -> None:
    history = History(25)
    history.add(batch(np.full(20_000, 500.0), np.arange(20_000.0)))
    assert (history.mean() == 500.0).all()


def test_the_length_has_a_trailing_mean_of_its_own() -> None:
    history = History(2)
    history.add(batch([0, 0, 0], [10, 40, 90]))
    assert history.series(EPISODE_LENGTH)[1].tolist() == [10, 30, 50]
    assert history.series(MEAN_LENGTH)[1].tolist() == [10, 20, 40]


def test_missing_returns_are_left_out_of_the_mean_without_a_warning() -> None:
    history = History(2)
    history.add(batch([np.nan, 4.0, np.inf, np.nan, 6.0], [1, 2, 3, 4, 5]))
    mean = history.mean()
    assert np.isnan(mean[0])
    assert mean[1:3].tolist() == [4.0, 4.0]
    assert np.isnan(mean[3])
    assert mean[4] == 6.0


def test_a_mean_over_no_episodes_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 episode, got 0"):
        History().mean(0)


def test_metrics_stand_at_the_number_of_episodes_that_had_ended() -> None:
    history = History()
    history.add(batch([1, 1], [10, 20], metrics={"loss": series([5, 10, 15, 25], [4, 3, 2, 1])}))
    assert history.series("loss", "episodes")[0].tolist() == [0, 1, 1, 2]
    history.add(batch([1], [30], metrics={"loss": series([35], [0])}))
    x, y = history.series("loss", "episodes")
    assert x.tolist() == [0, 1, 1, 2, 3]
    assert y.tolist() == [4, 3, 2, 1, 0]
    assert history.series("loss", "time")[0].tolist() == [0.05, 0.1, 0.15, 0.25, 0.35]
    assert history.names[-1] == "loss"


def test_marks_are_placed_on_each_axis() -> None:
    history = History()
    evaluation = Evaluation(step=20, seconds=0.2, returns=(4.0, 6.0))
    change = Change(step=5, seconds=0.05, name="learning_rate", old=1e-3, new=1e-4)
    history.add(batch([1, 1], [10, 20], evaluations=(evaluation,), changes=(change,)))
    assert [history.place(evaluation, axis) for axis in ("steps", "episodes", "time")] == [20, 2, 0.2]
    assert [history.place(change, axis) for axis in ("steps", "episodes", "time")] == [5, 0, 0.05]
    assert history.evaluations[0].mean == 5.0


def test_revisions_tell_which_series_changed() -> None:
    history = History()
    history.add(batch([1], [10], metrics={"loss": series([5], [1])}))
    before = history.revision, history.revision_of(RETURN), history.revision_of("loss")
    history.add(batch([], [], metrics={"loss": series([15], [1])}))
    assert history.revision > before[0]
    assert history.revision_of(RETURN) == before[1]
    assert history.revision_of("loss") > before[2]


def test_a_run_continued_from_an_earlier_checkpoint_lives_those_steps_again() -> None:
    history = History(2)
    first = {"loss": series([10, 20, 30], [1, 2, 3])}
    evaluations = (Evaluation(15, 0.15, (1.0,)), Evaluation(30, 0.3, (2.0,)))
    history.add(batch([1, 2, 3], [10, 20, 30], metrics=first, evaluations=evaluations))
    history.mean()
    history.series("loss", "episodes")
    again = (Evaluation(25, 0.25, (9.0,)),)
    history.add(batch([7], [22], metrics={"loss": series([24], [9])}, evaluations=again))
    assert history.returns.tolist() == [1, 2, 7]
    assert history.mean().tolist() == [1, 1.5, 4.5]
    assert history.series("loss", "steps")[0].tolist() == [10, 20, 24]
    assert history.series("loss", "episodes")[0].tolist() == [1, 2, 3]
    assert history.series(RETURN, "episodes")[0].tolist() == [1, 2, 3]
    assert [evaluation.step for evaluation in history.evaluations] == [15, 25]
    assert history.series(EVALUATION)[1].tolist() == [1, 9], "a row for each evaluation that is still true"


def test_a_clock_that_goes_back_leaves_the_time_axis_ascending() -> None:
    history = History()
    history.add(batch([1, 1, 1], [1, 2, 3], end_seconds=floats(5.0, np.nan, 4.0)))
    history.add(batch([1], [4], end_seconds=floats(1.0)))
    assert history.end_seconds.tolist() == [5.0, 5.0, 5.0, 5.0]


def test_a_run_read_from_disk_is_the_run_that_was_reported() -> None:
    rng = np.random.default_rng(0)
    returns, lengths = rng.normal(size=500), rng.integers(1, 50, size=500).astype(float)
    end_steps = np.cumsum(lengths)
    metrics = {"loss": series(end_steps[::10], returns[::10])}
    monitor = SimpleNamespace(returns=returns, lengths=lengths, end_steps=end_steps, end_seconds=end_steps / 100)
    loaded = History.load(monitor, metrics, [Evaluation(10, 0.1, (1.0,))], [], window=10)
    live = History(10)
    live.add(batch(returns, end_steps, metrics=metrics))
    for name in live.names:
        for axis in ("steps", "episodes", "time"):
            for found, expected in zip(loaded.series(name, axis), live.series(name, axis), strict=True):
                np.testing.assert_array_equal(found, expected)
    assert loaded.now("steps") == end_steps[-1]
    assert loaded.episode == 500
    assert len(loaded.evaluations) == 1


def test_a_file_that_holds_a_continued_run_is_read_as_it_was_lived() -> None:
    monitor = SimpleNamespace(
        returns=floats(1, 2, 3, 4, 5),
        lengths=floats(10, 10, 10, 10, 10),
        end_steps=floats(10, 20, 30, 20, 30),
        end_seconds=floats(1, 2, 3, 2, 3),
    )
    history = History.load(monitor, {})
    assert history.returns.tolist() == [1, 4, 5]
    assert history.series(RETURN, "episodes")[0].tolist() == [1, 2, 3]


def test_columns_of_unequal_length_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="return: 2, episode length: 1"):
        History().add(batch([1, 2], [10, 20], lengths=floats(1)))


def test_thinning_a_long_history_keeps_its_extremes() -> None:
    returns = np.random.default_rng(9).normal(size=200_000)
    returns[123_456] = 1_000.0
    history = History()
    history.add(batch(returns, np.arange(200_000.0)))
    x, y = history.thinned(RETURN, "steps", 100_000, 150_000, 1_000)
    assert len(x) <= 2_010
    assert y.max() == 1_000.0
    assert abs(x[y.argmax()] - 123_456) <= 64
    assert x[0] <= 100_000
    assert x[-1] >= 149_900


def test_buckets_of_a_long_history_have_its_means() -> None:
    returns = np.random.default_rng(4).normal(size=100_000)
    history = History()
    history.add(batch(returns, np.arange(100_000.0)))
    x, buckets = history.buckets(RETURN, "steps", 0, 100_000, 500)
    assert buckets.stride == 256
    assert x[3] == 3 * 256 + 128
    assert buckets.means[3] == pytest.approx(returns[3 * 256 : 4 * 256].mean())
    assert buckets.means[-1] == pytest.approx(returns[390 * 256 :].mean())


def test_a_sample_of_points_keeps_its_points_while_more_arrive() -> None:
    history = History()
    history.add(batch(np.arange(5_000.0), np.arange(5_000.0)))
    k, x, y = history.sample(RETURN, "steps", 0, 1e9, 1_000)
    assert k == 8
    assert len(x) == 625
    np.testing.assert_array_equal(x, y)
    history.add(batch(np.arange(5_000.0, 6_000.0), np.arange(5_000.0, 6_000.0)))
    _, later, _ = history.sample(RETURN, "steps", 0, 1e9, 1_000)
    np.testing.assert_array_equal(later[:625], x)
    assert len(set(np.diff(x))) > 3, "the same place in every block would follow a rhythm in the data"
    assert history.sample("never reported", "steps", 0, 1, 10)[0] == 1


def test_rewinding_forgets_what_came_after_a_step() -> None:
    steps = np.arange(10.0, 110.0, 10.0)
    metrics = {"loss": Series(steps, steps / 10, steps * 2)}
    monitor = SimpleNamespace(returns=steps, lengths=steps, end_steps=steps, end_seconds=steps / 10)
    evaluations = [Evaluation(int(step), 0.0, (1.0,)) for step in steps]
    history = History.load(monitor, metrics, evaluations, [Change(70, 7.0, "x", 1, 2)], window=2)
    assert len(history.mean()) == 10
    history.rewind(50)
    assert history.returns.tolist() == [10.0, 20.0, 30.0, 40.0, 50.0]
    assert history.series("loss", "episodes")[1].tolist() == [20.0, 40.0, 60.0, 80.0, 100.0]
    assert [mark.step for mark in history.evaluations] == [10, 20, 30, 40, 50]
    assert history.changes == []
    assert history.mean().tolist() == [10.0, 15.0, 25.0, 35.0, 45.0]
    assert (history.step, history.episode) == (50, 5)
    history.rewind(50)
    assert len(history.returns) == 5

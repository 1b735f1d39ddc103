"""Several runs as lines: folded, labelled, smoothed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from rlstudio.core.column import Floats
from rlstudio.core.comparison import ComparedRun, compare
from rlstudio.core.history import History
from rlstudio.core.messages import Series
from rlstudio.core.run_config import RunConfig
from rlstudio.jobs.episode_counter import EpisodeCounter


@dataclass
class _Monitor:
    returns: Floats

    @property
    def lengths(self) -> Floats:
        return np.full(len(self.returns), 10.0)

    @property
    def end_steps(self) -> Floats:
        return 10.0 * (1 + np.arange(len(self.returns)))

    @property
    def end_seconds(self) -> Floats:
        return self.end_steps / 100


def _run(returns: list[float], seed: int = 0, **params: Any) -> ComparedRun:
    config = RunConfig(env="CartPole-v1", algorithm="ppo", steps=100, seed=seed, params={"clip": 0.2, **params})
    return ComparedRun(f"run {seed}", config, History.load(_Monitor(np.array(returns)), {}))


def test_seeds_fold_into_one_line() -> None:
    found = compare([_run([1, 2, 3]), _run([3, 4, 5], seed=1), _run([0, 0, 9], clip=0.1)], "episodes", 1, "mean")
    assert [line.label for line in found.lines] == ["clip 0.2 · 2 seeds", "clip 0.1 · seed 0"]
    assert [line.runs for line in found.lines] == [(0, 1), (2,)]
    folded, single = found.lines
    assert folded.band is not None
    assert folded.band.centre[-1] == pytest.approx(4)
    assert (folded.last, folded.best) == (4.0, 4.0)
    assert (single.last, single.best) == (9.0, 9.0)
    assert [(each.name, each.values) for each in found.differences] == [("clip", (0.2, 0.1))]


@pytest.mark.parametrize(("returns", "best"), [([90, 0, 30, 6], 40.0), ([90, 0], 45.0)], ids=["full", "short"])
def test_the_best_mean_is_of_a_full_window_as_in_the_list_of_runs(returns: list[float], best: float) -> None:
    (line,) = compare([_run(returns)], "steps", 3, "mean").lines
    counter = EpisodeCounter(1, 3, autoreset=False)
    for value in returns:
        counter.add(value, True, False)
    counter.take_ended(10, 1.0)
    listed = counter.mean if counter.best_mean is None else counter.best_mean
    assert line.best == pytest.approx(listed) == pytest.approx(best)


def test_smoothing_leaves_the_raw_line_as_it_is() -> None:
    (line,) = compare([_run([0, 10, 20])], "steps", 2, "iqm").lines
    np.testing.assert_array_equal(line.raw[0][1], [0, 10, 20])
    np.testing.assert_array_equal(line.smooth[0][1], [0, 5, 15])
    np.testing.assert_array_equal(line.raw[0][0], [10, 20, 30])
    assert line.label == "ppo · CartPole-v1 · seed 0"


@pytest.mark.parametrize(("x_axis", "last"), [("steps", 30.0), ("episodes", 3.0), ("time", 0.3)])
def test_every_axis(x_axis: Any, last: float) -> None:
    (line,) = compare([_run([1, 2, 3])], x_axis, 1, "mean").lines
    assert line.smooth[0][0][-1] == pytest.approx(last)


def test_a_run_without_an_episode_and_missing_returns() -> None:
    found = compare([_run([]), _run([float("nan"), 4.0], seed=1)], "steps", 1, "mean")
    (line,) = found.lines
    assert len(line.raw[0][0]) == 0
    assert line.last == 4.0
    assert np.isnan(compare([_run([])], "steps", 1, "mean").lines[0].last)
    assert compare([], "steps", 1, "mean").lines == ()


def test_a_name_tells_what_differs_from_lines_of_the_same_algorithm() -> None:
    other = ComparedRun(
        "run 0",
        RunConfig(env="CartPole-v1", algorithm="dqn", steps=100, params={"tau": 0.1}),
        History.load(_Monitor(np.array([1.0])), {}),
    )
    labels = [line.label for line in compare([_run([1]), _run([2], clip=0.1), other], "steps", 1, "mean").lines]
    assert labels == ["ppo · clip 0.2 · seed 0", "ppo · clip 0.1 · seed 0", "dqn · seed 0"]


def test_a_title_is_the_name_of_its_line() -> None:
    first, second, other = _run([1, 2, 3]), _run([3, 4, 5], seed=1), _run([0, 0, 9], clip=0.1)
    titled = [replace(run, title="baseline") for run in (first, second)]
    assert [line.label for line in compare([*titled, other], "steps", 1, "mean").lines] == [
        "baseline · 2 seeds",
        "clip 0.1 · seed 0",
    ]
    assert compare([titled[0]], "steps", 1, "mean").lines[0].label == "baseline"
    mixed = compare([titled[0], second], "steps", 1, "mean").lines[0]  # one title does not name two runs
    assert mixed.label == "ppo · CartPole-v1 · 2 seeds"


def test_runs_from_elsewhere_are_lines_of_their_own() -> None:
    theirs = ComparedRun("zoo/ppo_1", None, History.load(_Monitor(np.array([5.0, 6.0])), {}), env="Acrobot-v1")
    logged = Series(np.array([100.0, 200.0]), np.array([1.0, 2.0]), np.array([7.0, np.nan]))
    means = ComparedRun("PPO_1", None, History(), means=logged)
    found = compare([theirs, _run([1, 2, 3]), means, _run([1, 2, 4], seed=1)], "time", 1, "mean")
    assert [line.label for line in found.lines] == ["CartPole-v1 · ppo · 2 seeds", "zoo/ppo_1", "PPO_1"]
    assert [line.runs for line in found.lines] == [(1, 3), (0,), (2,)]
    assert [(each.name, each.values) for each in found.differences] == [
        ("env", ("CartPole-v1", "Acrobot-v1", None)),
        ("algorithm", ("ppo", None, None)),
    ]
    assert [array.tolist() for array in found.lines[2].smooth[0]] == [[1.0], [7.0]]
    by_episodes = compare([means], "episodes", 1, "mean").lines[0]
    assert len(by_episodes.smooth[0][0]) == 0


def test_a_run_that_still_trains_does_not_cut_the_band_off() -> None:
    runs = [_run([1.0] * 30), _run([3.0] * 30, seed=1), replace(_run([5.0] * 3, seed=2), live=True)]
    (line,) = compare(runs, "episodes", 1, "mean").lines
    assert line.band is not None
    assert (line.band.x[-1], line.band.centre[0], line.band.centre[-1]) == (30, 3.0, 2.0)


@pytest.mark.parametrize(
    ("seeds", "words"),
    [([4], "seed 4"), ([0, 1, 2], "3 seeds"), ([5, 5], "2 runs of seed 5"), ([0, 1, 1], "3 runs of 2 seeds")],
)
def test_a_seed_run_twice_is_not_counted_as_two(seeds: list[int], words: str) -> None:
    (line,) = compare([_run([1.0, 2.0], seed) for seed in seeds], "steps", 1, "mean").lines
    assert line.label.endswith(f" · {words}")

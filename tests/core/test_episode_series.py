"""What is plotted of an episode, and the places worth going to in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from test_episode import make

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.episode_jumps import Jump, jumps_of, marks_jump
from rlstudio.core.episode_series import gap_of_best_two, series_of
from rlstudio.core.returns import known_until, notable, return_to_go


def values(episode: Episode, key: str, line: int = 0) -> np.ndarray[Any, Any]:
    found = series_of(episode).get(key)
    assert found is not None
    return np.asarray(found.lines[line].values, np.float64)


def jump(episode: Episode, key: str) -> Jump:
    return next(each for each in jumps_of(episode, series_of(episode)) if each.key == key)


def with_rewards(rewards: list[float], thoughts: list[Thought] | None = None, **fields: Any) -> Episode:
    return replace(make(len(rewards), thoughts, **fields), rewards=np.array(rewards, np.float64))


@pytest.mark.parametrize("discount", [0.0, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("steps", [0, 1, 2, 3, 64, 1000])
def test_return_to_go_is_the_recursion(steps: int, discount: float) -> None:
    rewards = np.random.default_rng(steps).normal(size=steps)
    expected, after = np.zeros(steps + 1), 0.0
    for t in reversed(range(steps)):
        after = rewards[t] + discount * after
        expected[t] = after
    np.testing.assert_allclose(return_to_go(rewards, discount), expected, rtol=1e-10, atol=1e-10)


def test_what_a_time_limit_cut_off_is_unknown_where_it_would_weigh_more_than_a_tenth() -> None:
    assert known_until(100, 0.9, truncated=False) == 101
    known = known_until(100, 0.9, truncated=True)
    assert 0.9 ** (100 - (known - 1)) <= 0.1 < 0.9 ** (100 - known)
    assert known_until(100, 1.0, truncated=True) == 0
    assert known_until(100, 0.0, truncated=True) == 100  # only the last state, where nothing came at all


def test_the_value_error_is_value_minus_discounted_return_to_go() -> None:
    thoughts = [Thought(value=v) for v in (3.0, 1.0, 1.0)]
    episode = with_rewards([1.0, 1.0, 1.0], thoughts, terminated=True, discount=0.5)
    np.testing.assert_allclose(values(episode, "value_error"), [3 - 1.75, 1 - 1.5, 1 - 1.0, np.nan])
    np.testing.assert_allclose(values(episode, "value", 1), [1.75, 1.5, 1.0, 0.0])
    assert jump(episode, "error").frames == (0,)
    assert "+1.25" in jump(episode, "error").help


def test_what_a_value_counts_beside_rewards_is_said_where_it_is_compared_with_them() -> None:
    episode = with_rewards([1.0, 1.0], [Thought(value=3.0), Thought(value=1.0)], terminated=True, discount=0.5)
    counts = "SAC's value counts the entropy as well"
    found = series_of(episode, value_counts=counts)
    for key in ("value", "value_error"):
        series = found.get(key)
        assert series is not None
        assert f"{counts}; what then came does not." in series.help
    (error,) = (each for each in jumps_of(episode, found) if each.key == "error")
    assert error.help.endswith(f"{counts}; what then came does not.")
    plain = series_of(episode).get("value_error")
    assert plain is not None
    assert "counts" not in plain.help


def test_a_truncated_episode_leaves_the_unknown_errors_out_and_says_so() -> None:
    """A policy worth 2 for ever: exact, but what the recording holds near its end is less than 2."""
    steps = 40
    thoughts = [Thought(value=2.0)] * steps
    episode = with_rewards([1.0] * steps, thoughts, truncated=True, discount=0.5)
    error = values(episode, "value_error")
    known = known_until(steps, 0.5, truncated=True)
    assert np.isfinite(error[:known]).all()
    assert np.isnan(error[known:]).all()
    assert np.abs(error[:known]).max() < 0.25
    series = series_of(episode).get("value_error")
    assert series is not None
    assert series.known == known
    assert "cut this episode off" in series.help
    over = replace(episode, terminated=True)  # at the limit and at an end at once: it has an end
    assert np.isfinite(values(over, "value_error")[:-1]).all()


def test_without_a_discount_there_is_no_value_error_but_a_reason() -> None:
    episode = with_rewards([1.0], [Thought(value=1.0)])
    series = series_of(episode)
    assert series.get("value") is not None
    assert series.get("value_error") is None
    assert "discount is not known" in dict(series.absent)["value error"]
    assert jump(episode, "error").frames == ()
    assert "discount is not known" in jump(episode, "error").help


def test_entropy_of_probabilities_and_the_probability_of_what_was_done() -> None:
    rows = ([0.5, 0.5], [1.0, 0.0], [0.9, 0.1])
    thoughts = [Thought(probabilities=np.array(row, np.float32)) for row in rows]
    episode = replace(with_rewards([1.0] * 3, thoughts), actions=np.array([0, 0, 1]))
    np.testing.assert_allclose(values(episode, "entropy"), [np.log(2), 0, 0.325083, np.nan], rtol=1e-5)
    np.testing.assert_allclose(values(episode, "chosen_probabilities"), [0.5, 1.0, 0.1, np.nan], rtol=1e-6)
    assert jump(episode, "hesitation").frames == (0,)


def test_entropy_of_a_gaussian() -> None:
    thoughts = [Thought(mean=np.zeros(2, np.float32), std=np.array(s, np.float32)) for s in ([1, 1], [2, 1])]
    episode = replace(with_rewards([1.0] * 2, thoughts), discrete=False, actions=np.ones((2, 2), np.float32))
    np.testing.assert_allclose(values(episode, "entropy")[:2], [2.837877, 2.837877 + np.log(2)], rtol=1e-6)
    assert jump(episode, "hesitation").frames == (1,)
    assert len(series_of(episode).get("action:1").lines) == 2  # type: ignore[union-attr] # done, and the mean


def test_q_values_hesitate_where_the_best_two_are_close_among_those_allowed() -> None:
    q = np.array([[1.0, 5.0, 4.0], [1.0, 5.0, 4.9], [1.0, 5.0, 4.99], [np.nan] * 3], np.float32)
    allowed = np.array([[1, 1, 1], [1, 1, 1], [1, 1, 0], [1, 1, 1]], np.float32)
    np.testing.assert_allclose(gap_of_best_two(q, allowed), [1.0, 0.1, 4.0, np.nan], rtol=1e-5)
    thoughts = [Thought(q_values=q[i], allowed=allowed[i]) for i in range(3)]
    episode = with_rewards([1.0] * 3, thoughts)
    assert jump(episode, "hesitation").frames == (1,)
    assert series_of(episode).get("entropy") is None


def test_a_policy_without_thoughts_says_so() -> None:
    episode = with_rewards([1.0, 2.0])
    assert [title for title, _ in series_of(episode).absent] == ["state value", "value error", "entropy of the policy"]
    assert jump(episode, "hesitation").frames == ()


def test_rewards_that_stand_out() -> None:
    assert notable(np.ones(50)).tolist() == []
    assert notable(np.array([-1.0, -1.0, -1.0, 0.0])).tolist() == [3]
    assert notable(np.array([0.0, -1.0])).tolist() == [1]  # a hand of Blackjack
    shaping = np.random.default_rng(0).normal(size=200)
    shaping[[40, 199]] = 10.0, 100.0
    assert notable(shaping).tolist() == [40, 199]
    assert "none brings anything else" in jump(with_rewards([1.0] * 5), "reward").help


def test_jumps_go_to_the_next_place_and_begin_again_after_the_last() -> None:
    episode = with_rewards([0.0, 5.0, 0.0, 0.0, 7.0])
    reward = jump(episode, "reward")
    assert [reward.after(index) for index in (0, 1, 3, 4, 5)] == [1, 4, 4, 1, 1]
    assert jump(episode, "end").after(5) == 5
    assert marks_jump(episode).after(0) is None
    assert marks_jump(replace(episode, marks=(3,))).after(3) == 3


def test_observations_are_named_lines_over_all_frames() -> None:
    episode = make(3, observation_names=("x", "v"))
    assert values(episode, "observation:v").tolist() == [1, 3, 5, 7]

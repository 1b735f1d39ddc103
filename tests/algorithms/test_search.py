"""Random search and hill climbing: what is tried, what is kept, and how sums become actions."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from identity_env import LENGTH, IdentityEnv
from learners import build
from runs import PlainRun, learn

from rlstudio.algorithms.blocks.linear_policy import LinearPolicy, LinearRule
from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.resolve import resolve
from rlstudio.core.params import validate
from rlstudio.envs.make import make, make_vector

KEYS = ("random_search", "hill_climbing")


@pytest.mark.parametrize(
    ("space", "sums", "actions"),
    [
        (spaces.Discrete(2), [[-0.1], [0.0], [3.0]], [0, 1, 1]),
        (spaces.Discrete(3, start=5), [[1.0, 2.0, 0.0], [1.0, 0.0, 2.0]], [6, 7]),
        (spaces.MultiDiscrete([3, 2]), [[0.0, 1.0, 0.5, -1.0], [2.0, 1.0, 0.5, 1.0]], [[1, 0], [0, 1]]),
        (spaces.MultiBinary(2), [[-1.0, 1.0]], [[0, 1]]),
        (spaces.Box(-2.0, 4.0, (1,)), [[0.0], [0.5], [9.0], [-9.0]], [[1.0], [2.5], [4.0], [-2.0]]),
        (spaces.Box(-np.inf, np.inf, (1,)), [[7.0]], [[7.0]]),
    ],
)
def test_sums_become_actions(space: Any, sums: Any, actions: Any) -> None:
    rule = LinearRule(space)
    found = rule.many(np.array(sums, np.float32))
    np.testing.assert_allclose(found, actions)
    assert rule.n_outputs == len(sums[0])
    for row in np.array(sums, np.float32):
        assert space.contains(rule.one(row))


def test_a_space_without_sums_is_refused() -> None:
    with pytest.raises(ValueError, match="weighted sums make no actions"):
        LinearRule(spaces.Text(3))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("kind", ["discrete", "shifted", "multi_discrete", "multi_binary", "box"])
def test_acts_in_every_kind_of_space(key: str, kind: str) -> None:
    learner, env = build(key, partial(IdentityEnv, kind))
    run = learn(learner, PlainRun(steps=200))
    assert run.step == sum(each.steps_taken for each in env.envs)
    assert run.rows


@pytest.mark.parametrize("n_episodes", [1, 3])
@pytest.mark.parametrize("key", KEYS)
def test_the_best_is_the_candidate_with_the_highest_mean(key: str, n_episodes: int) -> None:
    """One copy: each candidate's episodes follow one another, so its score can be told from the run's returns."""
    learner, _ = build(key, n_envs=1, episodes_per_candidate=n_episodes)
    run = learn(learner, PlainRun(episodes=30))
    scores = np.array(run.returns).reshape(-1, n_episodes).mean(axis=1)
    found: Any = learner
    assert found.best_return == pytest.approx(scores.max())
    assert [row["candidate_return"] for row in run.rows] == pytest.approx(scores.tolist())
    assert [row["best_return"] for row in run.rows] == pytest.approx(np.maximum.accumulate(scores).tolist())


@pytest.mark.parametrize("n_envs", [1, 5])
def test_what_is_kept_is_what_was_tried(n_envs: int) -> None:
    """With scaled observations too, whatever the statistics were: the best policy's own episode has its return.

    A fixed sequence is shown, so an episode's return follows from the weights alone.
    """
    make_env = partial(IdentityEnv, "box", counted=True)
    for key in KEYS:
        learner, _ = build(key, make_env, n_envs=n_envs, normalise_observations=True, bias=True)
        learn(learner, PlainRun(episodes=40))
        env, policy, total = make_env(), learner.policy(), 0.0
        observation, info = env.reset(seed=0)
        for _ in range(LENGTH):
            action, _ = policy.decide(observation, info, greedy=True)
            observation, reward, *_ = env.step(action)
            total += reward
        found: Any = learner
        assert total == pytest.approx(found.best_return, abs=1e-5)


def test_random_search_draws_from_the_spread() -> None:
    learner: Any = build("random_search", n_envs=1, weight_spread=3.0, bias=False)[0]
    drawn = np.stack([learner.draw() for _ in range(2000)])
    assert drawn[:, :-1].std() == pytest.approx(3.0, rel=0.05)
    assert (drawn[:, -1] == 0.0).all()


def test_noise_shrinks_on_success_and_grows_on_failure() -> None:
    changed = {"noise_start": 0.5, "noise_shrink": 0.5, "noise_growth": 2.0, "noise_lowest": 0.2, "noise_highest": 0.6}
    learner: Any = build("hill_climbing", n_envs=1, **changed)[0]
    steps = ((1.0, 0.25), (0.5, 0.5), (0.6, 0.6), (1.0, 0.6), (2.0, 0.3), (3.0, 0.2))
    for n, (score, noise) in enumerate(steps):
        weights = np.full_like(learner.best, n)
        learner.judge(weights, score)
        assert learner.diagnostics() == {"noise": pytest.approx(noise)}
        assert (learner.best[0, 0] == n) == (score >= learner.best_return)


@pytest.mark.parametrize("key", KEYS)
def test_cartpole_is_solved_within_500_episodes(key: str) -> None:
    """As in the demonstration: somebody reaches 500, and the policy that is kept is that one."""
    spec = get_algorithm(key)
    params: Any = validate(spec.params, {**resolve(env="CartPole-v1", algorithm=key).params, "n_envs": 16})
    learner: Any = spec.load_learner()(make_vector("CartPole-v1", 16), params, 0, "cpu")
    learn(learner, PlainRun(episodes=500))
    assert learner.best_return == 500.0
    env = make("CartPole-v1")
    policy = learner.policy()
    assert isinstance(policy, LinearPolicy)
    returns = []
    for seed in range(5):
        observation, info = env.reset(seed=seed)
        total, over = 0.0, False
        while not over:
            action, thought = policy.decide(observation, info, greedy=True)
            assert thought.probabilities is not None
            assert thought.probabilities[action] == 1.0
            observation, reward, terminated, truncated, info = env.step(action)
            total += float(reward)
            over = terminated or truncated
        returns.append(total)
    assert np.mean(returns) > 195.0


def test_the_demonstration_is_one_candidate_an_episode() -> None:
    config = resolve(env="CartPole-v1", algorithm="random_search", preset="demonstration")
    assert config.episodes == 500
    assert config.steps is None
    assert (config.params["n_envs"], config.params["episodes_per_candidate"]) == (1, 1)
    fast = resolve(env="CartPole-v1", algorithm="random_search", preset="demonstration-fast")
    assert {**fast.params, "n_envs": 1} == config.params

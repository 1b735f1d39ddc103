"""The tabular algorithms: their targets, their states and bins, their ties, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from identity_env import ConstantEnv, IdentityEnv
from learners import build
from runs import PlainRun, learn
from trials_tabular import TabledEnv

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.tabular.bins import bin_words, cuts
from rlstudio.algorithms.tabular.draws import Draws
from rlstudio.algorithms.tabular.policy import TabularPolicy
from rlstudio.algorithms.tabular.states import StateIndex
from rlstudio.core.params import ParamError, validate
from rlstudio.envs.catalogue import card_for
from rlstudio.envs.make import make

Space = gym.spaces.Space[Any]
CLIFF = {"learning_rate": 0.5, "discount": 1.0, "epsilon_start": 0.1, "epsilon_end": 0.1}


@pytest.mark.parametrize("key", ["q_learning", "sarsa"])
@pytest.mark.parametrize(("terminates", "value"), [(True, 1.0 + 0.9 * 0.8 * 3.571), (False, 10.0)])
def test_a_truncated_state_keeps_its_value(key: str, terminates: bool, value: float) -> None:
    """Reward 1 a step, γ = 0.9: cut off after five steps it is worth 10; a fifth of them having no future, 3.57."""
    learner, _ = build(
        key, partial(ConstantEnv, terminates=terminates), discount=0.9, learning_rate=0.5,
        learning_rate_schedule="linear",
    )  # fmt: skip
    learn(learner, PlainRun(steps=4_000))
    _, thought = learner.policy().decide(np.ones(1, np.float32), {}, greedy=True)
    assert thought.value == pytest.approx(value, rel=0.05)


def first_update(key: str, **changed: Any) -> tuple[float, float, Any]:
    """Q-value of the first step's action before and after it was learned from, and the learner."""
    learner, _ = build(key, TabledEnv, **changed)
    before = learner.policy().state()[0]["q"]
    learn(learner, PlainRun(updates=1))
    after = learner.policy().state()[0]["q"]
    (cell,) = np.flatnonzero(before != after)
    return float(before.flat[cell]), float(after.flat[cell]), learner


@pytest.mark.parametrize("key", ["q_learning", "sarsa"])
def test_a_correction_is_the_learning_rate_of_the_surprise(key: str) -> None:
    """All values 5 and γ = 0.5: the target is 2.5 plus a reward of 0 or 1, and a quarter of the way is gone."""
    before, after, _ = first_update(key, initial_value=5.0, learning_rate=0.25, discount=0.5)
    assert before == 5.0
    assert after in (5.0 + 0.25 * (2.5 - 5.0), 5.0 + 0.25 * (3.5 - 5.0))


def greedy_return(key: str, steps: int, **params: Any) -> float:
    """Return of a greedy episode of CliffWalking after learning there."""
    env = make("CliffWalking-v1")
    spec = get_algorithm(key)
    learner = spec.load_learner()(env, validate(spec.params, params), 0, "cpu")
    learn(learner, PlainRun(steps=steps))
    policy, total = learner.policy(), 0.0
    observation, info = env.reset(seed=0)
    policy.start_episode(0)
    over = False
    while not over:
        action, _ = policy.decide(observation, info, greedy=True)
        observation, reward, terminated, truncated, info = env.step(action)
        total, over = total + float(reward), terminated or truncated
    return total


def test_sarsa_takes_the_safe_path_and_q_learning_the_shortest() -> None:
    """Sutton and Barto, example 6.6: along the cliff it is 13 steps; who counts in its own stumbling keeps away."""
    assert greedy_return("q_learning", 10_000, **CLIFF) == -13.0
    assert -25.0 <= greedy_return("sarsa", 20_000, **{**CLIFF, "learning_rate": 0.1}, expected=True) <= -15.0


def test_learning_rates_fall_by_visits() -> None:
    learner, _ = build("q_learning", learning_rate=0.8, learning_rate_schedule="visits", visits_power=1.0)
    run = learn(learner, PlainRun(steps=2_000))
    rates = [row["learning_rate"] for row in run.rows]
    assert rates[0] == 0.8
    assert rates[-1] < 0.02
    learner.set_param("learning_rate_end", 0.25)
    assert learn(learner, PlainRun(steps=100)).rows[-1]["learning_rate"] == 0.25


def test_optimism_tries_everything() -> None:
    """Greedy from the start: content with nothing it has tried, an optimist tries all nine actions."""
    for initial, tried in ((5.0, 9), (-5.0, 3)):
        learner, _ = build("q_learning", TabledEnv, initial_value=initial, epsilon_start=0.0, epsilon_end=0.0)
        learn(learner, PlainRun(steps=300))
        assert np.count_nonzero(learner.state().arrays["visits"]) == tried


# ---------------------------------------------------------------- states and bins


@pytest.mark.parametrize(
    ("space", "n_states"),
    [
        (gym.spaces.Discrete(5, start=-2), 5),
        (gym.spaces.MultiDiscrete([3, 4]), 12),
        (gym.spaces.MultiDiscrete([[3, 2], [2, 2]], start=[[1, 1], [1, 1]]), 24),
        (gym.spaces.MultiBinary(4), 16),
        (gym.spaces.Tuple((gym.spaces.Discrete(3, start=1), gym.spaces.Discrete(2))), 6),
        (gym.spaces.Dict({"a": gym.spaces.Discrete(3), "b": gym.spaces.MultiBinary(2)}), 12),
    ],
)
def test_choices_are_numbered_one_to_one(space: Space, n_states: int) -> None:
    states = StateIndex.of_space(space, (0,), "")
    space.seed(0)
    seen: dict[int, Any] = {}
    for _ in range(1_500):
        observation = space.sample()
        number = states.index(observation)
        assert str(seen.setdefault(number, observation)) == str(observation)
    assert states.n_states == n_states
    assert sorted(seen) == list(range(n_states))


def test_numbers_are_sorted_into_named_bins() -> None:
    env = make("CartPole-v1")
    states = StateIndex.of_space(env.observation_space, (1, 3, 4, 2), "CartPole-v1")
    assert states.n_states == 24
    observation = np.array([9.0, -0.5, 0.01, -7.0], np.float32)
    assert states.index(observation) == (1 * 4 + 2) * 2 + 0
    words = states.words(observation)
    assert words.startswith("any cart position (m) · cart velocity (m/s) −1 to 1 · pole angle (rad) 0 to 0.105 · ")
    assert words.endswith("pole angular velocity (rad/s) below 0")
    again = StateIndex.from_settings(env.observation_space, json.loads(json.dumps(states.settings())))
    assert (again.index(observation), again.words(observation)) == (states.index(observation), words)


def test_a_mixed_observation_has_bins_and_choices() -> None:
    space = gym.spaces.Tuple((gym.spaces.Discrete(2), gym.spaces.Box(0.0, 1.0, (2,), np.float32)))
    states = StateIndex.of_space(space, (4,), "")
    assert states.n_states == 32
    assert states.index((1, np.array([0.3, 0.99], np.float32))) == 16 + 4 + 3
    assert states.words((1, np.array([0.3, 0.99], np.float32))) == "number 1 0.25 to 0.5 · number 2 above 0.75"


def test_cuts_follow_the_bounds() -> None:
    assert cuts(-1.0, 1.0, 4) == [-0.5, 0.0, 0.5]
    assert cuts(0.0, 1.0, 1) == []
    endless = cuts(-np.inf, np.inf, 4)
    assert endless == pytest.approx([-1.0, 0.0, 1.0])
    assert cuts(-3.4e38, 3.4e38, 4) == endless
    assert cuts(2.0, np.inf, 2) == pytest.approx([3.0])
    assert cuts(-np.inf, 2.0, 2) == pytest.approx([1.0])
    assert bin_words("x", [0.5], 1) == "x above 0.5"


@pytest.mark.parametrize("bins", ["x", "0 3", (), (2000,), "-1"])
def test_wrong_bins_are_refused_at_their_field(bins: Any) -> None:
    with pytest.raises(ParamError, match="bins"):
        validate(get_algorithm("q_learning").params, {"bins": bins})


def test_bins_that_do_not_fit_are_refused_at_their_field() -> None:
    spec, env = get_algorithm("sarsa"), make("CartPole-v1")
    with pytest.raises(ParamError, match="one number, or 4"):
        spec.load_learner()(env, validate(spec.params, {"bins": "3 3"}), 0, "cpu")
    assert spec.load_learner()(env, validate(spec.params, {"bins": 3}), 0, "cpu").state().arrays["q"].shape == (81, 2)
    with pytest.raises(ParamError, match="100,000,000 states × 2 actions is too large"):
        spec.load_learner()(env, validate(spec.params, {"bins": 100}), 0, "cpu")


# ---------------------------------------------------------------- acting


def some_policy(q: Any, visits: Any = None, epsilon: float = 0.0) -> TabularPolicy:
    """A policy for two states and three actions."""
    states = StateIndex.of_space(gym.spaces.Discrete(2), (0,), "")
    return TabularPolicy(np.array(q, np.float64), states, gym.spaces.Discrete(3), epsilon, visits)


def test_equal_actions_are_drawn_alike_and_the_same_for_a_seed() -> None:
    policy = some_policy([[1.0, 0.0, 1.0], [0.0, 2.0, 0.0]], np.array([7, 0]))

    def chosen(seed: int) -> list[int]:
        policy.start_episode(seed)
        return [policy.decide(0, {}, greedy=True)[0] for _ in range(200)]

    assert chosen(3) == chosen(3) != chosen(4)
    assert set(chosen(3)) == {0, 2}
    assert 70 < sum(action == 2 for action in chosen(3)) < 130
    action, thought = policy.decide(1, {}, greedy=True)
    assert (action, thought.value, thought.note) == (1, 2.0, "state 1 · never seen while learning")
    assert (
        policy.decide(0, {}, greedy=True)[1].note
        == "state 0 · drawn among 2 equal actions · seen 7 times while learning"
    )


def test_a_sampled_policy_explores_and_says_so() -> None:
    policy = some_policy([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]], epsilon=1.0)
    policy.start_episode(0)
    decided = [policy.decide(1, {}, greedy=False) for _ in range(100)]
    assert {action for action, _ in decided} == {0, 1, 2}
    assert {thought.note for _, thought in decided} == {"explored: random action · state 1"}


def test_draws_go_on_to_the_bit() -> None:
    for taken in (0, 1, 1023, 1024, 1500):
        draws, other = Draws(3), Draws(9)
        for _ in range(taken):
            draws.one()
        other.load(json.loads(json.dumps(draws.state())))
        assert [other.one() for _ in range(2_000)] == [draws.one() for _ in range(2_000)]


# ---------------------------------------------------------------- value iteration


def exact_values(env: TabledEnv, discount: float) -> Any:
    """The values of the best policy by solving its linear equations: repeat what is seen."""
    n = len(env.P)
    chances, rewards = np.zeros((n, n)), np.zeros(n)
    for state in range(n):
        for p, following, reward, _ in env.P[state][state]:
            chances[state, following] += p
            rewards[state] += p * reward
    return np.linalg.solve(np.eye(n) - discount * chances, rewards)


@pytest.mark.parametrize("order", ["synchronous", "in_place"])
def test_values_are_those_of_the_equations(order: str) -> None:
    learner, env = build("value_iteration", sweep_order=order, sweeps_per_step=1_000)
    run = learn(learner, PlainRun(steps=10))
    np.testing.assert_allclose(learner.state().arrays["values"], exact_values(env, 0.9), rtol=1e-9)
    residuals = [row["bellman_residual"] for row in run.rows if "bellman_residual" in row]
    assert all(later <= 0.9 * sooner + 1e-12 for sooner, later in pairwise(residuals))
    assert residuals[-1] <= 1e-12 < residuals[-2]


def test_a_new_discount_is_planned_for() -> None:
    learner, env = build("value_iteration", sweeps_per_step=1_000)
    learn(learner, PlainRun(steps=10))
    learner.set_param("discount", 0.5)
    learn(learner, PlainRun(steps=10))
    np.testing.assert_allclose(learner.state().arrays["values"], exact_values(env, 0.5), rtol=1e-9)


def test_one_sweep_a_step_spreads_the_news_backwards() -> None:
    learner, _ = build("value_iteration", partial(make, "FrozenLake-v1"))
    learn(learner, PlainRun(updates=1))
    assert np.count_nonzero(learner.state().arrays["values"]) == 1, "only beside the goal"
    learn(learner, PlainRun(updates=3))
    assert 1 < np.count_nonzero(learner.state().arrays["values"]) < 11


def test_a_terminated_state_is_worth_nothing_beyond() -> None:
    """Taxi: the last drop-off brings 20, whatever the state behind it would be worth."""
    learner, _ = build("value_iteration", partial(make, "Taxi-v4"), discount=1.0, sweeps_per_step=100)
    learn(learner, PlainRun(steps=1))
    assert learner.state().arrays["values"].max() == 20.0


# ---------------------------------------------------------------- what they refuse


@pytest.mark.parametrize(
    ("key", "env_id", "words"),
    [
        ("q_learning", "Pendulum-v1", "Q-learning needs discrete actions; Pendulum's are continuous"),
        ("q_learning", "FrozenLake-v1", None),
        ("q_learning", "Blackjack-v1", None),
        ("q_learning", "LunarLander-v3", None),
        ("sarsa", "CartPole-v1", None),
        ("value_iteration", "CartPole-v1", "CartPole publishes no transition table"),
        ("value_iteration", "Blackjack-v1", "Blackjack publishes no transition table"),
        ("value_iteration", "Pendulum-v1", "needs discrete actions"),
        ("value_iteration", "Taxi-v4", None),
    ],
)
def test_refusals_are_in_words(key: str, env_id: str, words: str | None) -> None:
    reason = get_algorithm(key).why_not(card_for(env_id))
    assert (reason is None) if words is None else (words in (reason or ""))


def test_pictures_and_huge_tables_are_refused_in_words() -> None:
    card = card_for("CarRacing-v3", {"continuous": False})
    assert "shows pictures" in (get_algorithm("sarsa").why_not(card) or "")

    class Wide(IdentityEnv):
        def __init__(self, render_mode: str | None = None) -> None:
            super().__init__()
            self.observation_space = gym.spaces.Box(-1.0, 1.0, (30,), np.float32)

    gym.register("Wide-v0", entry_point=Wide)
    try:
        words = get_algorithm("q_learning").why_not(card_for("Wide-v0")) or ""
    finally:
        del gym.registry["Wide-v0"]
    assert "1,073,741,824 states × 3 actions is too large" in words
    assert "even with 2 bins for each of its 30 numbers" in words


@pytest.mark.parametrize("make_env", [partial(make, "MountainCar-v0"), partial(make, "Blackjack-v1")])
def test_real_observations_make_good_rows(make_env: Callable[[], Any]) -> None:
    learner, _ = build("q_learning", make_env)
    run = learn(learner, PlainRun(steps=500))
    assert 0 < run.rows[-1]["states_visited"] <= 100

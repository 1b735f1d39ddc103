"""Value maps of the policy that plays: the right state in each cell, the policy's own numbers, only when due."""

from __future__ import annotations

import math
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from rlstudio.algorithms.base import Policy
from rlstudio.algorithms.tabular.policy import TabularPolicy
from rlstudio.algorithms.tabular.states import StateIndex
from rlstudio.core.messages import ShowValues, ValuesMapped
from rlstudio.core.value_map import ValueMap
from rlstudio.envs.make import make
from rlstudio.jobs import value_maps
from rlstudio.jobs.policies import untrained_policy
from rlstudio.jobs.value_maps import NO_VALUES, NOT_HERE, ValueMaps, best_actions


def mapped(env_id: str, policy: Any, wish: ShowValues | None = None, observation: Any = None, **kwargs: Any) -> Any:
    """The map, or the words, that a policy (or the untrained one of an algorithm) gives."""
    env = make(env_id, kwargs)
    try:
        sent: list[ValuesMapped] = []
        maps = ValueMaps(env_id, env, sent.append)
        maps.want(wish or ShowValues())
        maps._due = 0.0
        start, _ = env.reset(seed=1)
        if isinstance(policy, str):
            policy = untrained_policy(env, kwargs, policy, {}, 0)
        elif callable(policy):
            policy = policy(env)
        maps.update(policy, 40, start if observation is None else observation)
        assert len(sent) == 1
        return sent[0].map or sent[0].reason
    finally:
        env.close()


def table(values: np.ndarray, visits: np.ndarray | None = None) -> Any:
    def build(env: gym.Env[Any, Any]) -> Policy:
        return TabularPolicy(
            values, StateIndex.of_space(env.observation_space, (0,), ""), env.action_space, visits=visits
        )

    return build


def lake() -> np.ndarray:
    """Q-values of the 4×4 lake: state s is worth s by its action s mod 4, all others one less."""
    q = np.arange(16.0)[:, None] - 1.0 + np.zeros((16, 4))
    q[np.arange(16), np.arange(16) % 4] += 1.0
    return q


def test_each_cell_has_its_states_value_and_best_action() -> None:
    found: ValueMap = mapped("FrozenLake-v1", table(lake()))
    assert found.title == "highest Q-value"
    assert found.step == 40
    assert found.values.shape == (4, 4)
    assert found.values[2, 1] == 9.0
    assert found.best is not None
    assert found.best[2, 1].tolist() == [False, True, False, False]
    assert found.actions[1] == "down"
    assert found.directions == ((-1, 0), (0, 1), (1, 0), (0, -1))
    assert found.place([2, 1]) == (1.5 / 4, 2.5 / 4)


def test_holes_and_the_goal_have_no_value() -> None:
    found: ValueMap = mapped("FrozenLake-v1", table(lake()))
    there = np.isfinite(found.values)
    assert (~there).sum() == 5, "four holes and the goal"
    assert not there[1, 1]
    assert not there[3, 3]
    assert found.best is not None
    assert not found.best[~there].any()


def test_what_was_never_visited_stays_open() -> None:
    visits = np.zeros(16, np.int64)
    visits[[0, 4]] = 3
    found: ValueMap = mapped("FrozenLake-v1", table(lake(), visits))
    assert np.argwhere(np.isfinite(found.values)).tolist() == [[0, 0], [1, 0]]


def test_the_cliff_itself_is_no_state() -> None:
    found: ValueMap = mapped("CliffWalking-v1", table(np.zeros((48, 4))))
    assert found.values.shape == (4, 12)
    assert np.isnan(found.values[3, 1:]).all()
    assert np.isfinite(found.values[:3]).all()
    assert found.best is not None
    assert not found.best.any(), "where all actions are alike there is no arrow"


def test_taxi_as_now_and_as_chosen() -> None:
    q = np.arange(500.0)[:, None] + np.zeros((500, 6))
    env = make("Taxi-v4", {})
    state = int(env.unwrapped.encode(2, 3, 1, 2))  # type: ignore[attr-defined]
    now: ValueMap = mapped("Taxi-v4", table(q), observation=state)
    assert now.held == {2: 1.0, 3: 2.0}
    assert now.values[2, 3] == state
    assert now.values.shape == (5, 5)
    chosen: ValueMap = mapped("Taxi-v4", table(q), ShowValues(held={2: 4.0}), observation=state)
    assert chosen.values[4, 0] == env.unwrapped.encode(4, 0, 4, 2)  # type: ignore[attr-defined]
    env.close()


@pytest.mark.parametrize(
    ("env_id", "states", "n_actions"),
    [("Taxi-v4", 500, 6), ("FrozenLake-v1", 16, 4), ("FrozenLake8x8-v1", 64, 4), ("CliffWalking-v1", 48, 4)],
)
def test_cells_lie_where_the_picture_shows_them(env_id: str, states: int, n_actions: int) -> None:
    """The picture changes within two cells, and nowhere else, when the agent stands in the one or the other."""
    env = make(env_id, {}, render=True)
    env.reset(seed=0)
    plain: Any = env.unwrapped
    found: ValueMap = mapped(env_id, table(np.zeros((states, n_actions))))
    assert found.cells is not None
    cells, (row, column) = found.cells, (2, 1)
    n_columns = found.values.shape[1]
    places = [plain.encode(row, c, 0, 1) if env_id == "Taxi-v4" else row * n_columns + c for c in (column, column + 1)]
    pictures = []
    for state in places:
        plain.s, plain.lastaction = state, None
        pictures.append(np.asarray(env.render(), np.int16))
    env.close()
    rows, columns = np.nonzero(np.abs(pictures[0] - pictures[1]).sum(axis=2))
    height, width = pictures[0].shape[:2]
    top, left = cells.top + row * cells.height, cells.left + column * cells.width
    spans = ((rows / height, top, cells.height), (columns / width, left, 2 * cells.width))
    for shares, start, size in spans:
        assert start - 0.02 <= shares.min()
        assert shares.max() <= start + size + 0.02
        assert shares.max() - shares.min() > 0.4 * size  # the figure is smaller than its cell


def test_a_network_on_a_grid_has_values_and_arrows_too() -> None:
    found: ValueMap = mapped("FrozenLake-v1", "ppo")
    assert found.title == "state value"
    env = make("FrozenLake-v1", {})
    policy = untrained_policy(env, {}, "ppo", {}, 0)
    action, thought = policy.decide(6, {}, greedy=True)
    assert found.values[1, 2] == pytest.approx(thought.value, abs=1e-6)
    assert found.best is not None
    assert np.flatnonzero(found.best[1, 2]).tolist() == [action]
    env.close()


@pytest.mark.parametrize("key", ["dqn", "sb3_dqn", "sb3_ppo", "q_learning"])
def test_a_plane_shows_what_the_policy_thinks_there(key: str) -> None:
    env = make("MountainCar-v0", {})
    policy = untrained_policy(env, {}, key, {}, 0)
    if key == "q_learning":
        arrays, settings = policy.state()
        arrays["q"] = np.random.default_rng(0).normal(size=arrays["q"].shape)
        arrays["visits"] = np.ones_like(arrays["visits"])
        policy = type(policy).from_state(arrays, settings, env.observation_space, env.action_space)
    found: ValueMap = mapped("MountainCar-v0", policy)
    assert [found.coordinates[i].label for i in (found.x, found.y)] == ["car position (m)", "car velocity (m per step)"]
    for row, column in ((3, 40), (47, 0), (20, 21)):
        position = -1.2 + 1.8 * (column + 0.5) / 48
        velocity = -0.07 + 0.14 * (row + 0.5) / 48
        _, thought = policy.decide(np.array([position, velocity], np.float32), {}, greedy=True)
        assert found.values[row, column] == pytest.approx(thought.value, abs=1e-4)
    env.close()


@pytest.mark.parametrize("key", ["sb3_sac", "sb3_td3", "tqc", "ppo"])
def test_pendulums_plane_is_angle_and_speed(key: str) -> None:
    env = make("Pendulum-v1", {})
    policy = untrained_policy(env, {}, key, {}, 0)
    found: ValueMap = mapped("Pendulum-v1", policy)
    assert [each.label for each in found.coordinates] == ["angle (rad, 0 is upright)", "angular velocity (rad/s)"]
    angle, speed = -math.pi + 2 * math.pi * 30.5 / 48, -8 + 16 * 5.5 / 48
    _, thought = policy.decide(np.array([math.cos(angle), math.sin(angle), speed], np.float32), {}, greedy=True)
    assert found.values[5, 30] == pytest.approx(thought.value, abs=1e-4)
    x, y = found.place([math.cos(angle), math.sin(angle), speed])
    assert (x, 1 - y) == pytest.approx((30.5 / 48, 5.5 / 48))
    env.close()


def test_cartpoles_slice_holds_the_others_as_now_or_as_wished() -> None:
    env = make("CartPole-v1", {})
    policy = untrained_policy(env, {}, "dqn", {}, 0)
    now = np.array([1.5, -0.5, 0.05, 0.3], np.float32)
    found: ValueMap = mapped("CartPole-v1", policy, observation=now)
    assert (found.x, found.y) == (2, 3)
    assert found.held == {0: 1.5, 1: -0.5}
    state = np.array([1.5, -0.5, -0.2095 + 0.419 * 10.5 / 48, -3 + 6 * 30.5 / 48], np.float32)
    assert found.values[30, 10] == pytest.approx(policy.decide(state, {}, greedy=True)[1].value, abs=1e-4)
    wished: ValueMap = mapped("CartPole-v1", policy, ShowValues(x=0, y=2, held={1: 0.0, 3: 0.0}), observation=now)
    assert (wished.x, wished.y, wished.held) == (0, 2, {1: 0.0, 3: 0.0})
    recorded: ValueMap = mapped("CartPole-v1", policy, ShowValues(state=(0.25, 0.5, 0.0, 0.0)), observation=now)
    assert recorded.held == {0: 0.25, 1: 0.5}
    env.close()


def test_why_there_is_none_is_said() -> None:
    assert mapped("FrozenLake-v1", "random") == NO_VALUES
    assert mapped("MountainCar-v0", "random") == NO_VALUES
    assert mapped("CartPole-v1", "recurrent_ppo") == NO_VALUES
    assert mapped("Blackjack-v1", "random") == NOT_HERE


def test_sent_only_while_wanted_when_due_and_when_it_would_be_another(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(value_maps.time, "perf_counter", lambda: clock[0])
    env = make("MountainCar-v0", {})
    policy, newer = (untrained_policy(env, {}, "dqn", {}, seed) for seed in (0, 1))
    sent: list[ValuesMapped] = []
    maps = ValueMaps("MountainCar-v0", env, sent.append)
    observation, _ = env.reset(seed=0)

    def later(policy: Policy, seconds: float) -> int:
        clock[0] += seconds
        maps.update(policy, None, observation)
        return len(sent)

    assert later(policy, 1.0) == 0, "nobody looks"
    assert maps.note(observation) == {}
    maps.want(ShowValues())
    assert later(policy, 0.1) == 1
    assert maps.note(observation)["observation"] == pytest.approx(observation.tolist(), abs=1e-5)
    assert later(policy, 1.0) == 1, "the same policy in a plane of two numbers gives the same map"
    assert later(newer, 0.1) == 2
    assert later(policy, 0.1) == 2, "too soon after the last"
    assert later(policy, 0.2) == 3
    maps.want(ShowValues(wanted=False))
    assert later(newer, 1.0) == 3
    env.close()


def test_numbers_without_bounds_are_shown_as_far_as_they_were_seen() -> None:
    class Far(gym.Env[Any, Any]):
        observation_space = gym.spaces.Box(-np.inf, np.inf, (2,), np.float32)
        action_space = gym.spaces.Discrete(2)

    env = Far()
    sent: list[ValuesMapped] = []
    maps = ValueMaps("Far-v0", env, sent.append)
    policy = untrained_policy(env, {}, "dqn", {}, 0)
    maps.want(ShowValues())
    for observation in ([0.1, 3.0], [5.0, -1.0]):
        maps._due = 0.0
        maps.update(policy, None, np.array(observation, np.float32))
    ranges = [[(c.low, c.high) for c in report.map.coordinates] for report in sent if report.map]
    assert ranges == [[(-0.5, 0.5), (-4.0, 4.0)], [(-8.0, 8.0), (-4.0, 4.0)]]


def test_best_actions() -> None:
    found = best_actions(np.array([[1.0, 2.0, 2.0], [0.0, 0.0, 0.0], [np.nan, np.nan, np.nan]], np.float32))
    assert found.tolist() == [[False, True, True], [False] * 3, [False] * 3]


def test_a_wished_state_of_another_environment_and_one_that_is_no_number_break_nothing() -> None:
    found = mapped("CartPole-v1", "ppo", ShowValues(state=(0.5, 0.5)), np.full(4, 0.25, np.float32))
    assert found.held == {0: 0.25, 1: 0.25}, "a state of two numbers is none of CartPole"
    found = mapped("CartPole-v1", "ppo", None, np.array([0.0, np.nan, 0.0, np.inf], np.float32))
    assert found.values.shape == (48, 48)

"""Which algorithm can act in which action space: the table the picker obeys, against what each one really does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from identity_env import IdentityEnv
from learners import TRIALS, build
from runs import PlainRun, learn

from rlstudio.algorithms.catalogue import algorithms
from rlstudio.core.params import describe
from rlstudio.envs.card import EnvironmentCard
from rlstudio.envs.catalogue import card_for
from rlstudio.envs.spaces import describe_space

BOX, DISCRETE, MULTI_DISCRETE, MULTI_BINARY = KINDS = ("box", "discrete", "multi_discrete", "multi_binary")


@dataclass(frozen=True)
class Row:
    """What an algorithm is to act in: kinds of action space, and whether in several environments at once."""

    kinds: tuple[str, ...] = KINDS
    several: bool = True
    """Ours that say no may also learn from several: the table is of what must be."""
    goals: bool = False


CONTINUOUS, CHOICE, ONE_ACTION = Row((BOX,)), Row((DISCRETE,)), Row((BOX, DISCRETE))
LIBRARIES = {
    "ars": ONE_ACTION,
    "sb3_a2c": Row(),
    "sb3_ppo": Row(),
    "trpo": Row(),
    "recurrent_ppo": Row(),
    "sb3_ddpg": CONTINUOUS,
    "sb3_sac": CONTINUOUS,
    "sb3_td3": CONTINUOUS,
    "tqc": CONTINUOUS,
    "sb3_dqn": CHOICE,
    "qrdqn": CHOICE,
    "sb3_her": Row((BOX, DISCRETE), goals=True),
    "maskable_ppo": Row((DISCRETE, MULTI_DISCRETE, MULTI_BINARY)),
}
"""The table of Stable-Baselines3's and sb3-contrib's documentation."""
ALONE = {"several": False}
STUDIO = {
    "ppo": Row(),
    "dqn": Row((DISCRETE,), **ALONE),
    "reinforce": Row(**ALONE),
    "reinforce_numpy": Row((DISCRETE,), **ALONE),
    "random": Row(**ALONE),
    "random_search": Row(),
    "hill_climbing": Row(),
    "q_learning": Row((DISCRETE,), **ALONE),
    "sarsa": Row((DISCRETE,), **ALONE),
    "value_iteration": Row((DISCRETE,), **ALONE),
    "scripted": Row((), **ALONE),  # only where somebody wrote a rule
    "user_policy": Row(**ALONE),
    "reward_predictor": Row(**ALONE),
    "model_based": Row(**ALONE),
}
TABLE = {**LIBRARIES, **STUDIO}
HERE = sorted(algorithms())
BUILT = [key for key in HERE if key in LIBRARIES]

ACTIONS: dict[str, gym.Space[Any]] = {
    BOX: spaces.Box(-1.0, 1.0, (2,), np.float32),
    DISCRETE: spaces.Discrete(2),
    MULTI_DISCRETE: spaces.MultiDiscrete([3, 2]),
    MULTI_BINARY: spaces.MultiBinary(2),
}


class GoalEnv(gym.Env[Any, Any]):
    """An IdentityEnv whose action is to be the goal that is shown; episodes of LENGTH steps."""

    def __init__(self, kind: str) -> None:
        self._shown = IdentityEnv(kind)
        self.action_space = self._shown.action_space
        goal = spaces.Box(-5.0, 5.0, (1,), np.float32)
        self.observation_space = spaces.Dict({"observation": goal, "achieved_goal": goal, "desired_goal": goal})

    def _seen(self, wanted: Any, reached: Any) -> dict[str, Any]:
        wanted, reached = np.reshape(wanted, 1).astype(np.float32), np.reshape(reached, 1).astype(np.float32)
        return {"observation": wanted, "achieved_goal": reached, "desired_goal": wanted}

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._wanted, _ = self._shown.reset(seed=seed)
        return self._seen(self._wanted, 0.0), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        following, _, terminated, truncated, _ = self._shown.step(action)
        seen = self._seen(following, action)
        reward = float(self.compute_reward(seen["achieved_goal"], np.reshape(self._wanted, 1), {}))
        self._wanted = following
        return seen, reward, terminated, truncated, {"is_success": reward == 0.0}

    def compute_reward(self, achieved_goal: Any, desired_goal: Any, info: Any) -> Any:
        """0 where the goal was reached, else −1; one a row."""
        return -(np.abs(np.asarray(achieved_goal) - desired_goal).max(axis=-1) > 0.1).astype(np.float32)


def env_of(kind: str, row: Row) -> Any:
    return partial(GoalEnv if row.goals else IdentityEnv, kind)


def card_of(kind: str, row: Row) -> EnvironmentCard:
    """An environment with those actions that asks for nothing else: its states are numbered, its rules published."""
    observation = GoalEnv(DISCRETE).observation_space if row.goals else spaces.Discrete(3)
    return EnvironmentCard(
        "Test-v0",
        "Test",
        "",
        True,
        observation=describe_space(observation, "Test-v0", "observation"),
        action=describe_space(ACTIONS[kind], "Test-v0", "action"),
        transition_table=True,
    )


def test_every_algorithm_has_a_row() -> None:
    assert set(HERE) <= set(TABLE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", HERE)
def test_it_refuses_what_the_table_says(key: str, kind: str) -> None:
    row = TABLE[key]
    reason = algorithms()[key].why_not(card_of(kind, row))
    assert (reason is None) == (kind in row.kinds), reason
    if reason is not None:
        assert "Test" in reason, "a reason says where"
        assert reason.startswith(algorithms()[key].title) or key == "scripted", "and who cannot"


@pytest.mark.parametrize("key", HERE)
def test_several_environments_at_once(key: str) -> None:
    spec = algorithms()[key]
    copies = next((info for info in describe(spec.params) if info.name == "n_envs"), None)
    assert spec.vector == (copies is not None)
    assert spec.vector >= TABLE[key].several
    if copies is not None:
        assert copies.low == 1
        assert copies.high is not None
        assert copies.high >= 256


@pytest.mark.parametrize(("key", "kind"), [(key, kind) for key in BUILT for kind in TABLE[key].kinds])
def test_it_learns_where_the_table_says_so(key: str, kind: str) -> None:
    """Really built, with two copies; steps, an update, and an action of its policy."""
    make = env_of(kind, TABLE[key])
    learner, env = build(key, make, n_envs=2)
    run = learn(learner, PlainRun(steps=400, updates=2))
    assert run.updates == 2
    assert run.episode
    alone = make()
    observation, info = alone.reset(seed=0)
    policy = learner.policy()
    policy.start_episode(0)
    for greedy in (True, False):
        action, _ = policy.decide(observation, info, greedy=greedy)
        assert env.single_action_space.contains(action)


@pytest.mark.parametrize(
    ("key", "kind"), [(key, kind) for key in BUILT for kind in KINDS if kind not in TABLE[key].kinds]
)
def test_the_library_refuses_what_we_refuse(key: str, kind: str) -> None:
    """No more is refused than Stable-Baselines3 itself refuses."""
    with pytest.raises((AssertionError, NotImplementedError), match=r"action space"):
        build(key, env_of(kind, TABLE[key]))


def test_reasons_are_told_in_words() -> None:
    cartpole, pendulum = card_for("CartPole-v1"), card_for("Pendulum-v1")
    specs = algorithms()
    assert specs["sb3_sac"].why_not(cartpole) == "SAC needs continuous actions; CartPole's are discrete"
    assert specs["qrdqn"].why_not(pendulum) == "QR-DQN needs discrete actions; Pendulum's are continuous"
    assert (
        specs["maskable_ppo"].why_not(pendulum)
        == "Maskable PPO needs actions that are choices; Pendulum's are continuous"
    )
    assert specs["sb3_her"].why_not(pendulum) == (
        "HER needs an environment with goals, whose observations hold the goal that was wanted and the one that was "
        "reached; Pendulum's do not"
    )
    unbounded = card_of(BOX, Row())
    unbounded = EnvironmentCard(
        "Free-v0",
        "Free",
        "",
        True,
        observation=unbounded.observation,
        action=describe_space(spaces.Box(-np.inf, np.inf, (1,)), "Free-v0", "action"),
    )
    for key in ("sb3_ppo", "tqc", "ars"):
        assert "a lowest and a highest value; Free's have none" in (specs[key].why_not(unbounded) or "")
    several = card_of(MULTI_BINARY, Row())
    assert specs["ars"].why_not(several) == (
        "ARS needs continuous actions or one choice at a time; Test's are several switches at once"
    )


def test_all_of_the_table_is_in_the_catalogue() -> None:
    assert set(LIBRARIES) <= set(HERE)
    assert {spec.implementation for key, spec in algorithms().items() if key in LIBRARIES} == {
        "Stable-Baselines3",
        "sb3-contrib",
    }
    titles = {key: spec.title for key, spec in algorithms().items()}
    assert titles["sb3_ppo"] == titles["ppo"], "the picker folds implementations of one title"
    assert titles["sb3_dqn"] == titles["dqn"]


assert set(LIBRARIES) & set(TRIALS) == set(BUILT)

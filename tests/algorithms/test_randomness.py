"""What a policy and a learner draw is independent of what an environment of the same seed draws."""

from __future__ import annotations

from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from identity_env import IdentityEnv
from learners import SMALL, build
from runs import PlainRun, learn

from rlstudio.algorithms.blocks.randomness import acting_generator, acting_seed
from rlstudio.algorithms.random.learner import RandomLearner
from rlstudio.algorithms.random.policy import RandomPolicy

ALL = sorted(SMALL)
DRAW_NOTHING = {"scripted", "user_policy", "value_iteration"}
"""Algorithms whose actions follow from what they see (or which draw only where a rule says so)."""
_STEPS = 3000


class LuckEnv(gym.Env[Any, Any]):
    """Reward 1 for the action that the environment happens to draw itself: nobody can do better than a third.

    It draws as the agent does: `how` is "space" (the action space's own sampling), "uniform" (one uniform number an
    action) or "explored" (one uniform number for whether, then an integer).
    """

    def __init__(self, how: str) -> None:
        self.observation_space = spaces.Discrete(2)
        self.action_space = spaces.Discrete(3)
        self._how = how

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._own = spaces.Discrete(3, seed=seed)
        return 0, {}

    def _draw(self) -> int:
        if self._how == "space":
            return int(self._own.sample())
        if self._how == "explored":
            self.np_random.random()
            return int(self.np_random.integers(3))
        return int(self.np_random.random() * 3)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return 0, float(action == self._draw()), False, False, {}


@pytest.mark.parametrize(
    ("key", "how"), [("random", "space"), ("reinforce", "uniform"), ("ppo", "uniform"), ("dqn", "explored")]
)
def test_a_policy_cannot_guess_the_luck_of_its_environment(key: str, how: str) -> None:
    learner, _ = build(key, partial(LuckEnv, how), **({"epsilon_start": 1.0} if key == "dqn" else {}))
    policy, env = learner.policy(), LuckEnv(how)
    observation, info = env.reset(seed=7)
    policy.start_episode(7)
    rewards = []
    for _ in range(_STEPS):
        action, _ = policy.decide(observation, info, greedy=False)
        rewards.append(env.step(action)[1])
    assert np.mean(rewards) == pytest.approx(1 / 3, abs=0.05)


def streams(holder: Any, depth: int = 4) -> set[int]:
    """The streams of PCG64 that an object and its parts draw from, but for its environment's.

    The increment tells streams apart, wherever in them a generator is. Most spaces are there to be looked at;
    those that are sampled are the random agent's.
    """
    if isinstance(holder, RandomLearner | RandomPolicy):
        return streams(holder._space.np_random)
    if isinstance(holder, np.random.Generator):
        state = holder.bit_generator.state
        return {state["state"]["inc"]} if state["bit_generator"] == "PCG64" else set()
    ours = type(holder).__module__.startswith("rlstudio.algorithms") and hasattr(holder, "__dict__")
    if depth == 0 or not (ours or isinstance(holder, dict | list | tuple)):
        return set()
    named = vars(holder) if ours else holder
    parts = [part for name, part in named.items() if name != "_env"] if isinstance(named, dict) else list(named)
    return set().union(*(streams(part, depth - 1) for part in parts))


def environments(*seeds: int) -> set[int]:
    return {np.random.default_rng(seed).bit_generator.state["state"]["inc"] for seed in seeds}


@pytest.mark.parametrize("key", ALL)
def test_learners_and_policies_draw_from_streams_of_their_own(key: str) -> None:
    learner, _ = build(key, seed=5)
    learn(learner, PlainRun(steps=60))
    policy = learner.policy()
    policy.start_episode(5)
    if key not in DRAW_NOTHING:
        assert streams(policy) | streams(learner)
    for holder in (learner, policy):
        assert not streams(holder) & environments(*range(5, 9))  # the copies of a vector environment count on


def test_acting_at_random_goes_on_apart_from_the_environment() -> None:
    learner, env = build("random", seed=5)
    learn(learner, PlainRun(episodes=3))
    resumed, again = build("random", seed=5)
    resumed.load_state(learner.state())
    learn(resumed, PlainRun(steps=1))
    assert isinstance(again, IdentityEnv)
    shown = again.np_random.bit_generator.state["state"]["inc"]
    assert shown != env.np_random.bit_generator.state["state"]["inc"]
    assert shown not in streams(resumed)


@pytest.mark.parametrize("seed", [0, 1, 12345, 2**40])
def test_acting_seeds_repeat_themselves(seed: int) -> None:
    assert acting_seed(seed) == acting_seed(seed)
    assert acting_generator(seed).random() == acting_generator(seed).random()
    assert len({acting_generator(seed).random(), acting_generator(seed + 1).random()}) == 2
    assert spaces.Dict({"a": spaces.MultiDiscrete([3, 2])}, seed=acting_seed(seed)).sample()

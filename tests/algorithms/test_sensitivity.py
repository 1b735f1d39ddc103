"""Where a policy looks: its exact gradients against finite differences, for every algorithm that has them."""

from __future__ import annotations

from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium import spaces
from learners import TRIALS, build

from rlstudio.algorithms.base import Policy
from rlstudio.algorithms.blocks.distributions import softmax
from rlstudio.algorithms.blocks.sensitivity import of_probability
from rlstudio.algorithms.catalogue import algorithms

WITHOUT = {
    "random",
    "scripted",
    "user_policy",
    "q_learning",
    "sarsa",
    "value_iteration",
    "model_based",
    "reward_predictor",
}
"""Rules, tables and planners: no gradient says what they look at."""
STEP = 3e-3


class Numbers(gym.Env[Any, Any]):
    """Three numbers observed (or as `space` says), and nothing to achieve."""

    def __init__(self, kind: str = "discrete", space: spaces.Space[Any] | None = None) -> None:
        self.observation_space = space or spaces.Box(-2.0, 2.0, (3,), np.float32)
        self.action_space = {
            "discrete": spaces.Discrete(3),
            "shifted": spaces.Discrete(3, start=5),
            "two": spaces.Discrete(2),
            "multi_discrete": spaces.MultiDiscrete([3, 2]),
            "multi_binary": spaces.MultiBinary(2),
            "box": spaces.Box(-3.0, 3.0, (1,), np.float32),
            "box2": spaces.Box(-3.0, 3.0, (2,), np.float32),
        }[kind]
        self.t = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.t = 0
        if seed is not None:
            self.observation_space.seed(seed)
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.t += 1
        return self.observation_space.sample(), 0.0, False, self.t >= 7, {}


def shaken(key: str, kind: str, space: spaces.Space[Any] | None = None, by: float = 0.3) -> tuple[Policy, Any]:
    """A policy of that algorithm whose weights are large enough for its gradients to be measured; and its space."""
    make = partial(Numbers, kind, space)
    learner, _ = build(key, make)
    arrays, settings = learner.policy().state()
    rng = np.random.default_rng(1)
    moved = {
        name: a if name.startswith("observations.") else a + rng.normal(0.0, by, a.shape).astype(a.dtype)
        for name, a in arrays.items()
    }
    if set(moved) == {"weights"}:  # a sum beyond ±1 is cut
        moved["weights"] = rng.normal(0.0, by, moved["weights"].shape).astype(np.float32)
    for name in moved:
        if name.startswith("observations.") and "mean" in name:  # normalised observations are to matter
            moved[name] = np.full_like(moved[name], 0.3)
        if name.startswith("observations.") and "var" in name:
            moved[name] = np.full_like(moved[name], 4.0)
    env = make()
    policy = algorithms()[key].load_policy().from_state(moved, settings, env.observation_space, env.action_space)
    return policy, env


def score(policy: Policy, observation: Any, action: Any, start: int) -> np.ndarray:
    """The action's score as the policy itself tells it: one number a row of what is differentiated."""
    policy.start_episode(0)
    policy.decide(np.array([0.3, -0.2, 0.1], np.float32), {}, greedy=True)  # what a recurrent policy remembers
    _, thought = policy.decide(observation, {}, greedy=True)
    if thought.mean is not None:
        return np.asarray(thought.mean, np.float64)
    if type(policy).__name__ == "LinearPolicy" or thought.probabilities is thought.q_values is None:
        preferences = policy.preferences(observation[None])  # a weighted sum, whose certainty is no probability
        assert preferences is not None
        return np.asarray(preferences[0, int(action) - start], np.float64)[None]
    numbers = thought.probabilities if thought.probabilities is not None else thought.q_values
    assert numbers is not None
    return np.asarray(numbers[int(action) - start], np.float64)[None]


def differences(policy: Policy, observation: Any, action: Any, start: int) -> np.ndarray:
    """∂score/∂observation by central differences, (k, n)."""
    columns = []
    for i in range(len(observation)):
        up, down = observation.copy(), observation.copy()
        up[i] += STEP
        down[i] -= STEP
        columns.append((score(policy, up, action, start) - score(policy, down, action, start)) / (2 * STEP))
    return np.stack(columns, axis=1)


KINDS = ("discrete", "shifted", "two", "box", "box2")
CASES = [
    (key, kind)
    for key, trial in TRIALS.items()
    if key not in WITHOUT and trial.kinds
    for kind in KINDS
    if {"two": "discrete", "box2": "box"}.get(kind, kind) in trial.kinds
]


@pytest.mark.parametrize(("key", "kind"), CASES)
def test_gradient_equals_finite_differences(key: str, kind: str) -> None:
    policy, env = shaken(key, kind)
    observation = np.array([0.4, -0.7, 0.25], np.float32)
    score(policy, observation, 0, 0) if kind.startswith("box") else None
    policy.start_episode(0)
    policy.decide(np.array([0.3, -0.2, 0.1], np.float32), {}, greedy=True)
    action, _ = policy.decide(observation, {}, greedy=True)
    found = policy.sensitivity(observation, action, {})
    assert found is not None
    assert found.dtype == np.float32
    expected = differences(policy, observation, action, int(getattr(env.action_space, "start", 0)))
    wanted = expected[0] if len(expected) == 1 else np.sqrt((expected**2).sum(axis=0))
    assert np.abs(wanted).max() > 1e-3, "nothing to compare"
    np.testing.assert_allclose(found, wanted, atol=0.02 * np.abs(wanted).max())


@pytest.mark.parametrize("key", sorted(set(TRIALS) - WITHOUT))
def test_asking_changes_nothing(key: str) -> None:
    trial = TRIALS[key]
    env: Any = Numbers("discrete" if "discrete" in trial.kinds else "box") if trial.kinds else trial.make()
    learner, _ = build(
        key, (lambda: Numbers("discrete" if "discrete" in trial.kinds else "box")) if trial.kinds else None
    )
    told = []
    for asked in (False, True):
        policy = learner.policy()
        policy.start_episode(3)
        observation, info = env.reset(seed=2)
        actions = []
        for _ in range(6):
            action, _ = policy.decide(observation, info, greedy=False)
            actions.append(np.array(action))
            if asked:
                policy.sensitivity(observation, action, info)
                if isinstance(env.observation_space, spaces.Box):
                    policy.values(observation[None])
                    policy.preferences(observation[None])
            observation, _, _, _, info = env.step(action)
        told.append(np.stack(actions))
    np.testing.assert_array_equal(told[0], told[1])


def test_every_algorithm_says_whether_it_has_one() -> None:
    assert set(TRIALS) >= WITHOUT
    learner, env = build("q_learning", partial(Numbers, "discrete"))
    observation, info = env.reset(seed=0)
    assert learner.policy().sensitivity(observation, 0, info) is None


def test_probability_of_several_choices_together() -> None:
    logits, counts, choices = np.array([0.3, -1.0, 0.5, 0.2, 0.9]), (3, 2), np.array([2, 0])
    found = of_probability(logits.astype(np.float32), counts, choices)

    def together(z: np.ndarray) -> float:
        return float(softmax(z[:3])[2]) * float(softmax(z[3:])[0])

    wanted = [(together(logits + 1e-3 * e) - together(logits - 1e-3 * e)) / 2e-3 for e in np.eye(5)]
    np.testing.assert_allclose(found, wanted, atol=1e-3)


@pytest.mark.parametrize("kind", ["multi_discrete", "multi_binary"])
@pytest.mark.parametrize("key", ["ppo", "sb3_ppo", "maskable_ppo"])
def test_several_choices_at_once(key: str, kind: str) -> None:
    """Autograd and the gradient by hand agree with the product of the parts' probabilities."""
    policy: Any = shaken(key, kind)[0]
    observation = np.array([0.4, -0.7, 0.25], np.float32)
    action, _ = policy.decide(observation, {}, greedy=True)

    def probability(row: np.ndarray) -> float:
        if key == "ppo":
            seen = policy._seen(row[None])
            logits = policy._actor.forward(seen)[0].astype(np.float64)
        else:
            with torch.no_grad():
                tensors = policy._as_tensors(policy._normalise(row))
                logits = policy._module.action_net(policy._mind.latents(tensors)[0])[0].double().numpy()
        if len(logits) == 2:  # Stable-Baselines3's Bernoulli: one logit a bit
            p = 1.0 / (1.0 + np.exp(-logits))
            return float(np.prod(np.where(np.asarray(action) == 1, p, 1.0 - p)))
        parts = np.split(logits, [3] if kind == "multi_discrete" else [2])
        return float(np.prod([np.exp(part[a]) / np.exp(part).sum() for part, a in zip(parts, action, strict=True)]))

    wanted = [
        (probability(observation + e) - probability(observation - e)) / (2 * STEP)
        for e in (STEP * np.eye(3)).astype(np.float32)
    ]
    found = policy.sensitivity(observation, action, {})
    assert np.abs(wanted).max() > 1e-3
    np.testing.assert_allclose(found, wanted, atol=0.02 * np.abs(wanted).max())


def test_parts_of_an_observation() -> None:
    """Numbers keep their place among choices, whose gradient is 0, in the order that is read."""
    parts = {"b": spaces.Discrete(3), "a": spaces.Box(-1.0, 1.0, (2,), np.float32), "c": spaces.MultiBinary(2)}
    space = spaces.Dict(parts)
    for key in ("ppo", "dqn", "sb3_ppo", "sb3_dqn"):
        policy, env = shaken(key, "discrete", space)
        observation = env.reset(seed=4)[0]
        action, _ = policy.decide(observation, {}, greedy=True)
        found = policy.sensitivity(observation, action, {})
        assert found is not None
        names = [name for name, part in space.spaces.items() for _ in range(1 if name == "b" else 2)]
        assert len(found) == len(names) == 5
        assert [bool(value) for value in found] == [name != "b" for name in names], key


def test_nothing_but_choices_has_none() -> None:
    for key in ("ppo", "dqn", "sb3_ppo", "sb3_dqn", "random_search", "reinforce_numpy"):
        policy, env = shaken(key, "two", spaces.Discrete(4))
        action, _ = policy.decide(env.reset(seed=0)[0], {}, greedy=True)
        assert policy.sensitivity(2, action, {}) is None, key


@pytest.mark.parametrize("key", ["dqn", "sb3_dqn"])
def test_picture(key: str) -> None:
    """By each pixel's brightness: brightening a patch changes the Q-value by the patch's sum."""
    space = spaces.Box(0, 255, (48, 60, 3), np.uint8)
    policy: Any
    policy, env = shaken(key, "discrete", space, by=0.3 if key == "dqn" else 0.0)
    observation = env.reset(seed=0)[0] // 2 + 20
    action, _ = policy.decide(observation, {}, greedy=True)
    found = policy.sensitivity(observation, action, {})
    assert found.shape == (48, 60)
    if key == "sb3_dqn":
        policy._module.double()  # so that differences can be small enough to meet no kink of a ReLU

    def q(by: float) -> float:
        picture = observation.astype(np.float64)
        picture[8:24, 10:30] += by
        if key == "dqn":
            return float(policy._mlp.forward(policy._encoder.encode(picture.astype(np.float32))[None])[0, action])
        with torch.no_grad():
            net = policy._module.q_net
            shown = torch.from_numpy(picture.transpose(2, 0, 1)[None] / 255.0)
            return float(net.q_net(net.features_extractor(shown))[0, action])

    step = 0.5 if key == "dqn" else 1e-4
    wanted = (q(step) - q(-step)) / (2 * step)
    assert abs(wanted) > 1e-6
    assert found[8:24, 10:30].sum() == pytest.approx(wanted, rel=0.03)

"""Every learner with settings small enough for a test, on an environment of one's choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from identity_env import IdentityEnv, vector

from rlstudio.algorithms.base import Learner
from rlstudio.algorithms.catalogue import algorithms
from rlstudio.core.params import validate

SMALL: dict[str, dict[str, Any]] = {
    "random": {},
    "reinforce": {"hidden": (16,), "learning_rate": 0.02, "discount": 0.0, "dropout": 0.1, "baseline_passes": 3},
    "dqn": {
        "hidden": (16,),
        "learning_rate": 0.01,
        "batch_size": 16,
        "buffer_size": 500,
        "learning_starts": 20,
        "discount": 0.0,
        "train_every": 2,
        "target_update_every": 8,
        "double": True,
    },
    "ppo": {
        "hidden": (16,),
        "learning_rate": 0.02,
        "n_envs": 2,
        "n_steps": 16,
        "batch_size": 16,
        "n_epochs": 4,
        "discount": 0.0,
        "normalise_observations": True,
        "normalise_rewards": True,
    },
}
LEARNING = ("reinforce", "dqn", "ppo")


def build(
    key: str, make: Callable[[], Any] = IdentityEnv, seed: int = 0, device: str = "cpu", **changed: Any
) -> tuple[Learner, Any]:
    """The learner and its environment."""
    spec = algorithms()[key]
    params: Any = validate(spec.params, {**SMALL[key], **changed})
    env = vector(make, params.n_envs) if spec.vector else make()
    return spec.load_learner()(env, params, seed, device), env


def weights(learner: Learner) -> np.ndarray:
    """The policy's weights, copied, in one vector."""
    arrays, _ = learner.policy().state()
    return np.concatenate([array.reshape(-1) for _, array in sorted(arrays.items())]) if arrays else np.zeros(0)


def greedy_score(learner: Learner, env: Any, episodes: int = 20) -> float:
    """Mean reward a step of the greedy policy."""
    policy, rewards = learner.policy(), []
    for seed in range(episodes):
        observation, info = env.reset(seed=seed)
        policy.start_episode(seed)
        over = False
        while not over:
            action, _ = policy.decide(observation, info, greedy=True)
            observation, reward, terminated, truncated, info = env.step(action)
            rewards.append(reward)
            over = terminated or truncated
    return float(np.mean(rewards))

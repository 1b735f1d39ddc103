"""Every learner with settings small enough for a test, on an environment of one's choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from identity_env import LENGTH, vector
from trial import Trial
from trials_planning import PLANNING
from trials_sb3 import SB3
from trials_scripted import SCRIPTED
from trials_search import SEARCH
from trials_tabular import TABULAR

from rlstudio.algorithms.base import Learner
from rlstudio.algorithms.catalogue import algorithms
from rlstudio.core.params import validate
from rlstudio.envs.catalogue import card_for

STUDIO = {
    "random": Trial(),
    "reinforce": Trial(
        {"hidden": (16,), "learning_rate": 0.02, "discount": 0.0, "dropout": 0.1, "baseline_passes": 3},
        learns=True,
        learning={"episodes_per_update": 4},  # seven steps alone are a noisy gradient
        exact=True,
        torch_twin=True,
    ),
    "dqn": Trial(
        {
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
        kinds=("discrete", "shifted"),
        learns=True,
        steps=1500,
        exact=True,
        resume={"train_every": LENGTH},
        updates=40,  # a row every 100 steps
        torch_twin=True,
    ),
    "ppo": Trial(
        {
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
        learns=True,
        learning={"n_steps": 32, "n_envs": 4, "batch_size": 64, "learning_rate": 0.005},
        steps=5000,
        exact=True,
        torch_twin=True,
    ),
}
TRIALS: dict[str, Trial] = {**STUDIO, **PLANNING, **SEARCH, **SCRIPTED, **TABULAR, **SB3}
HOMES = ("CartPole-v1", "Pendulum-v1", "FrozenLake-v1", "rlstudio/BitFlipping-v0")
SMALL = {key: trial.params for key, trial in TRIALS.items()}


def some(**wanted: Any) -> list[str]:
    """Keys of the algorithms whose trial says so."""
    return sorted(key for key, trial in TRIALS.items() if all(getattr(trial, name) == v for name, v in wanted.items()))


def home_of(key: str) -> str:
    """A quick environment of the catalogue in which the algorithm can learn."""
    return next(env for env in HOMES if algorithms()[key].why_not(card_for(env)) is None)


def build(
    key: str, make: Callable[[], Any] | None = None, seed: int = 0, device: str = "cpu", **changed: Any
) -> tuple[Learner, Any]:
    """The learner and its environment, that of its trial unless another is given."""
    spec, trial = algorithms()[key], TRIALS[key]
    make = make or trial.make
    params: Any = validate(spec.params, {**trial.params, **changed})
    env = vector(make, params.n_envs) if spec.vector else make()
    learner = spec.load_learner()(env, params, seed, device)
    learner.has_reset_steps = spec.has_reset_steps  # type: ignore[attr-defined] # for PlainRun, which counts steps
    return learner, env


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

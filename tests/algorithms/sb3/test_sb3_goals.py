"""Hindsight on bit flipping: HER learns where DQN alone sees no reward. Minutes, so marked slow."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from learners import TRIALS, vector
from runs import PlainRun, learn

from rlstudio.algorithms.catalogue import algorithms
from rlstudio.core.params import validate
from rlstudio.envs.make import make

SETTINGS: dict[str, Any] = {
    "hidden": (256,),
    "learning_rate": 1e-3,
    "batch_size": 128,
    "buffer_size": 100_000,
    "learning_starts": 500,
    "train_every": 1,
    "target_update_every": 250,
    "target_share": 1.0,
    "exploration_fraction": 0.5,
    "discount": 0.95,
}


def success(key: str, env_id: str, steps: int, **changed: Any) -> float:
    """Share of 100 greedy episodes that reach the goal, after `steps` steps of learning."""
    spec = algorithms()[key]
    assert key in TRIALS
    params: Any = validate(spec.params, {**SETTINGS, **changed})
    learner = spec.load_learner()(vector(partial(make, env_id), params.n_envs), params, 0, "cpu")
    learn(learner, PlainRun(steps=steps))
    policy, env, reached = learner.policy(), make(env_id), []
    for seed in range(100):
        observation, info = env.reset(seed=10_000 + seed)
        policy.start_episode(seed)
        over = False
        while not over:
            action, _ = policy.decide(observation, info, greedy=True)
            observation, _, terminated, truncated, info = env.step(action)
            over = terminated or truncated
        reached.append(info["is_success"])
    return float(np.mean(reached))


@pytest.mark.slow
def test_hindsight_learns_what_dqn_alone_does_not() -> None:
    with_hindsight = success("sb3_her", "rlstudio/BitFlipping-v0", 10_000)
    without = success("sb3_dqn", "rlstudio/BitFlipping-v0", 10_000)
    assert with_hindsight > 0.9, with_hindsight
    assert without < 0.1, without

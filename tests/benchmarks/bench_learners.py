"""Steps a second of our PPO and DQN beside Stable-Baselines3's, in turn in one run.

    python tests/benchmarks/bench_learners.py [--rounds 3] [--scale 1] [--json PATH]

Both sides get the same environment, settings and number of steps, one after the other in each round; the ratio is that
of the medians. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import rlstudio  # noqa: F401 - sets thread counts, so it comes before numpy and torch

# isort: split
import gymnasium as gym
import torch
from contests import Contest, hold

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.resolve import resolve
from rlstudio.core.params import validate
from rlstudio.envs.make import make, make_vector

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "algorithms"))  # the tests' own minimal Run
from runs import PlainRun, learn

torch.set_num_threads(1)


def studio(algorithm: str, preset: str, steps: int, seed: int, **changed: Any) -> float:
    """Steps a second of our learner on CartPole."""
    spec = get_algorithm(algorithm)
    config = resolve(env="CartPole-v1", algorithm=algorithm, preset=preset, params=changed, steps=steps)
    params: Any = validate(spec.params, config.params)
    env = make_vector("CartPole-v1", params.n_envs) if spec.vector else make("CartPole-v1")
    learner = spec.load_learner()(env, params, seed, "cpu")
    start = time.perf_counter()
    run = learn(learner, PlainRun(steps=steps))
    return run.step / (time.perf_counter() - start)


def sb3_ppo(steps: int, seed: int) -> float:
    """RL Zoo's settings for CartPole."""
    from stable_baselines3 import PPO
    from stable_baselines3.common.env_util import make_vec_env

    model = PPO(
        "MlpPolicy",
        make_vec_env("CartPole-v1", n_envs=8, seed=seed),
        n_steps=32,
        batch_size=256,
        gae_lambda=0.8,
        gamma=0.98,
        n_epochs=20,
        ent_coef=0.0,
        learning_rate=lambda left: 1e-3 * left,
        clip_range=lambda left: 0.2 * left,
        device="cpu",
    )
    return _sb3(model, steps)


def sb3_dqn(steps: int, seed: int) -> float:
    """RL Zoo's settings for CartPole."""
    from stable_baselines3 import DQN

    model = DQN(
        "MlpPolicy",
        gym.make("CartPole-v1"),
        learning_rate=2.3e-3,
        batch_size=64,
        buffer_size=100_000,
        learning_starts=1000,
        gamma=0.99,
        target_update_interval=10,
        train_freq=256,
        gradient_steps=128,
        exploration_fraction=0.16,
        exploration_final_eps=0.04,
        policy_kwargs={"net_arch": [256, 256]},
        device="cpu",
        seed=seed,
    )
    return _sb3(model, steps)


def sb3_dqn_each_step(steps: int, seed: int) -> float:
    """An update of batch 128 at every step, a 128-128 network, as in the demonstration."""
    from stable_baselines3 import DQN

    model = DQN(
        "MlpPolicy",
        gym.make("CartPole-v1"),
        learning_rate=3e-4,
        batch_size=128,
        buffer_size=10_000,
        learning_starts=128,
        gamma=0.99,
        tau=0.005,
        target_update_interval=1,
        train_freq=1,
        policy_kwargs={"net_arch": [128, 128]},
        device="cpu",
        seed=seed,
    )
    return _sb3(model, steps)


def _sb3(model: Any, steps: int) -> float:
    start = time.perf_counter()
    model.learn(steps)
    return float(model.num_timesteps / (time.perf_counter() - start))


CONTESTS = (
    Contest(
        "ppo, RL Zoo's CartPole settings / Stable-Baselines3",
        4.0,
        (40_000, 40_000),
        lambda steps, seed: studio("ppo", "rl-zoo", steps, seed),
        sb3_ppo,
    ),
    Contest(
        "dqn, RL Zoo's CartPole settings / Stable-Baselines3",
        2.0,
        (12_000, 12_000),
        lambda steps, seed: studio("dqn", "rl-zoo", steps, seed),
        sb3_dqn,
    ),
    Contest(
        "dqn, an update of 128 each step / Stable-Baselines3",
        2.0,
        (6_000, 6_000),
        lambda steps, seed: studio("dqn", "demonstration", steps, seed),
        sb3_dqn_each_step,
    ),
)


if __name__ == "__main__":
    hold(CONTESTS, "bench_learners.py", __doc__)

"""Steps a second of the learners beside Stable-Baselines3 and the demonstration's own REINFORCE loop, in turn.

Run it with a Python that has both (`pip install ".[bench]"`), on a machine that does nothing else:

    python tests/benchmarks/bench_learners.py [--rounds 3]

Both sides get the same environment, settings and number of steps, one after the other in each round; the ratio is that
of the medians.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import rlstudio  # noqa: F401 - sets thread counts, so it comes before numpy and torch

# isort: split
import gymnasium as gym
import torch

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


class DemonstrationPolicy(torch.nn.Module):
    """One hidden layer of 128, dropout 0.5, ReLU."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Linear(4, 128)
        self.dropout = torch.nn.Dropout(0.5)
        self.last = torch.nn.Linear(128, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.last(torch.relu(self.dropout(self.first(x)))), dim=-1)


def demonstration_reinforce(steps: int, seed: int) -> float:
    """The notebook's loop as it is usually written: one forward pass a step, one update an episode."""
    torch.manual_seed(seed)
    env, policy = gym.make("CartPole-v1"), DemonstrationPolicy()
    optimiser = torch.optim.Adam(policy.parameters(), lr=0.01)
    taken = 0
    start = time.perf_counter()
    observation, _ = env.reset(seed=seed)
    while taken < steps:
        log_probs, rewards, ended = [], [], False
        while not ended:
            distribution = torch.distributions.Categorical(policy(torch.from_numpy(observation).unsqueeze(0)))
            action = distribution.sample()
            log_probs.append(distribution.log_prob(action))
            observation, reward, terminated, truncated, _ = env.step(action.item())
            rewards.append(float(reward))
            ended = terminated or truncated
        taken += len(rewards)
        observation, _ = env.reset()
        total, returns = 0.0, []
        for reward in reversed(rewards):
            total = reward + 0.99 * total
            returns.insert(0, total)
        weights = torch.tensor(returns)
        weights = (weights - weights.mean()) / (weights.std() + 1e-9)
        loss = torch.cat([-log_prob * weight for log_prob, weight in zip(log_probs, weights, strict=True)]).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return taken / (time.perf_counter() - start)


Contest = tuple[str, float, Callable[[int], float], Callable[[int], float]]


def contests(scale: float) -> list[Contest]:
    """Title, aimed ratio, ours and theirs, each a function of the seed."""

    def n(steps: int) -> int:
        return int(steps * scale)

    return [
        (
            "ppo, RL Zoo's CartPole settings / Stable-Baselines3",
            2.0,
            lambda seed: studio("ppo", "rl-zoo", n(40_000), seed),
            lambda seed: sb3_ppo(n(40_000), seed),
        ),
        (
            "dqn, RL Zoo's CartPole settings / Stable-Baselines3",
            1.5,
            lambda seed: studio("dqn", "rl-zoo", n(12_000), seed),
            lambda seed: sb3_dqn(n(12_000), seed),
        ),
        (
            "dqn, an update of 128 each step / Stable-Baselines3",
            1.5,
            lambda seed: studio("dqn", "demonstration", n(6_000), seed),
            lambda seed: sb3_dqn_each_step(n(6_000), seed),
        ),
        (
            "reinforce, as in the demonstration / its own loop",
            3.0,
            lambda seed: studio("reinforce", "demonstration", n(20_000), seed),
            lambda seed: demonstration_reinforce(n(20_000), seed),
        ),
    ]


def main() -> None:
    """Run every contest and print its ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the usual number of steps")
    chosen = parser.parse_args()
    print(f"{'steps a second':52} {'ours':>9} {'theirs':>9} {'ratio':>7} {'aim':>5}")
    for title, aim, ours, theirs in contests(chosen.scale):
        mine, others = [], []
        for seed in range(chosen.rounds):
            mine.append(ours(seed))
            others.append(theirs(seed))
        ratio = median(mine) / median(others)
        print(f"{title:52} {median(mine):9,.0f} {median(others):9,.0f} {ratio:7.2f} {aim:5.1f}", flush=True)


if __name__ == "__main__":
    main()

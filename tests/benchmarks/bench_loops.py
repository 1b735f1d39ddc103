"""Steps a second of the learners beside the plain loops of three demonstrations, in turn in one run.

    python tests/benchmarks/bench_loops.py [--rounds 3] [--scale 1] [--json PATH]

The loops are written as the notebooks write them: `gymnasium.make("CartPole-v1")`, one environment, one step at a time.
Both sides take the same number of steps with the same settings but for how many episodes are played side by side; the
ratio is that of the medians. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import time

from bench_learners import studio  # sets thread counts, so it comes before numpy

# isort: split
import gymnasium as gym
import numpy as np
import torch
from contests import Contest, hold


def plain_random_search(steps: int, seed: int) -> float:
    """Weights drawn anew each episode, push right where the weighted sum is at least 0, keep the best."""
    rng, env = np.random.default_rng(seed), gym.make("CartPole-v1")
    env.reset(seed=seed)
    best_return, best_weights = -1.0, np.zeros(4)
    taken = 0
    start = time.perf_counter()
    while taken < steps:
        weights = rng.standard_normal(4)
        observation, _ = env.reset()
        total, ended = 0.0, False
        while not ended:
            action = 1 if np.dot(weights, observation) >= 0 else 0
            observation, reward, terminated, truncated, _ = env.step(action)
            total += float(reward)
            taken += 1
            ended = terminated or truncated
        if total > best_return:
            best_return, best_weights = total, weights
    assert best_weights.any()
    return taken / (time.perf_counter() - start)


def plain_numpy_gradient(steps: int, seed: int) -> float:
    """4 → 10 ReLU → 10 linear → 1 sigmoid, one observation at a time; one update an episode."""
    rng, env = np.random.default_rng(seed), gym.make("CartPole-v1")
    env.reset(seed=seed)
    w1, w2, w3 = (rng.standard_normal((i, o)) / np.sqrt(i) for i, o in ((4, 10), (10, 10), (10, 1)))
    taken = 0
    start = time.perf_counter()
    while taken < steps:
        observation, _ = env.reset()
        observations, firsts, seconds, chances, actions, rewards = [], [], [], [], [], []
        ended = False
        while not ended:
            first = np.maximum(observation @ w1, 0.0)
            second = first @ w2
            chance = 1.0 / (1.0 + np.exp(-(second @ w3)[0]))
            action = 1 if rng.random() < chance else 0
            observations.append(observation)
            firsts.append(first)
            seconds.append(second)
            chances.append(chance)
            actions.append(action)
            observation, reward, terminated, truncated, _ = env.step(action)
            rewards.append(float(reward))
            ended = terminated or truncated
        taken += len(rewards)
        returns, total = np.zeros(len(rewards)), 0.0
        for t in reversed(range(len(rewards))):
            total = rewards[t] + 0.99 * total
            returns[t] = total
        returns = (returns - returns.mean()) / (returns.std() + 1e-8)
        p = np.array(chances)
        delta = ((p - np.array(actions)) * returns * p * (1.0 - p))[:, None]
        by_second = delta @ w3.T
        by_first = (by_second @ w2.T) * (np.array(firsts) > 0.0)
        w3 -= 0.01 * np.array(seconds).T @ delta
        w2 -= 0.01 * np.array(firsts).T @ by_second
        w1 -= 0.01 * np.array(observations).T @ by_first
    return taken / (time.perf_counter() - start)


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


CONTESTS = (
    Contest(
        "reinforce, as in the demonstration / its own loop",
        5.0,
        (40_000, 20_000),
        lambda steps, seed: studio("reinforce", "demonstration", steps, seed),
        demonstration_reinforce,
    ),
    Contest(
        "reinforce_numpy, preset `demonstration-fast`, 64 at once / the demonstration's loop",
        5.0,
        (200_000, 100_000),
        lambda steps, seed: studio("reinforce_numpy", "demonstration-fast", steps, seed),
        plain_numpy_gradient,
    ),
    Contest(
        "reinforce_numpy, preset `demonstration`, one at a time / the demonstration's loop",
        None,
        (40_000, 100_000),
        lambda steps, seed: studio("reinforce_numpy", "demonstration", steps, seed),
        plain_numpy_gradient,
    ),
    Contest(
        "random_search, preset `demonstration-fast`, 64 at once / the demonstration's loop",
        3.0,
        (500_000, 200_000),
        lambda steps, seed: studio("random_search", "demonstration-fast", steps, seed),
        plain_random_search,
    ),
    Contest(
        "random_search, preset `demonstration`, one at a time / the demonstration's loop",
        None,
        (40_000, 200_000),
        lambda steps, seed: studio("random_search", "demonstration", steps, seed),
        plain_random_search,
    ),
)


if __name__ == "__main__":
    hold(CONTESTS, "bench_loops.py", __doc__)

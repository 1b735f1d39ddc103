"""Steps a second of the learners beside the plain loops of three demonstrations, in turn in one run.

    python tests/benchmarks/bench_loops.py [--rounds 3] [--scale 1] [--json PATH]

The loops are written as the notebooks write them: `gymnasium.make("CartPole-v1")`, one environment, one step at a time.
Both sides take the same number of steps with the same settings but for how many episodes are played side by side; the
ratio is that of the medians. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench_learners import demonstration_reinforce, studio  # sets thread counts, so it comes before numpy

# isort: split
import gymnasium as gym
import numpy as np
from results import stamped, write_rows


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


@dataclass(frozen=True)
class Contest:
    """Ours and theirs, each steps a second of (steps, seed); `steps` for ours and for theirs at scale 1."""

    name: str
    aim: float | None
    steps: tuple[int, int]
    ours: Callable[[int, int], float]
    theirs: Callable[[int, int], float]


CONTESTS = (
    Contest(
        "reinforce, as in the demonstration / its own loop",
        5.0,
        (40_000, 20_000),
        lambda steps, seed: studio("reinforce", "demonstration", steps, seed),
        demonstration_reinforce,
    ),
    Contest(
        "reinforce_numpy, preset `demonstration-fast`, 32 at once / the demonstration's loop",
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


def main() -> None:
    """Run every contest, print its ratio, and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the usual number of steps")
    parser.add_argument("--json", type=Path, help="where to write the rows")
    chosen = parser.parse_args()
    rows = []
    print(f"{'steps a second':80} {'ours':>9} {'theirs':>9} {'ratio':>7} {'aim':>5}")
    for contest in CONTESTS:
        mine, others = [], []
        for seed in range(chosen.rounds):
            mine.append(contest.ours(int(contest.steps[0] * chosen.scale), seed))
            others.append(contest.theirs(int(contest.steps[1] * chosen.scale), seed))
        ours, theirs = median(mine), median(others)
        aim = "" if contest.aim is None else f"{contest.aim:5.1f}"
        print(f"{contest.name:80} {ours:9,.0f} {theirs:9,.0f} {ours / theirs:7.2f} {aim}", flush=True)
        row = {
            "name": contest.name,
            "ours_steps_per_second": ours,
            "theirs": theirs,
            "ratio": ours / theirs,
            "aim": contest.aim,
            "command": f"python tests/benchmarks/bench_loops.py --rounds {chosen.rounds}",
        }
        rows.append(stamped(row))
    if chosen.json:
        write_rows(chosen.json, rows)


if __name__ == "__main__":
    main()

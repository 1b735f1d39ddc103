"""CartPole, first step to a mean of 475 over 25 episodes: ours with its fastest preset beside Stable-Baselines3.

    python tests/benchmarks/bench_cartpole_race.py [--seeds 10] [--json PATH]

Ours is the command line itself, `rlstudio train … --preset fast --stop-at 475 --eval-every 0 --json`, and its
`solved_at.seconds`: what a user gets. Stable-Baselines3's PPO has RL Zoo's settings for CartPole (8 copies, budget
100,000 steps) and is stopped by a callback at the same mean; its seconds count from the start of `learn`. They run in
turn, seed by seed, one thread each. A seed that is not solved within the budget is counted as infinitely slow. Run it
on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from statistics import median
from typing import Any

import rlstudio  # noqa: F401 - sets thread counts, so it comes before numpy and torch

# isort: split
import torch
from results import stamped, write_rows
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env

GOAL = 475.0
WINDOW = 25
BUDGET = 100_000
COMMAND = "train -e CartPole-v1 -a ppo --preset fast --stop-at 475 --window 25 --eval-every 0 --json"

torch.set_num_threads(1)


def ours(seed: int, runs_dir: str) -> float:
    """Seconds to the goal; infinite where it was not reached."""
    command = [sys.executable, "-m", "rlstudio", *COMMAND.split(), "--seed", str(seed), "--runs-dir", runs_dir]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    solved_at = json.loads(done.stdout)["solved_at"]
    return math.inf if solved_at is None else float(solved_at["seconds"])


class StopAtGoal(BaseCallback):
    """Ends training when the mean of the last episodes reaches the goal."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = math.inf
        self._returns: deque[float] = deque(maxlen=WINDOW)

    def _on_training_start(self) -> None:
        self._began = time.perf_counter()

    def _on_step(self) -> bool:
        ended = [info["episode"]["r"] for info in self.locals["infos"] if "episode" in info]
        self._returns.extend(ended)
        if ended and len(self._returns) == WINDOW and sum(self._returns) / WINDOW >= GOAL:
            self.seconds = time.perf_counter() - self._began
            return False
        return True


def theirs(seed: int) -> float:
    """Seconds to the goal with RL Zoo's settings (hyperparams/ppo.yml); infinite where it was not reached."""
    model: Any = PPO(
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
        seed=seed,
    )
    watch = StopAtGoal()
    model.learn(BUDGET, callback=watch)
    return watch.seconds


def row(name: str, seconds: list[float], command: str) -> dict[str, Any]:
    """Median and worst of all seeds; null stands for a seed that was not solved."""

    def finite(value: float) -> float | None:
        return value if math.isfinite(value) else None

    return {
        "name": name,
        "median_seconds": finite(median(seconds)),
        "worst_seconds": finite(max(seconds)),
        "solved": f"{sum(math.isfinite(value) for value in seconds)} of {len(seconds)} seeds",
        "seconds": [finite(value) for value in seconds],
        "command": command,
    }


def main() -> None:
    """Race, and print and write the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10, help="seeds 0, 1, … (10)")
    parser.add_argument("--json", type=Path, help="where to write the rows")
    chosen = parser.parse_args()
    mine, others = [], []
    with tempfile.TemporaryDirectory() as runs_dir:
        for seed in range(chosen.seeds):
            mine.append(ours(seed, runs_dir))
            others.append(theirs(seed))
            print(f"seed {seed}: ours {mine[-1]:6.2f} s, Stable-Baselines3 {others[-1]:6.2f} s", flush=True)
    ratio = median(others) / median(mine)
    print(f"median: ours {median(mine):.2f} s, Stable-Baselines3 {median(others):.2f} s: {ratio:.1f} times sooner")
    if chosen.json:
        command = f"python tests/benchmarks/bench_cartpole_race.py --seeds {chosen.seeds}"
        ours_row = row("ours, preset fast", mine, command)
        ours_row["times_sooner"] = ratio if math.isfinite(ratio) else None
        rows = [ours_row, row("Stable-Baselines3, RL Zoo's settings", others, command)]
        write_rows(chosen.json, [stamped(each) for each in rows])


if __name__ == "__main__":
    main()

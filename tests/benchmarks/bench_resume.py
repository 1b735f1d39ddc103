"""What being able to resume to the bit costs: training with and without the journal of actions, and the way back.

    python tests/benchmarks/bench_resume.py

Runs with and without take turns; the least processor time of each counts, for a machine is never slower than it can be
by itself. Aim: at least 0.98 of the speed without.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from job_harness import train_inline

from rlstudio.envs.make import make
from rlstudio.envs.whereabouts import come_back, follow, whereabouts
from rlstudio.jobs import standing

ROUNDS = 11
RUNS: tuple[dict[str, Any], ...] = (
    {"algorithm": "q_learning", "env": "FrozenLake-v1", "steps": 30_000},
    {"algorithm": "random", "env": "CartPole-v1", "steps": 30_000},
    {"algorithm": "random", "env": "Pendulum-v1", "steps": 20_000},
    {"algorithm": "dqn", "env": "CartPole-v1", "steps": 4_000},
    {"algorithm": "ppo", "env": "CartPole-v1", "steps": 30_000},
    {"algorithm": "ppo", "env": "Pendulum-v1", "steps": 20_000},
)


def seconds_of(asked: dict[str, Any], *, journal: bool) -> float:
    """Processor seconds of one run."""
    kept = standing.follow
    standing.follow = kept if journal else lambda env: None  # type: ignore[assignment]
    try:
        with tempfile.TemporaryDirectory() as home:
            began = time.process_time()
            train_inline(Path(home), eval_every=0, **asked)
            return time.process_time() - began
    finally:
        standing.follow = kept  # type: ignore[assignment]


def main() -> None:
    print(f"{'run':32} {'without':>9} {'with':>9}  speed")
    for asked in RUNS:
        times: dict[bool, list[float]] = {False: [], True: []}
        for number in range(ROUNDS):
            for journal in (False, True) if number % 2 else (True, False):
                times[journal].append(seconds_of(asked, journal=journal))
        without, with_it = min(times[False]), min(times[True])
        name = f"{asked['algorithm']}, {asked['env']}"
        print(f"{name:32} {without:8.3f}s {with_it:8.3f}s  {without / with_it:.3f}", flush=True)
    print("\nthe way back through a whole episode")
    for env_id, steps in (("Pendulum-v1", 199), ("LunarLander-v3", 60), ("CarRacing-v3", 400)):
        env = make(env_id)
        follow(env)
        env.reset(seed=1)
        env.action_space.seed(1)
        for _ in range(steps):
            env.step(env.action_space.sample())
        kept = whereabouts(env)
        other = make(env_id)
        follow(other)
        began = time.perf_counter()
        come_back(other, *kept)
        print(f"{env_id:32} {steps} steps {1000 * (time.perf_counter() - began):8.1f} ms")
        env.close()
        other.close()


if __name__ == "__main__":
    main()

"""What being able to resume to the bit costs: training with and without the journal of actions, and the way back.

    python tests/benchmarks/bench_resume.py [--rounds 15] [--json FILE]

In each round the same run is trained without, with and without the journal, in changing order; what counts is the
processor time of the process. Speed is the median over the rounds of without / with, without being the mean of its
two; noise is the middle half of the same ratio between the two that are without, so of nothing at all: a speed within
it is no cost that can be seen. Aim: at least 0.98 of the speed without. Gymnasium's vector CartPole has no journal: of
`ppo, CartPole-v1` both sides do the same.

Beside it what the journal does by itself: nanoseconds a step, with and without, of an environment alone, and what
share of a training step that is.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from job_harness import train_inline
from results import stamped, write_rows

from rlstudio.envs.make import make
from rlstudio.envs.whereabouts import come_back, follow, whereabouts
from rlstudio.jobs import standing

RUNS: tuple[dict[str, Any], ...] = (
    {"algorithm": "q_learning", "env": "FrozenLake-v1", "steps": 30_000},
    {"algorithm": "random", "env": "CartPole-v1", "steps": 30_000},
    {"algorithm": "random", "env": "Pendulum-v1", "steps": 20_000},
    {"algorithm": "dqn", "env": "CartPole-v1", "steps": 4_000},
    {"algorithm": "ppo", "env": "CartPole-v1", "steps": 30_000},
    {"algorithm": "ppo", "env": "Pendulum-v1", "steps": 20_000},
)
WAYS_BACK = (("Pendulum-v1", 199), ("LunarLander-v3", 60), ("CarRacing-v3", 400))
AIM = 0.98


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


def nanoseconds_a_step(env_id: str, *, rounds: int = 9, steps: int = 5_000) -> tuple[float, float]:
    """The least processor time of an environment's step, without and with a journal, resets included."""
    least = {False: float("inf"), True: float("inf")}
    for number in range(2 * rounds):
        journal = bool((number + number // 2) % 2)
        env = make(env_id)
        if journal:
            follow(env)
        env.reset(seed=1)
        env.action_space.seed(1)
        actions = [env.action_space.sample() for _ in range(steps)]
        began = time.process_time()
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()
        least[journal] = min(least[journal], 1e9 * (time.process_time() - began) / steps)
        env.close()
    return least[False], least[True]


def measure_run(asked: dict[str, Any], rounds: int) -> dict[str, Any]:
    """Speed with the journal, and the noise of that."""
    seconds_of(asked, journal=True)  # imports, caches
    speeds, nothing, without = [], [], []
    for number in range(rounds):
        order = [(False, True, False), (True, False, False), (False, False, True)][number % 3]
        times = [(journal, seconds_of(asked, journal=journal)) for journal in order]
        first, second = [seconds for journal, seconds in times if not journal]
        with_it = next(seconds for journal, seconds in times if journal)
        speeds.append((first + second) / 2 / with_it)
        nothing.append(first / second)
        without += [first, second]
    quarters = statistics.quantiles(nothing, n=4)
    bare, noted = nanoseconds_a_step(asked["env"])
    a_step = 1e9 * statistics.median(without) / asked["steps"]
    return {
        "name": f"{asked['algorithm']}, {asked['env']}",
        "speed": round(statistics.median(speeds), 4),
        "noise": [round(quarters[0], 4), round(quarters[2], 4)],
        "aim": AIM,
        "training_step_us": round(a_step / 1e3, 2),
        "journal_ns_a_step": round(noted - bare, 1),
        "journal_share": round((noted - bare) / a_step, 5),
    }


def measure_way_back(env_id: str, steps: int) -> dict[str, Any]:
    """Milliseconds from a fresh environment to where another stands, amid an episode."""
    env, other = make(env_id), make(env_id)
    follow(env)
    env.reset(seed=1)
    env.action_space.seed(1)
    for _ in range(steps):
        env.step(env.action_space.sample())
    kept = whereabouts(env)
    follow(other)
    began = time.perf_counter()
    come_back(other, *kept)
    taken = 1000 * (time.perf_counter() - began)
    env.close()
    other.close()
    return {"name": f"the way back through {steps} steps of {env_id}", "milliseconds": round(taken, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", help="runs in whose name this occurs")
    parser.add_argument("--json", type=Path, help="where to write the rows")
    options = parser.parse_args()
    rows = []
    for asked in RUNS:
        if options.only is None or options.only in f"{asked['algorithm']}, {asked['env']}":
            rows.append(measure_run(asked, options.rounds))
            print(rows[-1], flush=True)
    for env_id, steps in WAYS_BACK:
        rows.append(measure_way_back(env_id, steps))
        print(rows[-1], flush=True)
    if options.json:
        command = f"python tests/benchmarks/bench_resume.py --rounds {options.rounds}"
        write_rows(options.json, [stamped({**row, "command": command}) for row in rows])


if __name__ == "__main__":
    main()

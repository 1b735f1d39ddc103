"""What the tabular algorithms reach with their default presets, and how fast: means of 1,000 greedy episodes, steps/s.

    python tests/benchmarks/bench_tabular.py [--seeds 3] [--only FrozenLake-v1] [--json OUT]

Each row is made by the two commands it names: a run through the true path, and the evaluation of its final policy.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from results import stamped, write_rows

ROOT = Path(__file__).resolve().parents[2]
EPISODES = 1_000

CELLS = (
    ("FrozenLake-v1", "value_iteration", 0.70),
    ("FrozenLake-v1", "q_learning", 0.70),
    ("FrozenLake-v1", "sarsa", None),
    ("FrozenLake8x8-v1", "value_iteration", 0.80),
    ("FrozenLake8x8-v1", "q_learning", 0.80),
    ("FrozenLake8x8-v1", "sarsa", None),
    ("Taxi-v4", "value_iteration", 7.5),
    ("Taxi-v4", "q_learning", 7.5),
    ("Taxi-v4", "sarsa", None),
    ("CliffWalking-v1", "value_iteration", -13.5),
    ("CliffWalking-v1", "q_learning", -13.0),
    ("CliffWalking-v1", "sarsa", None),
    ("CartPole-v1", "q_learning", None),
    ("MountainCar-v0", "q_learning", None),
)
"""Environment, algorithm, and the mean that is aimed at."""


def studio(*words: str, home: str) -> dict[str, Any]:
    """What a command of `rlstudio … --json` says."""
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-m", "rlstudio", *words, "--json"],
        env={**os.environ, "RLSTUDIO_HOME": home, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def measure(env: str, algorithm: str, seed: int, aim: float | None, home: str) -> dict[str, Any]:
    """One row."""
    train = ("train", "-e", env, "-a", algorithm, "--seed", str(seed))
    run = studio(*train, home=home)
    evaluate = ("evaluate", Path(run["run"]).name, "--episodes", str(EPISODES))
    found = studio(*evaluate, home=home)
    return {
        "environment": env,
        "algorithm": algorithm,
        "seed": seed,
        "steps": run["steps"],
        "seconds": round(run["seconds"], 2),
        "steps_per_second": round(run["steps_per_second"]),
        "mean": found["mean"],
        "episodes": EPISODES,
        "aim": aim,
        "command": f"rlstudio {shlex.join(train)} && rlstudio {shlex.join(evaluate)}",
    }


def main() -> None:
    """Print the rows, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="how many, from 0")
    parser.add_argument("--only", help="this environment alone")
    parser.add_argument("--json", type=Path, help="write the rows there too")
    options = parser.parse_args()
    rows = []
    print(f"{'environment':18}{'algorithm':17}{'seed':>4}{'steps':>11}{'steps/s':>9}{'mean of 1,000':>15}{'aim':>8}")
    with tempfile.TemporaryDirectory() as home:
        for env, algorithm, aim in CELLS:
            if options.only not in (None, env):
                continue
            for seed in range(options.seeds):
                row = stamped(measure(env, algorithm, seed, aim, home))
                rows.append(row)
                if options.json:
                    write_rows(options.json, rows)
                print(
                    f"{env:18}{algorithm:17}{seed:>4}{row['steps']:>11,}{row['steps_per_second']:>9,}"
                    f"{row['mean']:>15.3f}{'' if aim is None else aim:>8}",
                    flush=True,
                )


if __name__ == "__main__":
    main()

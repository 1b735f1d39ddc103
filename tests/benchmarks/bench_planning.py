"""What the learners that compare candidate actions reach with their default presets, beside random actions and rules.

    python tests/benchmarks/bench_planning.py [--json PATH] [--seeds N] [--episodes 20] [--gif DIR] [ROW]

A row is trained and evaluated by the program's own command line, which its `command` repeats. It holds env, algorithm,
preset, seed, steps, mean and std of the newest policy's greedy episodes (seeds 10,000 and up), the mean of the best
checkpoint (as its evaluations chose it) and the means of the baselines. `--gif` records an episode of each
environment's first seed. ROW is ENV/ALGORITHM, as in Pendulum-v1/model_based.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from rlstudio.algorithms.random.policy import RandomPolicy
from rlstudio.algorithms.resolve import resolve
from rlstudio.algorithms.scripted.policy import ScriptedPolicy
from rlstudio.algorithms.scripted.rules import RULES
from rlstudio.envs.make import make
from rlstudio.jobs.evaluate import FIRST_SEED, play_out

TARGETS: dict[tuple[str, str], float | None] = {
    ("Pendulum-v1", "model_based"): -250.0,
    ("CartPole-v1", "model_based"): 450.0,
    ("BipedalWalker-v3", "model_based"): None,  # clearly above both baselines
    ("Pendulum-v1", "reward_predictor"): None,
    ("CartPole-v1", "reward_predictor"): None,
    ("BipedalWalker-v3", "reward_predictor"): None,
}
SEEDS = {"BipedalWalker-v3": 1}
"""Fewer seeds where a run takes long."""
MORE = {"BipedalWalker-v3": ("--eval-every", "3000", "--eval-episodes", "3")}
"""Episodes of 1,600 planned steps: the usual twenty evaluations would take three times as long as the training."""


def run_command(*arguments: str) -> dict[str, Any]:
    """The one JSON object that a command of the program prints."""
    done = subprocess.run(
        [sys.executable, "-m", "rlstudio", *arguments, "--json"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"rlstudio {' '.join(arguments)}\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def baselines(env_id: str, episodes: int) -> dict[str, float]:
    """Mean returns of acting at random and by each hand-written rule."""
    env, found = make(env_id), {}
    for rule in ("random", *RULES.get(env_id, {})):
        spaces = env.observation_space, env.action_space
        policy = RandomPolicy(spaces[1]) if rule == "random" else ScriptedPolicy(env_id, rule, *spaces)
        outcomes = [play_out(env, policy, FIRST_SEED + i, greedy=True, look_up=lambda: None) for i in range(episodes)]
        found[rule] = float(np.mean([outcome.total_reward for outcome in outcomes]))
    env.close()
    return found


def measure(env_id: str, algorithm: str, seed: int, episodes: int, runs_dir: str, gif: Path | None) -> dict[str, Any]:
    """Train, evaluate the newest and the best policy, and perhaps record an episode."""
    config = resolve(env=env_id, algorithm=algorithm)
    arguments = ["train", "-e", env_id, "-a", algorithm, "--seed", str(seed), *MORE.get(env_id, ())]
    trained = run_command(*arguments, "--runs-dir", runs_dir)
    run = trained["run"]
    newest = run_command("evaluate", run, "--episodes", str(episodes))
    best = run_command("evaluate", run, "--episodes", str(episodes), "--checkpoint", "best")
    if gif is not None:
        run_command("record", run, "--checkpoint", "best", "-o", str(gif / f"{env_id}-{algorithm}.gif"))
    return {
        "env": env_id,
        "algorithm": algorithm,
        "preset": config.preset,
        "seed": seed,
        "steps": trained["steps"],
        "mean": newest["mean"],
        "std": newest["std"],
        "best_mean": best["mean"],
        "episodes": episodes,
        "target": TARGETS[env_id, algorithm],
        "seconds": round(trained["seconds"], 1),
        "baselines": baselines(env_id, episodes),
        "command": f"rlstudio {' '.join(arguments)} && rlstudio evaluate RUN --episodes {episodes}",
    }


def main() -> None:
    """Measure the chosen rows and print each as it comes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    names = ["/".join(pair) for pair in TARGETS]
    parser.add_argument("rows", nargs="*", default=names, metavar="ROW", help=", ".join(names))
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="of BipedalWalker one at most")
    parser.add_argument("--episodes", type=int, default=20, metavar="N")
    parser.add_argument("--runs-dir", metavar="DIR", help="where the runs are kept (nowhere)")
    parser.add_argument("--gif", type=Path, metavar="DIR", help="record an episode of each row's first seed there")
    parser.add_argument("--json", metavar="PATH", help="write the rows there")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.rows:
            env_id, _, algorithm = name.rpartition("/")
            if (env_id, algorithm) not in TARGETS:
                parser.error(f"no such row: {name}; there are {', '.join(names)}")
            for seed in range(min(options.seeds, SEEDS.get(env_id, options.seeds))):
                gif = options.gif if seed == 0 else None
                row = measure(env_id, algorithm, seed, options.episodes, options.runs_dir or scratch, gif)
                rows.append(row)
                print(json.dumps(row), flush=True)
                if options.json:  # after each row: the whole takes long
                    Path(options.json).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

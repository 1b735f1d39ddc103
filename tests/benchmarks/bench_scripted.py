"""What the hand-written rules reach, beside random actions: mean and spread of whole episodes.

    python tests/benchmarks/bench_scripted.py [--json PATH] [--episodes 100] [ENV …]

Each row holds env, rule, mean, std, lowest, episodes, target, and the command that measures that row alone. CarRacing,
which draws a picture at each step, is measured over a fifth of the episodes. Seeds are 10,000 and up, as in any
evaluation.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from rlstudio.algorithms.random.policy import RandomPolicy
from rlstudio.algorithms.scripted.policy import ScriptedPolicy
from rlstudio.algorithms.scripted.rules import RULES
from rlstudio.envs.make import make
from rlstudio.jobs.evaluate import FIRST_SEED, play_out

TARGETS = {
    "CartPole-v0": 200.0,
    "CartPole-v1": 500.0,
    "MountainCar-v0": -120.0,
    "MountainCarContinuous-v0": 90.0,
    "Acrobot-v1": -110.0,
    "Pendulum-v1": -200.0,
    "LunarLander-v3": 200.0,
}
SLOW = ("CarRacing-v3",)


def measure(name: str, rule: str, episodes: int) -> dict[str, Any]:
    """One row: `rule` is one of the environment's rules, or "random"."""
    env = make(name, {})
    try:
        spaces = env.observation_space, env.action_space
        policy = RandomPolicy(spaces[1]) if rule == "random" else ScriptedPolicy(name, rule, *spaces)
        outcomes = [
            play_out(env, policy, FIRST_SEED + index, greedy=True, look_up=lambda: None) for index in range(episodes)
        ]
    finally:
        env.close()
    returns = [outcome.total_reward for outcome in outcomes]
    return {
        "env": name,
        "rule": rule,
        "mean": float(np.mean(returns)),
        "std": float(np.std(returns)),
        "lowest": float(np.min(returns)),
        "episodes": episodes,
        "target": TARGETS.get(name) if rule == "expert" else None,
        "command": f"python tests/benchmarks/bench_scripted.py {name} --rule {rule} --episodes {episodes}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("envs", nargs="*", default=sorted(RULES), metavar="ENV")
    parser.add_argument("--rule", help="this rule alone, or random")
    parser.add_argument("--episodes", type=int, metavar="N", help="episodes a row (100; 20 where a step is slow)")
    parser.add_argument("--json", metavar="PATH", help="write the rows there")
    options = parser.parse_args()
    rows = []
    for name in options.envs:
        for rule in [options.rule] if options.rule else [*RULES[name], "random"]:
            row = measure(name, rule, options.episodes or (20 if name in SLOW else 100))
            rows.append(row)
            target = "" if row["target"] is None else f"   target {row['target']:g}"
            print(
                f"{name:26} {rule:14} {row['mean']:9.2f} ± {row['std']:7.2f}   {row['episodes']} episodes{target}",
                flush=True,
            )
            if options.json:
                Path(options.json).write_text(json.dumps({"rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""What saving a run while it trains costs: checkpoints with all that exact resume needs, and the lines of its curves.

    python tests/benchmarks/bench_autosave.py [--json results/autosave.json]

Each run is saved far more often than usual, and the medians are set against how often it is done by default: a
checkpoint every 15 seconds (or 30 times what it takes, where that is more), lines twice a second. A checkpoint waits
for the disk; "CPU" is its work alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from job_harness import train_inline
from results import RESULTS, stamped, write_rows

from rlstudio.jobs.autosave import CHECKPOINT_EVERY_SECONDS, SHARE_FOR_CHECKPOINTS
from rlstudio.jobs.training_run import DISK_EVERY_SECONDS, TrainingRun

RUNS: tuple[dict[str, Any], ...] = (
    {"algorithm": "q_learning", "env": "FrozenLake-v1", "steps": 40_000},
    {"algorithm": "ppo", "env": "CartPole-v1", "steps": 20_000},
    {"algorithm": "dqn", "env": "CartPole-v1", "steps": 6_000},
    {"algorithm": "sb3_sac", "env": "Pendulum-v1", "steps": 1_000},
)
SAVES = 12


def measured(asked: dict[str, Any]) -> dict[str, Any]:
    """One row."""
    took: dict[str, list[tuple[float, float]]] = {"_save_checkpoint": [], "write_disk": []}

    def timed(name: str, real: Callable[[TrainingRun], None]) -> Callable[[TrainingRun], None]:
        def call(run: TrainingRun) -> None:
            began, at_work = time.perf_counter(), time.process_time()
            real(run)
            took[name].append((time.perf_counter() - began, time.process_time() - at_work))

        return call

    kept = {name: getattr(TrainingRun, name) for name in took}
    for name, real in kept.items():
        setattr(TrainingRun, name, timed(name, real))
    try:
        with tempfile.TemporaryDirectory() as home:
            every = max(1, asked["steps"] // SAVES)
            folder, _ = train_inline(Path(home), eval_every=0, stop_at=None, autosave_steps=every, **asked)
            newest = folder.path / "checkpoints" / str(folder.checkpoints()[-1])
            n_bytes = sum(file.stat().st_size for file in newest.iterdir())
    finally:
        for name, real in kept.items():
            setattr(TrainingRun, name, real)
    save, save_cpu = (median(some) for some in zip(*took["_save_checkpoint"], strict=True))
    _, line_cpu = (median(some) for some in zip(*took["write_disk"], strict=True))
    return {
        "run": f"{asked['algorithm']}, {asked['env']}, {asked['steps']:,} steps",
        "checkpoint MiB": n_bytes / 2**20,
        "ms a checkpoint": 1000 * save,
        "CPU": 1000 * save_cpu,
        "% of the time": 100 * save / max(CHECKPOINT_EVERY_SECONDS, save / SHARE_FOR_CHECKPOINTS),
        "CPU ms a writing of lines": 1000 * line_cpu,
        "% of the CPU": 100 * line_cpu / DISK_EVERY_SECONDS,
        "command": "python tests/benchmarks/bench_autosave.py",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, default=RESULTS / "autosave.json")
    options = parser.parse_args()
    rows = []
    for asked in RUNS:
        rows.append(stamped(measured(asked)))
        print(rows[-1], flush=True)
    write_rows(options.json, rows)


if __name__ == "__main__":
    main()

"""How long it takes to list a thousand runs: for the first time, again, and after one of them went on.

    python tests/benchmarks/bench_runs.py [--runs 1000]

Makes run folders as training leaves them (a run.json of every field, a monitor.csv of up to 20,000 episodes, labels
for every fifth) in a temporary folder, and lists them as the window does. "Cold" is a new listing of files that the
system still holds in memory: a disk that has to be read adds its own time, which no program can help.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from rlstudio.algorithms.resolve import resolve
from rlstudio.storage.labels import Labels, write_labels
from rlstudio.storage.records import monitor_header, monitor_text
from rlstudio.storage.run_info import package_versions, write_run_file
from rlstudio.storage.run_listing import RunListing

PAIRS = (
    ("CartPole-v1", "ppo"),
    ("CartPole-v1", "dqn"),
    ("LunarLander-v3", "ppo"),
    ("Acrobot-v1", "sb3_a2c"),
    ("MountainCar-v0", "q_learning"),
    ("Pendulum-v1", "sb3_sac"),
)
TAGS = ("baseline", "paper", "try again", "lecture")


def make_runs(runs_dir: Path, count: int) -> None:
    """So many run folders, alike on every machine but for their dates, the newest a minute old."""
    draw, versions = random.Random(0), package_versions()
    newest = datetime.now().astimezone() - timedelta(minutes=1)
    for number in range(count):
        env, algorithm = PAIRS[number % len(PAIRS)]
        changed = {"learning_rate": draw.choice([1e-4, 1e-3, 3e-3])} if number % 3 else {}
        config = resolve(env=env, algorithm=algorithm, params=changed, steps=100_000, seed=number % 5)
        started = newest - timedelta(minutes=37 * number)
        folder = runs_dir / f"{started:%Y-%m-%d_%H-%M-%S}_{env}_{algorithm}_seed{config.seed}"
        folder.mkdir(parents=True)
        episodes = draw.choice([40, 400, 4_000, 20_000])
        top = draw.uniform(50, 500)
        returns = [top * (1 - 0.98 ** (200 * n / episodes)) * draw.uniform(0.7, 1.0) for n in range(episodes)]
        lengths = [100_000 // episodes] * episodes
        steps = [(episode + 1) * lengths[0] for episode in range(episodes)]
        text = monitor_header(env, started.timestamp()) + monitor_text(
            returns, lengths, steps, [s / 5e3 for s in steps]
        )
        (folder / "monitor.csv").write_text(text, encoding="utf-8")
        info = {
            "config": config.model_dump(mode="json"),
            "versions": versions,
            "status": draw.choice(["finished"] * 7 + ["stopped", "failed", "running"]),
            "started": started.isoformat(timespec="milliseconds"),
            "heartbeat": started.isoformat(timespec="milliseconds"),
            "steps": 100_000,
            "episodes": episodes,
            "seconds": 20.0,
            "mean_return": statistics.fmean(returns[-25:]),
            "best_mean_return": statistics.fmean(sorted(returns)[-25:]),
            "solved_at": {"step": 50_000, "episode": 200, "seconds": 10.0} if draw.random() < 0.2 else None,
        }
        write_run_file(folder, info, synced=False)
        if number % 5 == 0:
            write_labels(folder, Labels(f"trial {number}", (draw.choice(TAGS),), "Tried with another rate."))


def timed(work: Callable[[], object], times: int = 5) -> tuple[float, float]:
    """Median and worst milliseconds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(1e3 * (time.perf_counter() - begun))
    return statistics.median(taken), max(taken)


def measure_listing(runs_dir: Path) -> None:
    """Print what listing takes."""
    count = len(RunListing(runs_dir).read())  # what is imported and cached by others comes before
    print(f"{count:,} runs")
    print("cold: median {:.0f} ms, worst {:.0f}".format(*timed(lambda: RunListing(runs_dir).read())))
    listing = RunListing(runs_dir)
    newest = listing.read()[0].path
    print("warm: median {:.1f} ms, worst {:.1f}".format(*timed(listing.read, 20)))

    def go_on() -> object:
        data = json.loads((newest / "run.json").read_text(encoding="utf-8"))
        write_run_file(newest, {**data, "steps": data["steps"] + 1}, synced=False)
        with open(newest / "monitor.csv", "a", encoding="utf-8") as file:
            file.write(monitor_text([1.0], [10], [data["steps"]], [1.0]))
        return listing.read()

    print("warm, one run gone on: median {:.1f} ms, worst {:.1f}".format(*timed(go_on, 20)))


def main() -> None:
    """Make the runs, list them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--keep", metavar="DIR", help="make them there and leave them; only listed where there are any")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        runs_dir = Path(options.keep or made)
        if not runs_dir.is_dir() or not any(runs_dir.iterdir()):
            make_runs(runs_dir, options.runs)
        measure_listing(runs_dir)


if __name__ == "__main__":
    main()

"""RL Zoo's benchmark, cell by cell: what our runs with its settings reach, beside what it reports.

    python tests/benchmarks/bench_reference.py [--cells PPO DQN:CartPole-v1 …] [--workers 2] [--list]

Each run is `rlstudio train` with the preset `rl-zoo` and RL Zoo's number of steps, then `rlstudio evaluate` for 100
greedy episodes (seeds that no evaluation during training used) of the last checkpoint and of the best one. Three seeds
where one takes up to ten minutes of CPU time, one where it takes up to an hour; a run whose first minutes say that it
would take longer is stopped and written down as not run. Rows are kept as they come in
`tests/benchmarks/results/reference.json`;
what stands there is not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from results import RESULTS, now, read_rows, versions, write_rows

FILE = RESULTS / "reference.json"
EVALUATION_SEED = 20_000
MANY_SEEDS_MINUTES, ONE_SEED_MINUTES = 10.0, 60.0
_PROBE_SECONDS = 120.0
"""After so long a run's speed says how long it will take."""

KEYS = {
    "PPO": "ppo",
    "DQN": "dqn",
    "QR-DQN": "qrdqn",
    "A2C": "sb3_a2c",
    "SAC": "sb3_sac",
    "TD3": "sb3_td3",
    "TQC": "tqc",
    "DDPG": "sb3_ddpg",
    "TRPO": "trpo",
    "ARS": "ars",
}
_ENVS = (
    "CartPole-v1",
    "LunarLander-v3",
    "LunarLanderContinuous-v3",
    "Pendulum-v1",
    "MountainCar-v0",
    "Acrobot-v1",
    "BipedalWalker-v3",
    "MountainCarContinuous-v0",
)
# RL Baselines3 Zoo's benchmark.md: "mean@steps in thousands", its spread after ± where it is quoted
_ZOO = {
    "PPO": "500@100 242±32@1000 271@1000 -172@100 -110@1000 -73.5@1000 288@5000 88.3@20",
    "DQN": "500@50 154±79@100 - - -101@120 -76.6@100 - -",
    "QR-DQN": "500@50 70±225@100 - - -106@120 -69.1@100 - -",
    "A2C": "500@500 156@200 84@5000 -163@1000 -111@1000 -83.4@500 300@5000 91.2@100",
    "SAC": "- - 260@500 -157@20 - - 298@500 94.7@50",
    "TD3": "- - 207@300 -152@20 - - 306@1000 93.5@300",
    "TQC": "- - 278@500 -151@20 - - 330@500 -",
    "DDPG": "- - 230@300 -152@20 - - 197@1000 93.5@300",
    "TRPO": "500@100 133@200 262@200 -175@100 -107@100 -83.1@100 182@1000 92.5@50",
    "ARS": "500@50 - 168@2000 -213@2000 -122@500 -82.9@500 - 96.7@500",
}


@dataclass(frozen=True)
class Cell:
    """One cell of the benchmark: RL Zoo's mean return (and its spread) after `steps` steps."""

    algorithm: str
    env: str
    steps: int
    zoo_mean: float
    zoo_std: float | None

    @property
    def name(self) -> str:
        return f"{self.algorithm}:{self.env}"


def cells() -> Iterator[Cell]:
    """Every cell that RL Zoo filled."""
    for algorithm, row in _ZOO.items():
        for env, text in zip(_ENVS, row.split(), strict=True):
            if text == "-":
                continue
            score, _, thousands = text.partition("@")
            mean, _, std = score.partition("±")
            yield Cell(algorithm, env, int(thousands) * 1000, float(mean), float(std) if std else None)


class TooLongError(Exception):
    """A run that would take longer than it may."""


def _studio(*arguments: str, home: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "RLSTUDIO_HOME": str(home)}
    command = [sys.executable, "-m", "rlstudio", *arguments, "--json"]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, start_new_session=True
    )


def _cpu_minutes(pid: int) -> float:
    """What a process has used so far; the clock would count what else the machine does (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") / 60


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, process.args))} ended with {process.returncode}")  # type: ignore[arg-type]
    found: dict[str, Any] = json.loads(out)
    return found


def _wait(process: subprocess.Popen[str], runs: Path, steps: int, limit_minutes: float) -> float:
    """The CPU minutes it took. Raises TooLongError once its speed says that it would take longer than the limit."""
    used = 0.0
    while process.poll() is None:
        time.sleep(0.5)
        with suppress(OSError, IndexError):  # it ended just now
            used = _cpu_minutes(process.pid) or used
        if used * 60 < _PROBE_SECONDS:
            continue
        infos = [json.loads(path.read_text(encoding="utf-8")) for path in runs.glob("*/run.json")]
        done = max((info.get("steps") or 0 for info in infos), default=0)
        minutes = used * steps / max(done, 1)
        if minutes > limit_minutes:
            process.terminate()
            process.wait()
            raise TooLongError(f"would take about {minutes:.0f} minutes ({done:,} steps in {used:.1f})")
    return used


def run_cell(cell: Cell, seed: int, limit_minutes: float) -> dict[str, Any]:
    """One training run and its two evaluations, as a row."""
    arguments = ["train", "-e", cell.env, "-a", KEYS[cell.algorithm], "--preset", "rl-zoo"]
    arguments += ["--steps", str(cell.steps), "--seed", str(seed), "--eval-episodes", "10"]
    arguments += ["--eval-every", str(cell.steps // 20)]  # by itself it would depend on how busy the machine is
    row: dict[str, Any] = {
        "cell": cell.name,
        "algorithm": cell.algorithm,
        "key": KEYS[cell.algorithm],
        "env": cell.env,
        "steps": cell.steps,
        "seed": seed,
        "zoo_mean": cell.zoo_mean,
        "zoo_std": cell.zoo_std,
        "command": "rlstudio " + " ".join(arguments),
        "date": now(),
        "versions": versions(),
    }
    with tempfile.TemporaryDirectory(prefix="reference-") as folder:
        home = Path(folder)
        runs = home / "runs"
        process = _studio(*arguments, "--runs-dir", str(runs), home=home)
        try:
            minutes = _wait(process, runs, cell.steps, limit_minutes)
        except TooLongError as error:
            return {**row, "not_run": str(error)}
        trained = _answer(process)
        row["minutes"] = round(minutes, 2)
        row["steps_per_second"] = round(trained["steps_per_second"])
        for name, chosen in (("final", []), ("best", ["--checkpoint", "best"])):
            options = ["evaluate", trained["run"], "--episodes", "100", "--seed", str(EVALUATION_SEED), *chosen]
            scores = _answer(_studio(*options, home=home))
            row[name] = {"mean": round(scores["mean"], 2), "std": round(scores["std"], 2)}
    row["reached"] = row["best"]["mean"] >= cell.zoo_mean - row["best"]["std"]
    return row


class Table:
    """The rows so far, on disk after each."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._path = path
        self.rows = read_rows(path)

    def add(self, row: dict[str, Any]) -> None:
        with self._lock:
            self.rows.append(row)
            self.rows.sort(key=lambda each: (each["cell"], each["seed"]))
            write_rows(self._path, self.rows)
        print(json.dumps({name: row.get(name) for name in ("cell", "seed", "minutes", "final", "best", "not_run")}))

    def of(self, cell: Cell) -> list[dict[str, Any]]:
        with self._lock:
            return [row for row in self.rows if row["cell"] == cell.name]


def fill(cell: Cell, table: Table, limit_minutes: float) -> None:
    """All seeds that the cell is worth."""
    for seed in range(3):
        done = table.of(cell)
        if any(row["seed"] == seed for row in done):
            continue
        if any("not_run" in row or row["minutes"] > MANY_SEEDS_MINUTES for row in done):
            return
        try:
            table.add(run_cell(cell, seed, limit_minutes))
        except (RuntimeError, OSError) as error:
            print(f"{cell.name}, seed {seed}: {error}", file=sys.stderr)
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", nargs="*", default=[], help="PPO, or PPO:CartPole-v1; all without")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--at-most", type=float, default=ONE_SEED_MINUTES, help="minutes a run may take")
    parser.add_argument("--json", type=Path, default=FILE, metavar="PATH", help="where the rows are kept")
    parser.add_argument("--list", action="store_true", help="name the cells and end")
    options = parser.parse_args()
    wanted = [c for c in cells() if not options.cells or c.name in options.cells or c.algorithm in options.cells]
    if options.list:
        for cell in wanted:
            print(cell)
        return
    table = Table(options.json)
    with ThreadPoolExecutor(options.workers) as pool:
        for future in [pool.submit(fill, cell, table, options.at_most) for cell in wanted]:
            future.result()


if __name__ == "__main__":
    main()

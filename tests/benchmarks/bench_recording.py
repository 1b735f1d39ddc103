"""What recording costs the training beside it, and how fast frames of a long episode are back. Nothing else may run.

    python tests/benchmarks/bench_recording.py [--rounds 5] [--part 1.0] [--json OUT]

Training runs at full speed in a child as the window starts it, alone and with a second child that records LunarLander
over and over, in turn; the figure is the median ratio of their steps a second. Then 10,000 real frames of CartPole are
kept as a recording keeps them: their memory, and the time until any of them is unpacked. `--part` trains for so much
of the steps, for a trial.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from results import stamped, write_rows

from rlstudio.algorithms.resolve import resolve
from rlstudio.core import messages as m
from rlstudio.core.frame_store import FrameStore
from rlstudio.envs.make import frame_of, make
from rlstudio.workers.process import Worker, WorkerGone

_JOBS, _NICENESS = "rlstudio.jobs.serve:serve", 5  # as ui.job_desk starts them
_SETTINGS = (("ppo", 60_000), ("dqn", 12_000))
_FRAMES, _SEEKS = 10_000, 2_000


def training_speed(algorithm: str, steps: int, folder: Path) -> float:
    """Steps a second of one training run in a child, evaluations left out."""
    config = resolve(env="CartPole-v1", algorithm=algorithm, steps=steps, eval_every=steps, eval_episodes=1)
    worker = Worker(_JOBS, niceness=_NICENESS)
    try:
        worker.send(m.StartTraining(config.model_dump(mode="json"), str(folder), watch="off"))
        while True:
            report = worker.receive(60.0)
            if isinstance(report, m.Batch):
                worker.send(m.Took())
            elif isinstance(report, m.Failed):
                raise SystemExit(f"{report.message}\n{report.traceback}")
            elif isinstance(report, m.Finished):
                return float(report.summary["steps_per_second"])
    finally:
        worker.close()


class Recorder:
    """A thread that lets a child record over and over, until it is left."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._over = folder, threading.Event()
        self._thread = threading.Thread(target=self._go)
        self.episodes = 0

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _go(self) -> None:
        while not self._over.is_set():
            self._job(m.RecordEpisodes("LunarLander-v3", {}, None, episodes=3, seed=10_000))

    def _job(self, command: m.Command) -> None:
        worker = Worker(_JOBS, niceness=_NICENESS)
        with contextlib.suppress(WorkerGone):
            worker.send(command)
            while not self._over.is_set():
                report = worker.receive(0.1)
                self.episodes += isinstance(report, m.EpisodeRecorded)
                if isinstance(report, m.Finished | m.Failed):
                    break
        worker.close(patience_seconds=0.0)


def beside_recording(algorithm: str, steps: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Median ratio of the training's speed with a recording beside it to that without, in turn."""
    ratios, alone, beside, recorded = [], [], [], 0
    for _ in range(rounds):
        alone.append(training_speed(algorithm, steps, folder))
        with Recorder(folder) as recorder:
            beside.append(training_speed(algorithm, steps, folder))
        recorded += recorder.episodes
        ratios.append(beside[-1] / alone[-1])
    return {
        "name": f"{algorithm}: speed while another child records LunarLander / alone",
        "figure": f"{statistics.median(ratios):.2f} ({', '.join(f'{ratio:.2f}' for ratio in ratios)})",
        "aim": "at least 0.95",
        "alone": round(statistics.median(alone)),
        "beside": round(statistics.median(beside)),
        "recorded": recorded,
    }


def long_episode() -> list[dict[str, Any]]:
    """Memory and unpacking of 10,000 frames of CartPole as they are drawn."""
    env, frames = make("CartPole-v1", {}, render=True), FrameStore()
    rng = np.random.default_rng(0)
    env.reset(seed=0)
    while len(frames) < _FRAMES:
        _, _, terminated, truncated, _ = env.step(int(rng.integers(2)))
        if terminated or truncated:
            env.reset()
        frames.append(frame_of(env))
    env.close()
    times = []
    for index in rng.integers(0, _FRAMES, _SEEKS):
        begun = time.perf_counter()
        frames[int(index)]
        times.append(1000 * (time.perf_counter() - begun))
    p50, p99 = np.percentile(times, [50, 99])
    figure = f"p50 {p50:.2f}, p99 {p99:.2f}, worst {max(times):.2f} ms"
    size = f"{frames.n_bytes / 1e6:.1f} MB"
    return [
        {"name": f"{_FRAMES:,} frames of CartPole, 600×400, kept", "figure": size, "aim": "under 100 MB"},
        {"name": "any one of them unpacked", "figure": figure, "aim": "under 10 ms, all that the window does included"},
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--part", type=float, default=1.0, help="share of the training steps, for a trial")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the rows there")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for algorithm, steps in _SETTINGS:
            rows.append(beside_recording(algorithm, round(steps * options.part), options.rounds, Path(scratch)))
            print(rows[-1], flush=True)
    rows += long_episode()
    command = f"python tests/benchmarks/bench_recording.py --rounds {options.rounds} --part {options.part:g}"
    rows = [stamped({**row, "command": command}) for row in rows]
    for row in rows[-2:]:
        print(row["name"], row["figure"])
    if options.json:
        write_rows(options.json, rows)


if __name__ == "__main__":
    main()

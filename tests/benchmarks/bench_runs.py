"""How long it takes to list a thousand runs: for the first time, again, and after one of them went on.

    python tests/benchmarks/bench_runs.py [--runs 1000] [--window] [--json FILE]

Makes run folders as training leaves them (a run.json of every field, a monitor.csv of up to 20,000 episodes, labels
for every fifth) in a temporary folder, and lists them as the window does. "Cold" is a new listing of files that the
system still holds in memory: a disk that has to be read adds its own time, which no program can help. `--window` shows
them in a runs panel off the screen, too, and times what a person does there; "gap" is the longest that the display
timer of the window waited while the list was read in the background. Times are those of the clock; in brackets, of
the processor, which other programs make no longer.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from results import stamped, write_rows

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
ROWS: list[dict[str, Any]] = []
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


def timed(what: str, work: Callable[[], object], times: int = 5) -> None:
    """Print median and worst milliseconds, and keep them as a row."""
    taken, busy = [], []
    for _ in range(times):
        begun, used = time.perf_counter(), time.process_time()
        work()
        taken.append(1e3 * (time.perf_counter() - begun))
        busy.append(1e3 * (time.process_time() - used))
    middle, worst, cpu = (round(value, 1) for value in (statistics.median(taken), max(taken), statistics.median(busy)))
    print(f"{what}: median {middle} ms, worst {worst} ({cpu})")
    ROWS.append({"what": what, "median_ms": middle, "worst_ms": worst, "cpu_ms": cpu})


def measure_listing(runs_dir: Path) -> None:
    """Print what listing takes."""
    count = len(RunListing(runs_dir).read())  # what is imported and cached by others comes before
    print(f"{count:,} runs")
    timed("cold", lambda: RunListing(runs_dir).read())
    timed("cold, without curves, which follow", lambda: RunListing(runs_dir).read(curves=False))
    listing = RunListing(runs_dir)
    newest = listing.read()[0].path
    timed("warm", listing.read, 20)

    def go_on() -> object:
        data = json.loads((newest / "run.json").read_text(encoding="utf-8"))
        write_run_file(newest, {**data, "steps": data["steps"] + 1}, synced=False)
        with open(newest / "monitor.csv", "a", encoding="utf-8") as file:
            file.write(monitor_text([1.0], [10], [data["steps"]], [1.0]))
        return listing.read()

    timed("warm, one run gone on", go_on, 20)


def measure_window(runs_dir: Path) -> None:
    """Print what the panel takes, and how the window fares while the runs are listed."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from rlstudio.ui.background import Background
    from rlstudio.ui.panels.runs import RunsPanel
    from rlstudio.ui.theme import apply_theme, load_fonts
    from rlstudio.ui.widgets.run_columns import BEST, DIFFERS, WHEN

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    load_fonts(app)
    apply_theme(app, "light")
    panel, background = RunsPanel(), Background()
    panel.resize(1300, 600)
    panel.show()
    listing = RunListing(runs_dir)
    for name in ("cold", "warm"):
        gap, last, runs = 0.0, time.perf_counter(), None

        def tick() -> None:
            nonlocal gap, last
            now = time.perf_counter()
            gap, last = max(gap, now - last), now

        def take(found: object) -> None:
            nonlocal runs
            runs = found

        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(tick)
        timer.start(16)
        begun = last = time.perf_counter()
        background.run(listing.read, take)
        while runs is None:
            app.processEvents()
            time.sleep(0.001)
        print(f"in the background, {name}: {1e3 * (time.perf_counter() - begun):.0f} ms; gap {1e3 * gap:.0f} ms")
        timer.stop()
    view, runs = panel._table, listing.read()

    def shown(work: Callable[[], object]) -> Callable[[], object]:
        def both() -> None:
            work()
            view.viewport().repaint()

        return both

    def search(text: str) -> None:
        panel._filters.search.setText(text)

    for words, work in {
        "shown anew": lambda: (panel.set_runs([]), panel.set_runs(runs)),
        "shown again, nothing changed": lambda: panel.set_runs(runs),
        "sorted by date": lambda: view.sortByColumn(WHEN, Qt.SortOrder.DescendingOrder),
        "sorted by best": lambda: view.sortByColumn(BEST, Qt.SortOrder.AscendingOrder),
        "sorted by what differs": lambda: view.sortByColumn(DIFFERS, Qt.SortOrder.AscendingOrder),
        "searched for two words": lambda: (search("cart learning"), search("")),
        "all selected": view.selectAll,
        "scrolled by a page": lambda: view.verticalScrollBar().setValue((view.verticalScrollBar().value() + 20) % 900),
    }.items():
        timed(words, shown(work), 10)
    background.close()
    panel.close()


def main() -> None:
    """Make the runs, list them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--keep", metavar="DIR", help="make them there and leave them; only listed where there are any")
    parser.add_argument("--window", action="store_true", help="time the runs panel, too")
    parser.add_argument("--json", type=Path, help="where to write the rows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        runs_dir = Path(options.keep or made)
        if not runs_dir.is_dir() or not any(runs_dir.iterdir()):
            make_runs(runs_dir, options.runs)
        measure_listing(runs_dir)
        if options.window:
            measure_window(runs_dir)
    if options.json:
        command = f"python tests/benchmarks/bench_runs.py --runs {options.runs}" + (
            " --window" if options.window else ""
        )
        write_rows(options.json, [stamped({**row, "command": command}) for row in ROWS])


if __name__ == "__main__":
    main()

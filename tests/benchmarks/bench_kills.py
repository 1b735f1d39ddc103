"""Kills the training child, the window, or both with SIGKILL at random moments, and counts what is lost of the run.

    python tests/benchmarks/bench_kills.py [--kills 100] [--seed 0] [--json results/kills.json]

The window is a real one (offscreen), the runs train at full speed and are saved every second; a fifth of the kills come
as a run is begun, a fifth while a checkpoint is being written, the others at any moment. How far a run had come is told
by two witnesses that are not the run's own: the same run trained without a kill (the same settings give the same
episodes, to the bit), and what the window had heard, and when. Lost is

    an episode  that ended more than a second before the kill (by the window's word) and is not in monitor.csv, or any
                line of monitor.csv that the unbroken run does not have at its place;
    a checkpoint  with a learner that was there before the kill, where afterwards no such one as new can be read; or one
                that is listed, or marked as the best, and cannot be read;
    a run       that does not open, is not listed as interrupted, or whose run.json is more than a second behind.

Every fourth run is resumed in a process of its own to its end, and compared with the unbroken one to the bit. Kills are
kept one by one beside the rows, so that a benchmark that was cut off goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from results import RESULTS, read_rows, stamped, write_rows

from rlstudio.algorithms.resolve import resolve
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.lock import is_locked
from rlstudio.storage.run_folder import RunFolder, list_runs
from rlstudio.storage.run_info import LOCK_FILE

RUNS: tuple[dict[str, Any], ...] = (
    {"algorithm": "ppo", "env": "CartPole-v1", "preset": "fast", "steps": 40_000, "stop_at": None},
    {"algorithm": "dqn", "env": "CartPole-v1", "steps": 3_000, "stop_at": None},
    {"algorithm": "q_learning", "env": "FrozenLake-v1", "steps": 80_000, "stop_at": None},
    {"algorithm": "reinforce", "env": "CartPole-v1", "steps": 15_000, "stop_at": None},
)
VICTIMS = ("child", "window", "both")
SHARES = (4, 3, 3)
LONGEST_DELAY_SECONDS = 5.0
MAY_BE_LOST_SECONDS = 1.0
AUTOSAVE_SECONDS = 1.0
RESUME_EVERY = 4
NOTHING_SAVED = "no checkpoint in it holds the learner's state"
"""How a run is refused that was killed between its beginning and its first checkpoint, of step 0."""


def config_of(number: int) -> dict[str, Any]:
    """The kill's run as a plain RunConfig."""
    return resolve(**RUNS[number % len(RUNS)], seed=0).model_dump(mode="json")


# ---------------------------------------------------------------- the window, in a process of its own


def open_window(home: Path) -> None:
    """Train what comes on stdin; tell on stdout, a line each, what is heard of it."""
    from PySide6.QtCore import QTimer

    from rlstudio.core import messages as m
    from rlstudio.ui.app import run_studio
    from rlstudio.ui.settings import Settings

    wishes: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=lambda: [wishes.put(json.loads(line)) for line in sys.stdin], daemon=True).start()

    def say(**words: Any) -> None:
        print(json.dumps({"at": time.monotonic(), **words}), flush=True)

    def begin(window: Any, controller: Any) -> None:
        training = controller.training
        training.batchCame.connect(lambda batch: say(step=batch.step))
        training.started.connect(lambda started: say(started=started.run))
        training.failed.connect(lambda message, advice, _trace: say(failed=f"{message} {advice}"))
        training.finished.connect(lambda status, _summary: say(finished=status))

        def look() -> None:
            try:
                config = wishes.get_nowait()
            except Empty:
                return
            training.start(
                m.StartTraining(config, str(home / "runs"), watch="policy", autosave_seconds=AUTOSAVE_SECONDS)
            )

        timer = QTimer(window)
        timer.timeout.connect(look)
        timer.start(5)
        window._bench_timer = timer
        say(open=True)

    run_studio(begin, settings=Settings(home / "window.json"), runs_dir=home / "runs")


@dataclass
class Window:
    """The window's process from outside, and all it said."""

    home: Path
    process: subprocess.Popen[str] = field(init=False)
    heard: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "RLSTUDIO_HOME": str(self.home)}
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--window", str(self.home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self.wait_for("open", 120.0)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{") and line.endswith("\n"):
                self.heard.append(json.loads(line))

    def train(self, config: dict[str, Any]) -> None:
        """Press Train."""
        self.heard.clear()
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(config) + "\n")
        self.process.stdin.flush()

    def said(self, what: str) -> Any:
        """What it said of that, None if nothing yet."""
        return next((words[what] for words in list(self.heard) if what in words), None)

    def wait_for(self, what: str, seconds: float) -> Any:
        """The same, once it has."""
        give_up = time.monotonic() + seconds
        while self.said(what) is None:
            if time.monotonic() > give_up or self.process.poll() is not None:
                raise TimeoutError(f"the window said nothing of {what!r}")
            time.sleep(0.01)
        return self.said(what)

    def step_at(self, moment: float) -> int:
        """How far the run had come by then, as the window knew."""
        return max(
            (words["step"] for words in list(self.heard) if "step" in words and words["at"] <= moment), default=0
        )

    def close(self) -> None:
        """End it, if it still lives."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


# ---------------------------------------------------------------- what was there, and what is left


def holder_of(lock: Path) -> int:
    """The process that holds a run folder's lock, as Linux lists it; 0 for none."""
    try:
        wanted = str(lock.stat().st_ino)
    except OSError:
        return 0
    for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
        cells = line.split()
        if cells[1] == "FLOCK" and cells[5].rpartition(":")[2] == wanted:
            return int(cells[4])
    return 0


def with_learner(run: Path) -> list[int]:
    """Steps of the checkpoints that are there now and hold a learner."""
    return [int(each.parent.name) for each in run.glob("checkpoints/*/learner.json") if each.parent.name.isdigit()]


def rows_of(run: Path) -> np.ndarray:
    """Episodes as rows: return, length, last step. Shape (n_episodes, 3)."""
    monitor = RunFolder.open(run).read_monitor()
    return np.stack([monitor.returns, monitor.lengths, monitor.end_steps], axis=1)


def losses_of(run: Path, expected: np.ndarray, witnessed_step: int, learners: list[int]) -> list[str]:
    """What is lost, each in words."""
    lost: list[str] = []
    try:
        folder = RunFolder.open(run)
        info = folder.read_info()
        folder.read_metrics()
        folder.read_events()
        found = rows_of(run)
    except RunFolderError as error:
        return [f"run: does not open: {error}"]
    if info.status != "interrupted" or run not in [each.path for each in list_runs(run.parent)]:
        lost.append(f"run: listed as {info.status}")
    if info.steps < witnessed_step:
        lost.append(f"run: run.json is at step {info.steps}, but it had come to {witnessed_step}")
    if len(found) > len(expected) or not np.array_equal(found, expected[: len(found)]):
        lost.append("episode: monitor.csv differs from that of the unbroken run")
    missing = int((expected[:, 2] <= witnessed_step).sum()) - len(found)
    if missing > 0:
        lost.append(f"episode: {missing} of those until step {witnessed_step}")
    if learners:
        try:
            step = folder.load_learner()[2]
            if step < max(learners):
                lost.append(f"checkpoint: step {max(learners)} was there, {step} is left")
        except RunFolderError as error:
            lost.append(f"checkpoint: {error}")
    for step in [*folder.checkpoints(), *([] if info.best_checkpoint is None else ["best"])]:
        try:
            folder.load_policy(step)
        except RunFolderError as error:
            lost.append(f"checkpoint: {error}")
    return lost


def resumed(run: Path, expected: np.ndarray) -> str:
    """Go on to the end in a process of its own; "" if it is then the unbroken run, else what is wrong."""
    command = [sys.executable, "-m", "rlstudio", "resume", str(run), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        return f"exit status {done.returncode}: {done.stderr[-300:]}"
    left = [path.name for path in run.rglob(".tmp-*")]
    if left:
        return f"unfinished files are left: {left[:3]}"
    return "" if np.array_equal(rows_of(run), expected) else "other episodes than those of the unbroken run"


# ---------------------------------------------------------------- the kills


class Killing:
    """One window after the other, and kills in it."""

    def __init__(self, home: Path, chance: random.Random) -> None:
        self._home = home
        self._chance = chance
        self._window: Window | None = None
        self._expected: dict[int, np.ndarray] = {}
        self._earlier: set[Path] = set()

    def close(self) -> None:
        """End what still runs."""
        if self._window is not None:
            self._window.close()

    def expected(self, number: int) -> np.ndarray:
        """The episodes of this kill's run, trained once without a kill."""
        which = number % len(RUNS)
        if which not in self._expected:
            file = self._home / f"config{which}.json"
            file.write_text(json.dumps(config_of(number)), encoding="utf-8")
            command = [sys.executable, "-m", "rlstudio", "train", "--config", str(file), "--json"]
            command += ["--runs-dir", str(self._home / "unbroken")]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            self._expected[which] = rows_of(Path(json.loads(done.stdout)["run"]))
        return self._expected[which]

    def kill(self, number: int, victim: str) -> dict[str, Any] | None:
        """One kill; None where the run was over before it."""
        if self._window is None or self._window.process.poll() is not None:
            self._window = Window(self._home)
        expected, window = self.expected(number), self._window
        self._earlier = {each.path for each in list_runs(self._home / "runs")}
        delay = self._chance.uniform(0.0, LONGEST_DELAY_SECONDS)
        window.train(config_of(number))
        if number % 5:
            window.wait_for("started", 60.0)
        time.sleep(delay)
        run = self._newest_run()
        if window.said("finished"):
            return None
        child = holder_of(run / LOCK_FILE) if run else 0
        if victim != "window" and not child:  # it is still starting: the run is begun when its folder is there
            run = Path(window.wait_for("started", 60.0))
            child = holder_of(run / LOCK_FILE)
        if run and number % 5 == 1:
            self._wait_for_saving(run)
        learners = with_learner(run) if run else []
        at = time.monotonic()
        for pid in {"child": [child], "window": [window.process.pid], "both": [child, window.process.pid]}[victim]:
            if pid:
                os.kill(pid, signal.SIGKILL)
        unfinished = len(list(run.rglob(".tmp-*"))) if run else 0
        told = ""
        if victim == "child":
            told = window.wait_for("failed", 30.0)
        else:
            window.process.wait()
        lasted = _until_free(run)
        run = run or self._newest_run()
        row = {
            "number": number,
            "victim": victim,
            "run": RUNS[number % len(RUNS)]["algorithm"],
            "delay": round(delay, 3),
        }
        if run is None:
            return {**row, "moment": "before it began", "losses": []}
        if RunFolder.open(run).read_info().status == "finished":
            return None  # it was over, only the window had not heard of it
        witnessed = window.step_at(at - MAY_BE_LOST_SECONDS)
        losses = losses_of(run, expected, witnessed, learners)
        if lasted > 3.0:
            losses.append(f"run: its child went on for {lasted:.1f} s")
        if victim == "child" and "SIGKILL" not in told:
            losses.append(f"run: the window said {told!r}")
        row |= {
            "step": RunFolder.open(run).read_info().steps,
            "witnessed": witnessed,
            "episodes": len(rows_of(run)),
            "checkpoints": len(learners),
            "unfinished": unfinished,
            "losses": losses,
        }
        if number % RESUME_EVERY == 0:
            row["resumed"] = resumed(run, expected)
        return row

    def _newest_run(self) -> Path | None:
        new = [each.path for each in list_runs(self._home / "runs") if each.path not in self._earlier]
        return new[0] if new else None

    def _wait_for_saving(self, run: Path) -> None:
        """Until something is being written; five seconds at most."""
        give_up = time.monotonic() + 5.0
        while time.monotonic() < give_up and not any(run.glob("checkpoints/.tmp-*")):
            pass


def _until_free(run: Path | None) -> float:
    """Seconds until no process holds the run any more; at most ten."""
    began = time.monotonic()
    while run and is_locked(run / LOCK_FILE) and time.monotonic() - began < 10.0:
        time.sleep(0.01)
    return time.monotonic() - began


def table_rows(kills: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each victim, and one for all."""
    rows = []
    for victim in (*VICTIMS, "all"):
        some = [kill for kill in kills if victim in (kill["victim"], "all")]
        back = [kill["resumed"] for kill in some if "resumed" in kill]
        early = [words for words in back if NOTHING_SAVED in words]
        lost = [loss.partition(":")[0] for kill in some for loss in kill["losses"]]
        rows.append(
            {
                "killed": victim,
                "kills": len(some),
                "before the run began": sum("moment" in kill for kill in some),
                "amid writing": sum(kill.get("unfinished", 0) > 0 for kill in some),
                "runs lost": lost.count("run"),
                "episodes lost": lost.count("episode"),
                "checkpoints lost": lost.count("checkpoint"),
                "resumes asked for": len(back),
                "equal to the bit": back.count(""),
                "before the first checkpoint": len(early),
                "command": "python tests/benchmarks/bench_kills.py",
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, default=RESULTS / "kills.json")
    parser.add_argument("--window", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.window:
        open_window(options.window)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what it began is ended and cleared away
    one_by_one = options.json.with_name(options.json.stem + "-each.json")
    kills = read_rows(one_by_one)
    with TemporaryDirectory(prefix="rlstudio-kills-") as home:
        killing = Killing(Path(home), random.Random(options.seed * 1_000_003 + len(kills)))
        victims = random.Random(options.seed).choices(VICTIMS, SHARES, k=options.kills)
        try:
            while len(kills) < options.kills:
                number = len(kills)
                row = killing.kill(number, victims[number])
                if row is None:
                    continue
                kills.append(row)
                write_rows(one_by_one, kills)
                print(json.dumps(row), flush=True)
        finally:
            killing.close()
    write_rows(options.json, [stamped(row) for row in table_rows(kills)])
    for row in table_rows(kills):
        print(row)


if __name__ == "__main__":
    main()

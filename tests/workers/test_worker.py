"""Worker: a child that answers, one that dies, one that hangs, and what is left of each: nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import pytest
from job_harness import train_inline
from process_harness import JOBS, ROOT, lives, receive, wait_until

from rlstudio.algorithms.resolve import resolve
from rlstudio.core import messages as m
from rlstudio.storage.run_folder import RunFolder
from rlstudio.workers.process import MOST_UNREAD, Worker, WorkerGone
from rlstudio.workers.vitals import Phase

Start = Callable[[str], Worker]


@pytest.fixture
def start() -> Iterator[Start]:
    """`start("module:function")` starts a child; all are ended after the test."""
    made: list[Worker] = []

    def _start(entry: str) -> Worker:
        made.append(Worker(entry))
        return made[-1]

    yield _start
    for worker in made:
        worker.kill()
        worker.close()


def gone(worker: Worker) -> int | None:
    """The exit code, once the worker says that its child has ended; reports that come before are read."""
    limit = time.monotonic() + 30.0
    try:
        while time.monotonic() < limit:
            worker.receive(1.0)
    except WorkerGone as ended:
        return ended.exitcode
    pytest.fail("the child did not end within 30 s")


def training(tmp_path: Path, **asked: Any) -> m.StartTraining:
    config = resolve(**{"env": "CartPole-v1", "algorithm": "random", "steps": 10_000_000, "eval_every": 0, **asked})
    return m.StartTraining(config.model_dump(mode="json"), str(tmp_path), watch="off")


# ---------------------------------------------------------------- answering


def test_commands_go_in_and_reports_come_out_in_order(start: Start) -> None:
    worker = start("worker_entries:echo")
    for command in (m.Pause(), m.Resume(), m.Took()):
        worker.send(command)
    assert [receive(worker, m.Warned).text for _ in range(3)] == ["Pause", "Resume", "Took"]
    wait_until(lambda: worker.has_read_all, "the child has read everything")
    assert worker.health().trouble == ""
    worker.send(m.Stop())
    assert receive(worker, m.Warned).text == "Stop"
    assert gone(worker) == 0


def test_waking_ends_a_wait(start: Start) -> None:
    worker = start("worker_entries:echo")
    for _ in range(1000):
        worker.wake()
    assert worker.receive(60.0) is None
    assert worker.receive(0.0) is None


def test_a_child_that_does_not_read_is_noticed_before_it_could_block(start: Start) -> None:
    worker = start("worker_entries:deaf")
    sent = 0
    while worker.reads:
        worker.send(m.SetParam("learning_rate", 0.001))
        sent += 1
    assert sent == MOST_UNREAD
    assert not worker.has_read_all
    worker.kill()
    assert gone(worker) == -signal.SIGKILL


def test_hanging_up_ends_a_child_that_waits(start: Start) -> None:
    worker = start("worker_entries:echo")
    worker.send(m.Pause())
    receive(worker, m.Warned)
    pid = worker.pid
    worker.close(patience_seconds=30.0)
    assert not lives(pid)
    with pytest.raises(WorkerGone) as caught:
        worker.send(m.Pause())
    assert caught.value.exitcode == 0


# ---------------------------------------------------------------- dying


def test_last_words_are_heard_and_the_exit_code_told(start: Start) -> None:
    worker = start("worker_entries:dies")
    assert receive(worker, m.Warned).text == "last words"
    assert gone(worker) == 7
    assert not worker.alive
    assert worker.health().trouble == "the process has ended"


def test_nothing_is_left_of_a_child_that_was_closed() -> None:
    worker = Worker("worker_entries:deaf")
    pid, names = worker.pid, (worker._vitals.name, worker._frames.name)
    for name in names:
        SharedMemory(name).close()
    worker.close(patience_seconds=0.0)
    worker.close()
    assert not lives(pid)
    for name in names:
        with pytest.raises(FileNotFoundError):
            SharedMemory(name)
    assert worker.take_frame() is None
    assert not worker.alive
    worker.kill()
    worker.wake()


def test_a_run_killed_in_the_middle_is_whole_interrupted_and_can_be_continued(start: Start, tmp_path: Path) -> None:
    worker = start(JOBS)
    worker.send(training(tmp_path, algorithm="ppo", seed=3))
    run = receive(worker, m.Started).run
    assert run is not None
    folder = RunFolder.open(Path(run))
    wait_until(lambda: receive(worker, m.Batch) and len(folder.read_monitor().returns) > 40, "40 episodes are written")
    assert folder.read_info().status == "running"
    os.kill(worker.pid, signal.SIGKILL)
    assert gone(worker) == -signal.SIGKILL
    info = folder.read_info()
    assert info.status == "interrupted"
    monitor = folder.read_monitor()
    assert len(monitor.returns) == len(monitor.lengths) == len(monitor.end_steps) > 40
    step = folder.load_learner()[2]
    again, channel = train_inline(
        tmp_path, algorithm="ppo", seed=3, steps=step + 2000, eval_every=0, resume=folder.path
    )
    assert channel.of(m.Started)[0].step == step
    assert again.read_info().status == "finished"
    ends = again.read_monitor().end_steps.tolist()
    assert ends == sorted(ends)
    assert ends[-1] <= again.read_info().steps


# ---------------------------------------------------------------- hanging


def test_a_frozen_child_is_in_trouble_and_can_be_killed(start: Start, tmp_path: Path) -> None:
    worker = start(JOBS)
    worker.send(training(tmp_path))
    receive(worker, m.Batch)
    wait_until(lambda: worker.health().phase is Phase.STEPPING, "it trains")
    os.kill(worker.pid, signal.SIGSTOP)
    wait_until(lambda: "no sign of life" in worker.health().trouble, "the silence was noticed", seconds=10)
    assert worker.alive
    worker.kill()
    assert gone(worker) == -signal.SIGKILL


@pytest.mark.parametrize("job", ["train", "play"])
def test_an_environment_that_hangs_is_told_from_one_that_works(start: Start, tmp_path: Path, job: str) -> None:
    worker = start("worker_entries:serves_hanging")
    worker.send(training(tmp_path, env="Hangs-v0") if job == "train" else m.StartPlaying("Hangs-v0", {}))

    def in_trouble() -> bool:
        while isinstance(report := worker.receive(0.0), object) and report is not None:
            assert not isinstance(report, m.Failed), report
        worker.take_frame()
        return "inside one step of the environment" in worker.health().trouble

    wait_until(in_trouble, "the step that does not end was noticed")
    assert worker.health().silent_seconds < 60.0
    worker.kill()
    assert gone(worker) == -signal.SIGKILL


def test_a_learner_that_raises_is_told_with_advice_and_traceback(start: Start, tmp_path: Path) -> None:
    worker = start("worker_entries:serves_broken")
    worker.send(training(tmp_path))
    failed = None
    with contextlib.suppress(WorkerGone):
        while failed is None:
            report = worker.receive(1.0)
            if isinstance(report, m.Batch):
                worker.send(m.Took())
            failed = report if isinstance(report, m.Failed) else None
    assert failed is not None
    assert "ZeroDivisionError: division by zero" in failed.message
    assert failed.advice
    assert "broken_tick" in failed.traceback
    assert gone(worker) == 0
    (path,) = tmp_path.iterdir()
    info = RunFolder.open(path).read_info()
    assert (info.status, info.steps) == ("failed", 300)
    assert "ZeroDivisionError" in (info.error or "")


# ---------------------------------------------------------------- the same as without a child


def test_a_run_in_a_child_gives_the_returns_of_one_without(start: Start, tmp_path: Path) -> None:
    worker = start(JOBS)
    events = [{"step": 500, "name": "learning_rate", "value": 0.01}, {"step": 900, "name": "clip_range", "value": 0.3}]
    asked: dict[str, Any] = {"algorithm": "ppo", "steps": 1500, "seed": 8, "events": events}
    worker.send(training(tmp_path / "child", **asked, eval_every=500))
    run = receive(worker, m.Started).run
    finished = receive(worker, m.Finished)
    assert finished.status == "finished"
    assert gone(worker) == 0
    inline, _ = train_inline(tmp_path / "inline", eval_every=0, **asked)
    returns = RunFolder.open(Path(run or "")).read_monitor().returns.tolist()
    assert returns == inline.read_monitor().returns.tolist()
    assert len(returns) > 20


def test_a_child_needs_no_torch_to_train_a_small_network(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from job_harness import train_inline; "
        f"train_inline(Path({str(tmp_path)!r}), algorithm='ppo', steps=300); assert 'torch' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment, timeout=120)


# ---------------------------------------------------------------- the parent's end


_PARENT = """
import sys, time
from rlstudio.algorithms.resolve import resolve
from rlstudio.core import messages as m
from rlstudio.workers.process import Worker

if __name__ == "__main__":
    spare, player, trainer = (Worker("rlstudio.jobs.serve:serve") for _ in range(3))
    player.send(m.StartPlaying("CartPole-v1", {}))
    config = resolve(env="CartPole-v1", algorithm="ppo", steps=10_000_000)
    trainer.send(m.StartTraining(config.model_dump(mode="json"), sys.argv[1], watch="off"))
    started = None
    while not isinstance(started, m.Batch):
        started = trainer.receive(1.0)
    print(*(worker.pid for worker in (spare, player, trainer)), flush=True)
    print(*(name for w in (spare, player, trainer) for name in (w._vitals.name, w._frames.name)), flush=True)
    time.sleep(3600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_killing_the_parent_leaves_no_child_and_no_memory(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    parent = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "runs")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        names = parent.stdout.readline().split()
        assert len(pids) == 3
        assert all(map(lives, pids))
        assert len(names) == 6
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close() if parent.stdout else None
    wait_until(lambda: not any(map(lives, pids)), "the children have ended", seconds=5)
    wait_until(lambda: not any(Path("/dev/shm", name.lstrip("/")).exists() for name in names), "memory is freed", 10)
    (run,) = (tmp_path / "runs").iterdir()
    assert RunFolder.open(run).read_info().status == "interrupted"

"""Child processes in tests: waiting for a state with a limit, and whether a process is still there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from rlstudio.core import messages as m
from rlstudio.workers.process import Worker

R = TypeVar("R")

ROOT = Path(__file__).resolve().parents[1]
JOBS = "rlstudio.jobs.serve:serve"


def wait_until(condition: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Until `condition()` is true; fails the test at the limit."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            pytest.fail(f"waited {seconds:g} s until {what}")
        time.sleep(0.005)


def lives(pid: int) -> bool:
    """Whether there is such a process, other than as a zombie that nobody has asked about yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True
    return state != "Z"


def receive(worker: Worker, kind: type[R], seconds: float = 30.0) -> R:
    """The next report of a kind; every batch on the way is answered with Took. A failed job fails the test."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        report = worker.receive(0.1)
        if isinstance(report, m.Batch):
            worker.send(m.Took())
        if isinstance(report, kind):
            return report
        if isinstance(report, m.Failed):
            pytest.fail(f"the job failed: {report.message}\n{report.traceback}")
    pytest.fail(f"no {kind.__name__} within {seconds:g} s")

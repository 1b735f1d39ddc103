"""Vitals: what a parent can tell of a child without asking it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from rlstudio.workers import vitals as vitals_module
from rlstudio.workers.vitals import Health, Phase, Vitals, runnable


@pytest.fixture
def vitals() -> Iterator[Vitals]:
    made = Vitals()
    yield made
    made.close()
    made.close()


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


def test_phase_and_heartbeat_are_read_on_the_other_side(vitals: Vitals, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(vitals_module, "time", clock)
    child = Vitals(vitals.name)
    child.enter(Phase.UPDATING)
    clock.now += 2.0
    child.beat()
    child.count_read()
    clock.now += 0.5
    health = vitals.health(alive=True)
    assert (health.phase, health.phase_seconds, health.silent_seconds) == (Phase.UPDATING, 2.5, 0.5)
    assert health.trouble == ""
    assert vitals.commands_read == 1
    child.close()


@pytest.mark.parametrize(
    ("health", "words"),
    [
        (Health(False, Phase.WAITING, 0, 0), "the process has ended"),
        (Health(True, Phase.STEPPING, 0.1, 1.9), "no sign of life for 1.9 s"),
        (Health(True, Phase.WAITING, 0.1, 1.9), "no sign of life for 1.9 s"),
        (Health(True, Phase.STARTING, 12.0, 12.0), "no sign of life for 12.0 s"),
        (Health(True, Phase.STARTING, 41.0, 41.0, runnable=True), "no sign of life for 41.0 s"),
        (Health(True, Phase.STEPPING, 1.9, 0.1), "inside one step of the environment for 1.9 s"),
        (Health(True, Phase.RENDERING, 1.9, 0.1), "drawing one frame for 1.9 s"),
        (Health(True, Phase.UPDATING, 61.0, 0.1), "in one update for 61.0 s"),
        (Health(True, Phase.UPDATING, 12.0, 12.0, runnable=True), "no sign of life for 12.0 s"),
    ],
)
def test_trouble_is_said_within_two_seconds(health: Health, words: str) -> None:
    assert words in health.trouble


@pytest.mark.parametrize(
    "health",
    [
        Health(True, Phase.STARTING, 5.0, 5.0),
        Health(True, Phase.STARTING, 30.0, 30.0, runnable=True),
        Health(True, Phase.WAITING, 9999.0, 0.1),
        Health(True, Phase.UPDATING, 30.0, 0.1),
        Health(True, Phase.SAVING, 30.0, 0.1),
        Health(True, Phase.STEPPING, 1.0, 1.0),
        Health(True, Phase.UPDATING, 8.0, 8.0, runnable=True),
    ],
)
def test_busy_is_not_hung(health: Health) -> None:
    assert health.trouble == ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what a process's threads do")
def test_a_child_that_waits_for_its_turn_is_told_from_one_that_is_stopped(vitals: Vitals) -> None:
    """A busy one never beats here, as on a machine that gives it no time; the same one stopped is frozen."""
    child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        vitals.enter(Phase.STEPPING)
        vitals._numbers[0] = time.monotonic() - 2.0  # the last beat
        _until(lambda: runnable(child.pid))
        assert vitals.health(True, child.pid).trouble == ""
        assert "no sign of life" in vitals.health(True).trouble, "where nothing is known of it"
        os.kill(child.pid, signal.SIGSTOP)
        _until(lambda: not runnable(child.pid))
        assert "no sign of life" in vitals.health(True, child.pid).trouble
    finally:
        child.kill()
        child.wait()
    assert not runnable(child.pid)


def _until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.01)

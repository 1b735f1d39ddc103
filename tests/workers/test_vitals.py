"""Vitals: what a parent can tell of a child without asking it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rlstudio.workers import vitals as vitals_module
from rlstudio.workers.vitals import Health, Phase, Vitals


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
        (Health(True, Phase.STEPPING, 1.9, 0.1), "inside one step of the environment for 1.9 s"),
        (Health(True, Phase.RENDERING, 1.9, 0.1), "drawing one frame for 1.9 s"),
        (Health(True, Phase.UPDATING, 61.0, 0.1), "in one update for 61.0 s"),
    ],
)
def test_trouble_is_said_within_two_seconds(health: Health, words: str) -> None:
    assert words in health.trouble


@pytest.mark.parametrize(
    "health",
    [
        Health(True, Phase.STARTING, 5.0, 5.0),
        Health(True, Phase.WAITING, 9999.0, 0.1),
        Health(True, Phase.UPDATING, 30.0, 0.1),
        Health(True, Phase.SAVING, 30.0, 0.1),
        Health(True, Phase.STEPPING, 1.0, 1.0),
    ],
)
def test_busy_is_not_hung(health: Health) -> None:
    assert health.trouble == ""

"""The child that plays, asked for value maps: it sends them live, paused as well, and plays on as if not asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from job_harness import FakeChannel

from rlstudio.core import messages as m
from rlstudio.envs.make import make
from rlstudio.jobs import play as play_module
from rlstudio.jobs import value_maps
from rlstudio.jobs.policies import policy_data, untrained_policy
from rlstudio.jobs.serve import do

ENV = "MountainCar-v0"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playing without waiting for real time, and a map at each look."""
    monkeypatch.setattr(play_module, "frame_rate", lambda env: 1e6)
    monkeypatch.setattr(play_module, "HOLD_LAST_PICTURE_SECONDS", 1e-3)
    monkeypatch.setattr(value_maps, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(value_maps, "_AT_MOST_ONE_IN", 0.0)


def weights(seed: int, step: int) -> m.PolicyData:
    env = make(ENV, {})
    try:
        return policy_data("dqn", untrained_policy(env, {}, "dqn", {}, seed), step)
    finally:
        env.close()


def played(at: dict[int, m.Command], frames: int = 40) -> FakeChannel:
    """Playing, with a command once so many frames were shown."""
    left = dict(at)

    def listen(channel: FakeChannel) -> m.Command | None:
        shown = len(channel.frames)
        if left and shown >= min(left):
            return left.pop(min(left))
        return m.Stop() if shown >= frames else None

    channel = FakeChannel(listen, watches=True)
    do(m.StartPlaying(ENV, {}, weights(0, 10), seed=3, greedy=True), channel)
    return channel


def test_each_newer_policy_is_mapped_once_while_it_is_wanted() -> None:
    channel = played(
        {
            5: m.ShowValues(),
            15: m.UsePolicy(weights(1, 20)),
            25: m.ShowValues(wanted=False),
            30: m.UsePolicy(weights(2, 30)),
        }
    )
    maps: list[Any] = [report.map for report in channel.of(m.ValuesMapped)]
    assert [found.step for found in maps] == [10, 20]
    assert not np.array_equal(maps[0].values, maps[1].values)


def test_frames_tell_the_state_only_while_it_is_wanted() -> None:
    channel = played({10: m.ShowValues(), 20: m.ShowValues(wanted=False)})
    told = ["observation" in note["extra"] for _, note in channel.frames]
    assert told.index(True) in (10, 11)
    assert not any(told[22:])
    start = next(note["extra"]["observation"] for _, note in channel.frames if "observation" in note["extra"])
    assert -1.2 <= start[0] <= 0.6
    assert abs(start[1]) <= 0.07


def test_a_player_that_stands_still_maps_as_well() -> None:
    waits = 0

    def listen(channel: FakeChannel) -> m.Command | None:
        nonlocal waits
        if len(channel.frames) < 5:
            return None
        waits += 1
        assert len(channel.frames) == 5
        return {1: m.Pause(), 2: m.ShowValues(), 5: m.UsePolicy(weights(1, 20))}.get(
            waits, m.Stop() if waits > 9 else None
        )

    channel = FakeChannel(listen, watches=True)
    do(m.StartPlaying(ENV, {}, weights(0, 10), seed=3), channel)
    assert [report.map.step for report in channel.of(m.ValuesMapped) if report.map] == [10, 20]


def test_what_is_played_is_the_same() -> None:
    def pictures(at: dict[int, m.Command]) -> list[tuple[int, float]]:
        return [(note["t"], float(frame.sum())) for frame, note in played(at).frames]

    assert pictures({}) == pictures({3: m.ShowValues()})

"""Checkpoints of a run, each played with the same seed, in the order in which they are wanted, now and meanwhile."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from job_harness import FakeChannel, train_inline

from rlstudio.core import messages as m
from rlstudio.core.episode_data import episode_from_data
from rlstudio.jobs import record_checkpoints as module
from rlstudio.jobs.serve import do
from rlstudio.storage.run_folder import RunFolder


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job looks for wishes at every step, and ends as soon as nothing is wanted."""
    monkeypatch.setattr(module, "_LOOK_EVERY_STEPS", 1)
    monkeypatch.setattr(module, "READY_SECONDS", 0.0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder, _ = train_inline(tmp_path_factory.mktemp("runs"), algorithm="ppo", steps=3000, eval_every=0)
    assert len(folder.checkpoints()) >= 3
    return folder


def wish(folder: RunFolder, *steps: int, seed: int = 10_000) -> m.RecordCheckpoints:
    return m.RecordCheckpoints(str(folder.path), steps, seed)


def recorded(channel: FakeChannel) -> dict[int, Any]:
    return {report.index: episode_from_data(report.data) for report in channel.of(m.EpisodeRecorded)}


def test_each_checkpoint_is_recorded_with_the_same_seed_and_says_whose_it_is(trained: RunFolder) -> None:
    first, second, *_, last = trained.checkpoints()
    channel = FakeChannel()
    do(wish(trained, last, first, second), channel)
    episodes = recorded(channel)
    assert list(episodes) == [last, first, second]
    assert first == 0
    assert {episode.seed for episode in episodes.values()} == {10_000}
    assert [episode.step for episode in episodes.values()] == [last, 0, second]
    assert episodes[0].source == "untrained policy"
    assert episodes[last].source == f"checkpoint {last:,} · greedy"
    assert episodes[last].run == str(trained.path)
    starts = [episode.observations[0].tolist() for episode in episodes.values()]
    assert starts[0] == starts[1] == starts[2]
    assert channel.finished.status == "finished"
    words = [report.words for report in channel.of(m.Progress)]
    assert words[0] == f"recording checkpoint {last:,}, step 0"


def test_an_episode_does_not_hang_on_those_recorded_before_it(trained: RunFolder) -> None:
    alone, after = FakeChannel(), FakeChannel()
    last = trained.checkpoints()[-1]
    do(wish(trained, last), alone)
    do(wish(trained, 0, last), after)
    one, other = recorded(alone)[last], recorded(after)[last]
    assert np.array_equal(one.observations, other.observations)
    assert one.frames.blobs == other.frames.blobs


def test_another_wish_takes_the_place_of_what_is_not_recorded_yet(trained: RunFolder) -> None:
    first, second, third, *_ = trained.checkpoints()

    def listen(channel: FakeChannel) -> m.Command | None:
        return wish(trained, third) if len(channel.of(m.Progress)) == 1 else None

    channel = FakeChannel(listen)
    do(wish(trained, first, second), channel)
    assert list(recorded(channel)) == [third]


def test_what_is_being_recorded_goes_on_where_it_is_still_wanted(trained: RunFolder) -> None:
    first, second, third, *_ = trained.checkpoints()

    wishes = [wish(trained, third, first)]
    channel = FakeChannel(lambda channel: wishes.pop() if wishes and channel.of(m.Progress) else None)
    do(wish(trained, first, second), channel)
    assert list(recorded(channel)) == [first, third]
    began = [report.words for report in channel.of(m.Progress) if report.done == 0]
    assert len(began) == 2


def test_a_stop_ends_it_in_the_midst_of_an_episode(trained: RunFolder) -> None:
    channel = FakeChannel(lambda channel: m.Stop() if channel.of(m.Progress) else None)
    do(wish(trained, *trained.checkpoints()), channel)
    assert (channel.finished.status, recorded(channel)) == ("stopped", {})


def test_a_checkpoint_that_is_gone_is_left_out(trained: RunFolder) -> None:
    channel = FakeChannel()
    do(wish(trained, 77_777, 0), channel)
    assert list(recorded(channel)) == [0]
    (left_out,) = channel.of(m.CheckpointLeftOut)
    assert left_out.step == 77_777
    assert "77,777 is no longer there" in left_out.words


def test_a_damaged_checkpoint_is_said_and_the_others_are_recorded(trained: RunFolder, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(trained.path, copy)
    first, second, third, *_ = trained.checkpoints()
    (copy / "checkpoints" / str(second) / "policy.safetensors").write_bytes(b"no")
    channel = FakeChannel()
    do(wish(RunFolder.open(copy), first, second, third), channel)
    assert list(recorded(channel)) == [first, third]
    (left_out,) = channel.of(m.CheckpointLeftOut)
    assert left_out.step == second
    assert "damaged" in left_out.words
    assert channel.finished.status == "finished"


def test_a_later_wish_counts_with_all_that_it_says(trained: RunFolder) -> None:
    """Another seed makes another episode of the checkpoint that is being recorded."""
    first, second, *_ = trained.checkpoints()
    wishes = [replace(wish(trained, first, second, seed=5), greedy=False)]
    channel = FakeChannel(lambda channel: wishes.pop() if wishes and channel.of(m.Progress) else None)
    do(wish(trained, first), channel)
    episodes = recorded(channel)
    assert list(episodes) == [first, second]
    assert {(episode.seed, episode.greedy) for episode in episodes.values()} == {(5, False)}
    began = [report.words for report in channel.of(m.Progress) if report.done == 0]
    assert len(began) == 3


def test_a_wish_for_another_run_is_recorded_of_that(trained: RunFolder, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(trained.path, copy)
    first = trained.checkpoints()[0]
    wishes = [wish(RunFolder.open(copy), first)]
    channel = FakeChannel(lambda channel: wishes.pop() if wishes and channel.of(m.Progress) else None)
    do(wish(trained, first), channel)
    assert [episode.run for episode in recorded(channel).values()] == [str(copy)]

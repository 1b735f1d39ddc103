"""Marked frames and the discount are kept in an episode's file."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from episode_files import made_episode

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.whole_file import whole_file
from rlstudio.storage.episode_file import episode_files, load_episode, save_episode
from rlstudio.storage.episode_marks import keep_marks


def test_marks_and_discount_come_back(tmp_path: Path) -> None:
    frames = FrameStore()
    for shade in range(4):
        frames.append(np.full((2, 4, 3), shade, np.uint8))
    episode = Episode(
        env="E",
        env_kwargs={},
        seed=1,
        source="random",
        fps=30.0,
        observations=np.zeros((4, 1), np.float32),
        actions=np.zeros(3, np.int64),
        rewards=np.ones(3),
        thoughts=[Thought()] * 3,
        frames=frames,
        discount=0.97,
        marks=(0, 3),
    )
    save_episode(tmp_path / "episode.npz", episode)
    back = load_episode(tmp_path / "episode.npz")
    assert (back.discount, back.marks) == (0.97, (0, 3))


@pytest.fixture
def kept(tmp_path: Path) -> list[Path]:
    """Two recordings of one run, which differ in their seeds alone."""
    folder = tmp_path / "a_run" / "episodes"
    (tmp_path / "a_run").mkdir()
    (tmp_path / "a_run" / "run.json").write_text("{}")
    paths = [folder / f"episode-000{number}.rlepisode" for number in (1, 2)]
    for seed, path in enumerate(paths):
        save_episode(path, replace(made_episode(), seed=seed, marks=()))
    return paths


def test_marks_of_a_recording_are_kept_in_its_own_file(kept: list[Path]) -> None:
    episode, other = load_episode(kept[0]), kept[1].read_bytes()
    episode.marks = (1, 3)
    assert keep_marks(episode) == kept[0]
    back = load_episode(kept[0])
    assert (back.marks, back.seed, back.recorded) == ((1, 3), 0, episode.recorded)
    assert back.observations.tobytes() == episode.observations.tobytes()
    assert back.frames.blobs == episode.frames.blobs
    assert kept[1].read_bytes() == other
    assert sorted(kept[0].parent.iterdir()) == kept, "nothing else is left there"


def test_it_is_found_before_it_was_ever_read_and_in_a_run_that_was_moved(kept: list[Path], tmp_path: Path) -> None:
    (tmp_path / "a_run").rename(tmp_path / "elsewhere")
    episode = replace(made_episode(), seed=1, marks=(2,), run=str(tmp_path / "elsewhere"))
    path = keep_marks(episode)
    assert path == tmp_path / "elsewhere" / "episodes" / kept[1].name
    assert load_episode(path).marks == (2,)


def test_marks_that_are_there_already_write_nothing(kept: list[Path]) -> None:
    before = kept[0].stat()
    assert keep_marks(load_episode(kept[0])) == kept[0]
    after = kept[0].stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_what_its_run_does_not_keep_is_not_written(kept: list[Path]) -> None:
    episode = load_episode(kept[0])
    episode.marks = (2,)
    kept[0].unlink()
    assert keep_marks(episode) is None, "deleted meanwhile"
    assert keep_marks(replace(episode, seed=1, recorded="2020-01-01")) is None, "another one of that seed"
    assert keep_marks(replace(episode, run=None)) is None
    assert keep_marks(replace(episode, run="/nowhere")) is None
    assert list(kept[0].parent.iterdir()) == [kept[1]]
    assert load_episode(kept[1]).marks == ()


def test_one_that_is_being_written_is_not_listed(kept: list[Path]) -> None:
    with whole_file(kept[0]):
        assert len(list(kept[0].parent.iterdir())) == 3
        assert episode_files(kept[0].parent) == kept


def test_a_damaged_file_beside_it_is_passed_over(kept: list[Path]) -> None:
    kept[1].write_bytes(b"no")
    episode = load_episode(kept[0])
    episode.marks = (2,)
    assert keep_marks(episode) == kept[0]


def test_a_disk_that_refuses_leaves_the_recording_as_it_was(kept: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    episode, before = load_episode(kept[0]), kept[0].read_bytes()
    episode.marks = (2,)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        keep_marks(episode)
    assert kept[0].read_bytes() == before
    assert sorted(kept[0].parent.iterdir()) == kept

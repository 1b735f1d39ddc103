"""Recorded episodes on disk: whole, to the bit, or refused."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from episode_files import first_format, made_episode
from safetensors.numpy import load_file

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import FrameStore
from rlstudio.storage.episode_checks import FIELDS
from rlstudio.storage.episode_file import _KEPT_APART, episode_files, load_episode, save_episode


@pytest.fixture
def episode() -> Episode:
    return made_episode()


PLAIN = [field.name for field in fields(Episode) if field.name not in _KEPT_APART]


def same_numbers(first: Episode, second: Episode) -> None:
    for name in ("observations", "actions", "rewards"):
        assert getattr(first, name).dtype == getattr(second, name).dtype
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
    assert all(np.array_equal(a, b) for a, b in zip(first.frames, second.frames, strict=True))


def test_comes_back_to_the_bit(tmp_path: Path, episode: Episode) -> None:
    path = tmp_path / "new" / "1.rlepisode"
    save_episode(path, episode)
    loaded = load_episode(path)
    for name in PLAIN:
        assert getattr(loaded, name) == getattr(episode, name), name
    same_numbers(loaded, episode)
    first, second, third = loaded.thoughts
    assert first.probabilities is not None
    assert first.probabilities.tolist() == [0.25, 0.75]
    assert (first.value, second.note, second.probabilities, third.value) == (2.5, "explored: θ", None, None)
    assert list(path.parent.iterdir()) == [path]


def test_every_field_of_an_episode_has_its_check() -> None:
    """Whoever adds a field to Episode says in storage/episode_checks.py what a file may say of it."""
    assert {field.name for field in fields(Episode)} == set(FIELDS) | set(_KEPT_APART)


def test_an_episode_whose_fields_are_all_set_differs_from_an_empty_one_in_each(episode: Episode) -> None:
    """So that the test above would notice a field that is lost."""
    empty = Episode("", {}, 0, "", 1.0)
    assert [name for name in PLAIN if getattr(empty, name) == getattr(episode, name)] == ["discrete", "truncated"]


def test_files_of_the_first_format_are_still_read(tmp_path: Path, episode: Episode) -> None:
    path = tmp_path / "episode-0001.npz"
    path.write_bytes(first_format(episode, run="/home/somebody/runs/cartpole_ppo"))
    loaded = load_episode(path)
    same_numbers(loaded, episode)
    assert loaded.thoughts[1].note == "explored: θ"
    assert (loaded.run, loaded.run_name, loaded.versions) == (None, "cartpole_ppo", {})


def test_the_run_is_told_by_its_name_and_found_only_where_the_file_lies(tmp_path: Path, episode: Episode) -> None:
    episode.run = str(tmp_path / "runs" / "cartpole_ppo")
    (tmp_path / "runs" / "cartpole_ppo" / "episodes").mkdir(parents=True)
    inside = tmp_path / "runs" / "cartpole_ppo" / "episodes" / "a.rlepisode"
    save_episode(inside, episode)
    assert str(tmp_path).encode() not in inside.read_bytes()
    assert (load_episode(inside).run, load_episode(inside).run_name) == (None, "cartpole_ppo")
    (tmp_path / "runs" / "cartpole_ppo" / "run.json").write_text("{}")
    assert load_episode(inside).run == episode.run
    elsewhere = tmp_path / "b.rlepisode"
    elsewhere.write_bytes(inside.read_bytes())
    assert (load_episode(elsewhere).run, load_episode(elsewhere).run_name) == (None, "cartpole_ppo")


def test_episode_without_observations_or_thoughts(tmp_path: Path) -> None:
    frames = FrameStore()
    frames.append(np.zeros((2, 2, 3), np.uint8))
    episode = Episode("E", {}, 0, "nobody", 30.0, observations=np.zeros((1, 0), np.float32), frames=frames)
    save_episode(tmp_path / "e", episode)
    assert load_episode(tmp_path / "e").observations.shape == (1, 0)


def test_episode_without_pictures(tmp_path: Path, episode: Episode) -> None:
    episode.frames = FrameStore()
    save_episode(tmp_path / "e", episode)
    loaded = load_episode(tmp_path / "e")
    assert not loaded.has_pictures
    assert loaded.observations.tobytes() == episode.observations.tobytes()


def test_lengths_that_do_not_fit_are_refused_before_writing(tmp_path: Path, episode: Episode) -> None:
    episode.actions = episode.actions[:-1]
    with pytest.raises(ValueError, match="actions: 2 instead of 3"):
        save_episode(tmp_path / "e", episode)
    assert list(tmp_path.iterdir()) == []


def test_it_is_a_safetensors_file_that_other_programs_read(tmp_path: Path, episode: Episode) -> None:
    save_episode(tmp_path / "e", episode)
    arrays = load_file(tmp_path / "e")
    assert arrays["rewards"].tolist() == episode.rewards.tolist()
    assert arrays["observations"].tobytes() == episode.observations.tobytes()
    assert all(array.dtype.kind in "fiu" for array in arrays.values())
    data = (tmp_path / "e").read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    assert json.loads(header["__metadata__"]["episode"])["env"] == "CartPole-v1"


def test_progress_is_told_and_may_give_up(tmp_path: Path, episode: Episode) -> None:
    save_episode(tmp_path / "e", episode)
    told: list[tuple[int, int]] = []
    load_episode(tmp_path / "e", lambda done, total: told.append((done, total)))
    size = (tmp_path / "e").stat().st_size
    assert told[-1] == (size, size)

    def give_up(_done: int, _total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        load_episode(tmp_path / "e", give_up)


def test_episodes_in_a_folder_are_found_in_order(tmp_path: Path) -> None:
    for name in ("episode-0002.rlepisode", "episode-0001.npz", "note.txt", ".tmp-1-a"):
        (tmp_path / name).touch()
    assert [path.name for path in episode_files(tmp_path)] == ["episode-0001.npz", "episode-0002.rlepisode"]

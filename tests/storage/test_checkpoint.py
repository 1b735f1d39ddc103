"""Checkpoints: what is saved comes back to the bit, older learners are let go, and damage is said."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from rlstudio.core.messages import PolicyData
from rlstudio.storage import checkpoint, checkpoint_shelf
from rlstudio.storage.run_folder import RunFolder, RunFolderError


def save(folder: RunFolder, step: int, policy: PolicyData, value: int = 0) -> Path:
    return folder.save_checkpoint(step, policy, {"m": np.full(3, value)}, {"value": value}, note={"why": "test"})


def test_policy_comes_back_to_the_bit(folder: RunFolder, policy: PolicyData) -> None:
    save(folder, 100, policy)
    loaded = folder.load_policy()
    assert (loaded.algorithm, loaded.settings, loaded.step) == ("ppo", {"hidden": [4, 2]}, 100)
    assert loaded.run == str(folder.path)
    for name, array in policy.arrays.items():
        assert loaded.arrays[name].dtype == array.dtype
        assert loaded.arrays[name].shape == array.shape
        assert loaded.arrays[name].tobytes() == array.tobytes()


def test_learner_comes_back_with_random_states(folder: RunFolder, policy: PolicyData) -> None:
    generator = np.random.default_rng(5)
    generator.normal(size=10)
    buffer = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)[:, ::-1]  # a view that is not contiguous
    arrays = {"buffer": buffer, "done": np.array([True, False]), "none": np.zeros((0, 4), np.float32)}
    values = {"rng": generator.bit_generator.state, "best": -np.inf, "names": ["a", "b"], "n": 2**200}
    folder.save_checkpoint(7, policy, arrays, values, note={})
    loaded, plain, step = folder.load_learner()
    assert step == 7
    assert {name: (a.dtype, a.shape) for name, a in loaded.items()} == {
        n: (a.dtype, a.shape) for n, a in arrays.items()
    }
    assert np.array_equal(loaded["buffer"], buffer)
    assert plain == values
    again = np.random.default_rng()
    again.bit_generator.state = plain["rng"]
    assert again.normal(size=5).tolist() == generator.normal(size=5).tolist()


def test_big_endian_arrays_keep_their_values(folder: RunFolder, policy: PolicyData) -> None:
    folder.save_checkpoint(1, policy, {"x": np.array([1.5, 2.5], ">f4")}, {}, note={})
    assert folder.load_learner()[0]["x"].tolist() == [1.5, 2.5]


def test_where_no_older_ones_are_wanted_learners_are_kept_in_the_newest_two_only(
    folder: RunFolder, policy: PolicyData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_shelf, "OLDER_LEARNERS_KEPT", 0)
    for step in (10, 20, 30, 40):
        save(folder, step, policy, step)
    assert folder.checkpoints() == [10, 20, 30, 40]
    kept = {step: (folder.path / f"checkpoints/{step}/learner.safetensors").exists() for step in folder.checkpoints()}
    assert kept == {10: False, 20: False, 30: True, 40: True}
    assert folder.load_learner(30)[1] == {"value": 30}
    assert folder.load_policy(10).step == 10
    with pytest.raises(RunFolderError, match="cannot be continued from step 10; it can from 30, 40"):
        folder.load_learner(10)


def test_checkpoints_of_the_policy_alone_push_no_learner_out(folder: RunFolder, policy: PolicyData) -> None:
    save(folder, 10, policy, 10)
    for step in (10, 20, 30):
        folder.save_checkpoint(step, policy, {}, {}, note={})
    assert folder.load_learner()[1:] == ({"value": 10}, 10)
    assert folder.load_policy().step == 30


def test_same_step_again_replaces(folder: RunFolder, policy: PolicyData) -> None:
    save(folder, 10, policy, 1)
    save(folder, 10, policy, 2)
    assert folder.checkpoints() == [10]
    assert folder.load_learner()[1] == {"value": 2}
    assert [entry.name for entry in (folder.path / "checkpoints").iterdir()] == ["10"]


def test_best_is_marked(folder: RunFolder, policy: PolicyData) -> None:
    assert folder.best_checkpoint() is None
    save(folder, 10, policy)
    save(folder, 20, policy)
    with pytest.raises(RunFolderError, match="marked as the best: choose one of 10, 20"):
        folder.load_policy("best")
    folder.mark_best(10)
    assert folder.best_checkpoint() == 10
    assert folder.load_policy("best").step == 10
    with pytest.raises(RunFolderError, match="no checkpoint at step 15: choose one of 10, 20"):
        folder.mark_best(15)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (5_500, "at step 5,500: choose one of …, 2,000, 3,000, 4,000, 5,000, 6,000, 7,000, 8,000, 9,000, …$"),
        (1, "at step 1: choose one of 1,000, 2,000, 3,000, 4,000, 5,000, 6,000, 7,000, 8,000, …$"),
        (99_000, "at step 99,000: choose one of …, 5,000, 6,000, 7,000, 8,000, 9,000, 10,000, 11,000, 12,000$"),
    ],
)
def test_a_step_that_is_not_there_is_answered_with_those_around_it(
    folder: RunFolder, policy: PolicyData, asked: int, words: str
) -> None:
    for step in range(1_000, 13_000, 1_000):
        save(folder, step, policy)
    with pytest.raises(RunFolderError, match=words):
        folder.load_policy(asked)


def test_a_run_without_checkpoints_says_so(folder: RunFolder) -> None:
    with pytest.raises(RunFolderError, match="no checkpoint yet"):
        folder.load_policy()
    with pytest.raises(RunFolderError, match="cannot be continued"):
        folder.load_learner()


def test_what_is_no_data_is_refused_by_name(folder: RunFolder, policy: PolicyData) -> None:
    with pytest.raises(RunFolderError, match="array 'z' is of type complex128"):
        folder.save_checkpoint(1, policy, {"z": np.zeros(2, complex)}, {}, note={})
    with pytest.raises(RunFolderError, match="object cannot be written as JSON"):
        folder.save_checkpoint(1, policy, {}, {"x": object()}, note={})
    with pytest.raises(RunFolderError, match="the key 3 is not allowed"):
        folder.save_checkpoint(1, policy, {}, {"x": {3: 1}}, note={})
    assert folder.checkpoints() == []
    assert list((folder.path / "checkpoints").iterdir()) == []


@pytest.mark.parametrize("name", ["policy.safetensors", "checkpoint.json"])
def test_policy_cut_off_anywhere_is_refused_in_words(folder: RunFolder, policy: PolicyData, name: str) -> None:
    path = save(folder, 10, policy) / name
    data = path.read_bytes()
    for end in range(len(data)):
        path.write_bytes(data[:end])
        with pytest.raises(RunFolderError, match="damaged"):
            folder.load_policy()


@pytest.mark.parametrize("name", ["checkpoint.json", "policy.safetensors", "learner.json", "learner.safetensors"])
def test_files_made_to_keep_one_waiting_are_refused(folder: RunFolder, policy: PolicyData, name: str) -> None:
    """JSON that is nested without end, and a named pipe, which nobody will ever write to."""
    path = save(folder, 10, policy) / name
    path.unlink()
    places = ["[" * 100_000] + ([None] if hasattr(os, "mkfifo") else [])
    for text in places:
        if text is None:
            path.unlink()
            os.mkfifo(path)
        else:
            path.write_text(text)
        with pytest.raises(RunFolderError, match=r"damaged|cannot be continued"):
            folder.load_learner(10) if name.startswith("learner") else folder.load_policy(10)


def test_arrays_of_another_size_than_noted_are_refused(folder: RunFolder, policy: PolicyData) -> None:
    first, second = save(folder, 10, policy), save(folder, 20, PolicyData("ppo", {"w": np.zeros(3, np.float32)}))
    os.replace(second / "policy.safetensors", first / "policy.safetensors")
    with pytest.raises(RunFolderError, match="sizes or types"):
        folder.load_policy(10)


def test_full_disk_leaves_the_old_checkpoint(
    folder: RunFolder, policy: PolicyData, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(folder, 10, policy, 1)

    def full(arrays: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full)
    for step in (10, 20):
        with pytest.raises(RunFolderError, match="the disk is full"):
            save(folder, step, policy, 2)
    assert folder.load_learner()[1:] == ({"value": 1}, 10)
    assert [entry.name for entry in (folder.path / "checkpoints").iterdir()] == ["10"]


def test_checkpoint_moved_aside_by_a_crash_comes_back(folder: RunFolder, policy: PolicyData) -> None:
    """Between two renames of a replacement the program died: the old folder is aside, the new one not yet there."""
    path = save(folder, 10, policy, 1)
    folder.close()
    path.rename(path.with_name(".tmp-old-10"))
    (path.parent / ".tmp-123-abcd-10").mkdir()
    (path.parent / ".tmp-123-abcd-10" / "policy.safetensors").write_bytes(b"half")
    assert folder.checkpoints() == []
    with RunFolder.open(folder.path, write=True) as again:
        assert again.load_learner()[1] == {"value": 1}
        assert [entry.name for entry in path.parent.iterdir()] == ["10"]


def test_of_many_checkpoints_those_stay_that_are_spread_over_the_run(folder: RunFolder, policy: PolicyData) -> None:
    for step in range(0, 2000, 10):
        save(folder, step, policy)
        if step == 330:
            folder.mark_best(step)
    steps = folder.checkpoints()
    assert 64 <= len(steps) <= 64 + 12
    assert {0, 330, 1980, 1990} <= set(steps)
    assert folder.load_learner(1980)[2] == 1980
    assert folder.load_policy("best").step == 330
    assert np.diff(steps).max() <= 2 * 2000 / 32
    assert [entry.name for entry in (folder.path / "checkpoints").iterdir() if entry.name.startswith(".")] == []

"""Which checkpoints stay: bounded in number and bytes, dense early, the first, best and newest always among them."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import numpy as np
import pytest

from rlstudio.core.learning_scale import place
from rlstudio.core.messages import PolicyData
from rlstudio.storage import checkpoint_shelf
from rlstudio.storage.run_folder import RunFolder, RunFolderError


def policy_at(step: int | None, n_numbers: int = 4) -> PolicyData:
    return PolicyData("ppo", {"w": np.full(n_numbers, step or 0, np.float32)}, {"hidden": []}, step)


def save_whole(folder: RunFolder, step: int, n_numbers: int = 4, files: dict[str, bytes] | None = None) -> None:
    values = {"step": step}
    folder.save_checkpoint(step, policy_at(step, n_numbers), {"m": np.zeros(3)}, values, note={}, files=files)


def has_file(folder: RunFolder, name: str) -> list[int]:
    return [step for step in folder.checkpoints() if (folder.path / "checkpoints" / str(step) / name).is_file()]


def n_bytes(folder: RunFolder) -> int:
    return sum(file.stat().st_size for file in (folder.path / "checkpoints").rglob("*") if file.is_file())


def test_a_snapshot_is_a_checkpoint_to_play_but_not_to_continue_from(folder: RunFolder) -> None:
    folder.save_snapshot(policy_at(12))
    loaded = folder.load_policy(12)
    assert (loaded.step, loaded.arrays["w"].tolist(), loaded.run) == (12, [12.0] * 4, str(folder.path))
    with pytest.raises(RunFolderError, match="no checkpoint in it holds the learner's state"):
        folder.load_learner()


def test_a_snapshot_never_takes_the_place_of_a_checkpoint(folder: RunFolder) -> None:
    save_whole(folder, 12, files={"model.zip": b"model"})
    folder.save_snapshot(policy_at(12, 9))
    assert len(folder.load_policy(12).arrays["w"]) == 4
    assert folder.load_learner(12)[1] == {"step": 12}
    assert has_file(folder, "model.zip") == [12]


def test_snapshots_that_a_power_cut_left_empty_or_damaged_hide_no_other(folder: RunFolder) -> None:
    save_whole(folder, 5)
    for step in (10, 20, 30):
        folder.save_snapshot(policy_at(step))
    for name in ("checkpoint.json", "policy.safetensors"):
        (folder.path / "checkpoints" / "30" / name).write_bytes(b"")
    (folder.path / "checkpoints" / "20" / "policy.safetensors").write_bytes(b"\0" * 100)
    assert folder.checkpoints() == [5, 10, 20]
    assert folder.load_policy().step == 10
    with pytest.raises(RunFolderError, match="damaged"):
        folder.load_policy(20)
    path = folder.path
    folder.close()
    with RunFolder.open(path, write=True) as again:
        again.save_snapshot(policy_at(30))
        assert again.load_policy().step == 30


def test_a_snapshot_needs_a_step_and_a_folder_to_write(folder: RunFolder) -> None:
    with pytest.raises(RunFolderError, match="without a step"):
        folder.save_snapshot(policy_at(None))
    with pytest.raises(RunFolderError, match="reading only"):
        RunFolder.open(folder.path).save_snapshot(policy_at(1))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_a_run_saves_its_checkpoints_tell_its_story(
    folder: RunFolder, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Snapshots, whole checkpoints, best ones and rewinds in any order."""
    monkeypatch.setattr(checkpoint_shelf, "CHECKPOINTS_KEPT", 20)
    drawn = random.Random(seed)
    step, best, wholes, offered = 0, None, [0], [0]
    save_whole(folder, 0)
    for _ in range(150):
        step += drawn.choice((1, 4, 30, 1 + step // 10))
        offered.append(step)
        match drawn.choice("sssssswbr"):
            case "s":
                folder.save_snapshot(policy_at(step))
            case "w":
                save_whole(folder, step)
                wholes.append(step)
            case "b":
                folder.save_checkpoint(step, policy_at(step), {}, {}, note={})
                folder.mark_best(step)
                best = step
            case "r":
                step = wholes[-1]
                folder.rewind(step)
                best = folder.best_checkpoint()
                offered = [s for s in offered if s <= step]
    steps = folder.checkpoints()
    newest = folder.load_policy().step
    assert steps[0] == 0
    assert newest == steps[-1]
    assert len(steps) <= 20 + 13  # the first, the newest, the best, ten learners
    assert best is None or folder.load_policy("best").step == best
    assert folder.load_learner()[2] == wholes[-1]
    assert all(folder.load_policy(s).arrays["w"][0] == s for s in steps)
    gaps = [place(b, steps[-1]) - place(a, steps[-1]) for a, b in itertools.pairwise(steps)]
    given = [place(b, steps[-1]) - place(a, steps[-1]) for a, b in itertools.pairwise(offered)]
    assert max(gaps) <= 3 * 2.0 / 20 + max(given, default=0.0)


def test_the_early_part_keeps_more_checkpoints_than_as_long_a_part_later(folder: RunFolder) -> None:
    for step in range(0, 20_000, 50):
        folder.save_snapshot(policy_at(step))
    steps = np.array(folder.checkpoints())
    assert checkpoint_shelf.CHECKPOINTS_KEPT <= len(steps) <= checkpoint_shelf.CHECKPOINTS_KEPT + 2
    assert (steps < 2_000).sum() > 2 * ((steps >= 10_000) & (steps < 12_000)).sum()
    assert np.diff(steps).max() <= 20_000 / 8


def test_large_policies_are_bounded_in_bytes_too(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_shelf, "BYTES_KEPT", 50_000)
    for step in range(0, 400, 10):
        folder.save_snapshot(policy_at(step, 1_000))  # 4 kB and a little each
    assert n_bytes(folder) <= 50_000 + 2 * 5_000  # the first and the newest come on top
    assert len(folder.checkpoints()) >= 10
    assert {0, 390} <= set(folder.checkpoints())


def test_files_for_use_elsewhere_stay_in_the_newest_two_and_the_best(folder: RunFolder) -> None:
    model = {"model.zip": bytes(1000)}
    for step in (10, 20, 30, 40, 50):
        save_whole(folder, step, files=model)
        if step == 20:
            folder.mark_best(20)
    assert has_file(folder, "model.zip") == [20, 40, 50]
    assert folder.checkpoints() == [10, 20, 30, 40, 50]
    assert folder.load_policy(10).step == 10


def test_a_run_that_goes_on_lets_go_of_what_an_earlier_version_kept(folder: RunFolder) -> None:
    """Once every checkpoint kept its model.zip; such a folder opens as it is, and its next checkpoint tidies it."""
    for step in (10, 20, 30):
        save_whole(folder, step)
    folder.close()
    for step in (10, 20, 30):
        Path(folder.path, "checkpoints", str(step), "model.zip").write_bytes(bytes(1000))
    with RunFolder.open(folder.path, write=True) as again:
        assert has_file(again, "model.zip") == [10, 20, 30]
        save_whole(again, 40, files={"model.zip": bytes(1000)})
        assert has_file(again, "model.zip") == [30, 40]
        assert has_file(again, "learner.json") == [10, 20, 30, 40]


def test_older_learners_stay_spread_over_the_run_for_forks_to_begin_at(folder: RunFolder) -> None:
    for step in range(0, 2_000, 20):
        save_whole(folder, step)
    steps = has_file(folder, "learner.json")
    assert len(steps) == checkpoint_shelf.OLDER_LEARNERS_KEPT + checkpoint_shelf.LEARNERS_KEPT
    assert steps[0] == 0
    assert steps[-2:] == [1_960, 1_980]
    gaps = [place(b, steps[-1]) - place(a, steps[-1]) for a, b in itertools.pairwise(steps)]
    assert max(gaps) <= 3 * 2.0 / checkpoint_shelf.OLDER_LEARNERS_KEPT


def test_large_older_learners_go_the_newest_two_stay(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def save(step: int) -> None:
        folder.save_checkpoint(step, policy_at(step), {"buffer": np.zeros(2_500)}, {"step": step}, note={})

    monkeypatch.setattr(checkpoint_shelf, "OLDER_LEARNER_BYTES_KEPT", 50_000)
    for step in range(0, 200, 10):
        save(step)
    assert len(has_file(folder, "learner.json")) == 2 + 2  # 20 kB and a little each
    assert {0, 180, 190} <= set(has_file(folder, "learner.json"))
    monkeypatch.setattr(checkpoint_shelf, "OLDER_LEARNER_BYTES_KEPT", 10_000)
    save(200)
    assert has_file(folder, "learner.json") == [190, 200]
    assert 0 in folder.checkpoints()

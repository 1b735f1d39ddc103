"""A disk that is full, read-only or gone while a run trains: said in words, training goes on, nothing is lost."""

from __future__ import annotations

import builtins
import errno
import os
import shutil
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from job_harness import FakeChannel, story, train_inline
from safetensors import SafetensorError

from rlstudio.core import messages as m
from rlstudio.core import whole_file
from rlstudio.jobs import autosave, keeping, training_run, wall_clock
from rlstudio.storage import checkpoint
from rlstudio.storage.errors import DiskError
from rlstudio.storage.lock import is_locked
from rlstudio.storage.run_folder import RunFolder, RunFolderError

RUN: dict[str, Any] = {"algorithm": "q_learning", "env": "FrozenLake-v1", "steps": 800, "seed": 1, "eval_every": 0}
PPO: dict[str, Any] = {
    "algorithm": "ppo",
    "env": "CartPole-v1",
    "steps": 900,
    "params": {"n_envs": 2, "n_steps": 64, "hidden": [8]},
    "preset": "none",
    "eval_every": 300,
    "eval_episodes": 1,
}


class Disk:
    """Refuses, while `error` is set, whatever is written under the names that `refuses` says."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.error = 0
        self.only = ""
        self.refused = 0
        self._home = str(home)
        real_write, real_mkdir, real_save = os.write, os.mkdir, checkpoint.save_file

        def write(descriptor: int, data: Any) -> int:
            if self.error:  # only then: others write, too
                self._refuse(os.readlink(f"/proc/self/fd/{descriptor}"))
            return real_write(descriptor, data)

        def mkdir(path: Any, *more: Any, **named: Any) -> None:
            self._refuse(os.fspath(path))
            real_mkdir(path, *more, **named)

        def open_(path: Any, *more: Any, **named: Any) -> Any:
            self._refuse(os.fspath(path))
            return builtins.open(path, *more, **named)

        def save_file(arrays: Any, path: Any) -> None:
            try:
                self._refuse(os.fspath(path))
            except OSError as error:
                words = f"I/O error: {error.strerror} (os error {error.errno})"
                raise SafetensorError(f"Error while serializing: {words}") from error
            real_save(arrays, path)

        patch.setattr(os, "write", write)
        patch.setattr(os, "mkdir", mkdir)
        patch.setattr(whole_file, "open", open_, raising=False)
        patch.setattr(checkpoint, "save_file", save_file)

    def _refuse(self, path: str) -> None:
        if self.error and path.startswith(self._home) and self.only in path:
            self.refused += 1
            raise OSError(self.error, os.strerror(self.error), path)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk that runs are on; they are written to it all the time, and tried again at once."""
    monkeypatch.setattr(training_run, "DISK_EVERY_SECONDS", 0.005)
    monkeypatch.setattr(training_run, "SERVICE_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(keeping, "FIRST_RETRY_SECONDS", 0.0)
    monkeypatch.setattr(keeping, "LONGEST_RETRY_SECONDS", 0.0)
    monkeypatch.setattr(autosave, "SHARE_FOR_CHECKPOINTS", 1e9)
    return Disk(tmp_path, monkeypatch)


def at_looks(doings: dict[int, Callable[[], Any]]) -> Callable[[FakeChannel], m.Command | None]:
    """What to do when the run looks for commands for the nth time; it may return a command."""
    looks = 0

    def listen(_channel: FakeChannel) -> m.Command | None:
        nonlocal looks
        looks += 1
        found = doings.get(looks, lambda: None)()
        return found if isinstance(found, m.Stop) else None

    return listen


def rows(folder: RunFolder) -> dict[str, Any]:
    """All lines but for their seconds, which differ from one run to the next."""
    events = [{k: v for k, v in event.items() if k != "seconds"} for event in folder.read_events()]
    metrics = {name: (s.steps.tolist(), s.values.tolist()) for name, s in folder.read_metrics().items()}
    return {"story": story(folder), "events": events, "metrics": metrics}


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="tells files apart by Linux' list of open ones")
class TestRefused:
    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (errno.ENOSPC, "the disk is full; free some space"),
            (errno.EROFS, "that disk is read-only"),
            (errno.EACCES, "no permission to write there"),
            (errno.EIO, "the disk does not answer as it should"),
        ],
    )
    def test_training_goes_on_and_saves_again_when_it_can(
        self, error: int, words: str, disk: Disk, tmp_path: Path
    ) -> None:
        expected, _ = train_inline(tmp_path / "well", **PPO)
        looks = {20: lambda: setattr(disk, "error", error), 400: lambda: setattr(disk, "error", 0)}
        folder, channel = train_inline(tmp_path / "ill", FakeChannel(at_looks(looks)), autosave_steps=200, **PPO)
        told = [report.words for report in channel.of(m.NotSaved)]
        assert disk.refused > 1
        assert len(told) == 2, told
        assert words in told[0]
        assert "Training goes on" in told[0]
        assert told[1] == ""
        assert channel.finished.status == "finished"
        assert rows(folder) == rows(expected)
        assert folder.read_info().status == "finished"
        assert folder.load_learner()[2] == folder.read_info().steps
        assert folder.best_checkpoint() == expected.best_checkpoint()
        assert set(expected.checkpoints()) <= set(folder.checkpoints())
        assert not list(folder.path.rglob(".tmp-*"))

    @pytest.mark.parametrize("only", ["monitor.csv", "metrics.csv", "events.jsonl", "run.json", "checkpoints"])
    def test_one_file_that_refuses_costs_no_line_and_doubles_none(self, only: str, disk: Disk, tmp_path: Path) -> None:
        expected, _ = train_inline(tmp_path / "well", **PPO)
        disk.only = only
        looks = {20: lambda: setattr(disk, "error", errno.ENOSPC), 400: lambda: setattr(disk, "error", 0)}
        folder, channel = train_inline(tmp_path / "ill", FakeChannel(at_looks(looks)), autosave_steps=200, **PPO)
        assert disk.refused > 0
        assert [bool(report.words) for report in channel.of(m.NotSaved)] == [True, False]
        assert rows(folder) == rows(expected)
        assert folder.load_learner()[2] == folder.read_info().steps

    def test_a_run_that_is_over_waits_for_the_disk(self, disk: Disk, tmp_path: Path) -> None:
        expected, _ = train_inline(tmp_path / "well", **RUN)
        waited = 0

        def listen(channel: FakeChannel) -> None:
            nonlocal waited
            if channel.of(m.Started) and not waited:
                disk.error = errno.ENOSPC
            if any(report.words.startswith("Training is over") for report in channel.of(m.NotSaved)):
                waited += 1
                disk.error = errno.ENOSPC if waited < 30 else 0

        folder, channel = train_inline(tmp_path / "ill", FakeChannel(listen), **RUN)
        assert waited >= 30
        assert channel.finished.status == "finished"
        assert rows(folder) == rows(expected)
        assert any("waiting for the disk" in batch.words for batch in channel.of(m.Batch))

    def test_stop_gives_up_and_says_what_is_lost(self, disk: Disk, tmp_path: Path) -> None:
        def listen(channel: FakeChannel) -> m.Command | None:
            if channel.of(m.Started):
                disk.error = errno.ENOSPC
            over = any(report.words.startswith("Training is over") for report in channel.of(m.NotSaved))
            return m.Stop() if over else None

        with pytest.raises(DiskError, match=r"the disk is full.* What was learned after step 0 is lost"):
            train_inline(tmp_path, FakeChannel(listen), **RUN)
        disk.error = 0
        (path,) = tmp_path.iterdir()
        assert RunFolder.open(path).read_info().status == "interrupted"
        folder, _ = train_inline(tmp_path, resume=path, **RUN)
        assert folder.read_info().steps == RUN["steps"]

    def test_a_disk_that_refuses_the_run_folder_begins_no_run(self, disk: Disk, tmp_path: Path) -> None:
        disk.error = errno.ENOSPC
        with pytest.raises(RunFolderError, match=r"could not make a run folder in .*: the disk is full"):
            train_inline(tmp_path, **RUN)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no open files")
@pytest.mark.parametrize("moved", [False, True], ids=["deleted", "moved away"])
def test_a_folder_that_goes_under_a_run_is_made_anew(disk: Disk, moved: bool, tmp_path: Path) -> None:
    expected, _ = train_inline(tmp_path / "well", **PPO)

    def take_away() -> None:
        (folder,) = (tmp_path / "ill").iterdir()
        folder.rename(tmp_path / "elsewhere") if moved else shutil.rmtree(tmp_path / "ill")

    channel = FakeChannel(at_looks({200: take_away}))
    folder, channel = train_inline(tmp_path / "ill", channel, **PPO)
    (warned,) = channel.of(m.Warned)
    assert "deleted or moved while it trained" in warned.text
    assert str(folder.path) in warned.text
    assert channel.finished.status == "finished"
    found, whole = rows(folder), rows(expected)
    assert found == whole
    assert folder.read_info().best_checkpoint in (None, expected.best_checkpoint())
    folder, _ = train_inline(tmp_path / "ill", resume=folder.path, **{**PPO, "steps": 1200})
    assert folder.read_info().steps >= 1200
    if moved:
        assert RunFolder.open(tmp_path / "elsewhere").read_info().status == "interrupted"


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no open files")
def test_a_folder_made_anew_is_locked_again(tmp_path: Path) -> None:
    from rlstudio.algorithms.resolve import resolve

    with RunFolder.create(tmp_path / "runs", resolve(**RUN)) as folder:
        folder.append_episodes([1.0], [2], [2], [0.5])
        assert not folder.bring_back()
        (folder.path / ".lock").unlink()
        assert folder.bring_back()
        assert is_locked(folder.path / ".lock")
        shutil.rmtree(folder.path)
        assert folder.bring_back()
        folder.append_episodes([3.0], [4], [6], [1.5])
        assert RunFolder.open(folder.path).read_info().status == "running"
        assert folder.read_monitor().returns.tolist() == [1.0, 3.0]
        shutil.rmtree(folder.path)
        shutil.rmtree(tmp_path / "runs", ignore_errors=True)
        (tmp_path / "runs").write_text("a file in the way", encoding="utf-8")
        with pytest.raises(DiskError, match="a file of that name is in the way"):
            folder.bring_back()
        (tmp_path / "runs").unlink()
        assert folder.bring_back()


def test_a_clock_set_back_is_told_and_changes_nothing(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, _ = train_inline(tmp_path / "well", **PPO)
    clock = types.SimpleNamespace(ahead=1e9)
    fake = types.SimpleNamespace(time=lambda: clock.ahead + 5.0, monotonic=lambda: 5.0)
    monkeypatch.setattr(wall_clock, "time", fake)
    looks = {
        100: lambda: setattr(clock, "ahead", 1e9 - 93_600),
        200: lambda: setattr(clock, "ahead", 1e9),
        300: lambda: setattr(clock, "ahead", 1e9 - 30),
    }
    folder, channel = train_inline(tmp_path / "ill", FakeChannel(at_looks(looks)), **PPO)
    (warned,) = channel.of(m.Warned)
    assert "clock was set back by 1 day 2 hours at step" in warned.text
    found = rows(folder)
    (event,) = [event for event in found["events"] if event["kind"] == "clock"]
    assert event["set_back_seconds"] == 93_600
    found["events"].remove(event)
    assert found == rows(expected)


def test_checkpoints_are_saved_at_the_steps_that_were_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = []
    real = RunFolder.save_checkpoint

    def save(self: RunFolder, step: int, policy: Any, arrays: Any, values: Any, **more: Any) -> Path:
        saved.append((step, bool(values)))
        return real(self, step, policy, arrays, values, **more)

    monkeypatch.setattr(RunFolder, "save_checkpoint", save)
    monkeypatch.setattr(autosave, "CHECKPOINT_EVERY_SECONDS", 1e6)
    folder, _ = train_inline(tmp_path, autosave_steps=150, **RUN)
    assert saved == [(step, True) for step in (0, 150, 300, 450, 600, 750, 800)]
    assert folder.load_learner(750)[2] == 750


def test_by_the_clock_a_checkpoint_that_takes_long_comes_less_often() -> None:
    plan = autosave.Autosave(None, None, 0, now=100.0)
    assert plan.due_second == 103.0  # the first one sooner: a run that dies young has something to go on from
    assert plan.due_step == float("inf")
    plan.saved(10, 0.1, now=116.0)
    assert plan.due_second == 131.0
    plan.saved(20, 2.0, now=140.0)
    assert plan.due_second == 200.0
    plan = autosave.Autosave(3.0, 50, 120, now=0.0)
    assert (plan.due_second, plan.due_step) == (pytest.approx(0.6), 150)
    plan.refused(160, 0.01, 5.0, 1.0)
    assert (plan.due_second, plan.due_step) == (6.0, 200)

"""RunFolder: everything one training run leaves on disk, created, appended to, mended and read back.

    run.json  monitor.csv  metrics.csv  events.jsonl  checkpoints/<step>/  episodes/  .lock

One process writes, holding the operating system's lock; any number read meanwhile. Each growing file is written in
whole lines, so a reader takes it up to its last whole line wherever a crash cut it off.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rlstudio.core.messages import PolicyData
from rlstudio.core.run_config import RunConfig
from rlstudio.storage import checkpoint, records
from rlstudio.storage.checkpoint_notes import seconds_at
from rlstudio.storage.checkpoint_shelf import CheckpointShelf
from rlstudio.storage.errors import RunFolderError, disk_errors
from rlstudio.storage.line_file import LineFile
from rlstudio.storage.lock import FileLock
from rlstudio.storage.new_folder import mend_folders
from rlstudio.storage.paths import default_runs_dir
from rlstudio.storage.records import MetricRow, Monitor
from rlstudio.storage.run_info import (
    LOCK_FILE,
    RUN_FILE,
    RunInfo,
    info_of,
    package_versions,
    read_run_file,
    write_run_file,
)
from rlstudio.storage.run_reading import RunReading
from rlstudio.storage.runs import list_runs

__all__ = ["Monitor", "RunFolder", "RunFolderError", "RunInfo", "default_runs_dir", "list_runs"]


class RunFolder(RunReading):
    """One run on disk. Make it with `create` or `open`; use as a context manager or `close` it."""

    def __init__(self, path: Path) -> None:
        """A folder open for reading; `create` and `open` check that there is one."""
        super().__init__(path)
        self._lock: FileLock | None = None
        self._files: dict[str, LineFile] = {}
        self._info: dict[str, Any] = {}
        self._shelf: CheckpointShelf | None = None  # of a folder that is being written

    @classmethod
    def create(cls, runs_dir: Path, config: RunConfig) -> RunFolder:
        """A new run, marked as running and locked by this process. Raises RunFolderError.

        run.json is written last, and a folder without one is no run: so it is there whole, or not at all.
        """
        now = datetime.now().astimezone()
        with disk_errors("make a run folder in", runs_dir):
            runs_dir.mkdir(parents=True, exist_ok=True)
            folder = cls(new_run_folder(runs_dir, config, now))
        info = {"config": config.model_dump(mode="json"), "versions": package_versions(), "status": "running"}
        folder._info = {
            **info,
            "started": now.isoformat(timespec="milliseconds"),
            "steps": 0,
            "episodes": 0,
            "seconds": 0.0,
        }
        folder._begin_writing()
        return folder

    @classmethod
    def open(cls, path: Path, *, write: bool = False) -> RunFolder:
        """The run at `path`, for reading or, with `write`, to go on with it: then it is locked and mended first.

        Raises:
            RunFolderError: if it is no run, is damaged, or is being written by another process.
        """
        if not (path / RUN_FILE).is_file():
            raise RunFolderError(f"{path} is no run folder: there is no {RUN_FILE} in it")
        folder = cls(path)
        info = read_run_file(path)
        info_of(path, info)
        if write:
            folder._info = info
            folder._begin_writing()
        return folder

    def _begin_writing(self) -> None:
        with disk_errors("write the run folder", self.path):
            try:
                self._lock = FileLock(self.path / LOCK_FILE)
            except BlockingIOError:
                raise RunFolderError(f"{self.path} is being written by another process; stop that run first") from None
            try:
                self.episodes_dir.mkdir(exist_ok=True)
                self._checkpoints_dir.mkdir(exist_ok=True)
                for parent in (self.path, self._checkpoints_dir, self.episodes_dir):
                    mend_folders(parent)
                self._shelf = CheckpointShelf(self._checkpoints_dir)
                started = records.monitor_header(self._info["config"]["env"], time.time())
                self._files["monitor"] = LineFile(self.path / "monitor.csv", started)
                self._files["metrics"] = LineFile(self.path / "metrics.csv", records.METRICS_HEADER)
                self._files["events"] = LineFile(self.path / "events.jsonl")
                self.write_info()
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Sync and free the lock. What the run's status is, the caller has said with `write_info`."""
        try:
            with disk_errors("save", self.path):
                for file in self._files.values():
                    file.close()
        finally:
            self._files = {}
            if self._lock:
                self._lock.release()
                self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------ writing

    def append_episodes(
        self,
        returns: Sequence[float] | records.Floats,
        lengths: Sequence[float] | records.Floats,
        end_steps: Sequence[float] | records.Floats,
        end_seconds: Sequence[float] | records.Floats,
    ) -> None:
        """Finished episodes; all four of one length. Raises RunFolderError, and then none of them was written."""
        self._append("monitor", records.monitor_text(returns, lengths, end_steps, end_seconds))

    def append_metrics(self, rows: Iterable[MetricRow]) -> None:
        """Diagnostics: (step, seconds, name, value) each. Raises RunFolderError."""
        self._append("metrics", records.metrics_text(rows))

    def append_event(self, kind: str, step: int, seconds: float, **fields: Any) -> None:
        """One thing that a person did, or that happened to the run ("param", "pause", "evaluation"…)."""
        self._append("events", records.event_text(kind, step, seconds, fields))

    def _append(self, name: str, text: str) -> None:
        file = self._files.get(name)
        if file is None:
            raise RunFolderError(f"{self.path} was opened for reading only")
        if text:
            with disk_errors("write", file.path):
                file.append(text)

    def write_info(self, *, synced: bool = True, **fields: Any) -> None:
        """Merge `fields` into run.json and replace it at once; the heartbeat is set to now. Raises RunFolderError.

        Without `synced` the system writes it to the disk when it likes: a sync takes a busy disk most of a second.
        """
        if self._lock is None:
            raise RunFolderError(f"{self.path} was opened for reading only")
        self._info |= fields
        self._info["heartbeat"] = datetime.now().astimezone().isoformat(timespec="milliseconds")
        write_run_file(self.path, self._info, synced=synced)

    def bring_back(self) -> bool:
        """Make anew what was deleted or moved away while it was written; whether anything was.

        Settings and curves come back whole, for the open files still hold them; checkpoints and episodes do not.

        Raises:
            RunFolderError: the disk refuses, or another process writes in a folder that took this one's place.
        """
        if self._lock is None:
            raise RunFolderError(f"{self.path} was opened for reading only")
        lost = [file for file in self._files.values() if not file.is_there()]
        folders = (self.path, self._checkpoints_dir, self.episodes_dir)
        if not lost and self._lock.is_there() and all(folder.is_dir() for folder in folders):
            return False
        with disk_errors("make anew", self.path):
            for folder in (self.path.parent, *folders):  # no more: a disk that was taken out is not made anew
                folder.mkdir(exist_ok=True)
            if not self._lock.is_there():
                try:
                    fresh = FileLock(self.path / LOCK_FILE)
                except BlockingIOError:
                    raise RunFolderError(f"{self.path} is being written by another process") from None
                self._lock.release()
                self._lock = fresh
            for file in lost:
                file.bring_back()
        self._shelf = CheckpointShelf(self._checkpoints_dir)
        best = self._info.get("best_checkpoint")
        self.write_info(best_checkpoint=best if best in self.checkpoints() else None)
        return True

    def rewind(self, step: int) -> None:
        """Forget what happened after `step`: its episodes, metrics, events and checkpoints.

        A run that died is continued from its last checkpoint, and goes through the steps since then once more.
        """
        if self._lock is None:
            raise RunFolderError(f"{self.path} was opened for reading only")
        kept = partial(records.is_until, step=step, seconds=seconds_at(self._checkpoints_dir / str(step)))
        for name, file in self._files.items():
            with disk_errors("write", file.path):
                file.keep(partial(kept, name))
        self._writable_shelf().rewind(step)
        self.write_info(best_checkpoint=self.best_checkpoint())

    def save_checkpoint(
        self,
        step: int,
        policy: PolicyData,
        learner_arrays: Mapping[str, Any],
        learner_values: Mapping[str, Any],
        *,
        note: Mapping[str, Any],
        files: Mapping[str, bytes] | None = None,
        best: bool = False,
    ) -> Path:
        """Save policy and learner under `step`, replacing what was saved there; what that makes needless is let go.

        With neither arrays nor values of the learner only the policy is saved: it can be played but not continued.
        `files` are written beside them, for use elsewhere. The `best` one is kept from then on; `mark_best` says so.

        Raises:
            RunFolderError: disk full, no permission, or an array or value that cannot be written as data.
        """
        shelf, folder = self._writable_shelf(), self._checkpoints_dir / str(int(step))
        checkpoint.write_checkpoint(folder, int(step), policy, learner_arrays, learner_values, note, files or {})
        if best:
            self._info["best_checkpoint"] = int(step)
        shelf.added(int(step), self._info.get("best_checkpoint"), files or {})
        return folder

    def save_snapshot(self, policy: PolicyData) -> None:
        """Save the policy of a step alone, to look back at; a step that has a checkpoint keeps that one.

        Unlike a checkpoint it is not synced, which makes it 25 times as quick. Raises RunFolderError.
        """
        shelf, step = self._writable_shelf(), policy.step
        if step is None:
            raise RunFolderError("a policy without a step cannot be saved among checkpoints")
        if step not in shelf:
            folder = self._checkpoints_dir / str(step)
            checkpoint.write_checkpoint(folder, step, policy, {}, {}, {}, synced=False)
            shelf.added(step, self._info.get("best_checkpoint"))

    def _writable_shelf(self) -> CheckpointShelf:
        if self._shelf is None or self._lock is None:
            raise RunFolderError(f"{self.path} was opened for reading only")
        return self._shelf

    def mark_best(self, step: int) -> None:
        """Mark the checkpoint at `step` as the best by evaluation."""
        if step not in self.checkpoints():
            raise RunFolderError(f"{self.path} has no checkpoint at step {step}: {self._choices()}")
        self.write_info(best_checkpoint=int(step))


def new_run_folder(runs_dir: Path, config: RunConfig, now: datetime) -> Path:
    """Make "2026-11-21_22-30-15_CartPole-v1_ppo_seed0", with a number behind it where that is taken."""
    env, algorithm = (re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:80] for name in (config.env, config.algorithm))
    name = f"{now:%Y-%m-%d_%H-%M-%S}_{env}_{algorithm}_seed{config.seed}"
    for number in range(1, 10_000):
        path = runs_dir / (name if number == 1 else f"{name}_{number}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise RunFolderError(f"no free name for {name} in {runs_dir}")

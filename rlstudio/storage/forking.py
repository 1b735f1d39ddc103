"""Forking: a new run folder that begins as a copy of another up to one of its checkpoints.

Copied are episodes, metrics and events up to that step, the policies to look back at, and the learner of that
checkpoint: so the new run stands on its own, and its parent may be deleted.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rlstudio.core.messages import Change
from rlstudio.core.run_config import RunConfig
from rlstudio.core.run_events import marks_of
from rlstudio.storage import records
from rlstudio.storage.checkpoint import LEARNER_FILES
from rlstudio.storage.checkpoint_notes import seconds_at
from rlstudio.storage.errors import RunFolderError, disk_errors
from rlstudio.storage.line_file import read_text
from rlstudio.storage.run_folder import RunFolder, new_run_folder
from rlstudio.storage.run_info import package_versions, write_run_file

_POLICY_FILES = ("checkpoint.json", "policy.safetensors")
_ROWS = (("monitor", "monitor.csv", 2), ("metrics", "metrics.csv", 1), ("events", "events.jsonl", 0))
"""Name, file, and how many lines its header has."""


NOT_BEGUN = "stopped"
"""Status of a fork that was made and has not begun to train; one that fails later is marked otherwise."""


def fork_folder(
    parent: RunFolder, step: int, config: RunConfig, runs_dir: Path, changes: Sequence[tuple[str, Any, Any]] = ()
) -> tuple[Path, list[Change]]:
    """Make a run folder in `runs_dir` that is what `parent` was at `step`, to go on as `config` says.

    `changes` of live parameters (name, old value, new value) are noted at that step. Returns where it is, and those as
    they were noted. Nothing is left behind where that fails, and a folder without its run.json, which is written last,
    is no run.

    Raises:
        RunFolderError: where the parent has no learner at that step, or the disk refuses.
    """
    if step not in parent.forkable():
        raise RunFolderError(f"{parent.path} has no checkpoint at step {step:,} that training can go on from")
    now = datetime.now().astimezone()
    with disk_errors("make a run folder in", runs_dir):
        runs_dir.mkdir(parents=True, exist_ok=True)
        folder = new_run_folder(runs_dir, config, now)
    try:
        with disk_errors("copy the run to", folder):
            _copy_checkpoints(parent, step, folder)
            seconds = seconds_at(parent.path / "checkpoints" / str(step))
            kept = partial(records.is_until, step=step, seconds=seconds)
            for name, file, header_lines in _ROWS:
                _copy_rows(parent.path / file, folder / file, header_lines, partial(kept, name))
            info = _info(folder, step, config, now)
            noted = [Change(step, info["seconds"], *change) for change in changes]
            _note(folder / "events.jsonl", noted)
        info["live_params"] |= {change.name: change.new for change in noted}
        write_run_file(folder, info)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder, noted


def _note(events: Path, changes: Sequence[Change]) -> None:
    with events.open("a", encoding="utf-8") as file:
        for each in changes:
            fields = {"name": each.name, "old": each.old, "value": each.new}
            file.write(records.event_text("param", each.step, each.seconds, fields))


def _info(folder: Path, step: int, config: RunConfig, now: datetime) -> dict[str, Any]:
    """run.json of a fork that has not begun yet. Its time of evaluating is its own alone: no row tells the parent's."""
    copy = RunFolder(folder)
    monitor, metrics = copy.read_monitor(), copy.read_metrics()
    evaluations, changes = marks_of(copy.read_events())
    means = _means(monitor.returns, config.window)
    known = seconds_at(folder / "checkpoints" / str(step))
    seen = [*monitor.end_seconds.tolist(), *(max(series.seconds, default=0.0) for series in metrics.values())]
    best = [evaluation.step for evaluation in evaluations if evaluation.best]
    return {
        "config": config.model_dump(mode="json"),
        "versions": package_versions(),
        "status": NOT_BEGUN,
        "started": now.isoformat(timespec="milliseconds"),
        "heartbeat": now.isoformat(timespec="milliseconds"),
        "steps": step,
        "episodes": len(monitor.returns),
        "seconds": max(seen, default=0.0) if known is None else known,
        "mean_return": float(means[-1]) if len(means) else None,
        "best_mean_return": float(means.max()) if len(means) else None,
        "best_checkpoint": best[-1] if best else None,
        "live_params": {change.name: change.new for change in changes},
    }


def _means(returns: records.Floats, window: int) -> records.Floats:
    """Mean return over the last `window` episodes, from the first full window on."""
    sums = np.concatenate([[0.0], np.cumsum(returns)])
    found: records.Floats = (sums[window:] - sums[:-window]) / window
    return found


def _copy_checkpoints(parent: RunFolder, step: int, folder: Path) -> None:
    for known in parent.checkpoints():
        if known > step:
            continue
        source, target = parent.path / "checkpoints" / str(known), folder / "checkpoints" / str(known)
        target.mkdir(parents=True)
        try:
            for name in (*_POLICY_FILES, *(LEARNER_FILES if known == step else ())):
                _same_file(source / name, target / name)
        except FileNotFoundError:  # of a run that trains meanwhile, which thins its checkpoints out
            shutil.rmtree(target)
            if known == step:
                raise RunFolderError(f"{source} was let go just now; choose a newer checkpoint") from None


def _same_file(source: Path, target: Path) -> None:
    """The same content without taking the disk's room twice, where the disk can: files of a checkpoint never change."""
    if not stat.S_ISREG(os.lstat(source).st_mode):
        raise RunFolderError(f"{source} is damaged: it is no ordinary file")
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one that has no links
        shutil.copyfile(source, target)


def _copy_rows(source: Path, target: Path, header_lines: int, wanted: Callable[[str], bool]) -> None:
    if source.exists() and not stat.S_ISREG(source.stat().st_mode):
        raise RunFolderError(f"{source} is damaged: it is no ordinary file")
    lines = read_text(source).split("\n")[:-1]
    kept = [line for number, line in enumerate(lines) if number < header_lines or wanted(line)]
    target.write_text("".join(line + "\n" for line in kept), encoding="utf-8")

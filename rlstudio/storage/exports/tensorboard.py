"""A run as TensorBoard's event file, under the tags that Stable-Baselines3 writes, so that both lie over each other.

    rollout/ep_rew_mean, ep_len_mean   over the last 100 episodes, as Stable-Baselines3 takes them
    episode/return, episode/length     of each episode
    eval/mean_reward, eval/std_reward  of each evaluation
    train/<name>                       each diagnostic
    param/<name>                       a parameter as it was set while training
    settings                           a text: how the run was made

`-o DIR` gets a folder for each run, which is what `tensorboard --logdir DIR` expects.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.messages import Change, Evaluation, Series
from rlstudio.core.whole_file import whole_file
from rlstudio.storage.exports.event_file import scalar_events, text_event, version_event, write_records
from rlstudio.storage.exports.run_data import Progress, RunData, mean_of_last, nobody, number, versions_of
from rlstudio.storage.records import Monitor, plain
from rlstudio.storage.run_info import RunInfo

LAST_EPISODES = 100
"""Stable-Baselines3's `stats_window_size`."""
_ROWS_AT_ONCE = 20_000

Floats = NDArray[np.float64]
Curve = tuple[str, Floats, Floats, Floats]
"""Tag, steps, seconds of training, values."""


def write_tensorboard(folder: Path, run: RunData, progress: Progress = nobody) -> list[Path]:
    """Write `folder`/<run>/events.out.tfevents…, in place of one that was exported before. Raises OSError."""
    started = started_seconds(run.info)
    inside = folder / run.name
    inside.mkdir(parents=True, exist_ok=True)
    path = inside / event_file_name(started)
    found = [
        (tag, *_known(steps, seconds, values))
        for tag, steps, seconds, values in curves(run.monitor, run.metrics, run.evaluations, run.changes)
    ]
    total, done = sum(len(steps) for _, steps, _, _ in found), 0
    with whole_file(path) as file:
        write_records(file, first_events(run.info, started))
        for tag, steps, seconds, values in found:
            for first in range(0, len(steps), _ROWS_AT_ONCE):
                progress(done, total)
                part = slice(first, first + _ROWS_AT_ONCE)
                rows = zip((started + seconds[part]).tolist(), steps[part].tolist(), values[part].tolist(), strict=True)
                events = scalar_events(tag, rows)
                write_records(file, events)
                done += len(events)
    return [path]


def event_file_name(began: float) -> str:
    """What a file is called whose events begin then, in seconds since 1970: TensorBoard reads them in that order."""
    return f"events.out.tfevents.{int(began):010d}.rlstudio"


def first_events(info: RunInfo, started: float) -> list[bytes]:
    """What a file begins with: its version, and how the run was made."""
    return [version_event(started), text_event(started, 0, "settings", _settings(info))]


def events_of(tag: str, started: float, steps: Floats, seconds: Floats, values: Floats) -> list[bytes]:
    """A curve, or some more of one, as events."""
    whole, seconds, values = _known(steps, seconds, values)
    return scalar_events(tag, zip((started + seconds).tolist(), whole.tolist(), values.tolist(), strict=True))


def curves(
    monitor: Monitor,
    metrics: Mapping[str, Series],
    evaluations: Sequence[Evaluation],
    changes: Sequence[Change],
    before: Monitor | None = None,
) -> Iterator[Curve]:
    """All there is to draw of a run, or of what is new in one: `before` are the episodes that its means go on from."""
    before = before or Monitor()
    for name, of_episode, earlier, values in (
        ("ep_rew_mean", "return", before.returns, monitor.returns),
        ("ep_len_mean", "length", before.lengths, monitor.lengths),
    ):
        means = mean_of_last(np.concatenate([earlier, values]), LAST_EPISODES)[len(earlier) :]
        yield f"rollout/{name}", monitor.end_steps, monitor.end_seconds, means
        yield f"episode/{of_episode}", monitor.end_steps, monitor.end_seconds, values
    evaluated = [each for each in evaluations if each.returns and np.isfinite(each.returns).all()]
    steps = np.array([each.step for each in evaluated], np.float64)
    seconds = np.array([each.seconds for each in evaluated], np.float64)
    yield "eval/mean_reward", steps, seconds, np.array([np.mean(each.returns) for each in evaluated], np.float64)
    yield "eval/std_reward", steps, seconds, np.array([np.std(each.returns) for each in evaluated], np.float64)
    for name, series in metrics.items():
        yield f"train/{name}", series.steps, series.seconds, series.values
    for name in dict.fromkeys(change.name for change in changes):
        numbers = [
            (c.step, c.seconds, value) for c in changes if c.name == name and (value := number(c.new)) is not None
        ]
        if numbers:
            columns = np.array(numbers, np.float64).T
            yield f"param/{name}", columns[0], columns[1], columns[2]


def _known(steps: Floats, seconds: Floats, values: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Steps as whole numbers, values as the file's 32-bit floats; without rows whose step or time is none."""
    right = np.isfinite(seconds) & (steps >= 0) & (steps < 2.0**62)
    largest = float(np.finfo(np.float32).max)
    held = np.where(np.isfinite(values), np.clip(values, -largest, largest), values)
    return steps[right].astype(np.int64), seconds[right], held[right]


def started_seconds(info: RunInfo) -> float:
    """When the run began, in seconds since 1970; 0 where the run does not say."""
    try:
        found = datetime.fromisoformat(info.started).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
    return found if math.isfinite(found) and found > 0 else 0.0


def _settings(info: RunInfo) -> str:
    """The configuration as JSON in a code block, which Markdown leaves alone."""
    data = {"config": info.config.model_dump(mode="json"), "live_params": info.live_params}
    lines = json.dumps(plain({**data, "versions": versions_of(info)}), indent=2).splitlines()
    return "\n".join(f"    {line}" for line in lines)

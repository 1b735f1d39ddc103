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
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.whole_file import whole_file
from rlstudio.storage.exports.event_file import scalar_events, text_event, version_event, write_records
from rlstudio.storage.exports.run_data import Progress, RunData, mean_of_last, nobody, number
from rlstudio.storage.records import plain

LAST_EPISODES = 100
"""Stable-Baselines3's `stats_window_size`."""
_ROWS_AT_ONCE = 20_000

Floats = NDArray[np.float64]
Curve = tuple[str, Floats, Floats, Floats]
"""Tag, steps, seconds of training, values."""


def write_tensorboard(folder: Path, run: RunData, progress: Progress = nobody) -> list[Path]:
    """Write `folder`/<run>/events.out.tfevents…, in place of one that was exported before. Raises OSError."""
    started = _started(run)
    inside = folder / run.name
    inside.mkdir(parents=True, exist_ok=True)
    path = inside / f"events.out.tfevents.{int(started):010d}.rlstudio"
    curves = [(tag, *_known(steps, seconds, values)) for tag, steps, seconds, values in _curves(run)]
    total, done = sum(len(steps) for _, steps, _, _ in curves), 0
    with whole_file(path) as file:
        write_records(file, [version_event(started), text_event(started, 0, "settings", _settings(run))])
        for tag, steps, seconds, values in curves:
            for first in range(0, len(steps), _ROWS_AT_ONCE):
                progress(done, total)
                part = slice(first, first + _ROWS_AT_ONCE)
                rows = zip((started + seconds[part]).tolist(), steps[part].tolist(), values[part].tolist(), strict=True)
                events = scalar_events(tag, rows)
                write_records(file, events)
                done += len(events)
    return [path]


def _curves(run: RunData) -> Iterator[Curve]:
    monitor = run.monitor
    for name, of_episode, values in (
        ("ep_rew_mean", "return", monitor.returns),
        ("ep_len_mean", "length", monitor.lengths),
    ):
        yield f"rollout/{name}", monitor.end_steps, monitor.end_seconds, mean_of_last(values, LAST_EPISODES)
        yield f"episode/{of_episode}", monitor.end_steps, monitor.end_seconds, values
    evaluations = [each for each in run.evaluations if each.returns]
    steps = np.array([each.step for each in evaluations], np.float64)
    seconds = np.array([each.seconds for each in evaluations], np.float64)
    yield "eval/mean_reward", steps, seconds, np.array([np.mean(each.returns) for each in evaluations], np.float64)
    yield "eval/std_reward", steps, seconds, np.array([np.std(each.returns) for each in evaluations], np.float64)
    for name, series in run.metrics.items():
        yield f"train/{name}", series.steps, series.seconds, series.values
    for name in dict.fromkeys(change.name for change in run.changes):
        numbers = [
            (c.step, c.seconds, value) for c in run.changes if c.name == name and (value := number(c.new)) is not None
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


def _started(run: RunData) -> float:
    """When the run began, in seconds since 1970; 0 where the run does not say."""
    try:
        found = datetime.fromisoformat(run.info.started).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
    return found if math.isfinite(found) and found > 0 else 0.0


def _settings(run: RunData) -> str:
    """The configuration as JSON in a code block, which Markdown leaves alone."""
    data = {"config": run.info.config.model_dump(mode="json"), "live_params": run.info.live_params}
    lines = json.dumps(plain({**data, "versions": run.versions}), indent=2).splitlines()
    return "\n".join(f"    {line}" for line in lines)

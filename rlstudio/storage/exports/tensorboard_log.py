"""A TensorBoard event file that grows while a run trains: what the export writes, a second after it happened.

Each part of a run that was stopped and continued gets a file of its own, which says from which step on it counts; so
does TensorBoard lay them together, and what a killed run had written beyond its last checkpoint is shown no more.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from rlstudio.core.messages import Change, Evaluation, Series
from rlstudio.storage.exports.event_file import restart_event, write_records
from rlstudio.storage.exports.tensorboard import (
    LAST_EPISODES,
    curves,
    event_file_name,
    events_of,
    first_events,
    started_seconds,
)
from rlstudio.storage.records import Monitor
from rlstudio.storage.run_info import RunInfo

PATTERN = "events.out.tfevents.*.rlstudio"


class TensorBoardLog:
    """One file. It is opened for each write only: nothing to close, and nothing is lost of a process that dies."""

    def __init__(self, folder: Path, info: RunInfo, *, first_step: int = 0, before: Monitor | None = None) -> None:
        """Make `folder` and the file in it. `before` are the episodes of the earlier part of a run that is continued
        at `first_step`. Raises OSError."""
        self._started = started_seconds(info)
        self._before = _last(before or Monitor())
        self._size = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.path = _new_file(folder, time.time() if first_step else self._started)
        began = [restart_event(time.time(), first_step + 1)] if first_step else []
        self._append([*first_events(info, self._started), *began])

    def add(
        self,
        monitor: Monitor,
        metrics: Mapping[str, Series],
        evaluations: Sequence[Evaluation] = (),
        changes: Sequence[Change] = (),
    ) -> None:
        """What happened since the last time. Raises OSError, and then the file is as it was."""
        found = curves(monitor, metrics, evaluations, changes, self._before)
        events = [event for tag, *columns in found for event in events_of(tag, self._started, *columns)]
        if events:
            self._append(events)
        self._before = _last(
            Monitor(
                np.concatenate([self._before.returns, monitor.returns]),
                np.concatenate([self._before.lengths, monitor.lengths]),
            )
        )

    def _append(self, events: list[bytes]) -> None:
        """All of them or none, as far as the system can."""
        content = io.BytesIO()
        write_records(content, events)
        with open(self.path, "r+b", buffering=0) as file:
            try:
                file.seek(self._size)
                left = content.getbuffer()
                while left:
                    left = left[file.write(left) :]
            except OSError:
                file.truncate(self._size)
                raise
        self._size += content.tell()


def _last(monitor: Monitor) -> Monitor:
    """Of as many episodes as a mean goes back."""
    return Monitor(monitor.returns[1 - LAST_EPISODES :], monitor.lengths[1 - LAST_EPISODES :])


def _new_file(folder: Path, began: float) -> Path:
    """An empty file that was not there before; of two that begin in one second, the later counts a second more."""
    for later in range(1_000):
        path = folder / event_file_name(began + later)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            continue
        return path
    raise FileExistsError(f"no free name for an event file in {folder}")

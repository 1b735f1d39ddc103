"""Writing TensorBoard's event files while a run trains, where that is wanted. What goes wrong there stops no run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rlstudio.core.messages import Change, StartTraining, Warned
from rlstudio.core.whole_file import reason
from rlstudio.jobs.gathered import Gathered
from rlstudio.storage.exports.tensorboard_log import PATTERN, TensorBoardLog
from rlstudio.storage.records import Monitor
from rlstudio.storage.run_folder import RunFolder
from rlstudio.workers.channel import Channel


class LiveTensorBoard:
    """The log of one run, until the disk refuses."""

    def __init__(self, log: TensorBoardLog, channel: Channel) -> None:
        self._log: TensorBoardLog | None = log
        self._channel = channel

    def add(self, gathered: Gathered) -> None:
        """What happened since the last time. A disk that refuses is told once."""
        if self._log is None:
            return
        columns = gathered.episode_arrays()
        monitor = Monitor(columns["returns"], columns["lengths"], columns["end_steps"], columns["end_seconds"])
        try:
            self._log.add(monitor, gathered.series(), gathered.evaluations, gathered.changes)
        except OSError as error:
            self._channel.send(Warned(_words(self._log.path, error)))
            self._log = None


def live_tensorboard(
    start: StartTraining, folder: RunFolder, first_step: int, changes: Sequence[Change], channel: Channel
) -> LiveTensorBoard | None:
    """The log that `start` asks for; a run that has one in its folder goes on with it. None where there is none.

    `changes` are what continuing brought, which is on disk already.
    """
    if start.tensorboard is None and not any(folder.path.glob(PATTERN)):
        return None
    inside = Path(start.tensorboard) / folder.path.resolve().name if start.tensorboard else folder.path
    try:
        before = folder.read_monitor() if first_step else None
        log = TensorBoardLog(inside, folder.read_info(), first_step=first_step, before=before)
        log.add(Monitor(), {}, changes=changes)
    except OSError as error:
        channel.send(Warned(_words(inside, error)))
        return None
    return LiveTensorBoard(log, channel)


def _words(path: Path, error: OSError) -> str:
    return (
        f"TensorBoard's files are no longer written: {path}: {reason(error)}. "
        "The run itself goes on; rlstudio export RUN --to tensorboard writes them whole later"
    )

"""Episodes out to other programs' formats and in from them, with progress and cancel."""

from __future__ import annotations

import time
from pathlib import Path

from rlstudio.core.episode_data import episode_from_data, episode_to_data
from rlstudio.core.messages import (
    DataExported,
    EpisodeRecorded,
    ExportData,
    Finished,
    ImportData,
    Progress,
    Stop,
)
from rlstudio.envs.registration import registration_json
from rlstudio.storage.data_formats import read_data, write_data
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

_EVERY_SECONDS = 0.1


class _Cancelled(Exception):  # noqa: N818 - a signal, not an error
    pass


class _Teller:
    """Tells how far it is ten times a second, and gives up when it is asked to."""

    def __init__(self, channel: Channel, words: str) -> None:
        self._channel, self._words = channel, words
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        self._channel.enter(Phase.SAVING)
        if isinstance(self._channel.receive(), Stop):
            raise _Cancelled
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY_SECONDS
            self._channel.send(Progress(done, total, f"{self._words} {min(done, total):,} of {total:,}"))


def export_data(command: ExportData, channel: Channel) -> None:
    """The job: Progress as it goes, DataExported, then Finished. Stop leaves no file behind."""
    began = time.perf_counter()
    channel.enter(Phase.SAVING)
    episodes = [episode_from_data(data) for data in command.episodes]
    path = Path(command.path)
    spec = registration_json(episodes[0].env, episodes[0].env_kwargs) if episodes else None
    try:
        write_data(path, episodes, frames=command.frames, env_spec=spec, progress=_Teller(channel, "writing step"))
    except _Cancelled:
        channel.send(Finished("stopped"))
        return
    files = path.iterdir() if path.is_dir() else (path,)
    channel.send(
        DataExported(
            path=str(path),
            episodes=len(episodes),
            steps=sum(episode.length for episode in episodes),
            frames=command.frames,
            n_bytes=sum(file.stat().st_size for file in files),
            seconds=time.perf_counter() - began,
        )
    )
    channel.send(Finished("finished"))


def import_data(command: ImportData, channel: Channel) -> None:
    """The job: an EpisodeRecorded each, then Finished. What else there is beyond `most` is left where it is."""
    channel.enter(Phase.SAVING)
    count = 0
    try:
        for episode in read_data(Path(command.path), _Teller(channel, "reading")):
            channel.send(EpisodeRecorded(count, episode_to_data(episode)))
            count += 1
            if command.most is not None and count >= command.most:
                break
    except _Cancelled:
        channel.send(Finished("stopped", {"episodes": count}))
        return
    channel.send(Finished("finished", {"episodes": count}))

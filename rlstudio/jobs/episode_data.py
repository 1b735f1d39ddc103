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
)
from rlstudio.envs.registration import registration_json
from rlstudio.jobs.teller import Teller
from rlstudio.media.errors import Cancelled
from rlstudio.storage.data_formats import read_data, write_data
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase


def export_data(command: ExportData, channel: Channel) -> None:
    """The job: Progress as it goes, DataExported, then Finished. Stop leaves no file behind."""
    began = time.perf_counter()
    channel.enter(Phase.SAVING)
    episodes = [episode_from_data(data) for data in command.episodes]
    path = Path(command.path)
    spec = registration_json(episodes[0].env, episodes[0].env_kwargs) if episodes else None
    try:
        write_data(path, episodes, frames=command.frames, env_spec=spec, progress=Teller(channel, "writing step"))
    except Cancelled:
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
        for episode in read_data(Path(command.path), Teller(channel, "reading")):
            channel.send(EpisodeRecorded(count, episode_to_data(episode)))
            count += 1
            if command.most is not None and count >= command.most:
                break
    except Cancelled:
        channel.send(Finished("stopped", {"episodes": count}))
        return
    channel.send(Finished("finished", {"episodes": count}))

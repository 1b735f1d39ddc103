"""Exporting: recorded frames become a picture file, with progress and cancel."""

from __future__ import annotations

from pathlib import Path

from rlstudio.core.episode_data import episode_from_data
from rlstudio.core.messages import ExportPicture, Finished
from rlstudio.jobs.write_picture import write_picture
from rlstudio.media.errors import Cancelled
from rlstudio.media.frames import Clip
from rlstudio.workers.channel import Channel


def export(command: ExportPicture, channel: Channel) -> None:
    """The job: Progress as it goes, Exported, then Finished. Stop leaves no file behind."""
    clips = [Clip(episode_from_data(clip.data), clip.first, clip.last) for clip in command.clips]
    try:
        written = write_picture(Path(command.path), clips, command.style, command.speed, channel)
    except Cancelled:
        channel.send(Finished("stopped"))
        return
    channel.send(written)
    channel.send(Finished("finished"))

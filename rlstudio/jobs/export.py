"""Exporting: recorded frames become a picture file, with progress and cancel."""

from __future__ import annotations

from pathlib import Path

from rlstudio.core.episode_data import episode_from_data
from rlstudio.core.messages import Exported, ExportPicture, Finished, Progress, Stop
from rlstudio.media.errors import Cancelled
from rlstudio.media.formats import format_named
from rlstudio.media.frames import Clip, ClipFrames, Scaled, size_for_width
from rlstudio.media.size_limit import write_within
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase


def export(command: ExportPicture, channel: Channel) -> None:
    """The job: Progress as it goes, Exported, then Finished. Stop leaves no file behind."""
    clips = [Clip(episode_from_data(clip.data), clip.first, clip.last) for clip in command.clips]
    style = command.style
    frames = ClipFrames(clips)
    height, width, _ = clips[0].episode.frames.shape
    size = (width, height) if style.width is None else size_for_width((width, height), style.width)
    stop_seen = False

    def progress(done: int, total: int) -> None:
        channel.send(Progress(done, total, f"writing frame {min(done, total):,} of {total:,}"))

    def cancelled() -> bool:
        nonlocal stop_seen
        channel.enter(Phase.SAVING)
        stop_seen = stop_seen or isinstance(channel.receive(), Stop)
        return stop_seen

    try:
        info = write_within(
            style.size_limit,
            format_named(style.format),
            Path(command.path),
            frames if size == (width, height) else Scaled(frames, size),
            len(frames),
            size,
            fps=clips[0].episode.fps * command.speed,
            progress=progress,
            cancelled=cancelled,
        )
    except Cancelled:
        channel.send(Finished("stopped"))
        return
    written = (str(info.path), info.frames, info.width, info.height, info.n_bytes, info.seconds, info.given_up)
    channel.send(Exported(*written))
    channel.send(Finished("finished"))

"""Exporting: recorded frames become a picture file, with progress and cancel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rlstudio.core.frame_store import Frame, FrameStore
from rlstudio.core.messages import Exported, ExportPicture, Finished, Progress, Stop
from rlstudio.media.gif import Cancelled, write_gif
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase


class _Clips:
    """The frames of several episodes, end to end; may be gone through more than once."""

    def __init__(self, command: ExportPicture) -> None:
        self._store = FrameStore(command.shape, [blob for clip in command.clips for blob in clip])

    def __len__(self) -> int:
        return len(self._store)

    def __iter__(self) -> Iterator[Frame]:
        return iter(self._store)


def export(command: ExportPicture, channel: Channel) -> None:
    """The job: Progress as it goes, Exported, then Finished. Stop leaves no file behind."""
    clips = _Clips(command)
    stop_seen = False

    def progress(done: int, total: int) -> None:
        channel.send(Progress(done, total, f"writing frame {min(done, total):,} of {total:,}"))

    def cancelled() -> bool:
        nonlocal stop_seen
        channel.enter(Phase.SAVING)
        stop_seen = stop_seen or isinstance(channel.receive(), Stop)
        return stop_seen

    try:
        info = write_gif(
            Path(command.path),
            clips,
            len(clips),
            fps=command.fps * command.speed,
            progress=progress,
            cancelled=cancelled,
        )
    except Cancelled:
        channel.send(Finished("stopped"))
        return
    channel.send(Exported(str(info.path), info.frames, info.width, info.height, info.n_bytes, info.seconds))
    channel.send(Finished("finished"))

"""Writing pictures as a job does: with progress to the channel, and cancelled by its Stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rlstudio.core.messages import Exported, PictureStyle, Progress, Stop
from rlstudio.media.composed.curve import CurveData
from rlstudio.media.formats import format_named
from rlstudio.media.frames import Clip
from rlstudio.media.size_limit import write_within
from rlstudio.media.styled import styled
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase


@dataclass(frozen=True)
class Film:
    """What is beside the frames: the run's curve, a caption for each clip, whether the curve grows with them."""

    learning: CurveData | None = None
    captions: tuple[str, ...] = ()
    grows: bool = False


def write_picture(
    path: Path,
    clips: Sequence[Clip],
    style: PictureStyle,
    speed: float,
    channel: Channel,
    *,
    film: Film | None = None,
    begun: float = 0.0,
    progress: Callable[[int, int, str], None] | None = None,
) -> Exported:
    """Write clips in a style, and say how far it is: from the share `begun` of the whole job to its end, or as
    `progress` wants, which is called with what is done, how much there is, and words.

    Raises:
        Cancelled: at a Stop; nothing is left behind.
        ValueError, MediaError: as `media.styled.styled` and the writers (`media.video.write_mp4`).
    """
    film = film or Film()
    frames, size = styled(clips, style, film.learning, captions=film.captions, grows=film.grows)
    count = sum(map(len, clips))
    stop_seen = False

    def tell(done: int, total: int) -> None:
        words = f"writing frame {min(done, total):,} of {total:,}"
        if progress:
            progress(done, total, words)
            return
        channel.send(Progress(round(begun / (1 - begun) * total) + done, round(total / (1 - begun)), words))

    def cancelled() -> bool:
        nonlocal stop_seen
        channel.enter(Phase.SAVING)
        stop_seen = stop_seen or isinstance(channel.receive(), Stop)
        return stop_seen

    info = write_within(
        style.size_limit,
        format_named(style.format),
        path,
        frames,
        count,
        size,
        fps=clips[0].episode.fps * speed,
        progress=tell,
        cancelled=cancelled,
    )
    return Exported(str(info.path), info.frames, info.width, info.height, info.n_bytes, info.seconds, info.given_up)

"""Which formats a picture can be written in, what each can do, and who writes it: data for the command line and forms.

Only the standard library here; encoders are loaded when something is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rlstudio.core.frame_store import Frame
    from rlstudio.media.info import MediaInfo
    from rlstudio.media.watch import Cancel, Progress


class Writer(Protocol):
    """Writes frames, whole or not at all; see `video.write_mp4` for what is given and raised."""

    def __call__(
        self,
        path: Path,
        frames: Iterable[Frame],
        count: int,
        *,
        fps: float,
        quality: int = ...,
        stop_above: int | None = None,
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> MediaInfo: ...


@dataclass(frozen=True)
class MediaFormat:
    """One format.

    Attributes:
        suffix: of the file's name; "" for a folder.
        summary: for what it is good, in a sentence.
        animated: whether it holds more than one frame.
        folder: whether it is a folder of files.
        loops: whether it says of itself that it repeats for ever.
        lossless: whether every pixel comes out as it went in, at the first of its qualities (GIF: up to 256 colours).
        min_fps, max_fps: frames a second that it holds and that are shown at their time.
        qualities: 0 to 100, best first: what may be chosen, and what a size limit tries. One alone: no choice.
        writer: "module:function" of a `Writer`.
    """

    key: str
    suffix: str
    name: str
    summary: str
    writer: str
    qualities: tuple[int, ...]
    animated: bool = True
    folder: bool = False
    loops: bool = False
    lossless: bool = False
    min_fps: float = 0.1
    max_fps: float = 240.0

    @property
    def quality(self) -> int:
        """What is taken when nothing else is chosen."""
        return self.qualities[0]

    def held_speed(self, fps: float, speed: float) -> float:
        """The speed nearest to the one asked for at which every frame of `fps` a second is shown at its time."""
        return min(max(speed, self.min_fps / fps), self.max_fps / fps)

    def write(
        self,
        path: Path,
        frames: Iterable[Frame],
        count: int,
        *,
        fps: float,
        quality: int | None = None,
        stop_above: int | None = None,
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> MediaInfo:
        """Write `count` frames; see `video.write_mp4` for arguments and errors."""
        module, _, name = self.writer.partition(":")
        writer: Writer = getattr(import_module(module), name)
        return writer(
            path,
            frames,
            count,
            fps=fps,
            quality=self.quality if quality is None else quality,
            stop_above=stop_above,
            progress=progress,
            cancelled=cancelled,
        )


FORMATS: tuple[MediaFormat, ...] = (
    MediaFormat(
        key="gif",
        suffix=".gif",
        name="GIF",
        summary="Plays everywhere, in chats and slides too; up to 256 colours, up to 50 frames a second.",
        writer="rlstudio.media.gif:write_gif",
        qualities=(100, 50, 25, 12),
        loops=True,
        lossless=True,
        min_fps=100 / 65_535,
        max_fps=50.0,
    ),
    MediaFormat(
        key="mp4",
        suffix=".mp4",
        name="MP4 video (H.264)",
        summary="Smallest for long films, and what video sites, phones and slides expect.",
        writer="rlstudio.media.video:write_mp4",
        qualities=(85, 65, 45, 25, 10),
    ),
    MediaFormat(
        key="webm",
        suffix=".webm",
        name="WebM video (VP9)",
        summary="For web pages: as small as MP4 and free of patents; slower to write.",
        writer="rlstudio.media.video:write_webm",
        qualities=(85, 65, 45, 25, 10),
    ),
    MediaFormat(
        key="apng",
        suffix=".apng",
        name="Animated PNG",
        summary="Every pixel exact, in any number of colours; browsers play it.",
        writer="rlstudio.media.apng:write_apng",
        qualities=(100,),
        loops=True,
        lossless=True,
        max_fps=60.0,
    ),
    MediaFormat(
        key="webp",
        suffix=".webp",
        name="Animated WebP",
        summary="Every pixel exact and smaller than an animated PNG; browsers and chats play it.",
        writer="rlstudio.media.webp:write_webp",
        qualities=(100, 85, 65, 45, 25),
        loops=True,
        lossless=True,
        max_fps=60.0,
    ),
    MediaFormat(
        key="png_sequence",
        suffix="",
        name="PNG sequence (a folder)",
        summary="One exact picture a frame, for editing elsewhere.",
        writer="rlstudio.media.png:write_png_sequence",
        qualities=(100,),
        folder=True,
        lossless=True,
    ),
    MediaFormat(
        key="png",
        suffix=".png",
        name="PNG picture",
        summary="One frame, exact.",
        writer="rlstudio.media.png:write_png",
        qualities=(100,),
        animated=False,
        lossless=True,
    ),
)


def format_named(key: str) -> MediaFormat:
    """The format of that key. Raises KeyError."""
    for each in FORMATS:
        if each.key == key:
            return each
    raise KeyError(key)


def format_of(path: Path) -> MediaFormat:
    """The format that a file's name asks for; a name without a suffix asks for a folder of pictures.

    Raises:
        ValueError: for a suffix that no format has, with those there are.
    """
    for each in FORMATS:
        if path.suffix.lower() == each.suffix:
            return each
    raise ValueError(f"{path.suffix} is no format that can be written; there are {suffixes()}")


def suffixes() -> str:
    """All suffixes in words: ".gif, .mp4 … or none for a folder of PNG files"."""
    return ", ".join(each.suffix for each in FORMATS if each.suffix) + ", or no suffix for a folder of PNG files"

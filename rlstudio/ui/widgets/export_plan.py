"""What an export will hold: which frames, how fast they play, what the file is called. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rlstudio.core.episode import Episode
from rlstudio.core.episode_data import episode_to_data
from rlstudio.core.messages import ExportClip, ExportPicture, PictureStyle
from rlstudio.media.formats import MediaFormat, format_named
from rlstudio.media.frames import Clip
from rlstudio.ui.widgets.numbers import file_size

HUNDREDTHS = "gif"
"""The format that counts time in hundredths of a second."""


@dataclass(frozen=True)
class ExportOptions:
    """What a person chose to export.

    Attributes:
        fps: the environment's own frames a second.
        speed: how many times faster than that it is to play; `played_speed` is what the format can do.
    """

    path: Path
    clips: tuple[Clip, ...]
    fps: float
    speed: float = 1.0
    style: PictureStyle = field(default_factory=PictureStyle)

    @property
    def format(self) -> MediaFormat:
        """What it is written as."""
        return format_named(self.style.format)

    @property
    def frames(self) -> int:
        """Frames in all."""
        return sum(map(len, self.clips))

    @property
    def played_speed(self) -> float:
        """The speed that a file of this format holding every frame can have."""
        return self.format.held_speed(self.fps, self.speed)

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.frames / (self.fps * self.played_speed)

    def command(self) -> ExportPicture:
        """What the exporting job is told."""
        return ExportPicture(
            path=str(self.path),
            clips=tuple(ExportClip(episode_to_data(clip.episode), clip.first, clip.last) for clip in self.clips),
            speed=self.played_speed,
            style=self.style,
        )


def fitting(episodes: Sequence[Episode], like: Episode) -> list[Episode]:
    """The episodes that can share one file with `like`: those whose pictures have its size."""
    return [episode for episode in episodes if episode.frames.shape == like.frames.shape]


def timing_words(fps: float, speed: float, to: MediaFormat) -> str:
    """What the file's timing will be, in words: exact, exact on average, or slower than asked and why.

    A GIF counts time in hundredths of a second, and viewers honour no frame shorter than two of them.
    """
    wanted = fps * speed
    if to.folder:
        return f"The files hold no time; they are meant to be played at {wanted:.4g} frames a second."
    if wanted > to.max_fps * 1.0001:
        return (
            f"×{speed:g} would need {wanted:g} frames a second; {_a(to.name)} shows at most {to.max_fps:g}. "
            f"Every frame is kept, so it plays at ×{to.max_fps / fps:.3g}. For true timing choose a lower speed."
        )
    if to.key != HUNDREDTHS:
        return f"True timing: {wanted:.4g} frames a second."
    hundredths = 100 / wanted
    if abs(hundredths - round(hundredths)) < 1e-6:
        return f"True timing: each frame lasts {10 * round(hundredths)} ms ({wanted:g} a second)."
    low = int(hundredths)
    return (
        f"{wanted:.4g} frames a second, true on average: a GIF counts hundredths of a second, "
        f"so frames last {10 * low} or {10 * (low + 1)} ms in turn."
    )


def size_words(size: int, limit: int | None) -> str:
    """About how large the file gets, and what its limit does to that."""
    brought = "" if limit is None or size <= limit else f", brought below {file_size(limit)}"
    return f"roughly {file_size(size)}{brought}"


def _a(name: str) -> str:
    """ "a GIF", "an animated PNG", "an MP4 video"."""
    short = name.split(" (")[0]
    short = short if short[1:2].isupper() else short[0].lower() + short[1:]
    return f"{'an' if short[0] in 'aeiouM' else 'a'} {short}"


def suggested_name(episodes: Sequence[Episode], to: MediaFormat, frame: int | None = None) -> str:
    """A file name that says what is inside: "CartPole-v1-ppo-step40000-seed3.gif"; `frame` where it is one alone."""
    first = episodes[0]
    parts = [first.env.replace("/", "-"), first.algorithm or "episode"]
    if first.step is not None:
        parts.append(f"step{first.step}")
    parts.append(f"seed{first.seed}" if len(episodes) == 1 else f"{len(episodes)}episodes")
    if frame is not None:
        parts.append(f"frame{frame}")
    return "-".join(parts) + to.suffix


def film_name(env: str, algorithm: str, to: MediaFormat) -> str:
    """The same for a film of a training: "CartPole-v1-ppo-training.mp4"."""
    return f"{env.replace('/', '-')}-{algorithm}-training{to.suffix}"


def free_path(folder: Path, name: str) -> Path:
    """`folder/name`, or with the first number that makes it a new file."""
    path, number = folder / name, 2
    stem, suffix = (name[: -len(Path(name).suffix)], Path(name).suffix) if "." in name else (name, "")
    while path.exists():
        path = folder / f"{stem}-{number}{suffix}"
        number += 1
    return path

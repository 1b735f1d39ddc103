"""What an export will hold: which frames, how fast they play as a GIF, and about how large it gets. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rlstudio.core.episode import Episode
from rlstudio.core.messages import ExportPicture

GIF_MOST_FPS = 50.0
"""Browsers play shorter delays than two hundredths of a second far too slowly."""

_GIF_PER_STORED_BYTE = 0.45
"""GIF bytes for each byte of the frame store: LunarLander 0.33, CartPole 0.46, Pendulum 0.61 (toy text far less)."""


@dataclass(frozen=True)
class Clip:
    """Frames `first` to `last` of an episode, both included."""

    episode: Episode
    first: int
    last: int

    @property
    def count(self) -> int:
        """Number of frames."""
        return self.last - self.first + 1

    def blobs(self) -> list[bytes]:
        """The compressed frames."""
        return self.episode.frames.blobs[self.first : self.last + 1]


@dataclass(frozen=True)
class ExportOptions:
    """What a person chose to export.

    Attributes:
        fps: the environment's own frames a second.
        speed: how many times faster than that it is to play; `played_speed` is what a GIF can do.
    """

    path: Path
    clips: tuple[Clip, ...]
    fps: float
    speed: float = 1.0

    @property
    def frames(self) -> int:
        """Frames in all."""
        return sum(clip.count for clip in self.clips)

    @property
    def played_speed(self) -> float:
        """The speed that a GIF holding every frame can have: at most 50 frames a second."""
        return min(self.speed, GIF_MOST_FPS / self.fps)

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.frames / (self.fps * self.played_speed)

    def estimated_bytes(self) -> int:
        """About how large the file gets."""
        return round(_GIF_PER_STORED_BYTE * sum(len(blob) for clip in self.clips for blob in clip.blobs()))

    def command(self) -> ExportPicture:
        """What the exporting job is told."""
        return ExportPicture(
            path=str(self.path),
            shape=self.clips[0].episode.frames.shape,
            clips=[clip.blobs() for clip in self.clips],
            fps=self.fps,
            speed=self.played_speed,
        )


def fitting(episodes: Sequence[Episode], like: Episode) -> list[Episode]:
    """The episodes that can share one file with `like`: those whose pictures have its size."""
    return [episode for episode in episodes if episode.frames.shape == like.frames.shape]


def timing_words(fps: float, speed: float) -> str:
    """What the GIF's timing will be, in words: exact, exact on average, or slower than asked and why.

    A GIF counts time in hundredths of a second, and viewers honour no frame shorter than two of them.
    """
    wanted = fps * speed
    if wanted > GIF_MOST_FPS * 1.0001:
        return (
            f"×{speed:g} would need {wanted:g} frames a second; a GIF shows at most {GIF_MOST_FPS:g}. "
            f"Every frame is kept, so it plays at ×{GIF_MOST_FPS / fps:.3g}. For true timing choose a lower speed."
        )
    hundredths = 100 / wanted
    if abs(hundredths - round(hundredths)) < 1e-6:
        return f"True timing: each frame lasts {10 * round(hundredths)} ms ({wanted:g} a second)."
    low = int(hundredths)
    return (
        f"{wanted:.4g} frames a second, true on average: a GIF counts hundredths of a second, "
        f"so frames last {10 * low} or {10 * (low + 1)} ms in turn."
    )


def suggested_name(episodes: Sequence[Episode]) -> str:
    """A file name that says what is inside: "CartPole-v1-ppo-step40000-seed3.gif"."""
    first = episodes[0]
    parts = [first.env.replace("/", "-"), first.algorithm or "episode"]
    if first.step is not None:
        parts.append(f"step{first.step}")
    parts.append(f"seed{first.seed}" if len(episodes) == 1 else f"{len(episodes)}episodes")
    return "-".join(parts) + ".gif"


def free_path(folder: Path, name: str) -> Path:
    """`folder/name`, or with the first number that makes it a new file."""
    path, number = folder / name, 2
    while path.exists():
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
        number += 1
    return path

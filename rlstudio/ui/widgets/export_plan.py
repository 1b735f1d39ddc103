"""What an export will hold: which frames, how fast they play as a GIF, and about how large it gets. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.episode import Episode
from rlstudio.core.episode_data import episode_to_data
from rlstudio.core.frame_store import Frame, FrameStore
from rlstudio.core.messages import ExportClip, ExportPicture
from rlstudio.media.changes import with_changes

GIF_MOST_FPS = 50.0
"""Browsers play shorter delays than two hundredths of a second far too slowly."""

_SAMPLES = 6
"""How many frames are encoded to learn about how large the others get."""

_COLOUR_TABLE = 800
"""Bytes of a GIF's header with its 256 colours."""

_TRANSPARENT = 255


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
        """About how large the file gets: a few frames, spread evenly, are encoded as the GIF will hold them.

        Within a fifth of the real size for classic control, Box2D and toy text, in 2 to 50 ms; from the size of the
        frame store it cannot be told, which holds as much for pictures that hardly change.
        """
        clips = [clip for clip in self.clips if clip.count > 0]
        if not clips:
            return 0
        store = clips[0].episode.frames
        whole = _encoded_bytes(store.shape, None, clips[0].blobs()[0])
        pairs = [pair for clip in clips for pair in pairwise(clip.blobs())]
        n_samples = min(_SAMPLES, len(pairs))
        sampled = [pairs[int((number + 0.5) * len(pairs) / n_samples)] for number in range(n_samples)]
        changes = [_encoded_bytes(store.shape, before, after) for before, after in sampled]
        mean = sum(changes) / len(changes) if changes else 0.0
        return round(_COLOUR_TABLE + whole * len(clips) + mean * len(pairs))

    def command(self) -> ExportPicture:
        """What the exporting job is told."""
        return ExportPicture(
            path=str(self.path),
            clips=tuple(ExportClip(episode_to_data(clip.episode), clip.first, clip.last) for clip in self.clips),
            speed=self.played_speed,
        )


@lru_cache(maxsize=64)
def _encoded_bytes(shape: tuple[int, int, int], before: bytes | None, after: bytes) -> int:
    """Bytes of one frame in a GIF that shows `before`: only the rectangle that changed, the rest of it transparent.

    Colours are told apart by one byte, not by a real colour table, which changes the size little.
    """
    from rlstudio.media.gif_blocks import frame as gif_frame  # loads Pillow, which the window needs for nothing else

    frames = FrameStore(shape, [after] if before is None else [before, after])
    new, box = list(with_changes(frames))[-1]
    places = _one_byte_colours(new[box])
    if before is not None:
        places = np.where((frames[0][box] != new[box]).any(axis=2), places, np.uint8(_TRANSPARENT))
    return len(gif_frame(places, 0, 0, 2, None if before is None else _TRANSPARENT))


def _one_byte_colours(frame: Frame) -> NDArray[np.uint8]:
    """A byte for each pixel, (h, w): the same for the same colour, mostly another for another one."""
    red, green, blue = (frame[..., channel].astype(np.uint16) for channel in range(3))
    return ((7 * red + 31 * green + 101 * blue) % _TRANSPARENT).astype(np.uint8)


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

"""Frames on their way into a file: parts of episodes, every n-th of them, made larger or smaller. Never all in memory.

Each can be gone through any number of times, as writers do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import Frame

Size = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True)
class Clip:
    """Frames `first` to `last` of an episode, both included."""

    episode: Episode
    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    @classmethod
    def whole(cls, episode: Episode) -> Clip:
        """All frames of it."""
        return cls(episode, 0, len(episode.frames) - 1)

    def check(self) -> None:
        """Raise ValueError unless the episode has those frames."""
        if not 0 <= self.first <= self.last < len(self.episode.frames):
            raise ValueError(f"there are no frames {self.first} to {self.last} in an episode of {self.episode.length}")


class ClipFrames:
    """The frames of several clips, one after the other, all of the first one's size."""

    def __init__(self, clips: Sequence[Clip]) -> None:
        for clip in clips:
            clip.check()
        self._clips = clips

    def __len__(self) -> int:
        return sum(map(len, self._clips))

    def __iter__(self) -> Iterator[Frame]:
        for clip in self._clips:
            for index in range(clip.first, clip.last + 1):
                yield clip.episode.frames[index]


class EveryNth:
    """The first of every `n` frames."""

    def __init__(self, frames: Iterable[Frame], n: int) -> None:
        self._frames, self._n = frames, n

    def __iter__(self) -> Iterator[Frame]:
        return (frame for number, frame in enumerate(self._frames) if number % self._n == 0)


class Scaled:
    """Frames made to fit a size exactly."""

    def __init__(self, frames: Iterable[Frame], size: Size) -> None:
        self._frames, self._size = frames, size

    def __iter__(self) -> Iterator[Frame]:
        return (scaled(frame, self._size) for frame in self._frames)


def scaled(frame: Frame, size: Size) -> Frame:
    """A frame in another size: whole multiples keep their pixels sharp, others are smoothed."""
    width, height = size
    if (frame.shape[1], frame.shape[0]) == size:
        return frame
    image = Image.fromarray(np.ascontiguousarray(frame))
    if width % image.width == 0 and height % image.height == 0:
        return np.asarray(image.resize(size, Image.Resampling.NEAREST))
    smaller = width * 2 <= image.width
    return np.asarray(image.resize(size, Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR))


def size_for_width(own: Size, width: int) -> Size:
    """`width` and the height that keeps the proportions of `own`."""
    return width, max(1, round(own[1] * width / own[0]))

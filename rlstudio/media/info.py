"""What was written: the answer of every writer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class MediaInfo:
    """A picture file (or folder of pictures) that was written.

    Attributes:
        frames, width, height: of the file; a video's sides are even.
        n_bytes: its size; of a folder, that of its files together.
        seconds: how long one round of it plays; 0 for a single picture.
        exact_colours: whether every pixel comes out as it went in.
        given_up: what a size limit took away, in words ("quality 40 of 100, every 2nd frame"); "" for nothing.
    """

    path: Path
    frames: int
    width: int
    height: int
    n_bytes: int
    seconds: float
    exact_colours: bool
    given_up: str = ""

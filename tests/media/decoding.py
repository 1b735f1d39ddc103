"""Files read back by two decoders that did not write them: Pillow and FFmpeg."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rlstudio.core.frame_store import Frame

Frames = NDArray[np.uint8]


def by_pillow(path: Path) -> tuple[Frames, list[float]]:
    """All frames, shape (n, height, width, 3), and how long each is shown, in milliseconds."""
    frames, delays = [], []
    with Image.open(path) as picture:
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            frames.append(np.asarray(picture.convert("RGB")))
            delays.append(float(picture.info.get("duration", 0.0)))
    return np.stack(frames), delays


def by_ffmpeg(path: Path) -> tuple[Frames, list[float]]:
    """All frames, shape (n, height, width, 3), and when each is shown, in seconds."""
    with av.open(str(path)) as container:
        found = list(container.decode(video=0))
        times = [float(frame.pts * frame.time_base) for frame in found]
        return np.stack([frame.to_ndarray(format="rgb24") for frame in found]), times


def psnr(found: Frames, wanted: Frames) -> float:
    """Peak signal-to-noise ratio over all frames, in decibels; infinite where they are equal."""
    error = float(np.mean((found.astype(float) - wanted.astype(float)) ** 2))
    return float(10 * np.log10(255**2 / error)) if error else float("inf")


def moving_block(count: int, height: int = 40, width: int = 60) -> list[Frame]:
    """A red block that runs over white: few colours, hardly anything changes."""
    frames = []
    for number in range(count):
        frame = np.full((height, width, 3), 255, np.uint8)
        left = number * 3 % (width - 8)
        frame[10:20, left : left + 8] = (200, 30, 40)
        frames.append(frame)
    return frames


def moving_slope(count: int, height: int = 120, width: int = 160) -> list[Frame]:
    """Thousands of colours that all move, as in a photograph."""
    rows, columns = np.mgrid[0:height, 0:width]
    slope = np.stack([rows * 2 % 256, columns, (rows + columns) // 2], axis=-1).astype(np.uint8)
    return [np.roll(slope, 2 * shift, axis=1) for shift in range(count)]

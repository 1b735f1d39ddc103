"""One frame as a PNG file, lossless, and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from rlstudio.core.frame_store import Frame
from rlstudio.core.whole_file import whole_file
from rlstudio.media.errors import MediaError, disk_errors


def write_png(path: Path, frame: Frame) -> None:
    """Write a (height, width, 3) uint8 frame, whole or not at all. Raises MediaError where the disk refuses."""
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3:
        raise ValueError(f"a frame is (height, width, 3) uint8, not {frame.shape} {frame.dtype}")
    with disk_errors("write", path), whole_file(path) as file:
        Image.fromarray(np.ascontiguousarray(frame)).save(file, "PNG")


def read_png(path: Path) -> Frame:
    """The picture in `path` as a (height, width, 3) uint8 frame. Raises MediaError where there is none to be read."""
    with disk_errors("read", path):
        data = path.open("rb")
    with data:
        try:
            with Image.open(data, formats=["PNG"]) as picture:
                return np.array(picture.convert("RGB"))
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
            raise MediaError(f"could not read {path}: it is no whole PNG picture ({error})") from error

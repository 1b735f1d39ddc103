"""Saliency pictures in an episode's file: arrays saliency_bytes and saliency_ends, as the frames are kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.frame_store import FrameStore
from rlstudio.storage.episode_checks import check_frames, check_place, frame_shape
from rlstudio.storage.tensor_file import TensorFile

_BYTES, _ENDS, SHAPE = "saliency_bytes", "saliency_ends", "saliency_shape"


def saliency_arrays(pictures: FrameStore) -> dict[str, NDArray[Any]]:
    """What is written of them; nothing where there are none."""
    if not len(pictures):
        return {}
    ends = np.cumsum([len(blob) for blob in pictures.blobs], dtype=np.int64)
    return {_BYTES: np.frombuffer(b"".join(pictures.blobs), np.uint8), _ENDS: ends}


def read_saliency(file: TensorFile, steps: int, about: dict[str, Any]) -> FrameStore:
    """What was written, one picture a step; none from a file without. Raises ValueError for what is not allowed."""
    if _ENDS not in file.places:
        return FrameStore()
    shape = frame_shape(about.get(SHAPE))
    check_place(_ENDS, file.place(_ENDS, "I64", 1), steps)
    blobs = file.cut(_BYTES, file.read(_ENDS, "I64", 1))
    check_frames(shape, blobs)
    return FrameStore(shape, blobs)

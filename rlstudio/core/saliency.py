"""Saliency pictures: how much a choice hangs on each pixel of what was observed, as pictures that compress well."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.frame_store import Frame

_OUTLIERS = 0.001


def saliency_picture(gradient: NDArray[np.float32]) -> Frame:
    """From a gradient by each pixel's brightness, (height, width), a frame of the same size.

    Red where a brighter pixel would raise the action's score, blue where it would lower it, 0 to 255 by how much. Each
    picture has a scale of its own, on which all but the thousandth part of its pixels fit.
    """
    strength = np.abs(gradient)
    largest = float(np.quantile(strength, 1.0 - _OUTLIERS)) or float(strength.max())
    levels = np.zeros((*gradient.shape, 3), np.uint8)
    if largest > 0 and np.isfinite(largest):
        steps = np.rint(255.0 * np.minimum(strength / largest, 1.0)).astype(np.uint8)
        levels[..., 0] = np.where(gradient > 0, steps, 0)
        levels[..., 2] = np.where(gradient < 0, steps, 0)
    return levels


def saliency_of(picture: Frame) -> NDArray[np.float32]:
    """What `saliency_picture` was given, up to its scale: −1 to 1, (height, width)."""
    return (picture[..., 0].astype(np.float32) - picture[..., 2]) / np.float32(255.0)

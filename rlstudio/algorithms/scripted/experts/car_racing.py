"""CarRacing: follow the road up the picture, steer for a point on it, and be slow where it bends."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.scripted.experts.base import Expert

_CAR_ROW, _CAR_COLUMN = 70.0, 47.5  # where the car is in the picture of 96 × 96, always, its nose up
_ROWS = tuple(range(62, 18, -4))  # read one after the other, away from the car
_AIM = 4  # index of the row with the point that is steered for
_BAR = (slice(84, 96), 12)  # the white bar under the picture that shows the speed
_SPEED_A_PIXEL = 21.0  # measured: the bar grows a pixel for that many of the car's units
_BAR_AT_REST = 0.17


class CarRacing(Expert):
    """Road is grey, where red and green are alike; grass is green.

    Row by row, from the car upwards, the piece of road that is nearest to the one below is followed; its middle is
    the line to drive. The car steers for a point of that line some way ahead (pure pursuit, R. C. Coulter 1992), and
    is as fast as the sharpest bend in sight allows. Speed is read from the white bar below the picture. Colours other
    than the usual ones (`domain_randomize`) are not understood.
    """

    action_size = 3

    _FASTEST, _SLOWEST = 60.0, 30.0

    def __init__(self) -> None:
        self._steering = 0.0

    def reset(self, rng: np.random.Generator) -> None:
        self._steering = 0.0

    def act(self, observation: Any) -> tuple[Any, str]:
        picture = np.asarray(observation)
        line = _middle_line(picture)
        speed = _speed(picture)
        if len(line) < 2:  # off the road: creep on in the bend that led here
            gas = 0.1 if speed < self._SLOWEST else 0.0
            return np.array([self._steering, gas, 0.0], np.float32), "no road in sight: creep on, steering as before"
        row, column = line[min(_AIM, len(line) - 1)]
        self._steering = float(np.clip(1.2 * np.arctan2(column - _CAR_COLUMN, _CAR_ROW - row), -1.0, 1.0))
        bend = max(abs(np.arctan2(right - left, low - high)) for (low, left), (high, right) in pairwise(line))
        wanted = float(np.clip(self._FASTEST - 25.0 * bend, self._SLOWEST, self._FASTEST))
        gas = 0.3 if speed < wanted else 0.0
        brake = 0.2 if speed > wanted + 8.0 else 0.0
        side = "straight on" if abs(self._steering) < 0.05 else "steer right" if self._steering > 0 else "steer left"
        return np.array(
            [self._steering, gas, brake], np.float32
        ), f"{side}, {'gas' if gas else 'brake' if brake else 'roll'}"


def _middle_line(picture: NDArray[Any]) -> list[tuple[int, float]]:
    """(row, column) of the road's middle, from the car upwards, as far as the road can be followed."""
    red, green = picture[..., 0].astype(int), picture[..., 1].astype(int)
    road = (np.abs(red - green) < 20) & (green > 60)
    line: list[tuple[int, float]] = []
    around = _CAR_COLUMN
    for row in _ROWS:
        columns = np.flatnonzero(road[row])
        pieces = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
        middles = [float(piece.mean()) for piece in pieces if len(piece) > 2]
        if not middles:
            break
        around = min(middles, key=lambda middle: abs(middle - around))
        line.append((row, around))
    return line


def _speed(picture: NDArray[Any]) -> float:
    """The car's speed, from how much of the bar is white."""
    return max(0.0, float(picture[_BAR].min(axis=1).sum()) / 255.0 - _BAR_AT_REST) * _SPEED_A_PIXEL

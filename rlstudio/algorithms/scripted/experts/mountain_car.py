"""MountainCar and its continuous sister: swing up like a child on a swing, pushing the way the car rolls already."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlstudio.algorithms.scripted.experts.base import Expert

LEFT, RIGHT = 0, 2


class MountainCar(Expert):
    """Energy pumping: a push along the velocity is work done on the car, whatever the slope.

    Always pushing along the velocity is nearly the fastest way. It loses time where the car swings further up the left
    hill than it needs: it should turn as soon as the run from there will carry it over the right one. The band of
    velocities in which pushing right is better is bounded by curves of the position that were fitted by hand
    (Z. Xiao, "Reinforcement Learning: Theory and Python Implementation", 2019, chapter 1).
    """

    observation_size = 2
    actions = 3

    def act(self, observation: Any) -> tuple[int, str]:
        position, velocity = (float(number) for number in observation)
        low = min(-0.09 * (position + 0.25) ** 2 + 0.03, 0.3 * (position + 0.9) ** 4 - 0.008)
        high = -0.07 * (position + 0.38) ** 2 + 0.07
        if low < velocity < high:
            return RIGHT, "rolls right: push right" if velocity > 0 else "high enough on the left: turn, push right"
        return LEFT, "rolls left: push left" if velocity < 0 else "too slow for the hill: push left for a longer run"


class MountainCarContinuous(Expert):
    """The same swing, gently: each step costs a tenth of the force squared, and the time it takes costs nothing.

    The work done on the car is force times velocity. For a given amount of work the sum of squared forces is least
    where the force is proportional to the velocity, so that is what it is; but never so small that a car that begins
    near the bottom takes for ever to get going.
    """

    observation_size = 2
    action_size = 1

    _GAIN = 12.0  # weaker is cheaper still, but takes longer than an episode is long
    _LEAST = 0.2

    def act(self, observation: Any) -> tuple[Any, str]:
        velocity = float(observation[1])
        force = float(np.clip(self._GAIN * abs(velocity), self._LEAST, 1.0))
        force = force if velocity >= 0 else -force
        return np.array([force], np.float32), f"rolls {'right' if velocity >= 0 else 'left'}: push that way, gently"

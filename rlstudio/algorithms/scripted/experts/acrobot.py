"""Acrobot: pump the swing with the elbow, as a gymnast does with the hips."""

from __future__ import annotations

from typing import Any

from rlstudio.algorithms.scripted.experts.base import Expert

PULL_BACK, PUSH_ON = 0, 2


class Acrobot(Expert):
    """The only motor is at the elbow, so the shoulder swings only through what the elbow does to it.

    Energy enters where the torque turns the elbow the way it turns already: torque times elbow speed is the power. So
    the torque follows the elbow's speed (energy pumping, as in M. Spong, "The swing up control problem for the
    Acrobot", 1995, without its partial feedback linearisation).
    """

    observation_size = 6
    actions = 3

    def act(self, observation: Any) -> tuple[int, str]:
        elbow_speed = float(observation[5])
        if elbow_speed > 0:
            return PUSH_ON, "elbow swings on: torque +1 adds energy"
        return PULL_BACK, "elbow swings back: torque −1 adds energy"

"""LunarLander: lean against the drift, and sink as slowly as the distance to the pad asks for.

After the heuristic that Gymnasium's own demonstration uses (gymnasium/envs/box2d/lunar_lander.py, `heuristic`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rlstudio.algorithms.scripted.experts.base import Expert

NOTHING, LEFT_ENGINE, MAIN_ENGINE, RIGHT_ENGINE = 0, 1, 2, 3
_STEEPEST = 0.4  # rad: leaning more than 23° is not recovered from
_DEAD_BAND = 0.05  # wishes smaller than this are not worth the fuel


class LunarLander(Expert):
    """Two proportional-derivative controllers: one for the angle, one for the sinking speed.

    The angle to lean to follows from how far the pad is and how fast the lander drifts away from it: leaning left
    lets the main engine push left. The height to be at is a funnel above the pad: the further out, the higher.
    """

    observation_size = 8
    actions = 4

    def act(self, observation: Any) -> tuple[Any, str]:
        turn, lift, landed = self._wishes(observation)
        if lift > abs(turn) and lift > _DEAD_BAND:
            return MAIN_ENGINE, "touching down: main engine" if landed else "sinks too fast: main engine"
        if turn < -_DEAD_BAND:
            return RIGHT_ENGINE, "lean right: right engine"
        if turn > _DEAD_BAND:
            return LEFT_ENGINE, "lean left: left engine"
        return NOTHING, "on the ground: engines off" if landed else "on course: engines off"

    def _wishes(self, observation: Any) -> tuple[float, float, bool]:
        """How much it wants to turn left and to be lifted, and whether a leg stands."""
        x, y, x_speed, y_speed, angle, turning, left_leg, right_leg = (float(number) for number in observation)
        if left_leg or right_leg:
            return 0.0, -0.5 * y_speed, True  # nothing but a soft touchdown is left to do
        wanted_angle = float(np.clip(0.5 * x + x_speed, -_STEEPEST, _STEEPEST))
        wanted_height = 0.55 * abs(x)
        return 0.5 * (wanted_angle - angle) - turning, 0.5 * (wanted_height - y) - 0.5 * y_speed, False


class LunarLanderContinuous(LunarLander):
    """The same wishes, given to engines that can be throttled."""

    actions = 0
    action_size = 2

    def act(self, observation: Any) -> tuple[Any, str]:
        turn, lift, landed = self._wishes(observation)
        action = np.clip([20.0 * lift - 1.0, -20.0 * turn], -1.0, 1.0).astype(np.float32)
        if action[0] > 0:
            return action, "touching down: main engine" if landed else "sinks too fast: main engine"
        if abs(action[1]) > 0.5:
            return action, f"lean {'right: right' if action[1] > 0 else 'left: left'} engine"
        return action, "on the ground: engines off" if landed else "on course: engines off"

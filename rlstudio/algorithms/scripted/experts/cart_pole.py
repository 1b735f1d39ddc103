"""CartPole: push the cart under the pole, a little ahead of where the pole is falling."""

from __future__ import annotations

from typing import Any

from rlstudio.algorithms.scripted.experts.base import Expert

LEFT, RIGHT = 0, 1


class CartPole(Expert):
    """A linear feedback whose sign is the action: that of a proportional-derivative controller.

    A pole that leans right, or swings right, is caught by pushing the cart right. On its own that lets the cart drift
    to the end of the track, so the cart's place and speed count too, with the same sign, which looks wrong at first:
    to come back to the middle the cart must first run away from it, until the pole leans inwards and pulls it home.
    """

    observation_size = 4
    actions = 2

    def act(self, observation: Any) -> tuple[int, str]:
        position, velocity, angle, turning = (float(number) for number in observation)
        falling = angle + 0.5 * turning
        drifting = 0.05 * position + 0.1 * velocity
        action = RIGHT if falling + drifting > 0 else LEFT
        side = "right" if action == RIGHT else "left"
        if (falling > 0) == (action == RIGHT):
            return action, f"pole falls {side}: push {side}"
        return action, f"cart drifts {side}: push {side} to tilt the pole back"

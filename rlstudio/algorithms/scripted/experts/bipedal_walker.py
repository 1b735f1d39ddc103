"""BipedalWalker: a gait of three phases, and the short rule that a person might try first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.scripted.experts.base import Expert

HULL_ANGLE, HULL_TURNING, SPEED, RISING = 0, 1, 2, 3
FIRST_LEG, NUMBERS_A_LEG = 4, 5


@dataclass(frozen=True)
class Leg:
    """One leg's five numbers of an observation. Angles in rad (the knee's is 1 more than it is), speeds scaled."""

    hip: float
    hip_speed: float
    knee: float
    knee_speed: float
    down: bool


def leg(observation: Any, index: int) -> Leg:
    """What an observation says of leg 0 or 1."""
    start = FIRST_LEG + NUMBERS_A_LEG * index
    hip, hip_speed, knee, knee_speed, down = (float(x) for x in observation[start : start + NUMBERS_A_LEG])
    return Leg(hip, hip_speed, knee, knee_speed, down > 0.5)


class Phase(Enum):
    """What the moving leg does while the other one stands, in words."""

    SWING = "swing: {moving} leg forward, {standing} stands"
    LOWER = "lower: put the {moving} leg down"
    PUSH = "push: {standing} leg off the ground"


class BipedalWalker(Expert):
    """A state machine of three phases, and joints that are pulled to the angles each of them asks for.

    One leg stands while the other swings forward; when the standing leg is behind the hull, the other is put down;
    when that touches the ground, the leg behind pushes off, and the two change places. After the walker in
    Gymnasium's own demonstration (gymnasium/envs/box2d/bipedal_walker.py, `BipedalWalkerHeuristics`); it has no
    notion of balance, only a speed it does not exceed, and springs that keep the hull level. The angles and gains are
    a little other than there: found by trying small changes at random and keeping what walked further (with the
    original's own it returned 159 ± 132 in 20 episodes).
    """

    observation_size = 24
    action_size = 4

    _TOP_SPEED = 0.28  # faster, it falls forwards
    _STANDING_KNEE = 0.083
    _SWING = (1.24, -0.72)  # angles of hip and knee
    _LOWERED_HIP = 0.114
    _BEHIND = 0.106  # the hip's angle from which on a leg is behind the hull
    _NAMES = ("first", "second")

    def __init__(self) -> None:
        self._begin()

    def reset(self, rng: np.random.Generator) -> None:
        self._begin()

    def _begin(self) -> None:
        self._phase = Phase.SWING
        self._moving = 0
        self._standing_knee = self._STANDING_KNEE

    def act(self, observation: Any) -> tuple[Any, str]:
        legs = (leg(observation, 0), leg(observation, 1))
        speed = float(observation[SPEED])
        moving, standing = self._moving, 1 - self._moving
        hips: list[float | None] = [None, None]  # None: let it swing
        knees = [0.0, 0.0]
        note = self._phase.value.format(moving=self._NAMES[moving], standing=self._NAMES[standing])
        if self._phase is Phase.SWING:
            hips[moving], knees[moving] = self._SWING
            stretch = 0.06 if speed > self._TOP_SPEED else 0.03
            self._standing_knee = min(self._standing_knee + stretch, self._STANDING_KNEE)
            knees[standing] = self._standing_knee
            if legs[standing].hip < self._BEHIND:
                self._phase = Phase.LOWER
        if self._phase is Phase.LOWER:
            hips[moving], knees[moving] = self._LOWERED_HIP, self._STANDING_KNEE
            knees[standing] = self._standing_knee
            if legs[moving].down:
                self._phase = Phase.PUSH
                self._standing_knee = min(legs[moving].knee, self._STANDING_KNEE)
        if self._phase is Phase.PUSH:
            knees[moving], knees[standing] = self._standing_knee, 1.0
            if legs[standing].knee > 0.88 or speed > 1.2 * self._TOP_SPEED:
                self._phase = Phase.SWING
                self._moving = standing
        return self._torques(observation, legs, hips, knees), note

    def _torques(
        self, observation: Any, legs: tuple[Leg, Leg], hips: list[float | None], knees: list[float]
    ) -> NDArray[np.float32]:
        """Springs with brakes towards the angles wanted, corrected to keep the hull level and from bouncing."""
        level = -0.69 * float(observation[HULL_ANGLE]) - 2.24 * float(observation[HULL_TURNING])
        damping = 17.4 * float(observation[RISING])
        torques = []
        for now, hip, knee in zip(legs, hips, knees, strict=True):
            hip_torque = 0.0 if hip is None else 0.9 * (hip - now.hip) - 0.25 * now.hip_speed
            knee_torque = 4.0 * (knee - now.knee) - 0.25 * now.knee_speed
            torques += [hip_torque - level, knee_torque - damping]
        return np.clip(0.476 * np.array(torques), -1.0, 1.0).astype(np.float32)


class RelaxBentKnees(Expert):
    """Both feet down: act at random. A knee that bends quickly: relax that leg. Else: act at random.

    A rule as a first try at a demonstration would have it: hip −0.05 and knee −0.2 where a knee's speed is below −0.5.
    It does not walk; it is there to be beaten.
    """

    observation_size = 24
    action_size = 4

    _QUICKLY = -0.5
    _RELAXED = (-0.05, -0.2)  # torques of hip and knee

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)

    def reset(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def act(self, observation: Any) -> tuple[Any, str]:
        action = self._rng.uniform(-1.0, 1.0, 4).astype(np.float32)
        legs = (leg(observation, 0), leg(observation, 1))
        if legs[0].down and legs[1].down:
            return action, "both feet down: random"
        bending = [index for index, now in enumerate(legs) if now.knee_speed < self._QUICKLY]
        for index in bending:
            action[2 * index : 2 * index + 2] = self._RELAXED
        if not bending:
            return action, "a foot in the air: random"
        return action, "knee bends quickly: relax " + ("both legs" if len(bending) == 2 else f"leg {bending[0] + 1}")

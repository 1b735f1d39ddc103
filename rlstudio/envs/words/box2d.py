"""Words for Box2D: landers, walkers and a racing car in a two-dimensional physics engine.

Several of their numbers are scaled; the unit then says what 1 stands for, as found in Gymnasium's source
(lunar_lander.py and bipedal_walker.py, where the observation is put together).
"""

from __future__ import annotations

from dataclasses import replace

from rlstudio.envs.card import Dimension
from rlstudio.envs.words.base import BOX2D, EnvironmentWords, numbers

_LANDER = EnvironmentWords(
    title="Lunar Lander",
    family=BOX2D,
    docs="box2d/lunar_lander/",
    summary="Land softly between the two flags, using the main engine and two side engines sparingly.",
    observation=numbers(
        ("distance from pad", "half widths"),
        ("height above pad", "half heights"),
        ("horizontal velocity", "×5 m/s"),
        ("vertical velocity", "×7.5 m/s"),
        ("angle", "rad"),
        ("angular velocity", "×2.5 rad/s"),
        ("left leg on ground", "0 no, 1 yes"),
        ("right leg on ground", "0 no, 1 yes"),
    ),
    action=numbers(
        "main engine (off below 0, half to full throttle above)",
        "side engines (left below −0.5, right above 0.5)",
    ),
    choices=("do nothing", "fire left engine", "fire main engine", "fire right engine"),
    picture_steps=65,
)


def _leg(number: int) -> tuple[Dimension, ...]:
    return numbers(
        (f"hip {number} angle", "rad"),
        (f"hip {number} speed", "×4 rad/s"),
        (f"knee {number} angle + 1", "rad"),
        (f"knee {number} speed", "×6 rad/s"),
        (f"leg {number} on ground", "0 no, 1 yes"),
    )


_LIDAR_DEGREES = [round(1.5 * index / 10 * 57.29578) for index in range(10)]  # from straight down to nearly ahead
_LIDAR_ENDS = {0: " down", 9: " ahead"}

_WALKER = EnvironmentWords(
    title="Bipedal Walker",
    family=BOX2D,
    docs="box2d/bipedal_walker/",
    summary="Walk a two-legged robot to the end of gently uneven ground without falling.",
    observation=(
        *numbers(
            ("hull angle", "rad"),
            ("hull turning speed", "×25 rad/s"),
            ("horizontal velocity", "×8.3 m/s"),
            ("vertical velocity", "×12.5 m/s"),
        ),
        *_leg(1),
        *_leg(2),
        *numbers(
            *[
                (f"lidar {index + 1}, {degrees}°{_LIDAR_ENDS.get(index, '')}", "of range")
                for index, degrees in enumerate(_LIDAR_DEGREES)
            ]
        ),
    ),
    action=numbers(*[(f"{joint} {leg} torque", "of largest") for leg in (1, 2) for joint in ("hip", "knee")]),
    picture_steps=25,
)

WORDS: dict[str, EnvironmentWords] = {
    "LunarLander": _LANDER,
    "LunarLanderContinuous": replace(
        _LANDER,
        title="Lunar Lander, continuous",
        summary="Land softly between the two flags, choosing how hard each engine fires.",
        picture_steps=140,
    ),
    "BipedalWalker": _WALKER,
    "BipedalWalkerHardcore": replace(
        _WALKER,
        title="Bipedal Walker, hardcore",
        summary="Walk a two-legged robot over ladders, stumps and pits without falling.",
    ),
    "CarRacing": EnvironmentWords(
        title="Car Racing",
        family=BOX2D,
        docs="box2d/car_racing/",
        summary="Drive a car round a random track, seen from above as a picture.",
        action=numbers("steering (−1 left, +1 right)", "gas", "brake"),
        choices=("do nothing", "steer right", "steer left", "gas", "brake"),
        picture_steps=60,
    ),
}

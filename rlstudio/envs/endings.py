"""Why an episode ended, in words, read from its last observation by each environment's own rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rlstudio.envs.ids import split_id

_CART_LIMIT = 2.4  # m, CartPoleEnv.x_threshold
_POLE_LIMIT = np.deg2rad(12)  # CartPoleEnv.theta_threshold_radians
_PAD_HALF_WIDTH = 0.2  # of half a screen: LunarLander's flags stand at ±2 of 10 units
_LOW_HULL = 0.3  # lidar straight down, share of its range: 0.14 to 0.22 seen after falls, 0.4 when it stands
_LAKE_GOALS = (15, 63)  # the last cells of the 4×4 and the 8×8 lake, neither of which is a hole in the other


def _cart_pole(observation: Any, reward: float | None) -> str:
    cart, pole = abs(float(observation[0])) / _CART_LIMIT, abs(float(observation[2])) / _POLE_LIMIT
    return "left the track: cart beyond 2.4 m" if cart > pole else "fell: pole angle beyond 12°"


def _lunar_lander(observation: Any, reward: float | None) -> str:
    x = float(observation[0])
    if abs(x) >= 1.0:
        return "flew away: out of the picture sideways"
    asleep = not np.any(np.asarray(observation)[[2, 3, 5]])  # Box2D stops a body that falls asleep
    if (reward > 0) if reward is not None else asleep:
        return "landed between the flags" if abs(x) <= _PAD_HALF_WIDTH else "came to rest beside the pad"
    return "crashed: the hull touched the ground"


def _bipedal_walker(observation: Any, reward: float | None) -> str:
    if (reward <= -100) if reward is not None else float(observation[14]) < _LOW_HULL:
        return "fell: the hull touched the ground"
    return "reached the end"


def _car_racing(observation: Any, reward: float | None) -> str:
    if reward is None:
        return "finished the lap or left the playing field"
    return "left the playing field" if reward <= -100 else "finished the lap"


def _frozen_lake(observation: Any, reward: float | None) -> str:
    at_goal = reward > 0 if reward is not None else int(observation) in _LAKE_GOALS
    return "reached the goal" if at_goal else "fell into a hole"


def _blackjack(observation: Any, reward: float | None) -> str:
    total = int(observation[0])
    if total > 21:
        return f"lost: went over 21 with {total}"
    if reward is None:
        return f"stood at {total}"
    outcome = "won" if reward > 0 else "lost" if reward < 0 else "drew"
    return f"{outcome}: stood at {total}"


def _always(words: str) -> Callable[[Any, float | None], str]:
    return lambda observation, reward: words


_FELL = _always("fell: the body left its healthy range")

_ENDINGS: dict[str, Callable[[Any, float | None], str]] = {
    "CartPole": _cart_pole,
    "Acrobot": _always("reached the height"),
    "MountainCar": _always("reached the flag"),
    "MountainCarContinuous": _always("reached the flag"),
    "LunarLander": _lunar_lander,
    "LunarLanderContinuous": _lunar_lander,
    "BipedalWalker": _bipedal_walker,
    "BipedalWalkerHardcore": _bipedal_walker,
    "CarRacing": _car_racing,
    "FrozenLake": _frozen_lake,
    "FrozenLake8x8": _frozen_lake,
    "CliffWalking": _always("reached the goal"),
    "CliffWalkingSlippery": _always("reached the goal"),
    "Taxi": _always("delivered the passenger"),
    "Blackjack": _blackjack,
    "BitFlipping": _always("reached the goal"),
    "BitFlippingContinuous": _always("reached the goal"),
    "Ant": _FELL,
    "Hopper": _FELL,
    "Walker2d": _FELL,
    "Humanoid": _FELL,
    "InvertedPendulum": _always("fell: pole angle beyond 0.2 rad"),
    "InvertedDoublePendulum": _always("fell: the tip dropped to 1 m"),
}


def ending_words(env_id: str, observation: Any, terminated: bool, truncated: bool, reward: float | None = None) -> str:
    """Why an episode ended: "fell: pole angle beyond 12°", "time limit"; "" while it runs.

    Args:
        observation: the last one, of a single environment.
        reward: the last one, where it is at hand: Blackjack's outcome and CarRacing's end show in nothing else.
    """
    if terminated:
        parts = split_id(env_id)
        words = _ENDINGS.get(parts.name) if parts.namespace in ("", "phys2d", "tabular", "rlstudio") else None
        return words(observation, reward) if words else "the environment ended the episode"
    return "time limit" if truncated else ""

"""Which hand-written rules there are for which environment; only names, so that a spec can read it."""

from __future__ import annotations

EXPERT, DEMONSTRATION = "expert", "demonstration"

RULES: dict[str, dict[str, tuple[str, ...]]] = {
    "CartPole-v0": {EXPERT: ("cart_pole:CartPole",)},
    "CartPole-v1": {EXPERT: ("cart_pole:CartPole",)},
    "MountainCar-v0": {EXPERT: ("mountain_car:MountainCar",)},
    "MountainCarContinuous-v0": {EXPERT: ("mountain_car:MountainCarContinuous",)},
    "Acrobot-v1": {EXPERT: ("acrobot:Acrobot",)},
    "Pendulum-v1": {EXPERT: ("pendulum:Pendulum",)},
    "LunarLander-v3": {EXPERT: ("lunar_lander:LunarLander", "lunar_lander:LunarLanderContinuous")},
    "LunarLanderContinuous-v3": {EXPERT: ("lunar_lander:LunarLanderContinuous", "lunar_lander:LunarLander")},
    "BipedalWalker-v3": {
        EXPERT: ("bipedal_walker:BipedalWalker",),
        DEMONSTRATION: ("bipedal_walker:RelaxBentKnees",),
    },
    "BipedalWalkerHardcore-v3": {
        EXPERT: ("bipedal_walker:BipedalWalker",),
        DEMONSTRATION: ("bipedal_walker:RelaxBentKnees",),
    },
    "CarRacing-v3": {EXPERT: ("car_racing:CarRacing",)},
}
"""By environment and rule: "file:Class" of experts/. Of several the first whose actions are the environment's acts,
since an option can make a lander's engines continuous."""


def known_environments() -> str:
    """What it knows, in words: "CartPole, MountainCar, …"."""
    return ", ".join(dict.fromkeys(name.partition("-v")[0] for name in RULES))

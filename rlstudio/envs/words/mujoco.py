"""Words for MuJoCo: robots in a three-dimensional physics engine."""

from __future__ import annotations

from rlstudio.envs.words.base import MUJOCO, EnvironmentWords

_ROWS = {
    "Ant": ("Ant", "ant", "Make a four-legged robot walk forward by turning its eight joints."),
    "HalfCheetah": ("Half Cheetah", "half_cheetah", "Make a two-legged flat robot run forward as fast as it can."),
    "Hopper": ("Hopper", "hopper", "Make a one-legged flat robot hop forward without falling."),
    "Humanoid": ("Humanoid", "humanoid", "Make a two-legged humanoid robot walk forward without falling."),
    "HumanoidStandup": (
        "Humanoid Standup",
        "humanoid_standup",
        "Make a humanoid robot that lies on its back stand up.",
    ),
    "InvertedDoublePendulum": (
        "Inverted Double Pendulum",
        "inverted_double_pendulum",
        "Keep two poles, one on top of the other, upright on a cart by pushing the cart.",
    ),
    "InvertedPendulum": (
        "Inverted Pendulum",
        "inverted_pendulum",
        "Keep a pole upright on a cart by pushing the cart with a chosen force.",
    ),
    "Pusher": ("Pusher", "pusher", "Push an object to a target with a robot arm of seven joints."),
    "Reacher": ("Reacher", "reacher", "Bring the tip of a two-joint robot arm to a target."),
    "Swimmer": ("Swimmer", "swimmer", "Make a chain of three links swim forward through a thick fluid."),
    "Walker2d": ("Walker 2D", "walker2d", "Make a two-legged flat robot walk forward without falling."),
}

WORDS: dict[str, EnvironmentWords] = {
    name: EnvironmentWords(title=title, family=MUJOCO, docs=f"mujoco/{page}/", summary=summary)
    for name, (title, page, summary) in _ROWS.items()
}

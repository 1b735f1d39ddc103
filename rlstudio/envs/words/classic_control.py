"""Words for classic control: one small physics problem each."""

from __future__ import annotations

from rlstudio.envs.words.base import CLASSIC_CONTROL, EnvironmentWords, numbers

WORDS: dict[str, EnvironmentWords] = {
    "CartPole": EnvironmentWords(
        title="Cart Pole",
        family=CLASSIC_CONTROL,
        docs="classic_control/cart_pole/",
        summary="Keep a pole upright on a cart by pushing the cart left or right.",
        observation=numbers(
            ("cart position", "m"),
            ("cart velocity", "m/s"),
            ("pole angle", "rad"),
            ("pole angular velocity", "rad/s"),
        ),
        choices=("push left", "push right"),
    ),
    "Acrobot": EnvironmentWords(
        title="Acrobot",
        family=CLASSIC_CONTROL,
        docs="classic_control/acrobot/",
        summary="Swing the tip of a two-link arm above the line, with a motor at the joint between the links.",
        observation=numbers(
            "cos of first link angle",
            "sin of first link angle",
            "cos of second link angle",
            "sin of second link angle",
            ("first link speed", "rad/s"),
            ("second link speed", "rad/s"),
        ),
        choices=("torque −1 N·m", "no torque", "torque +1 N·m"),
    ),
    "MountainCar": EnvironmentWords(
        title="Mountain Car",
        family=CLASSIC_CONTROL,
        docs="classic_control/mountain_car/",
        summary="Drive an underpowered car up a hill by rocking back and forth in the valley first.",
        observation=numbers(("car position", "m"), ("car velocity", "m per step")),
        choices=("push left", "do nothing", "push right"),
    ),
    "MountainCarContinuous": EnvironmentWords(
        title="Mountain Car, continuous",
        family=CLASSIC_CONTROL,
        docs="classic_control/mountain_car_continuous/",
        summary="Drive an underpowered car up a hill by rocking back and forth, choosing how hard to push.",
        observation=numbers(("car position", "m"), ("car velocity", "m per step")),
        action=numbers("push (−1 left, +1 right)"),
    ),
    "Pendulum": EnvironmentWords(
        title="Pendulum",
        family=CLASSIC_CONTROL,
        docs="classic_control/pendulum/",
        summary="Swing a pendulum up and hold it upright with as little torque as possible.",
        observation=numbers(
            ("cos of angle", "1 is upright"),
            "sin of angle",
            ("angular velocity", "rad/s"),
        ),
        action=numbers(("torque", "N·m")),
    ),
}

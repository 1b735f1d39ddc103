"""Hyperparameters that algorithms of Stable-Baselines3 share, each declared once: call one with its default.

`learning_rate: float = learning_rate(3e-4)` in a Params class; so a class lists its parameters with their defaults, and
the words about each stand here.
"""

from __future__ import annotations

from typing import Any, Literal

from rlstudio.core.params import Live, param

Schedule = Literal["constant", "linear"]
Activation = Literal["tanh", "relu"]


def n_envs(default: int = 1) -> Any:
    """Copies of the environment."""
    return param(
        default,
        ge=1,
        le=256,
        group="experience",
        essential=True,
        title="environments",
        help="How many copies of the environment gather experience, each stepped in turn.",
        higher="more varied experience, but more of it before each update",
        lower="each update sees fewer different situations",
        usual="1 to 32",
    )


def learning_rate(
    default: float,
    *,
    help: str = "Size of each gradient step (Adam).",
    usual: str = "1e-4 to 3e-3",
) -> Any:
    """Step size of the optimiser."""
    return param(
        default,
        gt=0,
        le=1,
        log=True,
        group="update",
        live="update",
        essential=True,
        help=help,
        higher="faster, until learning becomes unstable and the return collapses",
        lower="steadier and slower",
        usual=usual,
    )


def learning_rate_schedule() -> Any:
    """Whether the learning rate falls."""
    return param(
        "constant",
        group="update",
        help="Whether the learning rate stays, or falls linearly to 0 at the end of the run.",
    )


def discount() -> Any:
    """Discount γ."""
    return param(
        0.99,
        ge=0,
        le=1,
        group="returns",
        live="update",
        title="discount γ",
        help="How much a reward one step later counts.",
        higher="looks further ahead; returns vary more and take longer to learn",
        lower="short-sighted, quicker to learn",
        usual="0.9 to 0.999",
    )


def batch_size(
    default: int,
    *,
    help: str,
    live: Live = "no",
    essential: bool = False,
    ge: int = 1,
) -> Any:
    """Size of a minibatch."""
    return param(
        default,
        ge=ge,
        le=65_536,
        group="update",
        live=live,
        essential=essential,
        title="minibatch size",
        help=help,
        higher="smoother gradients, each step costs more",
        lower="cheaper, noisier steps",
        usual="32 to 256",
    )


def max_gradient_norm(default: float | None, *, optional: bool = False) -> Any:
    """Longest gradient."""
    return param(
        default,
        gt=0,
        le=1e6,
        group="update",
        live="update",
        help="Longest gradient a step may follow; longer ones are shortened" + ("; nothing: any." if optional else "."),
        higher="clips less",
        lower="clips more: steadier and slower",
        usual="0.3 to 10",
    )


def normalise_observations() -> Any:
    """Observations to mean 0, deviation 1."""
    return param(
        False,
        group="experience",
        help="Bring every observed number to mean 0 and deviation 1, as estimated so far. Needed where scales differ "
        "widely (MountainCar's velocity is 20 times smaller than its position).",
    )


def normalise_rewards() -> Any:
    """Rewards over the deviation of returns."""
    return param(
        False,
        group="experience",
        help="Divide rewards by the deviation of the discounted return so far. The curves show true rewards.",
    )


def hidden(
    default: tuple[int, ...], *, help: str = "Sizes of the hidden layers, alike for the policy and the value network."
) -> Any:
    """Hidden layers."""
    return param(
        default,
        group="network",
        title="hidden layers",
        help=help,
        higher="can express more, learns slower",
        lower="faster, may be too simple",
        usual="64, 64 to 400, 300",
    )


def activation(default: Activation) -> Any:
    """Activation function."""
    return param(default, group="network", help="What each hidden unit does to its input.")


def state_dependent_noise() -> Any:
    """gSDE."""
    return param(
        False,
        group="exploration",
        title="state-dependent noise (gSDE)",
        help="For continuous actions: exploration as a smooth function of the state, instead of fresh noise each step.",
    )


def noise_every() -> Any:
    """How often gSDE draws a new noise function."""
    return param(
        -1,
        ge=-1,
        le=100_000,
        unit="steps",
        group="exploration",
        title="new noise every",
        help="Steps between draws of a new state-dependent noise function; −1: only when a new stretch of experience "
        "begins.",
        higher="smoother motion, slower change of what is tried",
        lower="closer to fresh noise each step",
        usual="4 to 64, or −1",
    )


def log_std_start(default: float) -> Any:
    """Logarithm of the action noise at the start."""
    return param(
        default,
        ge=-20,
        le=2,
        group="exploration",
        title="log σ at first",
        help="For continuous actions: logarithm of the spread σ of the policy's actions before it learned (0: σ = 1).",
        higher="tries wilder actions at first",
        lower="stays close to its first guesses",
        usual="−4 to 0",
    )

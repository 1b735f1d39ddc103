"""Hyperparameters of the off-policy algorithms of Stable-Baselines3, each declared once: call one with its default.

`base` names the algorithm inside HER that a hyperparameter is for.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.core.params import param

ActionNoise = Literal["gaussian", "ornstein-uhlenbeck"]


def _some(updates: int) -> int:
    if updates == 0:
        raise ValueError("a whole number of at least 1, or −1: as many as steps were taken")
    return updates


Updates = Annotated[int, AfterValidator(_some)]


def _for(base: str, help: str) -> str:
    return f"With {base}: {help[0].lower()}{help[1:]}" if base else help


def batch_size(default: int) -> Any:
    """Minibatch drawn from the replay buffer."""
    return fields.batch_size(
        default, live="update", essential=True, help="Remembered transitions in one gradient step."
    )


def buffer_size(default: int = 1_000_000) -> Any:
    """Size of the replay buffer."""
    return param(
        default,
        ge=100,
        le=5_000_000,
        unit="transitions",
        group="replay",
        help="Transitions remembered; the oldest are overwritten.",
        higher="more varied minibatches, older experience",
        lower="fresher experience, more alike",
        usual="1e4 to 1e6",
    )


def learning_starts(default: int = 100) -> Any:
    """Random steps before learning."""
    return param(
        default,
        ge=0,
        le=10_000_000,
        unit="steps",
        group="replay",
        help="Steps of random action before learning starts.",
        higher="a broader first experience",
        lower="learns sooner",
        usual="100 to 10,000",
    )


def train_every(default: int) -> Any:
    """Steps between two updates."""
    return param(
        default,
        ge=1,
        le=1_000_000,
        unit="steps",
        group="update",
        live="step",
        help="Steps of each copy of the environment between two updates.",
        higher="faster steps, less learned from each",
        lower="more learned from each step, at more cost",
        usual="1 to 256",
    )


def updates_per_train() -> Any:
    """Gradient steps of an update."""
    return param(
        1,
        ge=-1,
        le=100_000,
        group="update",
        live="update",
        title="gradient steps per update",
        help="Gradient steps taken each time; −1: as many as steps were taken since the last time.",
        higher="learns more from the same experience, risks clinging to it",
        lower="cheaper",
        usual="1 to 128, or −1",
    )


def target_share(default: float) -> Any:
    """Polyak coefficient τ."""
    return param(
        default,
        gt=0,
        le=1,
        group="target network",
        live="update",
        title="target share τ",
        help="How far the target network moves towards the learned one each time: 1 copies it (hard), less follows "
        "softly.",
        higher="fresher targets, risk of running away",
        lower="steadier targets, slower learning",
        usual="0.005 to 0.02 at every update, or 1 now and then",
    )


def target_update_every(default: int, *, unit: str, essential: bool = False) -> Any:
    """How often the target network moves. `unit`: "steps" for DQN and QR-DQN, "gradient steps" for SAC and TQC."""
    often = unit == "steps"
    return param(
        default,
        ge=1,
        le=10_000_000,
        unit=unit,
        group="target network",
        live="step" if often else "update",
        essential=essential,
        help="Environment steps between two moves of the target network."
        if often
        else "Gradient steps of one update between two moves of the target network.",
        higher="steadier targets, slower learning",
        lower="fresher targets, risk of running away",
        usual="10 to 10,000 (hard)" if often else "1",
    )


def action_noise(*, essential: bool = False, base: str = "") -> Any:
    """Spread of the noise on actions."""
    return param(
        0.0,
        ge=0,
        le=10,
        group="exploration",
        live="step",
        essential=essential,
        title="action noise σ",
        help=_for(
            base,
            "Spread of the noise added to each action while learning, where the full range of an action is −1 to 1; "
            "0: none.",
        ),
        higher="tries actions further away",
        lower="stays close to what it thinks best",
        usual="0.1 to 0.5, or 0",
    )


def action_noise_kind(*, base: str = "") -> Any:
    """Whether the noise on actions remembers itself."""
    return param(
        "gaussian",
        group="exploration",
        title="kind of action noise",
        help=_for(
            base,
            "Whether the noise is fresh at every step (Gaussian) or drifts and pushes the same way for a while "
            "(Ornstein–Uhlenbeck): that gets a car up a hill where fresh noise only shakes it.",
        ),
    )


def epsilon_start(*, base: str = "") -> Any:
    """ε at the start."""
    return param(
        1.0,
        ge=0,
        le=1,
        group="exploration",
        live="step",
        title="ε at first",
        help=_for(base, "Chance of a random action at the start."),
        higher="more exploration early on",
        lower="acts on its first guesses",
        usual="0.9 to 1",
    )


def epsilon_end(default: float, *, base: str = "") -> Any:
    """ε once it has fallen."""
    return param(
        default,
        ge=0,
        le=1,
        group="exploration",
        live="step",
        essential=not base,
        title="ε at last",
        help=_for(base, "Chance of a random action once ε has fallen; it never falls below it."),
        higher="keeps exploring, and keeps losing return by it",
        lower="acts on what it learned",
        usual="0.01 to 0.1",
    )


def exploration_fraction(default: float, *, base: str = "") -> Any:
    """Share of the run over which ε falls."""
    return param(
        default,
        gt=0,
        le=1,
        group="exploration",
        live="step",
        essential=not base,
        title="share of the run to explore",
        help=_for(base, "Over which share of the run ε falls."),
        higher="explores longer",
        lower="settles sooner",
        usual="0.1 to 0.5",
    )


def n_critics(help: str = "How many networks guess each action's Q-value; the lowest guess counts.") -> Any:
    """Number of Q-networks."""
    return param(
        2,
        ge=1,
        le=10,
        group="network",
        title="Q-networks",
        help=help,
        higher="guards better against overestimation, costs more",
        lower="cheaper, tends to overestimate",
        usual="2 to 5",
    )


def expln() -> Any:
    """How gSDE's σ follows from its parameter."""
    return param(
        False,
        group="exploration",
        title="gentle growth of σ (expln)",
        help="For state-dependent noise: let σ grow slowly instead of exponentially once it is above 1, so that it "
        "cannot run away.",
    )


def entropy_auto(*, base: str = "") -> Any:
    """Whether the entropy weight is learned."""
    return param(
        True,
        group="exploration",
        title="entropy weight by itself",
        help=_for(
            base,
            "Adjust the entropy weight α while learning, so that the policy keeps a set amount of randomness (an "
            "entropy of −1 for each dimension of the action).",
        ),
    )


def entropy_weight(*, base: str = "") -> Any:
    """α of SAC and TQC."""
    return param(
        1.0,
        gt=0,
        le=100,
        log=True,
        group="exploration",
        live="update",
        essential=not base,
        title="entropy weight α",
        help=_for(
            base,
            "Reward for staying random. Where it adjusts itself: the value it starts from, and goes on from when you "
            "change it.",
        ),
        higher="explores longer; too high and it never settles",
        lower="settles sooner, perhaps on the wrong thing",
        usual="0.01 to 1",
    )

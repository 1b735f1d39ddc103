"""Hyperparameters of the on-policy algorithms of Stable-Baselines3, each declared once: call one with its default."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, ValidationInfo

from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.core.params import param


def n_steps(default: int, *, ge: int = 2) -> Any:
    """Steps of each copy before an update."""
    return param(
        default,
        ge=ge,
        le=65_536,
        unit="steps",
        group="experience",
        essential=True,
        title="steps per update",
        help="Steps each copy takes before the policy is updated.",
        higher="better estimates of what an action was worth, fewer updates",
        lower="more frequent, noisier updates",
        usual="5 to 2048",
    )


def batch_size(default: int) -> Any:
    """Minibatch of a pass over the rollout."""
    return fields.batch_size(
        default, ge=2, help="Steps in one gradient step; a pass over the experience is cut into parts of this size."
    )


def n_epochs() -> Any:
    """Passes over the same rollout."""
    return param(
        10,
        ge=1,
        le=1_000,
        group="update",
        live="update",
        title="passes per update",
        help="How often each update goes over the same experience.",
        higher="more is learned from each step, at the risk of moving too far from what was observed",
        lower="safer, slower learning",
        usual="3 to 20",
    )


def clip_range() -> Any:
    """PPO's ε."""
    return param(
        0.2,
        gt=0,
        le=10,
        group="update",
        live="update",
        essential=True,
        help="How far an update may change an action's probability (as a ratio) before it gains nothing more.",
        higher="larger policy changes each update",
        lower="more cautious updates",
        usual="0.1 to 0.3",
    )


def clip_range_schedule() -> Any:
    """Whether the clip range falls."""
    return param(
        "constant", group="update", help="Whether the clip range stays, or falls linearly to 0 at the end of the run."
    )


def gae_lambda(default: float) -> Any:
    """λ of generalised advantage estimation."""
    return param(
        default,
        ge=0,
        le=1,
        group="returns",
        live="update",
        title="GAE λ",
        help="How far real rewards, rather than the value network's guess, decide what an action was worth.",
        higher="trusts rewards: unbiased, noisy",
        lower="trusts the value network: smooth, biased while it is wrong",
        usual="0.8 to 1",
    )


def entropy_weight() -> Any:
    """Weight of the entropy bonus."""
    return param(
        0.0,
        ge=0,
        le=10,
        group="loss",
        live="update",
        essential=True,
        help="Reward for staying random.",
        higher="explores longer; too high and it never settles",
        lower="settles sooner, perhaps on the wrong thing",
        usual="0 to 0.02",
    )


def value_weight() -> Any:
    """Weight of the value loss."""
    return param(
        0.5,
        ge=0,
        le=100,
        group="loss",
        live="update",
        help="Weight of the value network's error in the loss.",
        higher="larger steps of the value network before clipping of the gradient",
        lower="smaller ones",
        usual="0.2 to 1",
    )


def normalise_advantages(default: bool) -> Any:
    """Advantages to mean 0, deviation 1."""
    return param(
        default, group="loss", live="update", help="Bring the advantages of each minibatch to mean 0 and deviation 1."
    )


def _has_deviation(normalise: bool, others: ValidationInfo) -> bool:
    """PPO and TRPO see to it themselves; A2C, Maskable PPO and Recurrent PPO divide by it, and lose their weights."""
    if not normalise or not {"n_envs", "n_steps"} <= others.data.keys():
        return normalise
    steps = others.data["n_envs"] * others.data["n_steps"]
    size = others.data.get("batch_size", steps)
    if steps == 1 or steps % size == 1:
        raise ValueError(
            f"no here: one of the {steps:,} steps of an update would be a minibatch alone, without a deviation"
        )
    return normalise


NormaliseAdvantages = Annotated[bool, AfterValidator(_has_deviation)]
"""Refused where an update leaves a minibatch of a single step. Declared behind n_envs, n_steps and batch_size."""


def target_kl() -> Any:
    """Early end of an update."""
    return param(
        None,
        gt=0,
        le=100,
        group="update",
        live="update",
        title="target KL",
        help="End an update's passes early once the policy has moved 1.5 times this far; nothing: never.",
        higher="stops later",
        lower="stops sooner",
        usual="0.01 to 0.05",
    )


def orthogonal_start() -> Any:
    """Orthogonal initial weights."""
    return param(
        True,
        group="network",
        title="orthogonal weights at first",
        help="Start from orthogonal weight matrices, with a small last layer, so that the first policy is nearly even; "
        "otherwise from small random weights.",
    )

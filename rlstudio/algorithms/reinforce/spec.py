"""REINFORCE: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from typing import Literal

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.blocks.refusals import no_distribution, no_encoding
from rlstudio.core.params import Params, param
from rlstudio.envs.card import EnvironmentCard


class ReinforceParams(Params):
    """Hyperparameters of REINFORCE."""

    learning_rate: float = param(
        5e-3,
        gt=0,
        le=1,
        log=True,
        group="update",
        live="update",
        essential=True,
        help="Size of each gradient step (Adam).",
        higher="faster, until one lucky episode throws the policy off and the return collapses",
        lower="steadier and slower",
        usual="1e-3 to 1e-2",
    )
    learning_rate_schedule: Literal["constant", "linear"] = param(
        "constant",
        group="update",
        help="Whether the learning rate stays, or falls linearly to 0 at the end of the run.",
    )
    episodes_per_update: int = param(
        1,
        ge=1,
        le=1_000,
        unit="episodes",
        group="update",
        live="update",
        essential=True,
        help="Whole episodes gathered for each gradient step.",
        higher="smoother gradients, fewer of them",
        lower="an update after every episode, each noisy",
        usual="1 to 10",
    )
    discount: float = param(
        0.99,
        ge=0,
        le=1,
        group="returns",
        live="update",
        title="discount γ",
        help="How much a reward one step later counts.",
        higher="looks further ahead; returns vary more",
        lower="short-sighted, quicker to learn",
        usual="0.95 to 0.999",
    )
    normalise_returns: bool = param(
        True,
        group="returns",
        live="update",
        help="Bring the returns (or advantages) of each update to mean 0 and deviation 1: better than average becomes "
        "likelier, worse than average less likely.",
    )
    baseline: bool = param(
        True,
        group="returns",
        essential=True,
        title="value baseline",
        help="Learn what to expect of each state and reward only what exceeds it: far less noise. Off: the plain "
        "REINFORCE of 1992.",
    )
    baseline_passes: int = param(
        10,
        ge=1,
        le=1_000,
        group="returns",
        live="update",
        help="Gradient steps of the value network for each update of the policy.",
        higher="a better expectation, at more cost",
        lower="cheaper",
        usual="1 to 50",
    )
    baseline_learning_rate: float = param(
        1e-2,
        gt=0,
        le=1,
        log=True,
        group="returns",
        live="update",
        help="Size of each gradient step of the value network.",
        higher="follows the returns faster",
        lower="steadier",
        usual="1e-3 to 1e-2",
    )
    entropy_weight: float = param(
        0.0,
        ge=0,
        le=10,
        group="update",
        live="update",
        essential=True,
        help="Reward for staying random.",
        higher="explores longer; too high and it never settles",
        lower="settles sooner, perhaps on the wrong thing",
        usual="0 to 0.02",
    )
    max_gradient_norm: float | None = param(
        None,
        gt=0,
        le=1e6,
        group="update",
        live="update",
        help="Longest gradient a step may follow; nothing: any.",
        higher="clips less",
        lower="clips more: steadier and slower",
        usual="0.5 to 10",
    )
    hidden: HiddenSizes = param(
        (128,),
        group="network",
        title="hidden layers",
        help="Sizes of the hidden layers.",
        higher="can express more, learns slower",
        lower="faster, may be too simple",
        usual="16 to 128",
    )
    dropout: float = param(
        0.0,
        ge=0,
        lt=1,
        group="network",
        live="update",
        essential=True,
        help="Share of hidden units switched off at random at each step while learning.",
        higher="more noise in every action, less reliance on single units",
        lower="acts as it means to",
        usual="0 to 0.5",
    )


METRICS = (
    MetricSpec(
        "entropy",
        "entropy",
        "How random the policy is: ln(number of actions) when every action is alike, 0 when it is certain.",
        healthy="falls slowly; a sudden drop to 0 means it settled, and can hardly learn any more",
        unit="nats",
    ),
    MetricSpec(
        "gradient_norm",
        "gradient norm",
        "Length of the policy's gradient before it is clipped.",
        healthy="noisy but of one size; near 0 it has stopped learning (the loss itself says nothing)",
        log=True,
    ),
    MetricSpec(
        "explained_variance",
        "explained variance",
        "How much of the returns' variation the value baseline foresees. Logged with a baseline only.",
        healthy="rises towards 1",
    ),
    MetricSpec(
        "policy_loss",
        "policy loss",
        "−Σ return · log-probability over the update's steps. Its size says little.",
        healthy="noise around 0 when returns are normalised",
    ),
    MetricSpec(
        "steps_per_update",
        "steps per update",
        "Steps the update learned from.",
        healthy="grows where longer episodes are better",
        unit="steps",
    ),
    MetricSpec("learning_rate", "learning rate", "The learning rate as scheduled.", log=True),
)


def refuses(card: EnvironmentCard) -> str | None:
    """Why REINFORCE cannot learn there."""
    return no_distribution(card, "REINFORCE") or no_encoding(card, "REINFORCE")


SPEC = AlgorithmSpec(
    key="reinforce",
    title="REINFORCE",
    family="policy gradient",
    params=ReinforceParams,
    learner="rlstudio.algorithms.reinforce.learner:ReinforceLearner",
    policy="rlstudio.algorithms.reinforce.policy:ReinforcePolicy",
    refuses=refuses,
    metrics=METRICS,
    tags=("on-policy", "model-free", "Monte Carlo"),
    paper="Williams, Simple statistical gradient-following algorithms for connectionist reinforcement learning (1992)",
    paper_url="https://doi.org/10.1007/BF00992696",
    idea=(
        "Play a whole episode, then look back: every action is made likelier in proportion to the return that followed "
        "it. It needs nothing but the policy itself and is the root of all policy gradient methods; it is also noisy, "
        "since one lucky episode praises its mistakes along with the rest."
    ),
    update_rule="maximise  Σ (G_t − b(s_t)) · log π(a_t|s_t),   G_t = r_t + γ·G_{t+1}",
    x_axis="episodes",
    default_steps=100_000,
    devices=("cpu", "cuda", "mps"),
)

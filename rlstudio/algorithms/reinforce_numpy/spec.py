"""REINFORCE by hand: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from typing import Literal

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.blocks.refusals import no_encoding, not_discrete
from rlstudio.core.params import Params, param
from rlstudio.envs.card import EnvironmentCard


class ReinforceNumpyParams(Params):
    """Hyperparameters of the policy gradient by hand."""

    n_envs: int = param(
        32,
        ge=1,
        le=256,
        group="experience",
        essential=True,
        title="environments",
        help="How many episodes are played side by side.",
        higher="more steps a second; an episode's first actions come from older weights",
        lower="closer to the textbook; 1 is the textbook",
        usual="1 to 32",
    )
    loss: Literal["log-likelihood", "squared error"] = param(
        "log-likelihood",
        group="update",
        live="update",
        essential=True,
        help="What is made small: −A·log π(a|s), the policy gradient; or ½(p − a)²·A, as in the demonstration, which "
        "learns nothing where the policy is certain.",
    )
    learning_rate: float = param(
        0.05,
        gt=0,
        le=10,
        log=True,
        group="update",
        live="update",
        essential=True,
        help="Size of each gradient step (plain gradient descent).",
        higher="faster, until one episode throws the policy off and the return collapses",
        lower="steadier and slower",
        usual="1e-3 to 0.05",
    )
    episodes_per_update: int = param(
        1,
        ge=1,
        le=1_000,
        unit="episodes",
        group="update",
        live="update",
        essential=True,
        help="Whole episodes for each gradient step, whose gradients are averaged.",
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
        help="Bring the returns of each episode to mean 0 and deviation 1: steps better than its average become "
        "likelier, the others less likely.",
    )
    max_gradient_norm: float | None = param(
        1.0,
        gt=0,
        le=1e6,
        group="update",
        live="update",
        help="Longest gradient a step may follow; nothing: any, however far one lucky episode throws the policy.",
        higher="clips less: long episodes, whose gradients are sums of many steps, decide more",
        lower="clips more: steadier and slower",
        usual="0.5 to 5",
    )
    hidden: HiddenSizes = param(
        (10, 10),
        group="network",
        essential=True,
        title="hidden layers",
        help="Sizes of the hidden layers; there are no biases.",
        higher="can express more, learns slower",
        lower="faster, may be too simple",
        usual="10 to 64",
    )
    last_hidden: Literal["relu", "linear"] = param(
        "relu",
        group="network",
        title="last hidden layer",
        help="What the last of several hidden layers does to its sums: a ReLU as the others, or nothing, as in the "
        "demonstration.",
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
        "Length of the gradient, before it is clipped.",
        healthy="noisy but of one size; near 0 it has stopped learning",
        log=True,
    ),
    MetricSpec(
        "weight_norm",
        "weight norm",
        "Length of all weights.",
        healthy="grows slowly; growing by leaps announces a policy too certain to learn",
    ),
    MetricSpec(
        "steps_per_episode",
        "steps per episode",
        "Mean length of the episodes that the update learned from.",
        healthy="grows where longer episodes are better",
        unit="steps",
    ),
    MetricSpec("learning_rate", "learning rate", "The learning rate.", log=True),
)


def refuses(card: EnvironmentCard) -> str | None:
    """Why it cannot learn there."""
    return not_discrete(card, "REINFORCE by hand") or no_encoding(card, "REINFORCE by hand")


SPEC = AlgorithmSpec(
    key="reinforce_numpy",
    title="REINFORCE by hand",
    family="policy gradient",
    params=ReinforceNumpyParams,
    learner="rlstudio.algorithms.reinforce_numpy.learner:ReinforceNumpyLearner",
    policy="rlstudio.algorithms.reinforce_numpy.policy:ReinforceNumpyPolicy",
    refuses=refuses,
    metrics=METRICS,
    tags=("on-policy", "model-free", "Monte Carlo", "NumPy alone"),
    paper="Williams, Simple statistical gradient-following algorithms for connectionist reinforcement learning (1992)",
    paper_url="https://doi.org/10.1007/BF00992696",
    idea=(
        "The policy gradient with nothing hidden: a small network, its forward pass, its derivatives and its update "
        "are a few lines of NumPy each, meant to be read. After an episode every action is made likelier by how much "
        "better than the episode's average it turned out. It is the plainest deep learner here, and the noisiest."
    ),
    update_rule="W ← W − α·∂L/∂W,   L = −Σ A_t·log π(a_t|s_t)   or, as demonstrated,   L = Σ ½(p_t − a_t)²·A_t",
    vector=True,
    x_axis="episodes",
    default_steps=400_000,
)

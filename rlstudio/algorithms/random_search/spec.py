"""Random search: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.refusals import no_distribution, no_encoding
from rlstudio.algorithms.blocks.search_params import SEARCH_METRICS, SearchParams
from rlstudio.core.params import param
from rlstudio.envs.card import EnvironmentCard


class RandomSearchParams(SearchParams):
    """Hyperparameters of random search."""

    n_envs: int = param(
        64,
        ge=1,
        le=1024,
        group="candidates",
        essential=True,
        title="environments",
        help="How many candidates are tried side by side, each in a copy of the environment.",
        higher="more candidates a second; those of short episodes are heard of first",
        lower="candidates are tried more nearly one after the other",
        usual="1 to 64",
    )
    weight_spread: float = param(
        1.0,
        gt=0,
        le=1000,
        log=True,
        group="candidates",
        live="step",
        essential=True,
        help="Standard deviation of the weights that are drawn; without a bias it matters for continuous actions only.",
        higher="continuous actions at their bounds most of the time",
        lower="gentle continuous actions",
        usual="0.3 to 3",
    )


def refuses(card: EnvironmentCard) -> str | None:
    """Why random search cannot act there."""
    return no_distribution(card, "Random search") or no_encoding(card, "Random search")


SPEC = AlgorithmSpec(
    key="random_search",
    title="Random search",
    family="evolution and search",
    params=RandomSearchParams,
    learner="rlstudio.algorithms.random_search.learner:RandomSearchLearner",
    policy="rlstudio.algorithms.blocks.linear_policy:LinearPolicy",
    refuses=refuses,
    metrics=SEARCH_METRICS,
    tags=("derivative-free", "model-free", "baseline"),
    paper="Rastrigin, The convergence of the random search method in the extremal control of a many parameter system "
    "(1963)",
    idea=(
        "A policy is a handful of weights: the action follows from the sign or the size of weighted sums of what is "
        "observed. Draw weights at random, play an episode with them, and keep the best ever seen. It learns nothing "
        "from a failure, and yet solves CartPole within a second: a yardstick for every cleverer algorithm."
    ),
    update_rule="w ~ N(0, σ²),   w* ← w  where  G(w) > G(w*);   a = [w·s ≥ 0]  or  argmax_k w_k·s",
    vector=True,
    x_axis="episodes",
    default_steps=100_000,
)

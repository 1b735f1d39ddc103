"""Hill climbing: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec
from rlstudio.algorithms.blocks.refusals import no_distribution, no_encoding
from rlstudio.algorithms.blocks.search_params import SEARCH_METRICS, SearchParams
from rlstudio.core.params import param
from rlstudio.envs.card import EnvironmentCard


class HillClimbingParams(SearchParams):
    """Hyperparameters of hill climbing."""

    noise_start: float = param(
        1.0,
        gt=0,
        le=1000,
        log=True,
        group="noise",
        help="Standard deviation of the first policy's weights, and of the noise that the search starts with.",
        higher="bolder first candidates",
        lower="timid first candidates",
        usual="0.1 to 2",
    )
    noise_shrink: float = param(
        0.5,
        gt=0,
        le=1,
        group="noise",
        live="step",
        essential=True,
        help="What the noise is multiplied by after a success: a candidate better than the best.",
        higher="goes on searching widely",
        lower="refines at once what it found",
        usual="0.5 to 0.9",
    )
    noise_growth: float = param(
        1.1,
        ge=1,
        le=100,
        group="noise",
        live="step",
        essential=True,
        help="What the noise is multiplied by after a failure: a candidate worse than the best.",
        higher="leaves a dead end sooner",
        lower="searches longer near the best",
        usual="1.02 to 2",
    )
    noise_lowest: float = param(
        1e-3,
        gt=0,
        le=1000,
        log=True,
        group="noise",
        live="step",
        help="The noise shrinks to no less than this.",
        higher="never refines below this",
        lower="may refine until nothing changes any more",
        usual="1e-4 to 1e-2",
    )
    noise_highest: float = param(
        2.0,
        gt=0,
        le=1000,
        log=True,
        group="noise",
        live="step",
        help="The noise grows to no more than this.",
        higher="may jump far from the best, towards random search",
        lower="stays near the best",
        usual="1 to 5",
    )


METRICS = (
    *SEARCH_METRICS,
    MetricSpec(
        "noise",
        "noise",
        "Standard deviation of the noise that makes a candidate of the best.",
        healthy="drops with every success and creeps up between; at its highest for long, nothing near is better",
        log=True,
    ),
)


def refuses(card: EnvironmentCard) -> str | None:
    """Why hill climbing cannot act there."""
    return no_distribution(card, "Hill climbing") or no_encoding(card, "Hill climbing")


SPEC = AlgorithmSpec(
    key="hill_climbing",
    title="Hill climbing",
    family="evolution and search",
    params=HillClimbingParams,
    learner="rlstudio.algorithms.hill_climbing.learner:HillClimbingLearner",
    policy="rlstudio.algorithms.blocks.linear_policy:LinearPolicy",
    refuses=refuses,
    metrics=METRICS,
    tags=("derivative-free", "model-free", "evolution"),
    paper="Rechenberg, Evolutionsstrategie (1973), the (1+1) strategy with adaptive step size; Russell and Norvig, "
    "Artificial Intelligence (2020), section 4.1",
    idea=(
        "Take the best policy so far, shake its weights a little, play an episode, and keep the change where it did "
        "not hurt. After a success the noise shrinks, to refine what was found; after a failure it grows, to get away "
        "from a dead end. It needs no gradient at all, only a way to tell better from worse."
    ),
    update_rule="w = w* + σ·ε,  ε ~ N(0, 1);   G(w) > G(w*): w* ← w, σ ← shrink·σ;   G(w) < G(w*): σ ← growth·σ",
    vector=True,
    x_axis="episodes",
    default_steps=100_000,
)

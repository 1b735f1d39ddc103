"""What random search and hill climbing have in common as data: parameters and metrics. No torch, no gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.base import MetricSpec
from rlstudio.core.params import Params, param


class SearchParams(Params):
    """Hyperparameters of a search among linear policies."""

    n_envs: int = param(
        16,
        ge=1,
        le=1024,
        group="candidates",
        essential=True,
        title="environments",
        help="How many candidates are tried side by side, each in a copy of the environment.",
        higher="more candidates a second; each is drawn before the others' results are known",
        lower="every candidate knows all results before it",
        usual="1 to 64",
    )
    episodes_per_candidate: int = param(
        1,
        ge=1,
        le=1000,
        unit="episodes",
        group="candidates",
        live="step",
        essential=True,
        help="Episodes that each candidate plays; their mean is its score.",
        higher="a lucky episode fools it less, but it tries fewer candidates",
        lower="tries more candidates, and keeps some that were only lucky",
        usual="1 to 20",
    )
    bias: bool = param(
        False,
        group="policy",
        help="Whether a constant is added to each weighted sum: it need not be 0 where all that is observed is.",
    )
    normalise_observations: bool = param(
        False,
        group="policy",
        essential=True,
        help="Draw weights in proportion to how much each observed number varies, around its mean. Needed where scales "
        "differ widely (MountainCar's velocity is 20 times smaller than its position).",
    )


SEARCH_METRICS = (
    MetricSpec(
        "best_return",
        "best so far",
        "Mean return of the best candidate so far: the policy that is kept.",
        healthy="climbs in steps and never falls; the more luck an environment holds, the more it flatters",
    ),
    MetricSpec(
        "candidate_return",
        "candidates' return",
        "Mean return of the candidates last tried, as many as there are environments.",
        healthy="far below the best in random search, close below it in a hill climb that refines",
    ),
    MetricSpec(
        "weight_norm",
        "weight norm",
        "Length of the best candidate's weights.",
        healthy="jumps with every new best; where only a sum's sign or the largest one counts, its size means nothing",
    ),
)

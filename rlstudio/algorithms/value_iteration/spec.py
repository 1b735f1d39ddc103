"""Value iteration: its settings, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from typing import Literal

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec
from rlstudio.algorithms.blocks.refusals import environment_name, not_discrete
from rlstudio.algorithms.tabular.sizes import too_large
from rlstudio.core.params import Params, param
from rlstudio.envs.card import EnvironmentCard


class ValueIterationParams(Params):
    """Settings of value iteration."""

    discount: float = param(
        0.99,
        ge=0,
        le=1,
        group="planning",
        live="step",
        essential=True,
        title="discount γ",
        help="How much a reward one step later counts.",
        higher="looks further ahead; takes more sweeps",
        lower="short-sighted: prefers what comes soon",
        usual="0.9 to 1",
    )
    sweeps_per_step: int = param(
        1,
        ge=1,
        le=100_000,
        unit="sweeps",
        group="planning",
        live="step",
        essential=True,
        help="Sweeps over all states before each step in the environment, until the values hold still. One lets you "
        "watch how they spread backwards from the rewards.",
        higher="has planned to the end before it moves",
        lower="acts while it still plans",
        usual="1 to watch, 10,000 to be done at once",
    )
    tolerance: float = param(
        1e-9,
        gt=0,
        le=1e3,
        log=True,
        group="planning",
        live="step",
        essential=True,
        help="The values hold still once no sweep changes any of them by more than this.",
        higher="done sooner, less exact",
        lower="more exact, more sweeps",
        usual="1e-10 to 1e-3",
    )
    sweep_order: Literal["synchronous", "in_place"] = param(
        "synchronous",
        group="planning",
        live="step",
        help="Synchronous: all states are computed from the last sweep's values. In place: one after the other, each "
        "from the newest values (Gauss–Seidel): fewer sweeps, each of them slower here.",
    )


METRICS = (
    MetricSpec(
        "bellman_residual",
        "Bellman residual",
        "The largest change of any state's value in a sweep.",
        healthy="each sweep leaves at most γ times what the one before left: a straight line down on a log scale",
        log=True,
    ),
    MetricSpec(
        "policy_changes",
        "states with a new best action",
        "In how many states the sweep found an action better than the one that was best before.",
        healthy="falls to 0, mostly long before the values hold still: the policy is right before the numbers are",
        unit="states",
    ),
    MetricSpec(
        "start_value",
        "value of the first state",
        "Discounted return that the values promise at the first state of the current episode.",
        healthy="rises from the initial 0 as the rewards' news arrives, then stays",
    ),
    MetricSpec(
        "discounted_return",
        "realised discounted return",
        "What the episode that just ended really brought, discounted in the same way.",
        healthy="on average the value of the first state; less where a time limit cuts episodes off",
    ),
    MetricSpec("sweeps", "sweeps", "Sweeps over all states so far.", unit="sweeps"),
)


def refuses(card: EnvironmentCard) -> str | None:
    """Why value iteration cannot plan there."""
    title, name = "Value iteration", environment_name(card)
    reason = not_discrete(card, title)
    if reason is not None or card.observation is None or card.action is None:
        return reason
    if not card.transition_table:
        return f"{title} needs to know the rules; {name} publishes no transition table (P) of numbered states"
    return too_large(card.observation.n, card.action.n)


SPEC = AlgorithmSpec(
    key="value_iteration",
    title="Value iteration",
    family="tabular",
    params=ValueIterationParams,
    learner="rlstudio.algorithms.value_iteration.learner:ValueIterationLearner",
    policy="rlstudio.algorithms.tabular.policy:TabularPolicy",
    refuses=refuses,
    metrics=METRICS,
    tags=("model-based", "dynamic programming", "planning", "tabular"),
    paper="Bellman, A Markovian decision process (1957)",
    paper_url="https://doi.org/10.1512/iumj.1957.6.56038",
    idea=(
        "Where the rules are known, nothing needs to be tried: the value of a state is the best action's expected "
        "reward plus the discounted value of where it leads. Computing that for all states over and over spreads the "
        "news of rewards backwards until the values hold still; then the best action is simply read off. Unless a time "
        "limit cuts in, no policy is worth more, so it shows what the others aim for."
    ),
    update_rule="V(s) ← max_a Σ_s′ P(s′|s,a)·(r + γ·V(s′))",
    default_steps=20_000,
)

"""The hyperparameters and diagnostics that the table-keeping learners share. No torch, no gymnasium."""

from __future__ import annotations

from typing import Literal

from rlstudio.algorithms.base import MetricSpec
from rlstudio.algorithms.tabular.bins import Bins
from rlstudio.core.params import Params, param


class TabularParams(Params):
    """Hyperparameters of learning a table of Q-values by acting."""

    learning_rate: float = param(
        0.1,
        gt=0,
        le=1,
        log=True,
        group="update",
        live="step",
        essential=True,
        help="Share of each surprise by which a Q-value is corrected.",
        higher="learns faster, and jumps after every stroke of luck",
        lower="averages over more experience, slower",
        usual="0.05 to 0.5; 1 where nothing is random",
    )
    learning_rate_schedule: Literal["constant", "linear", "visits"] = param(
        "constant",
        group="update",
        live="step",
        help="The learning rate stays; or falls linearly to its last value at the end of the run; or falls for each "
        "state and action by itself, the oftener it was tried.",
    )
    learning_rate_end: float = param(
        0.0,
        ge=0,
        le=1,
        group="update",
        live="step",
        title="learning rate at last",
        help="What the learning rate falls to; it never falls below it.",
        higher="goes on correcting, and goes on being shaken by luck",
        lower="settles on averages",
        usual="0 to 0.05",
    )
    visits_power: float = param(
        0.7,
        gt=0,
        le=1,
        group="update",
        live="step",
        help="How fast the learning rate falls by visits: it is divided by the number of tries to this power.",
        higher="settles sooner; at 1 a plain average, in which early mistakes weigh for ever",
        lower="forgets early mistakes sooner, keeps more noise",
        usual="0.6 to 0.9",
    )
    discount: float = param(
        0.99,
        ge=0,
        le=1,
        group="update",
        live="step",
        essential=True,
        title="discount γ",
        help="How much a reward one step later counts.",
        higher="looks further ahead, learns more slowly",
        lower="short-sighted, quicker to learn",
        usual="0.9 to 1",
    )
    initial_value: float = param(
        0.0,
        ge=-1e6,
        le=1e6,
        group="exploration",
        essential=True,
        title="initial Q-value",
        help="What every action is taken to be worth before it was tried.",
        higher="optimistic: whatever was not tried looks best, so everything gets tried",
        lower="content with the first thing that works",
        usual="0, or the best return there could be",
    )
    epsilon_schedule: Literal["linear", "exponential"] = param(
        "linear",
        group="exploration",
        title="ε schedule",
        help="ε falls linearly over a share of the run, or exponentially over a number of steps.",
    )
    epsilon_start: float = param(
        1.0,
        ge=0,
        le=1,
        group="exploration",
        live="step",
        title="ε at first",
        help="Chance of a random action at the start.",
        higher="more exploration early on",
        lower="acts on its first guesses",
        usual="0.1 to 1",
    )
    epsilon_end: float = param(
        0.05,
        ge=0,
        le=1,
        group="exploration",
        live="step",
        essential=True,
        title="ε at last",
        help="Chance of a random action once ε has fallen; it never falls below it.",
        higher="keeps exploring, and keeps losing return by it",
        lower="acts on what it learned",
        usual="0.01 to 0.1",
    )
    exploration_fraction: float = param(
        0.5,
        gt=0,
        le=1,
        group="exploration",
        live="step",
        essential=True,
        title="share of the run to explore",
        help="Over which share of the run ε falls (linear schedule).",
        higher="explores longer",
        lower="settles sooner",
        usual="0.2 to 1",
    )
    epsilon_decay_steps: float = param(
        20_000,
        gt=0,
        le=1e9,
        unit="steps",
        group="exploration",
        live="step",
        title="ε decay",
        help="Steps in which the distance to the last ε shrinks to 37 % (exponential schedule).",
        higher="explores longer",
        lower="settles sooner",
        usual="1000 to 200,000",
    )
    bins: Bins = param(
        (0,),
        group="states",
        essential=True,
        help="Into how many bins each continuous number of an observation is sorted: one count for all, or one each; "
        "1 ignores a number, 0 leaves the choice to the program. Observations that are choices need none.",
        higher="tells more states apart, each of them visited less often",
        lower="learns sooner, blind to what is in between",
        usual="6 to 40",
    )


FIRST_ROW_EVERY, LAST_ROW_EVERY = 50, 1_000
"""Environment steps that one logged row stands for: few at first, and more as the run grows longer."""

METRICS = (
    MetricSpec(
        "predicted_q",
        "predicted Q",
        "What the table promised of the whole episode: the best Q-value of its first state. Mean over the episodes "
        "that ended since the last point.",
        healthy="settles at the realised discounted return; an optimistic table comes down to it from above",
    ),
    MetricSpec(
        "discounted_return",
        "realised discounted return",
        "What the episode really brought, discounted as the Q-values are; mean as for the predicted Q.",
        healthy="rises; stays below the predicted Q while exploring costs return or a time limit cuts episodes off",
    ),
    MetricSpec(
        "td_error",
        "TD error",
        "Mean size of the surprises: how far each Q-value was from reward plus what follows.",
        healthy="falls; to 0 where nothing is random, to the world's own noise where something is",
        log=True,
    ),
    MetricSpec(
        "states_visited",
        "states visited",
        "Share of the table's states in which it has acted at least once.",
        healthy="rises, then stays: what was never visited was never learned (and may be out of reach)",
        unit="%",
    ),
    MetricSpec("epsilon", "ε", "Chance of a random action.", healthy="falls as scheduled"),
    MetricSpec(
        "learning_rate",
        "learning rate",
        "The learning rate as scheduled; by visits, its mean over the steps since the last point.",
        log=True,
    ),
)

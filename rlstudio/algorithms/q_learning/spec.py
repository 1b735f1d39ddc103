"""Q-learning: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.tabular.params import METRICS, TabularParams
from rlstudio.algorithms.tabular.sizes import no_table
from rlstudio.envs.card import EnvironmentCard


class QLearningParams(TabularParams):
    """Hyperparameters of Q-learning."""


def refuses(card: EnvironmentCard) -> str | None:
    """Why Q-learning cannot learn there."""
    return no_table(card, "Q-learning")


SPEC = AlgorithmSpec(
    key="q_learning",
    title="Q-learning",
    family="tabular",
    params=QLearningParams,
    learner="rlstudio.algorithms.q_learning.learner:QLearner",
    policy="rlstudio.algorithms.tabular.policy:TabularPolicy",
    refuses=refuses,
    metrics=METRICS,
    tags=("off-policy", "model-free", "value based", "tabular"),
    paper="Watkins and Dayan, Q-learning (1992)",
    paper_url="https://doi.org/10.1007/BF00992698",
    idea=(
        "A table holds for every state and action the return that should follow: its Q-value. After each step the "
        "entry is moved a little towards the reward plus the best Q-value of the next state, as if it acted perfectly "
        "from there on. So it learns the best behaviour even while it explores at random."
    ),
    update_rule="Q(s,a) ← Q(s,a) + α·(r + γ·max Q(s′,·) − Q(s,a));  after a terminated step without γ·max Q(s′,·)",
    default_steps=100_000,
)

"""SARSA: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.tabular.params import METRICS, TabularParams
from rlstudio.algorithms.tabular.sizes import no_table
from rlstudio.core.params import param
from rlstudio.envs.card import EnvironmentCard


class SarsaParams(TabularParams):
    """Hyperparameters of SARSA."""

    expected: bool = param(
        False,
        group="update",
        live="step",
        title="expected SARSA",
        help="Weigh all next actions by how likely the ε-greedy policy takes them, instead of the one it took: the "
        "same on average, with less noise.",
    )


def refuses(card: EnvironmentCard) -> str | None:
    """Why SARSA cannot learn there."""
    return no_table(card, "SARSA")


SPEC = AlgorithmSpec(
    key="sarsa",
    title="SARSA",
    family="tabular",
    params=SarsaParams,
    learner="rlstudio.algorithms.sarsa.learner:SarsaLearner",
    policy="rlstudio.algorithms.tabular.policy:TabularPolicy",
    refuses=refuses,
    metrics=METRICS,
    tags=("on-policy", "model-free", "value based", "tabular"),
    paper="Rummery and Niranjan, On-line Q-learning using connectionist systems (1994)",
    paper_url="https://mi.eng.cam.ac.uk/reports/svr-ftp/auto-pdf/rummery_tr166.pdf",
    idea=(
        "A table holds for every state and action the return that should follow: its Q-value. After each step the "
        "entry is moved a little towards the reward plus the Q-value of the action it really takes next (state, "
        "action, reward, state, action: hence the name). Since that includes its own random steps, it keeps away from "
        "where one of them would be costly: along a cliff it takes the safe path."
    ),
    update_rule="Q(s,a) ← Q(s,a) + α·(r + γ·Q(s′,a′) − Q(s,a));  after a terminated step without γ·Q(s′,a′)",
    default_steps=100_000,
)

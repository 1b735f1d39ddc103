"""Random: the spec of an agent that never learns."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.core.params import Params


class RandomParams(Params):
    """Nothing to set: every action is drawn from the action space alike."""


SPEC = AlgorithmSpec(
    key="random",
    title="Random",
    family="baselines",
    params=RandomParams,
    learner="rlstudio.algorithms.random.learner:RandomLearner",
    policy="rlstudio.algorithms.random.policy:RandomPolicy",
    refuses=lambda card: None,
    tags=("baseline", "no learning"),
    idea=(
        "Every action is drawn at random, whatever the state. It learns nothing: its curve is what any learner has "
        "to rise above, and shows how hard an environment is to solve by luck."
    ),
    update_rule="none",
    default_steps=10_000,
    learns=False,
)

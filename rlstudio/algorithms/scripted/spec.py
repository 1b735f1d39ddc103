"""Scripted: the spec of rules written by hand."""

from __future__ import annotations

from typing import Literal

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.refusals import environment_name
from rlstudio.algorithms.scripted.rules import RULES, known_environments
from rlstudio.core.params import Params, param
from rlstudio.envs.card import EnvironmentCard


class ScriptedParams(Params):
    """Which of the rules written for the environment acts."""

    rule: Literal["expert", "demonstration"] = param(
        "expert",
        title="rule",
        help=(
            "The expert is the best rule written here; the demonstration, for BipedalWalker alone, relaxes a leg "
            "whose knee bends quickly and acts at random otherwise."
        ),
        group="Rule",
        essential=True,
    )


def _refuses(card: EnvironmentCard) -> str | None:
    if card.id in RULES:
        return None
    return (
        f"nobody wrote a rule for {environment_name(card)}; there are rules for {known_environments()} "
        "(a rule of your own: Your own policy)"
    )


SPEC = AlgorithmSpec(
    key="scripted",
    title="Scripted expert",
    family="baselines",
    params=ScriptedParams,
    learner="rlstudio.algorithms.scripted.learner:ScriptedLearner",
    policy="rlstudio.algorithms.scripted.policy:ScriptedPolicy",
    refuses=_refuses,
    tags=("baseline", "no learning"),
    idea=(
        "A rule that a person wrote down who knows the environment: push the cart under the pole, swing the car up the "
        "hill, walk in three phases. It sees only what a learner sees, and learns nothing. Its curve says what there "
        "is to beat, and its notes, step by step, say which part of the rule acted."
    ),
    update_rule="none: a = rule(s)",
    default_steps=10_000,
    learns=False,
)

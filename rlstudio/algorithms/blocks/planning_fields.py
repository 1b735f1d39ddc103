"""Hyperparameters and refusals that the learners which draw candidate actions share. No gymnasium."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from rlstudio.algorithms.blocks.refusals import environment_name, no_encoding
from rlstudio.core.trusted_files import absolute
from rlstudio.envs.card import EnvironmentCard


def _python_file(path: str) -> str:
    if path.strip() and not path.strip().endswith(".py"):
        raise ValueError("the path of a Python file, whose name ends in .py, or nothing")
    return absolute(path.strip()) if path.strip() else ""


OptionalFile = Annotated[str, AfterValidator(_python_file)]
"""The path of a Python file of the user's own, or nothing."""

_ACTIONS = ("box", "discrete", "multi_discrete", "multi_binary")


def no_candidates(card: EnvironmentCard, title: str) -> str | None:
    """Why a learner that draws candidate actions and predicts from plain numbers cannot act here; None when it can."""
    name = environment_name(card)
    if card.observation is not None and card.observation.kind == "image":
        return f"{title} predicts from plain numbers; {name}'s observations are pictures"
    if card.action is not None and card.action.kind not in _ACTIONS:
        return f"{title} draws actions that are choices or plain numbers; {name}'s are {card.action.words}"
    if card.action is not None and not card.action.bounded:
        return f"{title} draws actions between bounds; {name}'s have none"
    return no_encoding(card, title)

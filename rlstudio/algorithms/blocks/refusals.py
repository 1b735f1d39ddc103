"""Why an algorithm cannot work in an environment, in words; read by the window, so without gymnasium."""

from __future__ import annotations

from rlstudio.envs.card import EnvironmentCard

_WITH_DISTRIBUTION = ("box", "discrete", "multi_discrete", "multi_binary")


def environment_name(card: EnvironmentCard) -> str:
    """ "Pendulum" for Pendulum-v1: as people speak of it."""
    return card.id.rpartition("/")[2].partition("-v")[0]


def no_distribution(card: EnvironmentCard, title: str) -> str | None:
    """Why a policy of probabilities has none for this environment's actions; None when it has."""
    if card.action is None or card.action.kind in _WITH_DISTRIBUTION:
        return None
    name = environment_name(card)
    return f"{title} needs actions that are choices or plain numbers; {name}'s are {card.action.words}"


def not_discrete(card: EnvironmentCard, title: str) -> str | None:
    """Why an algorithm that compares actions one by one cannot act here; None when it can."""
    if card.action is None or card.action.kind == "discrete":
        return None
    kind = {"box": "continuous", "image": "continuous", "multi_discrete": "several choices at once"}.get(
        card.action.kind, card.action.words
    )
    return f"{title} needs discrete actions; {environment_name(card)}'s are {kind}"


def no_encoding(card: EnvironmentCard, title: str) -> str | None:
    """Why an environment's observations cannot be written as numbers for a network; None when they can."""
    if card.observation is None or card.observation.kind != "other":
        return None
    name = environment_name(card)
    return f"{title} needs observations that can be written as numbers; {name}'s are {card.observation.words}"

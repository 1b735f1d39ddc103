"""Where the algorithms of Stable-Baselines3 can be used, by action space, and why not elsewhere.

tests/algorithms/test_compatibility.py holds the table (Box, Discrete, MultiDiscrete, MultiBinary) that they obey.
Each function makes the `refuses` of a spec from the algorithm's title.
"""

from __future__ import annotations

from collections.abc import Callable

from rlstudio.algorithms.blocks.refusals import environment_name, no_distribution, no_encoding, not_discrete
from rlstudio.envs.card import EnvironmentCard

Refuses = Callable[[EnvironmentCard], str | None]

_KINDS = {
    "discrete": "discrete",
    "box": "continuous",
    "image": "an image",
    "multi_discrete": "several choices at once",
    "multi_binary": "several switches at once",
}


def any_action(title: str) -> Refuses:
    """For Box, Discrete, MultiDiscrete and MultiBinary."""
    return lambda card: no_distribution(card, title) or _unbounded(card, title) or no_encoding(card, title)


def only_discrete(title: str) -> Refuses:
    """For Discrete."""
    return lambda card: not_discrete(card, title) or no_encoding(card, title)


def only_continuous(title: str) -> Refuses:
    """For Box."""
    return lambda card: (
        _wants(card, title, ("box",), "continuous actions") or _unbounded(card, title) or no_encoding(card, title)
    )


def one_action(title: str) -> Refuses:
    """For Box and Discrete."""
    wanted = "continuous actions or one choice at a time"
    return lambda card: (
        _wants(card, title, ("box", "discrete"), wanted) or _unbounded(card, title) or no_encoding(card, title)
    )


def only_choices(title: str) -> Refuses:
    """For Discrete, MultiDiscrete and MultiBinary."""
    kinds = ("discrete", "multi_discrete", "multi_binary")
    return lambda card: _wants(card, title, kinds, "actions that are choices") or no_encoding(card, title)


def with_goals(title: str) -> Refuses:
    """For Box and Discrete actions, and observations that say which goal was wanted and which was reached."""
    act = one_action(title)
    return lambda card: _no_goals(card, title) or act(card)


def _wants(card: EnvironmentCard, title: str, kinds: tuple[str, ...], wanted: str) -> str | None:
    if card.action is None or card.action.kind in kinds:
        return None
    found = _KINDS.get(card.action.kind, card.action.words)
    return f"{title} needs {wanted}; {environment_name(card)}'s are {found}"


def _unbounded(card: EnvironmentCard, title: str) -> str | None:
    """Stable-Baselines3 scales continuous actions to their bounds, and refuses where there are none."""
    if card.action is None or card.action.kind != "box" or card.action.bounded:
        return None
    return (
        f"{title} needs continuous actions between a lowest and a highest value; {environment_name(card)}'s have none"
    )


def _no_goals(card: EnvironmentCard, title: str) -> str | None:
    seen = card.observation
    if seen is None or (seen.kind == "dict" and all(f"{which}_goal" in seen.text for which in ("achieved", "desired"))):
        return None
    return (
        f"{title} needs an environment with goals, whose observations hold the goal that was wanted and the one that "
        f"was reached; {environment_name(card)}'s do not"
    )

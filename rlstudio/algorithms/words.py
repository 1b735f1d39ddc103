"""What there is to say about an algorithm, from its spec: the words that the window, the handbook and the command line
share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.core.params import ParamInfo
from rlstudio.core.resources import resource_path
from rlstudio.envs.card import Dimension, EnvironmentCard, SpaceCard
from rlstudio.envs.card_file import FILE_NAME, read_cards

FAMILIES = (
    "baselines",
    "tabular",
    "evolution and search",
    "policy gradient",
    "value based",
    "actor-critic",
    "model based",
)
"""From what needs no learning to what learns a model of the world: the order of pickers and pages."""

LIVE_WORDS = {"step": "at once", "update": "at the next update", "no": "at the next run"}

_NUMBERS = tuple(Dimension(name) for name in ("position", "speed", "angle", "angular speed"))
_OBSERVATIONS = (
    SpaceCard("box", "4 numbers", "Box(-1, 1, (4,), float32)", _NUMBERS, shape=(4,)),
    SpaceCard("discrete", "one of 16 states", "Discrete(16)", n=16),
    SpaceCard("dict", "achieved_goal, desired_goal, observation", "Dict('achieved_goal': …, 'desired_goal': …)"),
    SpaceCard("image", "a picture", "Box(0, 255, (96, 96, 3), uint8)", shape=(96, 96, 3)),
)
_ACTIONS = {
    "continuous": SpaceCard("box", "1 number", "Box(-1, 1, (1,), float32)", (Dimension("torque"),), shape=(1,)),
    "discrete": SpaceCard("discrete", "one of 2 actions", "Discrete(2)", (Dimension("left"), Dimension("right")), n=2),
    "several choices at once": SpaceCard("multi_discrete", "two choices", "MultiDiscrete([3 2])", shape=(2,)),
    "several switches": SpaceCard("multi_binary", "3 switches", "MultiBinary(3)", n=3, shape=(3,)),
}
ACTION_KINDS = tuple(_ACTIONS)
"""Kinds of action space, as people speak of them: Box, Discrete, MultiDiscrete, MultiBinary."""


def by_family(specs: Iterable[AlgorithmSpec]) -> dict[str, list[AlgorithmSpec]]:
    """Specs by family, families in their order (unknown ones last), each family in the order given."""
    found: dict[str, list[AlgorithmSpec]] = {}
    for spec in specs:
        found.setdefault(spec.family, []).append(spec)
    order = {family: place for place, family in enumerate(FAMILIES)}
    return {family: found[family] for family in sorted(found, key=lambda each: order.get(each, len(order)))}


def acts_in(spec: AlgorithmSpec) -> tuple[str, ...]:
    """The kinds of action that it can act with, in some made-up environment."""
    return tuple(
        kind
        for kind, action in _ACTIONS.items()
        if any(spec.why_not(_made_up(observation, action)) is None for observation in _OBSERVATIONS)
    )


def _made_up(observation: SpaceCard, action: SpaceCard) -> EnvironmentCard:
    return EnvironmentCard(
        "Example-v0",
        "Example",
        "example",
        True,
        observation=observation,
        action=action,
        transition_table=observation.kind == "discrete",
    )


@cache
def shipped_cards() -> tuple[EnvironmentCard, ...]:
    """The environments that come with the program, older versions left out, whatever is installed here."""
    folder = resource_path("environments")
    versions = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))["versions"]
    return tuple(card for card in read_cards(folder, versions) or () if card.newest and card.available)


def environments_words(spec: AlgorithmSpec, cards: Sequence[EnvironmentCard]) -> str:
    """Which of these environments it can act in, the shorter list of names: "all 16 but Pendulum-v1"."""
    can = [card.id for card in cards if spec.why_not(card) is None]
    cannot = [card.id for card in cards if spec.why_not(card) is not None]
    if not cannot:
        return f"all {len(cards)} that come with the program"
    if not can:
        return "none of those that come with the program"
    if len(cannot) < len(can):
        return f"all {len(cards)} that come with the program but {', '.join(cannot)}"
    return ", ".join(can)


def value_words(value: Any) -> str:
    """A parameter's value: 0.0003 is "3e-4", 100000 "100,000", (64, 64) "64, 64", None "none"."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        text = f"{value:g}"
        return text.replace("e-0", "e-").replace("e+0", "e") if "e" in text else _small(value, text)
    if isinstance(value, (tuple, list)):
        return ", ".join(str(part) for part in value) or "none"
    return str(value) or "none"


def _small(value: float, text: str) -> str:
    return f"{value:.0e}".replace("e-0", "e-") if 0 < abs(value) < 0.01 and float(f"{value:.0e}") == value else text


def default_words(info: ParamInfo) -> str:
    """Its default with its unit: "256 steps"."""
    words = value_words(info.default)
    if not info.unit or info.default is None:
        return words
    return f"{words} {info.unit.removesuffix('s') if info.default == 1 else info.unit}"


def bounds_words(info: ParamInfo) -> str:
    """What may stand here, short: "above 0, at most 1", "1 to 65,536", "tanh or relu"."""
    none = " or none" if info.optional else ""
    if info.kind == "choice":
        return " or ".join(info.choices) + none
    if info.kind not in ("int", "float"):
        return {"bool": "yes or no", "ints": "whole numbers"}.get(info.kind, "text") + none
    low = None if info.low is None else value_words(_bound(info, info.low))
    high = None if info.high is None else value_words(_bound(info, info.high))
    if low is not None and high is not None and not info.low_excluded and not info.high_excluded:
        return f"{low} to {high}{none}"
    words = [] if low is None else [f"{'above' if info.low_excluded else 'at least'} {low}"]
    words += [] if high is None else [f"{'below' if info.high_excluded else 'at most'} {high}"]
    return ", ".join(words) + none if words else "any number" + none


def _bound(info: ParamInfo, bound: float) -> float | int:
    return int(bound) if info.kind == "int" else bound


def implementation_words(specs: Sequence[AlgorithmSpec]) -> str:
    """ "Studio · Stable-Baselines3": who implements one algorithm."""
    return " · ".join(dict.fromkeys(spec.implementation for spec in specs))


def sentence(text: str) -> str:
    """With a capital letter in front where that means nothing else, and a full stop."""
    text = text.strip()
    head = text[:1].upper() + text[1:] if text[:1].isascii() else text
    return head if not head or head[-1] in ".?!" else f"{head}."

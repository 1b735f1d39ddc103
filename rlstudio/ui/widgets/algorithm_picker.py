"""The algorithm picker: one entry an algorithm, in families, greyed with the reason where it cannot learn."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtWidgets import QWidget

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.words import by_family, implementation_words
from rlstudio.envs.card import EnvironmentCard
from rlstudio.ui.widgets.algorithm_words import short_html
from rlstudio.ui.widgets.choice import Choice
from rlstudio.ui.widgets.number_text import capitalised
from rlstudio.ui.widgets.picker import Picker

_ALSO_CALLED = {"Stable-Baselines3": "SB3", "sb3-contrib": "SB3 contrib Stable-Baselines3"}


class AlgorithmPicker(Picker):
    """Picks an algorithm by its title; who implements it is chosen beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("algorithm", parent)

    def set_specs(self, specs: Iterable[AlgorithmSpec], card: EnvironmentCard | None) -> None:
        """Replace what there is to choose from, judged for an environment (None: not known yet, so all can be)."""
        titles: dict[str, list[AlgorithmSpec]] = {}
        for spec in specs:
            titles.setdefault(spec.title, []).append(spec)
        families = by_family(group[0] for group in titles.values())
        self.set_choices(choice_of(titles[spec.title], card) for members in families.values() for spec in members)


def choice_of(specs: list[AlgorithmSpec], card: EnvironmentCard | None) -> Choice:
    """The implementations of one algorithm as the popup shows them: greyed only when none of them can learn."""
    spec = specs[0]
    reasons = [each.why_not(card) if card else None for each in specs]
    who = [
        word for each in specs for word in (each.key, each.implementation, _ALSO_CALLED.get(each.implementation, ""))
    ]
    return Choice(
        key=spec.title,
        title=spec.title,
        subtitle=", ".join(spec.tags),
        aside=implementation_words(specs),
        group=capitalised(spec.family),
        why_not=(reasons[0] or "") if all(reasons) else "",
        details=partial(short_html, specs, card),
        more=" ".join((*who, spec.paper, spec.idea)),
    )

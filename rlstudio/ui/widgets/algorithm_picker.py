"""The algorithm picker: one entry an algorithm, in families, greyed with the reason where it cannot learn."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from html import escape

from PySide6.QtWidgets import QWidget

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.envs.card import EnvironmentCard
from rlstudio.ui.widgets.choice import Choice
from rlstudio.ui.widgets.number_text import capitalised
from rlstudio.ui.widgets.picker import Picker


class AlgorithmPicker(Picker):
    """Picks an algorithm by its title; who implements it is chosen beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("algorithm", parent)

    def set_specs(self, specs: Iterable[AlgorithmSpec], card: EnvironmentCard | None) -> None:
        """Replace what there is to choose from, judged for an environment (None: not known yet, so all can be)."""
        titles: dict[str, list[AlgorithmSpec]] = {}
        for spec in specs:
            titles.setdefault(spec.title, []).append(spec)
        families = dict.fromkeys(group[0].family for group in titles.values())
        self.set_choices(
            choice_of(group, card) for family in families for group in titles.values() if group[0].family == family
        )


def choice_of(specs: list[AlgorithmSpec], card: EnvironmentCard | None) -> Choice:
    """The implementations of one algorithm as the popup shows them: greyed only when none of them can learn."""
    spec = specs[0]
    reasons = [each.why_not(card) if card else None for each in specs]
    return Choice(
        key=spec.title,
        title=spec.title,
        subtitle=", ".join(spec.tags),
        group=capitalised(spec.family),
        why_not=(reasons[0] or "") if all(reasons) else "",
        details=partial(details_of, spec),
        more=" ".join((spec.key, spec.paper, spec.idea)),
    )


def details_of(spec: AlgorithmSpec) -> str:
    """Rich text for the reading side."""
    parts = [f"<p>{escape(spec.idea)}</p>"] if spec.idea else []
    if spec.update_rule:
        parts.append(f"<p><b>Update</b><br>{escape(spec.update_rule)}</p>")
    if spec.metrics:
        rows = "".join(f"<p><b>{escape(metric.title)}</b> {escape(metric.help)}</p>" for metric in spec.metrics)
        parts.append(f"<h4>What it logs</h4>{rows}")
    if spec.paper:
        link = f" <a href='{escape(spec.paper_url, quote=True)}'>Read it</a>" if spec.paper_url else ""
        parts.append(f"<p><b>Paper</b><br>{escape(spec.paper)}{link}</p>")
    return "".join(parts)

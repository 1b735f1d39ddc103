"""An algorithm in rich text, from its spec: short for the picker's reading side, in full for its page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec, Preset
from rlstudio.algorithms.words import acts_in, bounds_words, default_words, implementation_words, sentence
from rlstudio.core.formula import formula_html
from rlstudio.core.params import ParamInfo, describe
from rlstudio.envs.card import EnvironmentCard
from rlstudio.ui.widgets.number_text import capitalised
from rlstudio.ui.widgets.param_field import LIVE_WORDS

_MATHS = "'STIX Two Text', 'Cambria', 'Times New Roman', 'DejaVu Serif', serif"


def short_html(specs: Sequence[AlgorithmSpec], card: EnvironmentCard | None) -> str:
    """What to read before choosing: idea, update, who implements it, what matters most, how its curves look."""
    spec = specs[0]
    parts = [_idea(spec), _update(spec), _by(specs, card)]
    essential = [info for info in describe(spec.params) if info.essential]
    if essential:
        parts.append(f"<h4>What matters most</h4>{''.join(_parameter(info, brief=True) for info in essential)}")
    return "".join([*parts, _metrics(spec.metrics), _paper(spec)])


def page_html(spec: AlgorithmSpec, presets: Iterable[Preset] = ()) -> str:
    """All there is to say about it."""
    kinds = ", ".join(acts_in(spec))
    parts = [
        f"<p class='quiet'>{escape(', '.join((spec.implementation, *spec.tags)))}</p>",
        _idea(spec),
        _update(spec),
        f"<p><b>Actions it can take</b><br>{escape(capitalised(kinds))}</p>" if kinds else "",
    ]
    infos = describe(spec.params)
    if infos:
        parts.append(f"<h4>Parameters</h4>{''.join(_parameter(info) for info in infos)}")
    parts.append(_metrics(spec.metrics))
    rows = "".join(
        f"<p><b>{escape(preset.title)}</b><br><span class='quiet'>{escape(preset.source)}</span></p>"
        for preset in presets
    )
    parts.append(f"<h4>Tuned settings for this environment</h4>{rows}" if rows else "")
    return "".join([*parts, _paper(spec)])


def _idea(spec: AlgorithmSpec) -> str:
    return f"<p>{escape(spec.idea)}</p>" if spec.idea else ""


def _update(spec: AlgorithmSpec) -> str:
    if not spec.update_rule:
        return ""
    formula = formula_html(spec.update_rule)
    return f'<p><b>Update</b><br><span style="font-family: {_MATHS}; font-size: large">{formula}</span></p>'


def _by(specs: Sequence[AlgorithmSpec], card: EnvironmentCard | None) -> str:
    """Who implements it, and which of them cannot learn here."""
    if len(specs) == 1:
        return f"<p><b>By</b><br>{escape(specs[0].implementation)}</p>"
    reasons = [(spec, spec.why_not(card)) for spec in specs] if card else []
    cannot = "".join(f"<br>Not here by {spec.implementation}: {escape(reason)}" for spec, reason in reasons if reason)
    words = escape(implementation_words(specs))
    return f"<p><b>By</b><br>{words} – chosen below the picker{cannot}</p>"


def _parameter(info: ParamInfo, *, brief: bool = False) -> str:
    lines = [f"<b>{escape(capitalised(info.title))}</b> {escape(sentence(info.help))}"]
    lines += [f"Higher: {escape(info.higher)}"] if info.higher else []
    lines += [f"Lower: {escape(info.lower)}"] if info.lower else []
    if not brief:
        facts = [f"default {default_words(info)}", f"usual {info.usual}" if info.usual else "", bounds_words(info)]
        quiet = f"{'; '.join(fact for fact in facts if fact)}. {LIVE_WORDS[info.live]}"
        lines.append(f"<span class='quiet'>{escape(capitalised(quiet))}</span>")
    return f"<p>{'<br>'.join(lines)}</p>"


def _metrics(metrics: Sequence[MetricSpec]) -> str:
    rows = "".join(_metric(metric) for metric in metrics)
    return f"<h4>What it logs</h4>{rows}" if rows else ""


def _metric(metric: MetricSpec) -> str:
    healthy = f"<br><i>Healthy:</i> {escape(metric.healthy)}" if metric.healthy else ""
    return f"<p><b>{escape(capitalised(metric.title))}</b> {escape(sentence(metric.help))}{healthy}</p>"


def _paper(spec: AlgorithmSpec) -> str:
    if not spec.paper:
        return ""
    link = f" <a href='{escape(spec.paper_url, quote=True)}'>Read it</a>" if spec.paper_url else ""
    return f"<p><b>Paper</b><br>{escape(spec.paper)}{link}</p>"

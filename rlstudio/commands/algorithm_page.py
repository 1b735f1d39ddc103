"""`rlstudio algorithms KEY`: one algorithm's page of the handbook as plain text."""

from __future__ import annotations

import shutil
import textwrap

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec, Preset
from rlstudio.algorithms.words import (
    LIVE_WORDS,
    acts_in,
    bounds_words,
    default_words,
    environments_words,
    sentence,
    shipped_cards,
    value_words,
)
from rlstudio.core.formula import formula_lines
from rlstudio.core.params import ParamInfo, describe
from rlstudio.core.resources import resource_path

_WIDEST, _NARROWEST = 100, 40


def algorithm_page(spec: AlgorithmSpec, tuned: tuple[Preset, ...], width: int | None = None) -> str:
    """What the spec says, wrapped to `width` (that of the terminal unless given)."""
    columns = shutil.get_terminal_size((80, 24)).columns if width is None else width
    columns = min(_WIDEST, max(_NARROWEST, columns))
    lines = [f"{spec.title} ({spec.key})", ", ".join((spec.family, spec.implementation, *spec.tags)), ""]
    lines += _wrapped(spec.idea, columns)
    if spec.update_rule:
        lines += ["", "Update", *(f"  {line}" for line in formula_lines(spec.update_rule))]
    lines += ["", *_wrapped(f"Acts with: {', '.join(acts_in(spec)) or 'only in the environments below'}.", columns)]
    lines += _wrapped(f"Environments: {environments_words(spec, shipped_cards())}.", columns)
    if spec.example:  # unwrapped, to be copied
        lines += ["", "Example", f"  {resource_path(spec.example)}"]
    infos = describe(spec.params)
    lines += ["", "Parameters"] if infos else []
    for info in infos:
        lines += _parameter(info, columns)
    lines += ["", "What it logs"] if spec.metrics else []
    for metric in spec.metrics:
        lines += _metric(metric, columns)
    lines += ["", "Presets"] if tuned else []
    for preset in tuned:
        settings = ", ".join(f"{name}={value_words(value)}" for name, value in preset.params.items())
        lines += [f"  {preset.name}, {preset.env or 'any environment'}", *_wrapped(settings, columns, 6)]
        lines += _wrapped(f"source: {preset.source}", columns, 6)
    if spec.paper:
        lines += ["", *_wrapped(f"Paper: {spec.paper} {spec.paper_url}".strip(), columns)]
    return "\n".join(lines)


def _parameter(info: ParamInfo, columns: int) -> list[str]:
    head = f"  {info.name} = {default_words(info)}  ({bounds_words(info)}; a change counts {LIVE_WORDS[info.live]})"
    effects = [f"higher: {info.higher}"] if info.higher else []
    effects += [f"lower: {info.lower}"] if info.lower else []
    effects += [f"usual: {info.usual}"] if info.usual else []
    return [head, *_wrapped(info.help, columns, 6), *(line for each in effects for line in _wrapped(each, columns, 6))]


def _metric(metric: MetricSpec, columns: int) -> list[str]:
    head = f"  {metric.title}{f' ({metric.unit})' if metric.unit else ''}"
    healthy = _wrapped(f"healthy: {metric.healthy}", columns, 6) if metric.healthy else []
    return [head, *_wrapped(sentence(metric.help), columns, 6), *healthy]


def _wrapped(text: str, columns: int, indent: int = 0) -> list[str]:
    space = " " * indent
    return textwrap.wrap(text, columns, initial_indent=space, subsequent_indent=space, break_long_words=False)

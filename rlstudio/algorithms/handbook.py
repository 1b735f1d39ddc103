"""The handbook: a Markdown page an algorithm and an index of them, made from the specs alone.

`python -m rlstudio.algorithms.handbook resources/handbook` writes it anew.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rlstudio.algorithms.base import AlgorithmSpec, Preset
from rlstudio.algorithms.catalogue import BUILT_IN, presets
from rlstudio.algorithms.words import (
    ACTION_KINDS,
    LIVE_WORDS,
    acts_in,
    bounds_words,
    by_family,
    default_words,
    environments_words,
    sentence,
    shipped_cards,
    value_words,
)
from rlstudio.core.formula import formula_html
from rlstudio.core.params import describe

INDEX = "README.md"


def handbook() -> dict[str, str]:
    """Every file of the handbook: its name and its text."""
    pages = {f"{spec.key}.md": page(spec, presets(spec.key)) for spec in BUILT_IN}
    return {INDEX: index(list(BUILT_IN)), **pages}


def index(specs: list[AlgorithmSpec]) -> str:
    """All algorithms by family, and what each can act with."""
    lines = [
        "# The algorithms",
        "",
        "Made from the specs by `python -m rlstudio.algorithms.handbook resources/handbook`; "
        "`rlstudio algorithms KEY` says the same on a terminal.",
    ]
    for family, members in by_family(specs).items():
        lines += ["", f"## {sentence(family)[:-1]}", "", _row("algorithm", "key", "by", *ACTION_KINDS)]
        lines.append(_row(*["---"] * (3 + len(ACTION_KINDS))))
        for spec in members:
            can = acts_in(spec)
            marks = ("yes" if kind in can else "–" if can else "see its page" for kind in ACTION_KINDS)
            lines.append(_row(f"[{spec.title}]({spec.key}.md)", f"`{spec.key}`", spec.implementation, *marks))
    return "\n".join(lines) + "\n"


def page(spec: AlgorithmSpec, tuned: tuple[Preset, ...]) -> str:
    """One algorithm's page."""
    parts = [f"# {spec.title}", _facts(spec), prose(spec.idea)]
    if spec.update_rule:
        parts += ["## Update", f"<p>{formula_html(spec.update_rule)}</p>"]  # within HTML no sign means anything
    parts += [*_parameters(spec), *_metrics(spec), *_presets(tuned)]
    if spec.paper:
        parts += ["## Paper", f"[{spec.paper}]({spec.paper_url})" if spec.paper_url else spec.paper]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(spec: AlgorithmSpec) -> str:
    rows = [
        ("key", f"`{spec.key}`"),
        ("family", spec.family),
        ("implementation", spec.implementation),
        ("tags", ", ".join(spec.tags)),
        ("acts with", ", ".join(acts_in(spec)) or "only in the environments below"),
        ("environments", environments_words(spec, shipped_cards())),
        ("budget", f"{spec.default_steps:,} steps unless told otherwise"),
    ]
    return "\n".join([_row("", ""), _row("---", "---"), *(_row(name, words) for name, words in rows if words)])


def _parameters(spec: AlgorithmSpec) -> list[str]:
    infos = describe(spec.params)
    if not infos:
        return []
    header = _row("parameter", "default", "takes", "what it is", "higher", "lower", "usual", "a change counts")
    rows = [header, _row(*["---"] * 8)]
    for info in infos:
        name = f"**{info.title}** `{info.name}`" if info.essential else f"{info.title} `{info.name}`"
        effects = (prose(text) for text in (info.help, info.higher, info.lower, info.usual))
        rows.append(_row(name, default_words(info), bounds_words(info), *effects, LIVE_WORDS[info.live]))
    return ["## Parameters", "\n".join(rows), "Those in bold are shown first."]


def _metrics(spec: AlgorithmSpec) -> list[str]:
    if not spec.metrics:
        return []
    rows = [_row("metric", "what it is", "a healthy curve"), _row("---", "---", "---")]
    for metric in spec.metrics:
        unit = f" ({metric.unit})" if metric.unit else ""
        rows.append(_row(f"{metric.title}{unit} `{metric.name}`", prose(metric.help), prose(metric.healthy)))
    return ["## What it logs", "\n".join(rows)]


def _presets(tuned: tuple[Preset, ...]) -> list[str]:
    if not tuned:
        return []
    rows = [_row("preset", "for", "settings", "source"), _row("---", "---", "---", "---")]
    for preset in tuned:
        settings = ", ".join(f"`{name}` {value_words(value)}" for name, value in preset.params.items())
        name = f"**{preset.name}**" if preset.default else preset.name
        rows.append(_row(name, preset.env or "any environment", settings or "the defaults", prose(preset.source)))
    chosen = ["Those in bold are chosen unless told otherwise."] if any(preset.default for preset in tuned) else []
    return ["## Presets", "\n".join(rows), *chosen]


def prose(text: str) -> str:
    """Words in which no sign means anything to Markdown."""
    return text.replace("<", "&lt;").replace("*", "\\*")


def _row(*cells: str) -> str:
    """A row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def write(folder: Path) -> list[Path]:
    """Write the handbook into `folder`; pages of algorithms that are no more go. The files written."""
    folder.mkdir(parents=True, exist_ok=True)
    files = handbook()
    for old in folder.glob("*.md"):
        if old.name not in files:
            old.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def main() -> None:
    """Write the handbook into the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Write the handbook of algorithms.")
    parser.add_argument("folder", type=Path)
    print(f"{len(write(parser.parse_args().folder))} pages written")


if __name__ == "__main__":
    main()

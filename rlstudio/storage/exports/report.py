"""A report: one page of HTML that says how a run was made and how it went. One file, no network, no script.

Whatever a run says of itself may be a stranger's: every text goes through `text`, and the page's own policy forbids
scripts and anything from elsewhere, should one slip through.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from rlstudio.core.plain_text import plain_text
from rlstudio.core.whole_file import whole_file
from rlstudio.storage.exports.report_charts import Line, chart, number_words
from rlstudio.storage.exports.report_style import STYLE
from rlstudio.storage.exports.run_data import RunData, mean_of_last

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_LONGEST = 2_000
_MOST_ROWS = 200
_MOST_CURVES = 60


@dataclass(frozen=True)
class Setting:
    """A row of the settings: `usual` is the algorithm's default, None where there is none to compare with."""

    group: str
    title: str
    value: Any
    usual: Any = None
    differs: bool = False
    later: Any = None
    help: str = ""


@dataclass(frozen=True)
class MetricWords:
    """What a diagnostic is called, and what it tells."""

    title: str
    help: str = ""
    healthy: str = ""


@dataclass(frozen=True)
class Words:
    """What the report says beside the run's own numbers: from specs, which this room doesn't know.

    Attributes:
        heading: "PPO on Cart Pole".
        idea: the algorithm's idea.
        settings: in order, those of one group together.
        metrics: by name, in the order of telling.
        command: the command line that trains the same.
        title, tags, note: a person's own.
    """

    heading: str
    idea: str = ""
    settings: Sequence[Setting] = ()
    metrics: dict[str, MetricWords] = field(default_factory=dict)
    command: str = ""
    title: str = ""
    tags: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """An episode as a GIF, and what it shows."""

    gif: bytes
    caption: str


def write_report(path: Path, run: RunData, words: Words, pictures: Sequence[Picture] = ()) -> list[Path]:
    """Write the page to `path`. Raises OSError."""
    page = report(run, words, pictures)
    with whole_file(path) as file:
        file.write(page.encode("utf-8", errors="replace"))
    return [path]


def report(run: RunData, words: Words, pictures: Sequence[Picture] = ()) -> str:
    """The page."""
    heading = text(words.title or words.heading)
    parts = [
        _head(run, words, heading),
        _figures(run),
        _return_curve(run),
        _pictures(pictures),
        _settings(words.settings),
        _changes(run),
        _evaluations(run),
        _diagnostics(run, words),
        _again(words, run),
        _foot(run),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{heading}</title><style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main></body></html>\n"
    )


def text(value: Any) -> str:
    """Anything as text that a page can hold: on one line, cut where too long, no markup."""
    return escape(plain_text(str(value)[:_LONGEST]))


def value_words(value: Any) -> str:
    """A setting's value as a person writes it, no markup."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return text(f"{value:,.6g}" if abs(value) >= 1e4 else f"{value:.6g}")
    if isinstance(value, int):
        return text(f"{value:,}" if abs(value) < 10**30 else "a very large number")
    if isinstance(value, list | tuple):
        return ", ".join(value_words(each) for each in value[:50]) or "none"
    return text(value)


def _head(run: RunData, words: Words, heading: str) -> str:
    info = run.info
    tags = "".join(f'<span class="tag">{text(tag)}</span>' for tag in words.tags)
    about = f'<span class="status {text(info.status)}">{text(info.status)}</span>'
    about += f" · seed {info.config.seed} · begun {text(info.started[:16].replace('T', ' '))}"
    if words.title:
        about = f"{text(words.heading)} · {about}"
    parts = [f"<h1>{heading}</h1>", f'<p class="muted">{about}</p>', f"<p>{tags}</p>" if tags else ""]
    if words.note:
        note = "\n".join(text(line) for line in words.note[:20_000].split("\n"))
        parts.append(f'<div class="note">{note}</div>')
    if info.error:
        parts.append(f'<p class="failed">{text(info.error)}</p>')
    return "\n".join(part for part in parts if part)


def _figures(run: RunData) -> str:
    info = run.info
    best = [each for each in run.evaluations if each.best and each.returns]
    rows = [
        (f"mean return of the last {info.config.window} episodes", _mean(info.mean_return)),
        ("best of those means", _mean(info.best_mean_return)),
        ("best evaluation", _mean(best[-1].mean if best else None)),
        ("environment steps", f"{info.steps:,}"),
        ("episodes", f"{info.episodes:,}"),
        ("of training", _time(info.seconds)),
    ]
    step = (info.solved_at or {}).get("step")
    if isinstance(step, int) and info.config.stop_at is not None:
        rows.append((f"steps to reach a mean of {info.config.stop_at:g}", f"{step:,}"))
    return '<div class="figures">' + "".join(f"<div><b>{b}</b><span>{a}</span></div>" for a, b in rows) + "</div>"


def _return_curve(run: RunData) -> str:
    monitor, window = run.monitor, run.info.config.window
    means = mean_of_last(monitor.returns, window)
    told = [each for each in run.evaluations if each.returns]
    lines = [
        Line("each episode", monitor.end_steps, monitor.returns, "episodes"),
        Line(f"mean of the last {window}", monitor.end_steps, means, "mean"),
        Line(
            "greedy evaluation", np.array([float(e.step) for e in told]), np.array([e.mean for e in told]), "evaluation"
        ),
    ]
    key = "".join(f'<span><i class="of-{line.kind}"></i>{line.name}</span>' for line in lines if len(line.x))
    picture = chart("return", lines)
    return (
        f"<h2>Return while learning</h2><figure>{picture}"
        f'<figcaption class="key">{key}over environment steps</figcaption></figure>'
    )


def _pictures(pictures: Sequence[Picture]) -> str:
    if not pictures:
        return ""
    parts = []
    for picture in pictures:
        data = base64.b64encode(picture.gif).decode("ascii")
        caption = text(picture.caption)
        image = f'<img alt="{caption}" src="data:image/gif;base64,{data}">'
        parts.append(f'<figure class="episode">{image}<figcaption>{caption}</figcaption></figure>')
    return f"<h2>An episode</h2>{''.join(parts)}"


def _settings(settings: Sequence[Setting]) -> str:
    rows, group = [], None
    for each in settings:
        if each.group != group:
            group = each.group
            rows.append(f'<tr class="group"><th colspan="3">{text(group)}</th></tr>')
        value = value_words(each.value)
        if each.later is not None:
            value += f' <span class="muted">→ {value_words(each.later)} while training</span>'
        usual = value_words(each.usual) if each.differs else ""
        mark = ' class="changed"' if each.differs or each.later is not None else ""
        rows.append(
            f'<tr{mark} title="{text(each.help)}"><td>{text(each.title)}</td><td>{value}</td><td>{usual}</td></tr>'
        )
    marked = sum(each.differs for each in settings)
    words = f"{marked} of them differ from the defaults and are marked." if marked else "All are the defaults."
    head = "<tr><th>setting</th><th>value</th><th>default, where it differs</th></tr>"
    return f'<h2>Settings</h2><p class="muted">{words}</p><table>{head}{"".join(rows)}</table>'


def _changes(run: RunData) -> str:
    if not run.changes:
        return ""
    rows = "".join(
        f'<tr><td class="number">{each.step:,}</td><td>{text(each.name)}</td><td>{value_words(each.old)}</td>'
        f"<td>{value_words(each.new)}</td></tr>"
        for each in run.changes[:_MOST_ROWS]
    )
    head = '<tr><th class="number">step</th><th>parameter</th><th>from</th><th>to</th></tr>'
    return f"<h2>Changed while training</h2><table>{head}{rows}</table>{_more(len(run.changes))}"


def _evaluations(run: RunData) -> str:
    told = [each for each in run.evaluations if each.returns]
    if not told:
        return ""
    rows = []
    for each in told[-_MOST_ROWS:]:
        returns = np.array(each.returns)
        with np.errstate(invalid="ignore"):  # a stranger's infinities
            numbers = (returns.mean(), returns.std(), returns.min(), returns.max())
        cells = [f"{each.step:,}", *(f"{value:,.2f}" for value in numbers), str(len(returns))]
        row = "".join(f'<td class="number">{cell}</td>' for cell in cells)
        rows.append(f"<tr>{row}<td>{'best so far' if each.best else ''}</td></tr>")
    names = ("step", "mean return", "standard deviation", "lowest", "highest", "episodes")
    head = "".join(f'<th class="number">{name}</th>' for name in names)
    return f"<h2>Greedy evaluations</h2><table><tr>{head}<th></th></tr>{''.join(rows)}</table>{_more(len(told))}"


def _more(count: int) -> str:
    return f'<p class="muted">{_MOST_ROWS} of {count:,} are shown.</p>' if count > _MOST_ROWS else ""


def _diagnostics(run: RunData, words: Words) -> str:
    order = [name for name in words.metrics if name in run.metrics]
    order += [name for name in run.metrics if name not in words.metrics]
    figures = []
    for name in order[:_MOST_CURVES]:
        told, series = words.metrics.get(name, MetricWords(name.replace("_", " "))), run.metrics[name]
        picture = chart(told.title, [Line(told.title, series.steps, series.values)], width=430, height=180)
        help_ = f'<p class="help">{text(told.help)}</p>' if told.help else ""
        help_ += f'<p class="help"><b>Healthy:</b> {text(told.healthy)}.</p>' if told.healthy else ""
        figures.append(f"<figure><h3>{text(told.title)}</h3>{picture}{help_}</figure>")
    return f'<h2>Diagnostics</h2><div class="small">{"".join(figures)}</div>' if figures else ""


def _again(words: Words, run: RunData) -> str:
    idea = f"<h2>The algorithm</h2><p>{text(words.idea)}</p>" if words.idea else ""
    if not words.command:
        return idea
    left_out = (
        '<p class="help">What was changed while training is not in it; --events with the path of this run\'s '
        "events.jsonl makes the same changes at the same steps.</p>"
    )
    return f"{idea}<h2>Train the same</h2><pre>{text(words.command)}</pre>{left_out if run.changes else ''}"


def _foot(run: RunData) -> str:
    versions = " · ".join(f"{text(name)} {text(found)}" for name, found in list(run.versions.items())[:20])
    return f"<footer><p>{text(run.name)}</p><p>{versions}</p></footer>"


def _mean(value: float | None) -> str:
    return "–" if value is None or not np.isfinite(value) else number_words(round(value, 2))


def _time(seconds: float) -> str:
    if not 0 <= seconds < 1e9:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{seconds:.1f} s"

"""What each column of the runs table shows, sorts by, and tells a pointer that rests on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rlstudio.algorithms.differences import Difference, differences
from rlstudio.storage.run_listing import ListedRun
from rlstudio.ui.widgets.number_text import to_text
from rlstudio.ui.widgets.plain_tip import plain_tip

NOTHING = "–"
_differs: dict[Path, tuple[ListedRun, str]] = {}
"""What was found to differ in a run, as it was listed: asked for at every repaint, sort and search."""


@dataclass(frozen=True)
class Column:
    """A column: its title, its text, what it sorts by (None comes last), and whether it holds numbers.

    `widest` is a text that has to fit; those without share the room that is left, each its `share`.
    """

    title: str
    text: Callable[[ListedRun], str]
    key: Callable[[ListedRun], Any]
    number: bool = False
    help: str = ""
    widest: str = ""
    share: int = 0


def moment(iso: str) -> datetime | None:
    """The moment an ISO date names, in local time; None when it names none."""
    try:
        parsed = datetime.fromisoformat(iso)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def ago(iso: str, now: datetime | None = None) -> str:
    """How long ago, in words: "just now", "5 min ago", "3 h ago", "yesterday", then the date."""
    then = moment(iso)
    if then is None:
        return NOTHING
    now = (now or datetime.now(UTC)).astimezone()
    seconds = (now - then).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if then.date() == now.date():
        return f"{int(seconds // 3600)} h ago"
    if (now.date() - then.date()).days == 1:
        return "yesterday"
    return f"{then.day} {then:%b %Y}"


def status_of(run: ListedRun) -> str:
    """Its status in a word; a run that reached its goal is "solved"."""
    info = run.info
    if run.live and run.doing:
        return run.doing
    return "solved" if info.solved_at and info.status in ("finished", "stopped") else info.status


def pair(run: ListedRun) -> str:
    """What learns what: "CartPole-v1 · ppo"."""
    return f"{run.info.config.env} · {run.info.config.algorithm}"


def run_name(run: ListedRun) -> str:
    """What a sentence calls it: its title, or "ppo on CartPole-v1, seed 0"."""
    config = run.info.config
    return run.labels.title or f"{config.algorithm} on {config.env}, seed {config.seed}"


def difference_words(difference: Difference) -> str:
    """ "learning rate 1e-3"; changed while it trained, "learning rate 1e-3 → 1e-4"; "no preset"."""
    name = difference.name.replace("_", " ")
    if difference.value is None:
        return f"no {name}" if difference.later is None else f"{name} none → {_value(difference.later)}"
    words = f"{name} {_value(difference.value)}"
    return words if difference.later is None else f"{words} → {_value(difference.later)}"


def differs(run: ListedRun) -> str:
    """All that differs from the defaults, in one line; "defaults" where nothing does."""
    known = _differs.get(run.path)
    if known is None or known[0] is not run:
        words = " · ".join(map(difference_words, differences(run.info.config, run.info.live_params))) or "defaults"
        known = _differs[run.path] = run, words
    return known[1]


def labels_line(run: ListedRun) -> str:
    """Tags, and the note's first line: "paper, baseline — tried a higher rate"."""
    tags, note = ", ".join(run.labels.tags), run.labels.note.partition("\n")[0]
    return " — ".join(part for part in (tags, note) if part)


def tip(run: ListedRun) -> str:
    """All there is to say about a run, for a tooltip."""
    info, labels, lines = run.info, run.labels, []
    if labels.title:
        lines.append(labels.title)
    lines.append(f"{pair(run)} · seed {info.config.seed} · preset {info.config.preset or 'none'}")
    if parent := info.config.parent:
        lines.append(f"forked from {parent.run} at step {parent.step:,}")
    lines += [_told(each) for each in differences(info.config, info.live_params) if each.name != "preset"]
    if labels.tags:
        lines.append("tags: " + ", ".join(labels.tags))
    if labels.note:
        lines += ["", labels.note[:1000], ""]
    if info.error:
        lines.append(info.error[:1000])
    then = moment(info.started)
    lines += [f"started {then:%d %b %Y, %H:%M:%S}" if then else "", str(info.path)]
    return plain_tip("\n".join(lines))


def _told(difference: Difference) -> str:
    words = difference_words(difference)
    return words if difference.usual is None else f"{words} (usually {_value(difference.usual)})"


def _value(value: Any) -> str:
    text = to_text(value) if isinstance(value, bool | int | float | str | list | tuple) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def return_text(value: float | None) -> str:
    """A mean return as the table shows it."""
    if value is None:
        return NOTHING
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"


COLUMNS = (
    Column(
        "Run",
        lambda run: run.labels.title or pair(run),
        lambda run: (run.labels.title or pair(run)).lower(),
        help="Its title, environment and algorithm (F2 gives it a title)",
        share=40,
    ),
    Column(
        "Differs in",
        differs,
        lambda run: differs(run).replace("defaults", "") or None,
        help="Settings other than the preset's, or the algorithm's defaults",
        share=36,
    ),
    Column("Seed", lambda run: str(run.info.config.seed), lambda run: run.info.config.seed, number=True, widest="0000"),
    Column(
        "Steps",
        lambda run: f"{run.info.steps:,}",
        lambda run: run.info.steps,
        number=True,
        help="Environment steps taken",
        widest="1,000,000",
    ),
    Column(
        "Best",
        lambda run: return_text(run.info.best_mean_return),
        lambda run: run.info.best_mean_return,
        number=True,
        help="Best mean return over the run's window of episodes",
        widest="-1,000.0",
    ),
    Column(
        "Last",
        lambda run: return_text(run.info.mean_return),
        lambda run: run.info.mean_return,
        number=True,
        help="Mean return over the last episodes",
        widest="-1,000.0",
    ),
    Column(
        "Curve",
        lambda _run: "",
        lambda run: run.curve[-1][1] if run.curve else None,
        help="Returns over steps, from the lowest to the highest of the run; sorts by the last",
        widest="00000000",
    ),
    Column("Status", status_of, status_of, help="How it stands; runs that train are on top", widest="interrupted 0"),
    Column("When", lambda run: ago(run.info.started), lambda run: run.info.started, widest="30 Sep 2026"),
    Column(
        "Tags, note",
        labels_line,
        lambda run: labels_line(run).lower() or None,
        help="What you wrote about it (T and N change it)",
        share=24,
    ),
)
RUN, DIFFERS, SEED, STEPS, BEST, LAST, CURVE, STATUS, WHEN, LABELS = range(len(COLUMNS))


def searched(run: ListedRun) -> str:
    """The text that a search looks in: names, settings, status, labels and folder."""
    config, labels = run.info.config, run.labels
    parts = (labels.title, pair(run), differs(run), f"seed {config.seed}", config.preset or "", status_of(run))
    parts = (*parts, f"fork of {run.parent_name}") if run.parent_name else parts
    return " ".join((*parts, *labels.tags, labels.note, run.path.name)).lower()

"""`rlstudio runs`: the runs on disk, with what people wrote about them, as many as are asked for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rlstudio.algorithms.differences import Difference, differences
from rlstudio.commands.console import finite, mean_words, print_json
from rlstudio.core.family import family_order
from rlstudio.core.plain_text import LONGEST, plain_text
from rlstudio.storage.paths import default_runs_dir
from rlstudio.storage.records import plain
from rlstudio.storage.run_listing import ListedRun, RunListing


def runs(options: argparse.Namespace) -> int:
    """`rlstudio runs`, newest first."""
    root = Path(options.runs_dir) if options.runs_dir else default_runs_dir()
    listed = RunListing(root).read(curves=False)
    chosen = [run for run in listed if _is_wanted(run, options)]
    if options.json:
        print_json({"runs": [_as_data(run) for run in chosen]})
        return 0
    if not chosen:
        print(f"none of the {len(listed):,} runs in {root} is so" if listed else f"no runs yet in {root}")
    if not options.tree:
        for run in chosen:
            print(_line(run))
        return 0
    for kin in family_order(chosen, lambda run: run.path.name, lambda run: run.parent_name):
        print(kin.branch + _line(kin.item))
    return 0


def _is_wanted(run: ListedRun, options: argparse.Namespace) -> bool:
    config, labels = run.info.config, run.labels
    text = " ".join((run.path.name, config.env, config.algorithm, labels.title, *labels.tags, labels.note)).casefold()
    return (
        options.env in (None, config.env)
        and options.algorithm in (None, config.algorithm)
        and options.status in (None, run.info.status)
        and {tag.casefold() for tag in options.tag} <= {tag.casefold() for tag in labels.tags}
        and all(word in text for word in (options.search or "").casefold().split())
    )


def _line(run: ListedRun) -> str:
    """ "NAME  finished  20,000 steps  best mean 480.0  learning_rate=0.01  "its title"  [tag, tag]".

    Of a fork also where it was forked: "from NAME@12000", as `--fork` takes it.
    """
    info, labels = run.info, run.labels
    best = finite(info.best_mean_return)
    parts = [run.path.name, info.status, f"{info.steps:,} steps"]
    parts.append("best mean " + ("–" if best is None else mean_words(best)))
    parts.append(" ".join(map(_setting, differences(info.config, info.live_params))))
    parent = info.config.parent
    parts.append(f"from {parent.run}@{parent.step}" if parent else "")
    parts.append(f'"{labels.title}"' if labels.title else "")
    parts.append(f"[{', '.join(labels.tags)}]" if labels.tags else "")
    return plain_text("  ".join(part for part in parts if part)[:LONGEST])  # a stranger's may hold a terminal's codes


def _setting(difference: Difference) -> str:
    """As `rlstudio train --set` takes it; changed while it trained, "learning_rate=0.01→0.001"."""
    later = "" if difference.later is None else f"→{_value(difference.later)}"
    return f"{difference.name}={_value(difference.value)}{later}"


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, dict):
        return "{…}"
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_data(run: ListedRun) -> dict[str, Any]:
    info, labels = run.info, run.labels
    return {
        "run": str(info.path),
        "title": labels.title or None,
        "tags": list(labels.tags),
        "note": labels.note or None,
        "env": info.config.env,
        "algorithm": info.config.algorithm,
        "preset": info.config.preset,
        "differs": {each.name: plain(each.value) for each in differences(info.config, info.live_params)},
        "live_params": plain(info.live_params),
        "seed": info.config.seed,
        "parent": info.config.parent.model_dump() if info.config.parent else None,
        "status": info.status,
        "solved": info.solved_at is not None,
        "started": info.started or None,
        "steps": info.steps,
        "episodes": info.episodes,
        "best_mean_return": finite(info.best_mean_return),
        "last_mean_return": finite(info.mean_return),
    }

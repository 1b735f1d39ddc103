"""The table of results: one command measures every row, keeps it beside this file, and writes `RESULTS.md`.

    python tests/benchmarks/table.py [--only speed tabular …] [--render]

Each section is a benchmark of its own (also to be run alone) that writes its rows as JSON into `results/`; `--render`
only writes the page anew from them. All of it takes hours on two cores, nearly all of that in `reference`; the sections
on speed want a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from results import RESULTS, now, read_rows, stamped, write_rows

HERE = Path(__file__).resolve().parent
PAGE = HERE / "RESULTS.md"
Row = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """One benchmark: the script that writes `results/<name>.json`, and how its rows are shown."""

    name: str
    title: str
    script: str
    about: str
    columns: dict[str, str]
    """Column titles, and the field of a row that stands there."""
    arguments: tuple[str, ...] = ()
    """Of the script."""

    @property
    def path(self) -> Path:
        return RESULTS / f"{self.name}.json"


SECTIONS = (
    Section(
        "race",
        "CartPole, from the first step to solved",
        "bench_cartpole_race.py",
        "Seconds until the mean of 25 training episodes is 475: ours with the preset `fast`, Stable-Baselines3's PPO "
        "with RL Zoo's settings, in turn in one run.",
        {},
    ),
    Section(
        "speed",
        "Steps a second, beside Stable-Baselines3",
        "bench_learners.py",
        "Same environment, settings and number of steps, in turn in one run.",
        {},
    ),
    Section(
        "loops",
        "Steps a second, beside the demonstrations' own loops",
        "bench_loops.py",
        "The plain loops of the demonstrations, in turn in one run.",
        {},
    ),
    Section("tabular", "Tables", "bench_tabular.py", "Means of 1,000 greedy episodes.", {}),
    Section("scripted", "Hand-written experts", "bench_scripted.py", "Means of 100 episodes.", {}),
    Section(
        "episode",
        "A recorded episode of 100,000 steps in the window",
        "bench_episode.py",
        "What the window does for one seek, painting included, at 1600×1000; CPU is that work alone.",
        {},
    ),
    Section(
        "frames",
        "Any frame of a recorded episode of 10,000, 600×400",
        "bench_episode.py",
        "What the window does until it is on screen, painting included, at 1600×1000; CPU is that work alone.",
        {},
        ("--steps", "10000", "--frame", "600x400"),
    ),
    Section(
        "recording",
        "Recording beside training, and what a recording takes",
        "bench_recording.py",
        "Ratios are medians of runs in turn, alone and with a child that records all the while; the same two cores.",
        {},
    ),
    Section(
        "gif",
        "GIFs, beside imageio's",
        "bench_gif.py",
        "The same 120 frames of 600×400 in turn, the fastest of the rounds; CPU is that process' work alone.",
        {},
    ),
    Section(
        "media",
        "Every format, composed pictures, size limits",
        "bench_media.py",
        "120 frames of 600×400, at 50 a second, in turn, the fastest of the rounds; colours are those that another "
        "decoder gives back beside those that went in.",
        {},
    ),
    Section(
        "soak",
        "An hour of training and plotting",
        "bench_soak.py",
        "Resident memory (MiB) of the window and of its children after a sixth of the time and at its end, and its "
        "growth an hour over the last two thirds; the curves that the window keeps grow with the episodes.",
        {},
    ),
    Section(
        "runs",
        "A thousand runs in the list",
        "bench_runs.py",
        "Run folders as training leaves them, up to 20,000 episodes each; below the listing, what a person does in the "
        "panel, painting included.",
        {},
        ("--window",),
    ),
    Section(
        "resume",
        "What being able to resume to the bit costs",
        "bench_resume.py",
        "Speed: processor time of the same run without the journal of actions over that with it, median of rounds in "
        "turn; noise: the middle half of that ratio between two runs without. The journal's share of a training step "
        "is measured on the environment alone. The way back: until a fresh environment stands where the other did.",
        {},
    ),
    Section(
        "kills",
        "Kills at random moments",
        "bench_kills.py",
        "SIGKILL of the training child, of the window, of both: what of the run was lost (an episode older than one "
        "second, a checkpoint, the run); some were resumed to their end and compared with the run that was not killed.",
        {},
    ),
    Section(
        "side-by-side",
        "Runs side by side in the window",
        "bench_side_by_side.py",
        "DQN on CartPole at full speed, one, two, … runs at once, the policy of one or of all of them played on the "
        "stage; the clock is the time between two refreshes of the window (16 ms are asked for).",
        {},
    ),
    Section(
        "autosave",
        "Saving while training",
        "bench_autosave.py",
        "Medians; shares are at the usual 15 s from one checkpoint to the next, and two writings of lines a second.",
        {},
    ),
    Section(
        "fuzz",
        "Files spoiled at random",
        "fuzz_loaders.py",
        "Each reader of files from elsewhere on files spoiled in bytes, JSON, lines, headers and archives: read, "
        "refused in words, or a fault (another exception, code run, a file written elsewhere, 10 s, 1 GiB).",
        {},
    ),
    Section("planning", "Learned models", "bench_planning.py", "Means of greedy episodes after training.", {}),
)


def reference_page(rows: Iterable[Row]) -> Iterable[str]:
    """RL Zoo's benchmark, one line a cell."""
    from bench_reference import cells

    by_cell = {name: list(group) for name, group in groupby(rows, key=lambda row: row["cell"])}
    run = [found for found in by_cell.values() if "not_run" not in found[0]]
    reached = sum(cell_reached(found) for found in run)
    total = sum(1 for _ in cells())
    yield (
        f"{len(run)} of {total} cells run; in {reached} of them our best checkpoint is at or above RL Zoo's mean less "
        "one standard deviation of our own returns. Each number is the mean ± spread of 100 greedy episodes, one a "
        "seed (0, 1, 2); several seeds are judged by their mean."
    )
    yield ""
    yield "| cell | steps | RL Zoo | best checkpoint | last checkpoint | reached | CPU minutes | command (seed 0) |"
    yield "|---|---|---|---|---|---|---|---|"
    for cell in cells():
        zoo = f"{cell.zoo_mean:g}" + (f" ± {cell.zoo_std:g}" if cell.zoo_std else "")
        head = f"| {cell.algorithm} {cell.env} | {cell.steps:,} | {zoo} |"
        found = by_cell.get(cell.name)
        if found is None:
            yield f"{head} not measured yet | | | | |"
        elif "not_run" in found[0]:
            yield f"{head} not run: {found[0]['not_run']} | | | | `{found[0]['command']}` |"
        else:
            best, last = (", ".join(_spread(row[which]) for row in found) for which in ("best", "final"))
            minutes = max(row["minutes"] for row in found)
            said = "yes" if cell_reached(found) else "**no**"
            yield f"{head} {best} | {last} | {said} | {minutes:.1f} | `{found[0]['command']}` |"


def cell_reached(rows: list[Row]) -> bool:
    """Whether the best checkpoints, all seeds together, are within one spread of their episodes of RL Zoo's mean."""
    mean = sum(row["best"]["mean"] for row in rows) / len(rows)
    variance = sum(row["best"]["std"] ** 2 for row in rows) / len(rows)
    return bool(mean >= rows[0]["zoo_mean"] - math.sqrt(variance))


def _spread(scores: Row) -> str:
    return f"{scores['mean']:.1f} ± {scores['std']:.1f}"


def plain_page(section: Section, rows: list[Row]) -> Iterable[str]:
    """A section's rows as they are: every field but the stamp is a column."""
    columns = section.columns or {name: name for row in rows for name in row if name not in ("date", "versions")}
    yield "| " + " | ".join(title.replace("_", " ") for title in columns) + " |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield "| " + " | ".join(_cell(name, row.get(name)) for name in columns.values()) + " |"


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict):
        return ", ".join(f"{each} {_cell(name, number)}" for each, number in value.items())
    if isinstance(value, list):
        return ", ".join(_cell(name, each) for each in value)
    return f"`{value}`" if name == "command" else str(value)


def render() -> str:
    """The whole page."""
    lines = [
        "# Results",
        "",
        "Made by `python tests/benchmarks/table.py`; two cores, no GPU. Each row says its command; dates and versions "
        "stand under each table, the rows as data in `results/`.",
    ]
    for section in SECTIONS:
        lines += _section(section.title, section.about, section.path, lambda rows, s=section: plain_page(s, rows))
    about = "What RL Zoo's tuned settings reach here (`bench_reference.py`)."
    lines += _section("RL Zoo's benchmark", about, RESULTS / "reference.json", reference_page)
    return "\n".join(lines) + "\n"


def _section(title: str, about: str, path: Path, show: Callable[[list[Row]], Iterable[str]]) -> list[str]:
    rows = read_rows(path)
    if not rows:
        return ["", f"## {title}", "", about, "", "Not measured yet."]
    dates = sorted({row["date"] for row in rows})
    versions = {name: number for row in rows for name, number in row["versions"].items()}
    stamp = ", ".join(f"{name} {number}" for name, number in versions.items())
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return ["", f"## {title}", "", about, "", *show(rows), "", f"{when}; {stamp}."]


def measure(section: Section) -> None:
    """Run a section's benchmark and stamp its rows with date and versions."""
    print(f"== {section.title}", flush=True)
    subprocess.run(
        [sys.executable, str(HERE / section.script), *section.arguments, "--json", str(section.path)], check=True
    )
    write_rows(section.path, [stamped(row) for row in read_rows(section.path)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [*(section.name for section in SECTIONS), "reference"]
    parser.add_argument("--only", nargs="*", choices=names, default=names)
    parser.add_argument("--render", action="store_true", help="write the page from what was measured before")
    options = parser.parse_args()
    if not options.render:
        for section in SECTIONS:
            if section.name in options.only:
                measure(section)
        if "reference" in options.only:
            subprocess.run([sys.executable, str(HERE / "bench_reference.py")], check=True)
    PAGE.write_text(render(), encoding="utf-8")
    print(f"{now()}: {PAGE}")


if __name__ == "__main__":
    main()

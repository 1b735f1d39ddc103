"""Contests: ours and theirs, steps a second, in turn in one run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from results import stamped, write_rows


@dataclass(frozen=True)
class Contest:
    """Ours and theirs, each steps a second of (steps, seed); `steps` for ours and for theirs at scale 1."""

    name: str
    aim: float | None
    steps: tuple[int, int]
    ours: Callable[[int, int], float]
    theirs: Callable[[int, int], float]


def hold(contests: Iterable[Contest], script: str, about: str | None) -> None:
    """Run every contest, print its ratio (that of the medians), and write the rows."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the usual number of steps")
    parser.add_argument("--json", type=Path, help="where to write the rows")
    chosen = parser.parse_args()
    rows = []
    print(f"{'steps a second':80} {'ours':>9} {'theirs':>9} {'ratio':>7} {'aim':>5}")
    for contest in contests:
        mine, others = [], []
        for seed in range(chosen.rounds):
            mine.append(contest.ours(int(contest.steps[0] * chosen.scale), seed))
            others.append(contest.theirs(int(contest.steps[1] * chosen.scale), seed))
        ours, theirs = median(mine), median(others)
        aim = "" if contest.aim is None else f"{contest.aim:5.1f}"
        print(f"{contest.name:80} {ours:9,.0f} {theirs:9,.0f} {ours / theirs:7.2f} {aim}", flush=True)
        row = {
            "name": contest.name,
            "ours_steps_per_second": ours,
            "theirs": theirs,
            "ratio": ours / theirs,
            "aim": contest.aim,
            "command": f"python tests/benchmarks/{script} --rounds {chosen.rounds}",
        }
        rows.append(stamped(row))
    if chosen.json:
        write_rows(chosen.json, rows)

"""Every reader of files, on thousands of files spoiled at random: how many it refused in words, and how many broke it.

    python tests/benchmarks/fuzz_loaders.py [--only NAME …] [--each 1000] [--seed 0]

A fault is any exception but those a reader speaks in, code that runs, a file that is written elsewhere, more than ten
seconds, or more than 1 GiB of memory. The seed and number of each are printed, and its file is kept for a second look.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import rlstudio  # noqa: F401 - its settings count only before numpy is imported

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from guarded import guarded
from loaders import LOADERS, Loader, kind_in
from mutations import spoiled
from results import RESULTS, read_rows, stamped, write_rows

SECONDS = 10.0


def fuzz(name: str, loader: Loader, each: int, seed: int, keep: Path) -> dict[str, Any]:
    """A row of the table: `each` spoiled files of one reader."""
    home = Path(tempfile.mkdtemp(prefix="rlstudio-fuzz-"))
    began, slowest = time.perf_counter(), 0.0
    counts: Counter[str] = Counter()
    try:
        path = loader.make(home)
        files = loader.files_of(path)
        whole = {file: (path / file if file else path).read_bytes() for file in files}
        loader.read(path)
        _lay_out(path, whole)
        for number in range(each):
            random = Random(f"{seed} {name} {number}")
            file = random.choice(files)
            target = path / file if file else path
            content = spoiled(whole[file], kind_in(path, file), random)
            target.write_bytes(content)
            at = time.perf_counter()
            try:
                with guarded(home, seconds=SECONDS):
                    loader.read(path)
                counts["read"] += 1
            except loader.spoken:
                counts["refused"] += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                counts["faults"] += 1
                _tell(name, file, number, error, content, keep)
            slowest = max(slowest, time.perf_counter() - at)
            _lay_out(path, whole)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    seconds = time.perf_counter() - began
    return {
        "reader": name,
        "files": each,
        **{key: counts[key] for key in ("read", "refused", "faults")},
        "slowest": round(slowest, 2),
        "seconds": round(seconds, 1),
    }


def _lay_out(path: Path, whole: dict[str, bytes]) -> None:
    """The sample as it was: a reader that mends what it goes on with changes more than the file that was spoiled."""
    for file, content in whole.items():
        target = path / file if file else path
        if not target.is_file() or target.stat().st_size != len(content) or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _tell(name: str, file: str, number: int, error: BaseException, content: bytes, keep: Path) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    where = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in where if "/rlstudio/" in frame.filename]
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    print(f"FAULT {name} {file} #{number}: {type(error).__name__}: {str(error)[:150]} at {place}", flush=True)
    (keep / f"{name.replace(' ', '_')}-{number}-{Path(file).name or 'file'}").write_bytes(content)


def main() -> None:
    """Fuzz every reader, or those that are named; all of them become rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="readers whose names begin so")
    parser.add_argument("--each", type=int, default=1000, metavar="N", help="spoiled files for each reader")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", default="fuzz-faults", metavar="DIR", help="where files that break one are put")
    options = parser.parse_args()
    os.environ.setdefault("RLSTUDIO_HOME", tempfile.mkdtemp(prefix="rlstudio-fuzz-home-"))
    warnings.simplefilter("ignore")
    rows = []
    for name, loader in LOADERS.items():
        if options.only and not any(name.startswith(start) for start in options.only):
            continue
        row = fuzz(name, loader, options.each, options.seed, Path(options.keep))
        rows.append(stamped(row))
        print("  ".join(f"{key} {row[key]}" for key in row), flush=True)
    path = RESULTS / "fuzz.json"
    measured = {row["reader"]: row for row in read_rows(path)} | {row["reader"]: row for row in rows}
    write_rows(path, [measured[name] for name in LOADERS if name in measured])


if __name__ == "__main__":
    main()

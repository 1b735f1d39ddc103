"""`rlstudio import`: run bundles from elsewhere become runs here."""

from __future__ import annotations

import argparse
from pathlib import Path

from rlstudio.commands.console import console, print_json, quiet_stdout
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.jobs.teller import Teller
from rlstudio.media.errors import Cancelled
from rlstudio.storage.bundle import SUFFIX
from rlstudio.storage.bundle_reading import import_bundle, is_bundle
from rlstudio.storage.paths import default_runs_dir

INTERRUPTED = 130


def import_run(options: argparse.Namespace) -> int:
    """`rlstudio import FILE…`; 130 after Ctrl+C, which leaves those that were whole by then."""
    paths = [Path(name) for name in options.files]
    wrong = [path for path in paths if not is_bundle(path)]
    if wrong:
        raise ParamError(
            [ParamFault("file", str(path), f"a run bundle, whose name ends with {SUFFIX}") for path in wrong]
        )
    runs_dir = Path(options.runs_dir) if options.runs_dir else default_runs_dir()
    imported: list[str] = []
    with quiet_stdout(), console() as channel:
        for path in paths:
            try:
                imported.append(str(import_bundle(path, runs_dir, Teller(channel, f"unpacking {path.name}: byte"))))
            except Cancelled:
                break
    if options.json:
        print_json({"runs": imported})
    else:
        for run in imported:
            print(run)
    return INTERRUPTED if channel.interrupted else 0

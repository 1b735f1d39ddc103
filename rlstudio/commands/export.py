"""`rlstudio export`: a run as a table, a report, a script, a bundle, or in another program's format."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

from rlstudio.commands.console import console, print_json, quiet_stdout
from rlstudio.commands.find_run import find_run
from rlstudio.core.messages import ExportRun
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.jobs.export_run import export_run
from rlstudio.storage.exports.formats import RUN_FORMATS, RunFormat, run_format

INTERRUPTED = 130


def export(options: argparse.Namespace) -> int:
    """`rlstudio export RUN --to FORMAT -o PATH`; 130 after Ctrl+C."""
    chosen = _format(options.to)
    command = ExportRun(
        str(find_run(options.run, options.runs_dir)),
        chosen.key,
        str(_output(options.output, chosen)),
        checkpoint=_checkpoint(options.checkpoint),
        checkpoints=options.checkpoints,
    )
    with quiet_stdout(), console() as channel:
        export_run(command, channel)
    assert channel.finished is not None
    if channel.finished.status != "finished":
        return INTERRUPTED
    summary = channel.finished.summary
    if options.json:
        print_json(summary)
    else:
        files = f" ({len(summary['files'])} files)" if len(summary["files"]) > 1 else ""
        print(f"{summary['path']}: {chosen.title}, {summary['bytes'] / 1024:,.0f} KiB{files}")
    return 0


def _checkpoint(text: str | None) -> int | Literal["best"] | None:
    """A training step, best, or None for the newest."""
    if text is None or text == "best":
        return text  # type: ignore[return-value]
    if not text.replace(",", "").replace("_", "").isdigit():
        raise ParamError([ParamFault("--checkpoint", text, "a training step, or best")])
    return int(text.replace(",", ""))


def _format(name: str) -> RunFormat:
    try:
        return run_format(name)
    except KeyError:
        words = "one of " + ", ".join(f"{each.key} ({each.title})" for each in RUN_FORMATS)
        raise ParamError([ParamFault("--to", name, words)]) from None


def _output(name: str, chosen: RunFormat) -> Path:
    """The path to write; with another ending than the format's it would be taken for something else."""
    path = Path(name)
    if chosen.suffix and path.suffix.lower() != chosen.suffix:
        raise ParamError([ParamFault("--output", name, f"a name that ends with {chosen.suffix}")])
    return path

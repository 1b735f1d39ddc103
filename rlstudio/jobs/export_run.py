"""Exporting a run: its folder is read and written as one of the formats, with progress and cancel."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from rlstudio.core.messages import ExportRun, Finished, Progress
from rlstudio.jobs.teller import Teller
from rlstudio.media.errors import Cancelled
from rlstudio.storage.errors import RunFolderError, disk_errors
from rlstudio.storage.exports.formats import RUN_FORMATS, run_format
from rlstudio.storage.exports.run_data import read_run
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

_UNITS = {"bundle": "writing KiB", "html": "drawing frame", "json": "writing number"}
Writer = Callable[[ExportRun, Teller], list[Path]]
"""Writes what is asked for, whole or not at all; the files it wrote."""


def export_run(command: ExportRun, channel: Channel) -> None:
    """The job: Progress as it goes, then Finished with the files. Stop leaves nothing behind.

    Raises:
        RunFolderError: where the run cannot be read, or the disk refuses.
    """
    began = time.perf_counter()
    channel.enter(Phase.SAVING)
    path = Path(command.path)
    if not path.absolute().parent.is_dir():
        raise RunFolderError(f"could not write {path}: there is no such folder as {path.parent}; check the path")
    channel.send(Progress(0, 1, f"reading {Path(command.run).name}"))
    try:
        with disk_errors("write", path):
            to = run_format(command.to).key
            files = WRITERS[to](command, Teller(channel, _UNITS.get(to, "writing row")))
    except Cancelled:
        channel.send(Finished("stopped"))
        return
    summary = {
        "path": str(path),
        "to": command.to,
        "run": command.run,
        "files": [str(file) for file in files],
        "bytes": sum(file.stat().st_size for file in files),
        "seconds": time.perf_counter() - began,
    }
    channel.send(Finished("finished", summary))


def _csv(command: ExportRun, teller: Teller) -> list[Path]:
    from rlstudio.storage.exports.tables import write_csv

    return write_csv(Path(command.path), read_run(Path(command.run)), teller)


def _json(command: ExportRun, teller: Teller) -> list[Path]:
    from rlstudio.storage.exports.tables import write_json

    return write_json(Path(command.path), read_run(Path(command.run)), teller)


def _tensorboard(command: ExportRun, teller: Teller) -> list[Path]:
    from rlstudio.storage.exports.tensorboard import write_tensorboard

    return write_tensorboard(Path(command.path), read_run(Path(command.run)), teller)


def _html(command: ExportRun, teller: Teller) -> list[Path]:
    from rlstudio.jobs.report import make_report

    return make_report(command, teller)


def _script(command: ExportRun, _teller: Teller) -> list[Path]:
    from rlstudio.jobs.script import write_script

    return write_script(Path(command.path), read_run(Path(command.run)))


def _bundle(command: ExportRun, teller: Teller) -> list[Path]:
    from rlstudio.storage.exports.bundle import write_bundle

    def in_kib(done: int, total: int) -> None:  # bytes would be more than a window's numbers hold
        teller(done >> 10, total >> 10)

    return write_bundle(Path(command.path), Path(command.run), command.checkpoints, in_kib)


def _onnx(command: ExportRun, _teller: Teller) -> list[Path]:
    from rlstudio.jobs.onnx_export import write_onnx

    return write_onnx(command)


WRITERS: dict[str, Writer] = {
    "csv": _csv,
    "json": _json,
    "tensorboard": _tensorboard,
    "html": _html,
    "script": _script,
    "bundle": _bundle,
    "onnx": _onnx,
}
assert list(WRITERS) == [each.key for each in RUN_FORMATS]

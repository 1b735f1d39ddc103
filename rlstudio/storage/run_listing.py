"""RunListing: every run of a folder at a glance, again and again; what has not changed on disk is not read again."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

from rlstudio.storage.curve_sketch import Sketch, sketch_of
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.labels import LABELS_FILE, Labels, read_labels
from rlstudio.storage.lock import is_locked
from rlstudio.storage.run_info import LOCK_FILE, RUN_FILE, RunInfo, info_of, read_run_file

_MONITOR_FILE = "monitor.csv"
_Stamp = tuple[int, int, int] | None
"""Time of change, size and number of a file; None where there is none."""


@dataclass(frozen=True)
class ListedRun:
    """A run as a list shows it: what run.json says, what a person calls it, and its curve in few points.

    `doing` is known only to who trains it: "running", "paused", "starting", "stopping"; "" is everybody else's.
    """

    info: RunInfo
    labels: Labels = field(default_factory=Labels)
    curve: Sketch = ()
    doing: str = ""

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.info.path

    @property
    def live(self) -> bool:
        """Whether some process trains it now."""
        return self.info.status == "running"

    @property
    def parent_name(self) -> str | None:
        """The folder's name of the run that it was forked from."""
        parent = self.info.config.parent
        return parent.run if parent else None


@dataclass
class _Known:
    run: ListedRun | None = None  # none: no run, or a damaged one
    marked_running: bool = False  # as run.json has it: whether it is true, its lock says each time anew
    stamps: dict[str, _Stamp] = field(default_factory=dict)


class RunListing:
    """The runs of one folder. `read` may be called from any thread."""

    def __init__(self, runs_dir: Path) -> None:
        self.runs_dir = runs_dir
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def read(self, *, curves: bool = True) -> list[ListedRun]:
        """The runs, newest first. Damaged folders, and what is no run, are left out.

        Without `curves` those not known yet are left out, too: for the first time that is twice as quick.
        """
        files = (RUN_FILE, LABELS_FILE, *((_MONITOR_FILE,) if curves else ()))
        with self._lock:
            try:
                with os.scandir(self.runs_dir) as entries:
                    names = [entry.name for entry in entries if not entry.name.startswith(".")]
            except OSError:
                names = []
            self._known = {name: self._look(name, files) for name in names}
            runs = [known.run for known in self._known.values() if known.run is not None]
        return sorted(runs, key=lambda run: (run.info.started, run.path.name), reverse=True)

    def _look(self, name: str, files: tuple[str, ...]) -> _Known:
        folder, known = self.runs_dir / name, self._known.get(name) or _Known()
        stamps = {file: _stamp(f"{folder}{os.sep}{file}") for file in files}
        changed = {file for file, stamp in stamps.items() if file not in known.stamps or known.stamps[file] != stamp}
        if RUN_FILE in changed:
            known = _Known(*_read(folder, known.run), stamps=known.stamps)
        if known.run is not None:
            if LABELS_FILE in changed:
                known.run = replace(known.run, labels=read_labels(folder))
            if _MONITOR_FILE in changed:
                known.run = replace(known.run, curve=sketch_of(folder / _MONITOR_FILE))
            if known.marked_running:
                status = "running" if is_locked(folder / LOCK_FILE) else "interrupted"
                if status != known.run.info.status:
                    known.run = replace(known.run, info=replace(known.run.info, status=status))
        known.stamps = known.stamps | stamps if known.run is not None else {RUN_FILE: stamps[RUN_FILE]}
        return known


def _read(folder: Path, before: ListedRun | None) -> tuple[ListedRun | None, bool]:
    """What run.json says now, with labels and curve as they were; and whether it says that the run goes on."""
    try:
        data = read_run_file(folder)
        info = info_of(folder, data)
    except RunFolderError:
        return None, False
    return (replace(before, info=info) if before else ListedRun(info)), data.get("status") == "running"


def _stamp(path: str) -> _Stamp:
    try:
        about = os.stat(path)
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino

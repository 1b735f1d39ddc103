"""The runs there are: listed from their run.json alone. `trash` takes them away."""

from __future__ import annotations

from pathlib import Path

from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_info import RunInfo, info_of, read_run_file


def list_runs(runs_dir: Path) -> list[RunInfo]:
    """The runs in `runs_dir`, newest first. Damaged folders, and what is no run, are left out."""
    found = []
    try:
        folders = [entry for entry in runs_dir.iterdir() if not entry.name.startswith(".")]
    except OSError:
        return []
    for folder in folders:
        try:
            found.append(info_of(folder, read_run_file(folder)))
        except RunFolderError:
            continue
    return sorted(found, key=lambda info: (info.started, info.path.name), reverse=True)

"""A run that a person named on the command line, by path or by its folder's name."""

from __future__ import annotations

from pathlib import Path

from rlstudio.core.params import ParamError, ParamFault
from rlstudio.storage.run_folder import default_runs_dir


def find_run(name: str, runs_dir: str | None = None) -> Path:
    """A run by path, or by its folder's name among the runs. Raises ParamError."""
    root = Path(runs_dir) if runs_dir else default_runs_dir()
    for path in (Path(name), root / name):
        if (path / "run.json").is_file():
            return path
    raise ParamError([ParamFault("run", name, f"a run folder, or the name of one in {root} (see: rlstudio runs)")])

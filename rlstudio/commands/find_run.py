"""A run that a person named on the command line, by path or by its folder's name."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from rlstudio.core.params import ParamError, ParamFault
from rlstudio.storage.run_folder import default_runs_dir


def find_run(name: str, runs_dir: str | None = None) -> Path:
    """A run by path, or by its folder's name among the runs. Raises ParamError."""
    root = Path(runs_dir) if runs_dir else default_runs_dir()
    for path in (Path(name), root / name):
        if (path / "run.json").is_file():
            return path
    near = _near(name, root)
    hint = f"did you mean {' or '.join(near)}?" if near else "see: rlstudio runs"
    raise ParamError([ParamFault("run", name, f"a run folder, or the name of one in {root} ({hint})")])


def _near(name: str, root: Path) -> list[str]:
    """The newest runs that this may have meant: the words it is part of, else those spelled most like it."""
    names = sorted((path.parent.name for path in root.glob("*/run.json")), reverse=True) if name else []
    return [each for each in names if name.lower() in each.lower()][:3] or get_close_matches(name, names, 3, 0.8)

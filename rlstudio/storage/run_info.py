"""run.json: what a run is and how far it came, readable without touching anything else in its folder."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rlstudio import __version__
from rlstudio.core.params import ParamError
from rlstudio.core.run_config import RunConfig
from rlstudio.core.whole_file import whole_file
from rlstudio.storage.errors import RunFolderError, disk_errors
from rlstudio.storage.lock import is_locked
from rlstudio.storage.ordinary_file import json_in
from rlstudio.storage.records import plain

RUN_FILE = "run.json"
LOCK_FILE = ".lock"
_MOST_BYTES = 16 << 20
_MOST = 1e15
STATUSES = ("running", "finished", "stopped", "failed", "interrupted")

_PACKAGES = ("gymnasium", "numpy", "torch", "box2d", "pygame-ce")


@dataclass(frozen=True)
class RunInfo:
    """One run at a glance.

    Attributes:
        status: "running", "finished", "stopped", "failed", or "interrupted": marked running, but no process holds it.
        seconds, evaluation_seconds: of training, and of the evaluations on the way.
        mean_return, best_mean_return: over the last `config.window` episodes; None before the first one ended.
        solved_at: step, episode and seconds at which `config.stop_at` was reached.
        started, heartbeat: ISO dates; when the run began, and when run.json was last written.
        best_checkpoint: step of the checkpoint marked as best by evaluation.
        live_params: what changes made while training left behind, over `config.params`, which say how it began.
    """

    path: Path
    config: RunConfig
    status: str
    steps: int = 0
    episodes: int = 0
    seconds: float = 0.0
    evaluation_seconds: float = 0.0
    mean_return: float | None = None
    best_mean_return: float | None = None
    solved_at: dict[str, Any] | None = None
    started: str = ""
    heartbeat: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    error: str | None = None
    best_checkpoint: int | None = None
    live_params: dict[str, Any] = field(default_factory=dict)


def now() -> str:
    """The time here, as an ISO date."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def package_versions() -> dict[str, str]:
    """Versions that a run's numbers depend on, read without importing anything."""
    found = {"rlstudio": __version__, "python": platform.python_version(), "platform": platform.platform()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def library_versions() -> dict[str, str]:
    """The same without what tells of the machine: for files that are given away."""
    return {name: found for name, found in package_versions().items() if name != "platform"}


def write_run_file(folder: Path, data: dict[str, Any], *, synced: bool = True) -> None:
    """Replace run.json at once; see `whole_file` for `synced`. Raises RunFolderError."""
    text = json.dumps(plain(data), indent=2, allow_nan=False)
    with disk_errors("write", folder / RUN_FILE), whole_file(folder / RUN_FILE, synced=synced) as file:
        file.write((text + "\n").encode("utf-8"))


def read_run_file(folder: Path) -> dict[str, Any]:
    """run.json as plain data. Raises RunFolderError."""
    path = folder / RUN_FILE
    try:
        with disk_errors("open the run", path):
            data = json_in(path, _MOST_BYTES)
    except ValueError as error:
        raise RunFolderError(f"{path} is damaged: it is no JSON ({error})") from error
    if not isinstance(data, dict):
        raise RunFolderError(f"{path} is damaged: it holds no object")
    return data


def info_of(folder: Path, data: dict[str, Any]) -> RunInfo:
    """A RunInfo of what `read_run_file` returned. Raises RunFolderError, naming the field that is wrong."""
    try:
        config = RunConfig.parse(data.get("config"))
    except ParamError as error:
        raise RunFolderError(f"{folder / RUN_FILE} is damaged: {error}") from error
    status = data.get("status")
    if status not in STATUSES:
        raise RunFolderError(f"{folder / RUN_FILE} is damaged: status {status!r}; it takes {', '.join(STATUSES)}")
    if status == "running" and not is_locked(folder / LOCK_FILE):
        status = "interrupted"
    solved, versions, live_params = data.get("solved_at"), data.get("versions"), data.get("live_params")
    return RunInfo(
        path=folder,
        config=config,
        status=status,
        steps=int(_number(data, "steps") or 0),
        episodes=int(_number(data, "episodes") or 0),
        seconds=_number(data, "seconds") or 0.0,
        evaluation_seconds=_number(data, "evaluation_seconds") or 0.0,
        mean_return=_number(data, "mean_return"),
        best_mean_return=_number(data, "best_mean_return"),
        solved_at=solved if isinstance(solved, dict) else None,
        started=_text(data, "started") or "",
        heartbeat=_text(data, "heartbeat") or "",
        versions={str(name): str(value) for name, value in versions.items()} if isinstance(versions, dict) else {},
        error=_text(data, "error"),
        best_checkpoint=best if isinstance(best := data.get("best_checkpoint"), int) else None,
        live_params=live_params if isinstance(live_params, dict) else {},
    )


def _number(data: dict[str, Any], name: str) -> float | None:
    """A field that is a number; None for one that no run can have (NaN and infinity are numbers to who reads JSON)."""
    value = data.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) < _MOST else None


def _text(data: dict[str, Any], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) else None

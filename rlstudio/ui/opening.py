"""Opening what is on disk: a run of before with its curves and policy, or episodes. Read off the window's thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rlstudio.core.episode import Episode
from rlstudio.core.history import History
from rlstudio.core.messages import Change, Evaluation, PolicyData
from rlstudio.storage.episode_file import load_episode
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.run_info import RunInfo

MOST_EPISODES = 50


@dataclass(frozen=True)
class OpenedRun:
    """All that a window shows of a run of before. `policy` and `best` are None where there is no checkpoint."""

    info: RunInfo
    history: History
    policy: PolicyData | None
    best: PolicyData | None
    episodes: list[Episode]
    has_more: int = 0


def open_run(path: Path) -> OpenedRun:
    """Read a run folder. Raises RunFolderError."""
    folder = RunFolder.open(path)
    info = folder.read_info()
    events = folder.read_events()
    metrics = folder.read_metrics()
    metrics.pop("evaluation_mean", None)  # shown as evaluations, not as a diagnostic of the algorithm
    history = History.load(
        folder.read_monitor(), metrics, _evaluations(events), _changes(events), window=info.config.window
    )
    files = sorted(folder.episodes_dir.glob("*.npz")) if folder.episodes_dir.is_dir() else []
    return OpenedRun(
        info,
        history,
        _policy(folder, None),
        _policy(folder, "best"),
        [load_episode(file) for file in files[-MOST_EPISODES:]],
        max(0, len(files) - MOST_EPISODES),
    )


def best_policy(run: str | None) -> PolicyData | None:
    """The policy marked as best in a run folder, if there is one."""
    if run is None:
        return None
    try:
        return _policy(RunFolder.open(Path(run)), "best")
    except RunFolderError:
        return None


def has_best(run: str | None) -> bool:
    """Whether a run folder has a checkpoint marked as best."""
    try:
        return run is not None and RunFolder.open(Path(run)).best_checkpoint() is not None
    except RunFolderError:
        return False


def _policy(folder: RunFolder, which: Any) -> PolicyData | None:
    try:
        return folder.load_policy(which)
    except RunFolderError:
        return None


def _evaluations(events: list[dict[str, Any]]) -> list[Evaluation]:
    return [
        Evaluation(row["step"], row.get("seconds", 0.0), tuple(row["returns"]), bool(row.get("best")))
        for row in events
        if row.get("kind") == "evaluation" and row.get("returns")
    ]


def _changes(events: list[dict[str, Any]]) -> list[Change]:
    return [
        Change(row["step"], row.get("seconds", 0.0), row["name"], row.get("old"), row.get("value"))
        for row in events
        if row.get("kind") == "param"
    ]

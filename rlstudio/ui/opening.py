"""Opening what is on disk: a run of before with its curves and policy, or episodes. Read off the window's thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.core.history import History
from rlstudio.core.messages import PolicyData
from rlstudio.core.run_events import marks_of
from rlstudio.storage.episode_file import episode_files
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.run_info import RunInfo

MOST_EPISODES = 50


@dataclass(frozen=True)
class OpenedRun:
    """What a window shows of a run of before. `policy` and `best` are None where there is no checkpoint; `recordings`
    are the files of its newest recorded episodes, which may take a while to read."""

    info: RunInfo
    history: History
    policy: PolicyData | None
    best: PolicyData | None
    recordings: list[Path]


def open_run(path: Path) -> OpenedRun:
    """Read a run folder. Raises RunFolderError, and ParamError where its algorithm is not installed."""
    folder = RunFolder.open(path)
    info = folder.read_info()
    get_algorithm(info.config.algorithm)  # before anything is shown of a run that this program cannot know
    metrics = folder.read_metrics()
    metrics.pop("evaluation_mean", None)  # shown as evaluations, not as a diagnostic of the algorithm
    history = History.load(folder.read_monitor(), metrics, *marks_of(folder.read_events()), window=info.config.window)
    recordings = episode_files(folder.episodes_dir)[-MOST_EPISODES:]
    return OpenedRun(info, history, _policy(folder, None), _policy(folder, "best"), recordings)


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

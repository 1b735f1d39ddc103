"""RunReadings: runs as a comparison needs them, read again and again; what has not changed on disk is not read anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rlstudio.core.comparison import ComparedRun
from rlstudio.core.history import History
from rlstudio.core.run_config import RunConfig
from rlstudio.core.run_events import as_lived, marks_of
from rlstudio.core.run_groups import kind_of
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.foreign_runs import ForeignRun, read_foreign
from rlstudio.storage.labels import LABELS_FILE, read_labels
from rlstudio.storage.lock import is_locked
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.run_info import LOCK_FILE, RUN_FILE

_FILES = (RUN_FILE, "monitor.csv", LABELS_FILE, "events.jsonl")
_MEANS = ("rollout/ep_rew_mean", "eval/mean_reward")
"""What a mean return goes by in the event files of Stable-Baselines3 and of this program."""

_MOST_GENERATIONS = 20
_Stamp = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class Reading:
    """What was read: the runs, and in words what is left out. `live` says whether any of them still trains."""

    runs: list[ComparedRun] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def live(self) -> bool:
        """Whether more is to come."""
        return any(run.live for run in self.runs)


class RunReadings:
    """Runs of this program by their folders, and those from elsewhere. One thread at a time may call `read`."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[_Stamp, ComparedRun]] = {}
        self._foreign: dict[Path, list[ComparedRun]] = {}

    def read(self, paths: Sequence[Path], stale: Callable[[], bool] = lambda: False) -> Reading:
        """The runs in those folders, in their order; what is stale is not read to its end."""
        found = Reading()
        for path in paths:
            if stale():
                break
            try:
                if path in self._foreign:
                    found.runs.extend(self._foreign[path])
                else:
                    found.runs.append(self._read(path))
            except RunFolderError as error:
                found.left_out.append(f"{path.name} is left out: {error}")
        return found

    def add_foreign(self, path: Path) -> int:
        """Read what another program wrote; how many runs it holds. Raises RunFolderError."""
        runs = [_compared(run) for run in read_foreign(path)]
        self._foreign[path] = [run for run in runs if run is not None]
        if not self._foreign[path]:
            del self._foreign[path]
            raise RunFolderError(f"{path} holds no returns: none of {', '.join(_MEANS)} is in its event files")
        return len(self._foreign[path])

    def _read(self, path: Path) -> ComparedRun:
        stamp = tuple(_stamp(path / name) for name in _FILES)
        known = self._known.get(path)
        if known is not None and known[0] == stamp and not known[1].live:
            return known[1]
        folder = RunFolder.open(path)
        info = folder.read_info()
        live = info.status == "running" and is_locked(path / LOCK_FILE)
        title = read_labels(path).title
        if known is not None and known[0][1] == stamp[1]:
            history = known[1].history
        else:
            history = History.load(folder.read_monitor(), {}, window=info.config.window)
        config = as_lived(info.config, marks_of(folder.read_events())[1])
        run = ComparedRun(path.name, config, history, title, live, origin=_origin(path, info.config))
        self._known[path] = stamp, run
        return run


def _origin(path: Path, config: RunConfig, generations: int = 0) -> str:
    """The kind of the run that this one was forked from, as it had gone up to there; "" without one, or if it is gone.

    A family that is its own ancestor is no family: a stranger may have written it.
    """
    if config.parent is None or generations > _MOST_GENERATIONS:
        return ""
    parent = path.parent / config.parent.run
    try:
        folder = RunFolder.open(parent)
        earlier, changes = folder.read_info().config, marks_of(folder.read_events())[1]
    except RunFolderError:
        return ""
    lived = as_lived(earlier, [each for each in changes if each.step < config.parent.step])
    return kind_of(lived, _origin(parent, earlier, generations + 1))


def _compared(run: ForeignRun) -> ComparedRun | None:
    """A run from elsewhere: its episodes, or the means it logged; None where there are neither."""
    if len(run.monitor.returns):
        return ComparedRun(run.name, None, History.load(run.monitor, {}), env=run.env)
    means = next((run.metrics[name] for name in _MEANS if name in run.metrics), None)
    return None if means is None else ComparedRun(run.name, None, History(), env=run.env, means=means)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size

"""What a fork of a run can begin with: its checkpoints, the settings at each of them, its curves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rlstudio.algorithms.resolve import forked, in_force
from rlstudio.core.history import History
from rlstudio.core.messages import Change
from rlstudio.core.run_config import Parent, RunConfig
from rlstudio.core.run_events import marks_of
from rlstudio.storage.checkpoint_notes import standing_at
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.opening import OpenedRun, open_run


@dataclass(frozen=True)
class ForkPoint:
    """A checkpoint to fork at; `lived_from` is the step from which those up to it are lived once more, None where the
    fork begins at once."""

    step: int
    lived_from: int | None = None

    def words(self, *, midway: bool) -> str:
        """What happens there before the fork learns on; `midway`: whether it can go on amid an episode."""
        if self.lived_from is not None:
            first = f"First the steps {self.lived_from:,} to {self.step:,} are lived once more"
            return f"{first}: of this checkpoint the policy alone was kept."
        if not midway and self.step:
            return "It begins at once, with new episodes: this algorithm keeps nothing of unfinished ones."
        return "It begins at once."


@dataclass(frozen=True)
class ForkSource:
    """A run that can be forked."""

    opened: OpenedRun
    curves: History
    """The same curves once more, for the fork to grow."""
    points: tuple[ForkPoint, ...]
    changes: tuple[Change, ...]
    midway: bool

    @property
    def config(self) -> RunConfig:
        """Of the run."""
        return self.opened.info.config

    def params_at(self, step: int) -> dict[str, Any]:
        """The parameters in force there."""
        return in_force(self.config, step, self.changes)

    def changes_after(self, step: int) -> int:
        """Live changes that were made later."""
        return sum(change.step > step for change in self.changes)

    def fork(self, step: int, **changed: Any) -> RunConfig:
        """The config of a fork there; see `algorithms.resolve.forked`. Raises ParamError."""
        solved = self.opened.info.solved_at
        return forked(
            self.config,
            Parent(run=self.opened.info.path.name, step=step),
            changes=self.changes,
            solved=solved is not None and solved.get("step", 0) <= step,
            **changed,
        )


def read_fork_source(path: Path) -> ForkSource:
    """Read a run. Raises RunFolderError, and ParamError where its algorithm is not installed."""
    opened, folder = open_run(path), RunFolder.open(path)
    folder.check_learned_here()
    whole = folder.forkable()
    exact = [step for step in whole if "environment" in standing_at(path / "checkpoints" / str(step))]
    from_first = opened.info.config.parent is None
    points = (_point(step, whole, exact, from_first=from_first) for step in folder.checkpoints())
    found = tuple(point for point in points if point is not None)
    if not found:
        raise RunFolderError(f"{path.name} has no checkpoint that it could be forked at; train it longer")
    return ForkSource(
        opened, open_run(path).history, found, tuple(marks_of(folder.read_events())[1]), bool(exact) or whole == [0]
    )


def _point(step: int, whole: list[int], exact: list[int], *, from_first: bool) -> ForkPoint | None:
    if step in whole:
        return ForkPoint(step)
    before = [known for known in exact if 0 < known < step]
    if before:
        return ForkPoint(step, before[-1])
    return ForkPoint(step, 0) if from_first else None

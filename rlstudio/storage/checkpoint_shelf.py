"""CheckpointShelf: which checkpoints a run that is being written keeps, so that they tell its story and bound the disk.

The first, the newest and the best stay, and those that training can go on from. Of the others those go first that leave
the smallest gap on `core.learning_scale`. So it is with the learners that are kept besides the newest, for forks of the
run to begin at. What is on the shelf is remembered: only its writer changes it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from rlstudio.core.learning_scale import most_dispensable
from rlstudio.core.whole_file import temporary_beside
from rlstudio.storage import checkpoint
from rlstudio.storage.errors import disk_errors

LEARNERS_KEPT = 2
OLDER_LEARNERS_KEPT = 8
"""Learners besides the newest."""
OLDER_LEARNER_BYTES_KEPT = 32 * 2**20
"""What those may take of the disk together."""
FILES_KEPT = 2
"""Checkpoints whose files for use elsewhere stay, besides the best one's: a CNN's model.zip has 27 MB."""
CHECKPOINTS_KEPT = 64
"""Policies to look back at, besides the first, the best, and those with a learner."""
BYTES_KEPT = 256 * 2**20
"""What those may take of the disk together."""


class _Entry(NamedTuple):
    n_bytes: int
    has_learner: bool
    learner_bytes: int


def steps_in(folder: Path) -> list[int]:
    """Steps of the checkpoints in a folder of them, in order."""
    if not folder.is_dir():
        return []
    names = (entry.name for entry in folder.iterdir() if checkpoint.is_there(entry))
    return sorted(int(name) for name in names if re.fullmatch(r"0|[1-9][0-9]{0,15}", name))


class CheckpointShelf:
    """The checkpoints in one folder, for the process that writes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries = {step: self._look_at(step) for step in steps_in(folder)}

    def __contains__(self, step: int) -> bool:
        return step in self._entries

    def added(self, step: int, best: int | None, files: Iterable[str] = ()) -> None:
        """A checkpoint was written, with these `files` for use elsewhere: let go of what it makes needless."""
        self._entries[step] = self._look_at(step)
        for older in self._needless_learners():
            checkpoint.drop_learner(self._folder / str(older))
            self._entries[older] = self._look_at(older)
        if names := list(files):
            self._drop_files(names, best)
        self._thin(best)

    def rewind(self, step: int) -> None:
        """Delete the checkpoints after `step`. Raises RunFolderError."""
        for later in [known for known in self._entries if known > step]:
            with disk_errors("delete", self._folder / str(later)):
                shutil.rmtree(self._folder / str(later))
            del self._entries[later]

    def _look_at(self, step: int) -> _Entry:
        folder = self._folder / str(step)
        sizes: dict[str, int] = {}
        with suppress(OSError):
            sizes = {file.name: file.stat().st_size for file in folder.iterdir()}
        learner_bytes = sum(sizes.get(name, 0) for name in checkpoint.LEARNER_FILES)
        return _Entry(sum(sizes.values()), checkpoint.has_learner(folder), learner_bytes)

    def _with_learner(self) -> list[int]:
        return sorted(step for step, entry in self._entries.items() if entry.has_learner)

    def _needless_learners(self) -> list[int]:
        """Those of older checkpoints that are too many, or too large."""
        steps = self._with_learner()
        newest = set(steps[-LEARNERS_KEPT:])
        n_bytes = sum(self._entries[step].learner_bytes for step in steps if step not in newest)
        needless: list[int] = []
        while len(steps) > LEARNERS_KEPT and (
            len(steps) - LEARNERS_KEPT > OLDER_LEARNERS_KEPT or n_bytes > OLDER_LEARNER_BYTES_KEPT
        ):
            victim = most_dispensable(steps, newest)
            victim = steps[0] if victim is None else victim
            n_bytes -= self._entries[victim].learner_bytes
            steps.remove(victim)
            needless.append(victim)
        return needless

    def _drop_files(self, names: list[str], best: int | None) -> None:
        """Files of these names stay with the newest few that have them, and with the best."""
        having = [
            step for step in sorted(self._entries) if any((self._folder / str(step) / n).is_file() for n in names)
        ]
        for older in having[:-FILES_KEPT]:
            if older == best:
                continue
            for name in names:
                with disk_errors("delete", self._folder / str(older) / name):
                    (self._folder / str(older) / name).unlink(missing_ok=True)
            self._entries[older] = self._look_at(older)

    def _thin(self, best: int | None) -> None:
        steps = sorted(self._entries)
        kept = {*self._with_learner(), *steps[:1], *steps[-1:], *(step for step in steps if step == best)}
        loose = self._entries.keys() - kept
        n_bytes = sum(self._entries[step].n_bytes for step in loose)
        while len(loose) > CHECKPOINTS_KEPT or n_bytes > BYTES_KEPT:
            victim = most_dispensable(steps, kept)
            if victim is None:
                return
            folder = self._folder / str(victim)
            with suppress(OSError):  # somebody reads it; its time will come again when the run is continued
                shutil.rmtree(folder.rename(temporary_beside(folder)))
            n_bytes -= self._entries.pop(victim).n_bytes
            loose.discard(victim)
            steps.remove(victim)

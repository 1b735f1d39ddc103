"""Keeping: what a training run has for the disk, held until the disk takes it.

A disk that is full, read-only or gone does not end a run. Nothing that was refused is forgotten: it is told once, tried
again and again, and told once more when all of it is saved.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from rlstudio.algorithms.base import Learner, LearnerState, StopTraining
from rlstudio.core.messages import Evaluation, NotSaved, PolicyData, Warned
from rlstudio.jobs.autosave import Autosave
from rlstudio.jobs.gathered import Gathered
from rlstudio.jobs.run_record import RunRecord
from rlstudio.jobs.wall_clock import WallClock, set_back_words
from rlstudio.storage.errors import DiskError
from rlstudio.workers.channel import Channel

FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 1.0, 15.0
WAIT_SECONDS = 600.0
"""How long a run that is over waits for a disk that refuses what it learned."""
MOST_WAITING_BYTES = 256 * 2**20
"""What policies to look back at may take in memory while the disk refuses them; beyond that every other one goes."""


_ANEW = (
    "The run's folder was deleted or moved while it trained. It was made anew with its settings and whole curves; its "
    "earlier checkpoints and episodes are gone from there"
)


class Keeping:
    """Times are those of `time.perf_counter`.

    Attributes:
        gathered: what happened since it was last written. Add to it.
        trouble: why something is not saved, in words that say what to do; "" where all is.
    """

    def __init__(self, record: RunRecord, channel: Channel, autosave: Autosave) -> None:
        self.gathered = Gathered()
        self.trouble = ""
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._record = record
        self._channel = channel
        self._autosave = autosave
        self._clock = WallClock()
        self._snapshots: list[PolicyData] = []
        self._best: tuple[Evaluation, PolicyData] | None = None
        self._lines_refused = self._checkpoint_refused = False
        self._next_try = 0.0
        self._saved_step = record.first_step

    def write(self, summary: dict[str, Any], snapshots: list[PolicyData]) -> None:
        """Write what was gathered, where the run is, and policies to look back at."""
        self._snapshots += snapshots
        if self._lines_refused and time.perf_counter() < self._next_try:
            return
        step = int(summary["steps"])
        if back := self._clock.set_back():
            self._channel.send(Warned(set_back_words(back, step)))
            self.gathered.events.append(("clock", step, summary["seconds"], {"set_back_seconds": round(back)}))
        self._lines_refused = not self._try(lambda: self._write(summary), step)
        if self._lines_refused:
            self._thin_snapshots()
        self._say_if_well(step)

    def _write(self, summary: dict[str, Any]) -> None:
        self._bring_back()
        self._record.write(self.gathered, summary)
        if self._best is not None:
            self._record.evaluated(*self._best)
            self._best = None
        while self._snapshots:
            self._record.save_snapshot(self._snapshots[0])
            del self._snapshots[0]

    def note(self, kind: str, step: int, seconds: float) -> None:
        """One thing a person did, written at once where the disk takes it."""
        self.gathered.events.append((kind, step, seconds, {}))
        if not self._lines_refused:
            self._lines_refused = not self._try(lambda: self._record.write_events(self.gathered), step)

    def evaluated(self, evaluation: Evaluation, policy: PolicyData) -> None:
        """Keep the policy of the best evaluation so far; of several that wait the last one is the best."""
        self.gathered.evaluations.append(evaluation)
        if not evaluation.best:
            return
        if not self._lines_refused and self._try(lambda: self._record.evaluated(evaluation, policy), policy.step):
            self._best = None
        else:
            own = {name: np.array(array) for name, array in policy.arrays.items()}  # the learner goes on with its own
            self._best, self._lines_refused = (evaluation, replace(policy, arrays=own)), True

    def save_whole(self, learner: Learner, algorithm: str, step: int, state: LearnerState, *, since: float) -> None:
        """Save a checkpoint to go on from; `since` it was begun to be taken. One that the disk refuses is not tried
        again: the next one holds more, and is soon due."""

        def save() -> None:
            self._bring_back()
            self._record.save_whole(learner, algorithm, step, state)

        self._checkpoint_refused = not self._try(save, step)
        now = time.perf_counter()
        if self._checkpoint_refused:
            self._autosave.refused(step, now - since, now, self._retry_seconds)
        else:
            self._saved_step = step
            self._autosave.saved(step, now - since, now)
        self._say_if_well(step)

    def wait(self, stand_by: Callable[[], None], save_checkpoint: Callable[[], None]) -> None:
        """Until all is saved, at the end of a run: try again. `stand_by` waits a moment; StopTraining in it gives up.

        Raises:
            DiskError: given up, or tried for long enough.
        """
        give_up = time.perf_counter() + WAIT_SECONDS
        if self.trouble:
            words = f"Training is over, and waits until what it learned can be saved: {self.trouble}. "
            words += "Stopping it once more gives up."
            self._channel.send(NotSaved(words))
        while self.trouble:
            try:
                stand_by()
                given_up = time.perf_counter() > give_up
            except StopTraining:
                given_up = True
            if given_up:
                self._next_try = 0.0  # once more, at least
            if given_up or time.perf_counter() >= min(self._next_try, self._autosave.due_second):
                save_checkpoint()
            if given_up and self.trouble:
                raise DiskError(f"{self.trouble}. What was learned after step {self._saved_step:,} is lost")

    def _try(self, work: Callable[[], None], step: int | None) -> bool:
        try:
            work()
        except DiskError as error:
            self._next_try = time.perf_counter() + self._retry_seconds
            self._retry_seconds = min(2 * self._retry_seconds, LONGEST_RETRY_SECONDS)
            if not self.trouble:
                self.trouble = str(error)
                self._channel.send(NotSaved(self._words(step)))
            self.trouble = str(error)
            return False
        return True

    def _words(self, step: int | None) -> str:
        return (
            f"The run cannot be saved at step {step or 0:,}: {self.trouble}. Training goes on; what is not saved is "
            "kept in memory, and saved as soon as the disk takes it. "
            f"The last checkpoint is of step {self._saved_step:,}."
        )

    def _say_if_well(self, step: int) -> None:
        if self._lines_refused or self._checkpoint_refused:
            return
        self._retry_seconds = FIRST_RETRY_SECONDS
        if self.trouble:
            self.trouble = ""
            self._channel.send(NotSaved(""))

    def _bring_back(self) -> None:
        if self._record.bring_back():
            self._autosave.due_second = 0.0  # the checkpoints that were there are gone
            self._channel.send(Warned(f"{_ANEW}: {self._record.run}"))

    def _thin_snapshots(self) -> None:
        while len(self._snapshots) > 1 and sum(map(_n_bytes, self._snapshots)) > MOST_WAITING_BYTES:
            self._snapshots = self._snapshots[::-2][::-1]


def _n_bytes(policy: PolicyData) -> int:
    return sum(array.nbytes for array in policy.arrays.values())

"""A child's signs of life in shared memory: heartbeat, what it does since when, how many commands it has read."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from enum import IntEnum
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path


class Phase(IntEnum):
    """What a job is busy with."""

    STARTING = 0
    WAITING = 1
    STEPPING = 2
    UPDATING = 3
    RENDERING = 4
    SAVING = 5


BEAT_EVERY_SECONDS = 0.2
FROZEN_AFTER_SECONDS = 1.5
FROZEN_ALTHOUGH_RUNNABLE_SECONDS = 10.0
"""Longer while the system says that the child runs or waits for a processor: on a machine that is busy with other work
it gets its turn late, and a library that computes may hold every thread meanwhile."""
FROZEN_WHILE_STARTING_SECONDS = 10.0
"""Longer while the child starts: it has no heart yet, and loading a library may stop every thread."""
STARTING_ALTHOUGH_RUNNABLE_SECONDS = 40.0
"""Both: where several runs, each with its picture, begin at once on two cores, loading may take one that long."""

LONGEST_SECONDS = {
    Phase.STARTING: 60.0,
    Phase.WAITING: float("inf"),
    Phase.STEPPING: 1.5,
    Phase.UPDATING: 60.0,
    Phase.RENDERING: 1.5,
    Phase.SAVING: 60.0,
}
"""Beyond this a phase is reported: busy is not hung, but a person wants to know."""

_WORDS = {
    Phase.STARTING: "has been starting",
    Phase.WAITING: "has been waiting",
    Phase.STEPPING: "has been inside one step of the environment",
    Phase.UPDATING: "has been in one update",
    Phase.RENDERING: "has been drawing one frame",
    Phase.SAVING: "has been saving",
}
_BEAT, _PHASE, _SINCE, _READ, _SIZE = 0, 1, 2, 3, 4


@dataclass(frozen=True)
class Health:
    """How a child is. `trouble` says in words what is wrong, "" when nothing is.

    `runnable`: whether a silent child is not stopped or asleep, but runs or waits for its turn; see `runnable`.
    """

    alive: bool
    phase: Phase
    phase_seconds: float
    silent_seconds: float
    runnable: bool = False

    @property
    def trouble(self) -> str:
        """What to tell a person, "" when all is well."""
        if not self.alive:
            return "the process has ended"
        if self.silent_seconds > self._patience_seconds:
            return f"the process has given no sign of life for {self.silent_seconds:.1f} s"
        if self.phase_seconds > LONGEST_SECONDS[self.phase]:
            return f"the process {_WORDS[self.phase]} for {self.phase_seconds:.1f} s"
        return ""

    @property
    def _patience_seconds(self) -> float:
        """How long it may be silent."""
        if self.phase is Phase.STARTING:
            return STARTING_ALTHOUGH_RUNNABLE_SECONDS if self.runnable else FROZEN_WHILE_STARTING_SECONDS
        return FROZEN_ALTHOUGH_RUNNABLE_SECONDS if self.runnable else FROZEN_AFTER_SECONDS


def runnable(pid: int) -> bool:
    """Whether any thread of a process runs or waits for a processor or a disk, rather than being stopped or asleep.

    Only Linux tells (proc(5)); elsewhere this is False: nothing is known.
    """
    for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
        with contextlib.suppress(OSError, IndexError):  # a thread that has just ended
            if stat.read_text().rpartition(")")[2].split()[0] in "RD":
                return True
    return False


class Vitals:
    """The shared block: the parent creates it, the child attaches by name. Times are of the monotonic clock."""

    def __init__(self, name: str | None = None) -> None:
        self._owner = name is None
        self._memory = SharedMemory(name=name, create=self._owner, size=_SIZE * 8)
        assert self._memory.buf is not None  # None only after close
        self._numbers = self._memory.buf.cast("d")
        if self._owner:
            now = time.monotonic()
            for index, value in enumerate((now, float(Phase.STARTING), now, 0.0)):
                self._numbers[index] = value

    @property
    def name(self) -> str:
        """Name to attach by."""
        return self._memory.name

    def beat(self) -> None:
        """Child: still alive."""
        self._numbers[_BEAT] = time.monotonic()

    def enter(self, phase: Phase) -> None:
        """Child: busy with `phase` from now on. Cheap enough for every step."""
        self._numbers[_SINCE] = (
            time.monotonic()
        )  # first: a reader in between must not take the old time for the new phase
        self._numbers[_PHASE] = phase

    def count_read(self) -> None:
        """Child: one more command was read."""
        self._numbers[_READ] += 1

    @property
    def commands_read(self) -> int:
        """How many commands the child has read."""
        return int(self._numbers[_READ])

    def health(self, alive: bool, pid: int = 0) -> Health:
        """Parent: how the child is; with its process id also whether it could do anything, where it is silent."""
        now = time.monotonic()
        silent = now - self._numbers[_BEAT]
        return Health(
            alive=alive,
            phase=Phase(int(self._numbers[_PHASE])),
            phase_seconds=now - self._numbers[_SINCE],
            silent_seconds=silent,
            runnable=bool(pid) and silent > FROZEN_AFTER_SECONDS and runnable(pid),
        )

    def close(self) -> None:
        """Let go; the owner removes the block. May be called twice."""
        self._numbers.release()
        self._memory.close()
        if self._owner:
            self._owner = False
            self._memory.unlink()

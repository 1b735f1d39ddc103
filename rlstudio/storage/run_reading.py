"""RunReading: what of a run folder can be read, by any number of processes, also while another one writes it."""

from __future__ import annotations

from bisect import bisect
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from rlstudio.core.messages import PolicyData, Series
from rlstudio.storage import checkpoint, records
from rlstudio.storage.checkpoint_notes import brought_from
from rlstudio.storage.checkpoint_shelf import steps_in
from rlstudio.storage.errors import RunFolderError, disk_errors
from rlstudio.storage.records import Monitor
from rlstudio.storage.run_info import RUN_FILE, RunInfo, info_of, read_run_file

_MOST_TOLD = 8
"""Steps named where one that is not there was asked for."""


class RunReading:
    """A run folder open for reading. Damaged or missing files raise RunFolderError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def episodes_dir(self) -> Path:
        """Folder of recorded episodes."""
        return self.path / "episodes"

    @property
    def _checkpoints_dir(self) -> Path:
        return self.path / "checkpoints"

    def checkpoints(self) -> list[int]:
        """Steps of the checkpoints, in order."""
        return steps_in(self._checkpoints_dir)

    def best_checkpoint(self) -> int | None:
        """Step of the checkpoint marked as best, None if none is."""
        best = self.read_info().best_checkpoint
        return best if best in self.checkpoints() else None

    def load_policy(self, step: int | Literal["best"] | None = None) -> PolicyData:
        """The policy at `step`, at the best checkpoint, or the newest whole one. Raises RunFolderError."""
        found = self._checkpoint_step(step)
        try:
            return self._policy_at(found)
        except RunFolderError:
            if step is None:  # the newest may not have reached the disk when the power went
                for older in reversed([known for known in self.checkpoints() if known < found]):
                    with suppress(RunFolderError):
                        return self._policy_at(older)
            raise

    def _policy_at(self, step: int) -> PolicyData:
        return checkpoint.read_policy(self._checkpoints_dir / str(step), str(self.path))

    def load_learner(self, step: int | None = None) -> tuple[checkpoint.Arrays, dict[str, Any], int]:
        """Arrays, values and step of the learner at `step`, or of the newest one kept. Raises RunFolderError."""
        kept = self.forkable()
        if not kept:
            raise RunFolderError(f"{self.path} cannot be continued: {self._nothing_to_go_on_from()}")
        if step is not None and step not in kept:
            raise RunFolderError(
                f"{self.path} cannot be continued from step {step:,}; it can from {_steps(kept, step)}"
            )
        step = kept[-1] if step is None else step
        arrays, values = checkpoint.read_learner(self._checkpoints_dir / str(step))
        return arrays, values, step

    def resume_point(self) -> tuple[int, int]:
        """Step and number of finished episodes that a continued run goes on from: those of the newest learner kept.

        A run that was killed had gone further than that. Raises RunFolderError where there is none.
        """
        kept, info = self.forkable(), self.read_info()
        if not kept:
            words = f"{self.path} cannot be continued: {self._nothing_to_go_on_from()}"
            if not info.steps and self.brought_from() is None:  # it was killed before its first one, of step 0
                words += f"; it made no step yet: rlstudio train --config {self.path / RUN_FILE} begins it anew"
            raise RunFolderError(words)
        if kept[-1] >= info.steps:
            return kept[-1], info.episodes
        return kept[-1], int((self.read_monitor().end_steps <= kept[-1]).sum())

    def forkable(self) -> list[int]:
        """Steps of the checkpoints that training can go on from, in order."""
        return [step for step in self.checkpoints() if checkpoint.has_learner(self._checkpoints_dir / str(step))]

    def brought_from(self) -> str | None:
        """Name of the model file that this was opened from; None for a run that was trained here."""
        steps = self.checkpoints()
        return brought_from(self._checkpoints_dir / str(steps[0])) if steps else None

    def check_learned_here(self) -> None:
        """Raises RunFolderError where this was opened from a model file: no run can begin amid it."""
        if self.brought_from() is not None:
            raise RunFolderError(f"{self.path.name} cannot be forked: {self._nothing_to_go_on_from()}")

    def _nothing_to_go_on_from(self) -> str:
        model = self.brought_from()
        if model is None:
            return "no checkpoint in it holds the learner's state"
        return f"it holds the policy of {model} alone, which was trained elsewhere"

    def _checkpoint_step(self, step: int | Literal["best"] | None) -> int:
        steps = self.checkpoints()
        if not steps:
            raise RunFolderError(f"{self.path} has no checkpoint yet; train it longer")
        if step is None:
            return steps[-1]
        found = self.best_checkpoint() if step == "best" else step
        if found is None:
            raise RunFolderError(f"no checkpoint of {self.path} is marked as the best: {self._choices()}")
        if found not in steps:
            raise RunFolderError(f"{self.path} has no checkpoint at step {found:,}: {self._choices(found)}")
        return found

    def _choices(self, near: int | None = None) -> str:
        return f"choose one of {_steps(self.checkpoints(), near)}" if self.checkpoints() else "there are none"

    def read_info(self) -> RunInfo:
        """run.json as it is now on disk. Raises RunFolderError."""
        return info_of(self.path, read_run_file(self.path))

    def read_monitor(self) -> Monitor:
        """Every finished episode so far."""
        with disk_errors("read", self.path / "monitor.csv"):
            return records.read_monitor(self.path / "monitor.csv")

    def read_metrics(self) -> dict[str, Series]:
        """Every diagnostic so far, by name."""
        with disk_errors("read", self.path / "metrics.csv"):
            return records.read_metrics(self.path / "metrics.csv")

    def read_events(self) -> list[dict[str, Any]]:
        """What was done to the run, in order: dictionaries with at least kind, step and seconds."""
        with disk_errors("read", self.path / "events.jsonl"):
            return records.read_events(self.path / "events.jsonl")


def _steps(steps: list[int], near: int | None = None) -> str:
    """Some of them: those around `near`, or the last."""
    after = len(steps) if near is None else bisect(steps, near)
    first = max(0, min(after - _MOST_TOLD // 2, len(steps) - _MOST_TOLD))
    shown = [f"{step:,}" for step in steps[first : first + _MOST_TOLD]]
    return ", ".join((["…"] if first else []) + shown + (["…"] if first + _MOST_TOLD < len(steps) else []))

"""UntilStep: a run as its learner sees it that ends at a step, whatever the budget that its schedules follow."""

from __future__ import annotations

from typing import Any

from rlstudio.algorithms.base import StopTraining
from rlstudio.jobs.training_run import TrainingRun


class UntilStep:
    """See `rlstudio.algorithms.base.Run`; all but the end is `run`'s."""

    def __init__(self, run: TrainingRun, until: int) -> None:
        self._run = run
        self._until = until

    def tick(self, n_steps: int = 1) -> None:
        """See Run.tick."""
        self._run.tick(n_steps)
        if self._run.step >= self._until:
            raise StopTraining

    def __getattr__(self, name: str) -> Any:
        return getattr(self._run, name)

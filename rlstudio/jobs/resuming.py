"""A learner is given back the state that was saved of it; a state that is damaged, or another's, is said in words."""

from __future__ import annotations

from pathlib import Path

from rlstudio.algorithms.base import Learner, LearnerState
from rlstudio.core.plain_text import plain_text
from rlstudio.jobs.policies import DAMAGES
from rlstudio.jobs.standing import learners_own
from rlstudio.storage.errors import RunFolderError


def give_back(learner: Learner, kept: LearnerState, run: Path, step: int) -> None:
    """Give the learner its state. Raises RunFolderError where it does not fit."""
    try:
        learner.load_state(learners_own(kept))
    except DAMAGES as error:
        told = isinstance(error, ValueError | RuntimeError)
        words = plain_text(str(error)[:500]) if told else "what was saved of its learner is damaged"
        raise RunFolderError(f"{run} cannot be continued from step {step:,}: {words}") from error

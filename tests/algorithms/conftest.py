"""What tests of algorithms hold in their hands: the harness of whole runs, and consent to the files that trials run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from job_harness import attentive
from learners import TRIALS

from rlstudio.core.trusted_files import trusting

__all__ = ["attentive", "trusted_trials"]


@pytest.fixture(autouse=True)
def trusted_trials() -> Iterator[None]:
    with trusting(program for trial in TRIALS.values() for program in trial.programs):
        yield

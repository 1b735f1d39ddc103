"""Consent to the files that trials name, so that the contract tests may run them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from learners import TRIALS

from rlstudio.core.trusted_files import trusting


@pytest.fixture(autouse=True)
def trusted_trials() -> Iterator[None]:
    with trusting(program for trial in TRIALS.values() for program in trial.programs):
        yield

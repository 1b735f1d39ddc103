"""Consent: a job may run those files of the user's own that its command names as trusted, and no others."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from rlstudio.core.messages import (
    BranchEpisode,
    EvaluatePolicy,
    FilmTraining,
    RecordCheckpoints,
    RecordEpisodes,
    StartPlaying,
    StartTraining,
)
from rlstudio.core.trusted_files import trusting
from rlstudio.workers.channel import Channel

C = TypeVar(
    "C", StartTraining, StartPlaying, RecordEpisodes, RecordCheckpoints, EvaluatePolicy, FilmTraining, BranchEpisode
)


def with_its_consent(job: Callable[[C, Channel], Any]) -> Callable[[C, Channel], None]:
    """The job, trusting `command.trusted_files` while it runs."""

    @wraps(job)
    def consented(command: C, channel: Channel) -> None:
        with trusting(command.trusted_files):
            job(command, channel)

    return consented

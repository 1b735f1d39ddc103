"""Episodes of a run's policy, recorded from the command line: for a picture, a film or a file of data."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.commands.console import ConsoleChannel
from rlstudio.commands.trust import trusted_files
from rlstudio.core import messages as m
from rlstudio.core.episode import Episode
from rlstudio.core.episode_data import episode_from_data
from rlstudio.core.run_config import RunConfig
from rlstudio.jobs.evaluate import FIRST_SEED
from rlstudio.jobs.record import record as record_job
from rlstudio.media.errors import Cancelled
from rlstudio.workers.vitals import Phase


class _Part:
    """A channel whose progress is a part of a longer job's."""

    def __init__(self, channel: ConsoleChannel, share: float) -> None:
        self._channel, self._share = channel, share

    def receive(self, timeout_seconds: float = 0.0) -> m.Command | None:
        """See Channel."""
        return self._channel.receive(timeout_seconds)

    def send(self, report: m.Report) -> None:
        """See Channel."""
        if isinstance(report, m.Progress):
            report = m.Progress(report.done, round(max(1, report.total) / self._share), report.words)
        self._channel.send(report)

    def enter(self, phase: Phase) -> None:
        """See Channel."""

    def wants_frame(self) -> bool:
        """See Channel."""
        return False

    def put_frame(self, frame: NDArray[np.uint8], note: dict[str, Any]) -> None:
        """See Channel."""


def recorded_episodes(
    options: argparse.Namespace, config: RunConfig, policy: m.PolicyData, channel: ConsoleChannel, share: float
) -> list[Episode]:
    """As many as are asked for; recording them is taken for `share` of the whole. Raises Cancelled after Ctrl+C."""
    command = m.RecordEpisodes(
        config.env,
        config.env_kwargs,
        policy,
        options.episodes,
        FIRST_SEED if options.seed is None else options.seed,
        greedy=not options.sample,
        trusted_files=trusted_files(options),
    )
    record_job(command, _Part(channel, share))
    episodes = [episode_from_data(r.data) for r in channel.reports if isinstance(r, m.EpisodeRecorded)]
    if channel.interrupted or not episodes:
        raise Cancelled
    return episodes

"""Whose policy goes on from a recorded frame: the one that was recorded, wherever it still is."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from rlstudio.core.episode import Episode
from rlstudio.core.messages import PolicyData
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_folder import RunFolder

_MOST_KEPT = 8
_Key = tuple[str, str | None, str | None, int | None]
"""Environment, run, algorithm, step: an untrained policy, or one of no run, is told from another's by the first."""


class RecordedPolicies:
    """Policies that acted in recordings of this session, and those of checkpoints. The newest few are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, PolicyData] = OrderedDict()

    def remember(self, policy: PolicyData | None, env: str) -> None:
        """A recording with this policy was made in that environment."""
        if policy is not None:
            key = (env, policy.run, policy.algorithm, policy.step)
            self._kept[key] = policy
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)

    def of(self, episode: Episode) -> PolicyData | None:
        """The very policy of an episode; None for random actions, and where it is nowhere to be found."""
        if episode.algorithm in (None, "random"):
            return None
        kept = self._kept.get((episode.env, episode.run, episode.algorithm, episode.step))
        if kept is not None or episode.run is None or episode.step is None:
            return kept
        try:
            policy = RunFolder.open(Path(episode.run)).load_policy(episode.step)
        except (RunFolderError, ValueError, OSError):
            return None
        if (policy.algorithm, policy.step) != (episode.algorithm, episode.step):
            return None
        self.remember(policy, episode.env)
        return policy

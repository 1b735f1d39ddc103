"""PolicySnapshots: the policy kept at steps spread by `core.learning_scale`, so that one can look back at its learning.

Only an update makes a new policy, so none is kept until one has happened. Taking one copies a few arrays; they are
written with the disk's other business, once a second, so that a run that is over within a second isn't held up at all.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rlstudio.algorithms.base import Learner
from rlstudio.core.learning_scale import next_step
from rlstudio.core.messages import PolicyData
from rlstudio.core.run_config import RunConfig
from rlstudio.jobs.policies import policy_data

PARTS = 64
"""How many are taken in a run whose length is known; storage keeps about as many."""


class PolicySnapshots:
    """Says when a policy is due, takes and hands it over.

    Attributes:
        due_step: from which step on the policy is to be taken, once there was an update.
        updated: whether there was one since the last was taken; set by the run at each `log`.
    """

    def __init__(self, config: RunConfig, first_step: int = 0, *, learns: bool = True) -> None:
        self.due_step: float = first_step + 1 if learns else float("inf")
        self.updated = False
        self._end = config.steps
        self._waiting: list[PolicyData] = []

    def take(self, learner: Learner, algorithm: str, step: int, run: str) -> None:
        """Keep the policy as it stands. Its arrays are copied: they may be the learner's own."""
        data = policy_data(algorithm, learner.policy(), step, run)
        self._waiting.append(replace(data, arrays={name: np.array(array) for name, array in data.arrays.items()}))
        self.updated = False
        self.due_step = next_step(step, self._end, PARTS)

    def hand_over(self) -> list[PolicyData]:
        """Those that were taken since the last time."""
        waiting, self._waiting = self._waiting, []
        return waiting

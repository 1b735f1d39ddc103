"""UserPolicyLearner: acts as a file of the user's own says, until the run is over."""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from rlstudio.algorithms.base import LearnerState
from rlstudio.algorithms.blocks.acting import ActingLearner
from rlstudio.algorithms.blocks.user_code import PROGRAMS, load_user_file
from rlstudio.algorithms.user_policy.policy import UserPolicy
from rlstudio.algorithms.user_policy.spec import UserPolicyParams


class UserPolicyLearner(ActingLearner):
    """Learns nothing that the file does not learn by itself. Raises UserFileError, NotTrustedError."""

    words = "acting as your file says; there is nothing to learn"

    def __init__(self, env: gym.Env[Any, Any], params: UserPolicyParams, seed: int, device: str) -> None:
        self._file = load_user_file(params.file)
        self._spaces = env.observation_space, env.action_space
        super().__init__(env, seed)

    def policy(self) -> UserPolicy:
        return UserPolicy(self._file, *self._spaces)

    def state(self) -> LearnerState:
        state = super().state()
        return LearnerState(values={**state.values, PROGRAMS: self._file.programs})

    def load_state(self, state: LearnerState) -> None:
        if state.values[PROGRAMS] != self._file.programs:
            raise ValueError(
                f"{self._file.path} is not the file that this run was started with, or it has changed since"
            )
        super().load_state(state)

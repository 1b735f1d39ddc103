"""ScriptedLearner: acts by a hand-written rule until the run is over."""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from rlstudio.algorithms.blocks.acting import ActingLearner
from rlstudio.algorithms.scripted.policy import ScriptedPolicy
from rlstudio.algorithms.scripted.spec import ScriptedParams


class ScriptedLearner(ActingLearner):
    """Learns nothing."""

    resumes_midway = True
    words = "acting by a rule; there is nothing to learn"

    def __init__(self, env: gym.Env[Any, Any], params: ScriptedParams, seed: int, device: str) -> None:
        self._name = env.spec.id if env.spec is not None else "an environment without a name"
        self._rule = params.rule
        self._spaces = env.observation_space, env.action_space
        self._first_seed = seed
        super().__init__(env, seed)

    def policy(self) -> ScriptedPolicy:
        return ScriptedPolicy(self._name, self._rule, *self._spaces, seed=self._first_seed)

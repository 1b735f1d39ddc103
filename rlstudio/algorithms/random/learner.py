"""RandomLearner: steps the environment with random actions until the run is over."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import gymnasium as gym

from rlstudio.algorithms.base import Learner, LearnerState, Run
from rlstudio.algorithms.blocks.randomness import (
    acting_seed,
    environment_seed,
    load_space_states,
    space_states,
)
from rlstudio.algorithms.random.policy import RandomPolicy
from rlstudio.algorithms.random.spec import RandomParams


class RandomLearner(Learner):
    """Learns nothing; an episode counts as its update."""

    resumes_midway = True

    def __init__(self, env: gym.Env[Any, Any], params: RandomParams, seed: int, device: str) -> None:
        self._env = env
        self._seed = seed
        self._episodes = 0
        self._space = deepcopy(env.action_space)
        self._space.seed(acting_seed(seed))

    def learn(self, run: Run) -> None:
        self._env.reset(seed=environment_seed(self._seed, self._episodes))
        run.say("acting at random")
        while True:
            _, reward, terminated, truncated, _ = self._env.step(self._space.sample())
            run.record(reward, terminated, truncated)
            if terminated or truncated:
                self._env.reset()
                self._episodes += 1
                run.log()
            run.tick(1)

    def policy(self) -> RandomPolicy:
        return RandomPolicy(self._env.action_space, self._seed)

    def set_param(self, name: str, value: Any) -> None:
        raise ValueError(f"the random agent has no parameter {name!r} to change")

    def state(self) -> LearnerState:
        return LearnerState(values={"seed": self._seed, "episodes": self._episodes, "draws": space_states(self._space)})

    def load_state(self, state: LearnerState) -> None:
        self._seed, self._episodes = int(state.values["seed"]), int(state.values["episodes"])
        load_space_states(self._space, state.values["draws"])

"""ActingLearner: a learner that only acts, by a policy that nothing changes, so that its returns can be compared."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import gymnasium as gym

from rlstudio.algorithms.base import Learner, LearnerState, Policy, Run
from rlstudio.algorithms.blocks.randomness import environment_seed


class ActingLearner(Learner):
    """Steps one environment as `policy()` says; an episode counts as its update.

    A subclass sets everything that `policy()` needs before it calls this class's `__init__`.
    """

    words = "acting; there is nothing to learn"

    def __init__(self, env: gym.Env[Any, Any], seed: int) -> None:
        self._env = env
        self._seed = seed
        self._episodes = 0
        self._acting = self.policy()

    @abstractmethod
    def policy(self) -> Policy:
        """A new policy object: the one that acts here shares no memory with it."""

    def learn(self, run: Run) -> None:
        observation, info = self._env.reset(seed=self._episode_seed())
        if not self.midway:
            self._acting.start_episode(self._episode_seed())
        run.say(self.words)
        while True:
            action, _ = self._acting.decide(observation, info, greedy=False)
            observation, reward, terminated, truncated, info = self._env.step(action)
            run.record(reward, terminated, truncated)
            if terminated or truncated:
                self._episodes += 1
                observation, info = self._env.reset()
                self._acting.start_episode(self._episode_seed())
                run.log()
            run.tick(1)

    def relive(self, observation: Any, info: dict[str, Any]) -> None:
        """What the policy remembers of an episode it remembers anew."""
        self._acting.decide(observation, info, greedy=False)

    def _episode_seed(self) -> int:
        """The run's own seed for the first episode, and another for each one after it."""
        return environment_seed(self._seed, self._episodes)

    def set_param(self, name: str, value: Any) -> None:
        raise ValueError(f"{name!r} cannot change while it acts")

    def state(self) -> LearnerState:
        return LearnerState(values={"seed": self._seed, "episodes": self._episodes})

    def load_state(self, state: LearnerState) -> None:
        self._seed, self._episodes = int(state.values["seed"]), int(state.values["episodes"])
        self._acting.start_episode(self._episode_seed())

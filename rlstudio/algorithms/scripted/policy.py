"""ScriptedPolicy: a hand-written rule as a policy; its note says which part of the rule acted."""

from __future__ import annotations

from typing import Any, Self

import gymnasium as gym
import numpy as np

from rlstudio.algorithms.base import Arrays, Policy, load_name
from rlstudio.algorithms.blocks.randomness import acting_generator
from rlstudio.algorithms.scripted.experts.base import Expert
from rlstudio.algorithms.scripted.rules import RULES, known_environments
from rlstudio.core.episode import Thought
from rlstudio.core.params import ParamError, ParamFault


def make_expert(env: str, rule: str, observation_space: gym.Space[Any], action_space: gym.Space[Any]) -> Expert:
    """The rule for an environment.

    Raises:
        ParamError: the environment has no rule of that name (a ValueError).
        ValueError: there is none for the environment, or the spaces are not what it was written for.
    """
    rules = RULES.get(env)
    if rules is None:
        raise ValueError(f"nobody wrote a rule for {env}; there are rules for {known_environments()}")
    if rule not in rules:
        raise ParamError([ParamFault("rule", rule, f"{' or '.join(rules)} in {env}")])
    experts: list[Expert] = [load_name(f"{__package__}.experts.{name}")() for name in rules[rule]]
    for expert in experts:
        if _fits(expert, observation_space, action_space):
            return expert
    raise ValueError(
        f"the rule for {env} was written for other observations and actions than this environment has "
        f"({observation_space} and {action_space})"
    )


def _fits(expert: Expert, observation_space: gym.Space[Any], action_space: gym.Space[Any]) -> bool:
    shape = observation_space.shape or ()
    seen = shape == (expert.observation_size,) if expert.observation_size else len(shape) == 3
    if expert.actions:
        return seen and isinstance(action_space, gym.spaces.Discrete) and int(action_space.n) == expert.actions
    return seen and isinstance(action_space, gym.spaces.Box) and action_space.shape == (expert.action_size,)


class ScriptedPolicy(Policy):
    """Acts as the rule says, greedy or not."""

    def __init__(
        self, env: str, rule: str, observation_space: gym.Space[Any], action_space: gym.Space[Any], seed: int = 0
    ) -> None:
        self._settings = {"env": env, "rule": rule}
        self._expert = make_expert(env, rule, observation_space, action_space)
        self._discrete = bool(self._expert.actions)
        self.start_episode(seed)

    def start_episode(self, seed: int) -> None:
        self._expert.reset(acting_generator(seed))

    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        action, note = self._expert.act(observation)
        return np.int64(action) if self._discrete else action, Thought(note=note)

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        return {}, dict(self._settings)

    @classmethod
    def from_state(
        cls, arrays: Arrays, settings: dict[str, Any], observation_space: gym.Space[Any], action_space: gym.Space[Any]
    ) -> Self:
        return cls(str(settings["env"]), str(settings["rule"]), observation_space, action_space)

"""UserPolicy: acts as a file of the user's own says; every action is checked before the environment sees it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Self

import gymnasium as gym
import numpy as np

from rlstudio.algorithms.base import Arrays, Policy
from rlstudio.algorithms.blocks.randomness import acting_seed
from rlstudio.algorithms.blocks.user_code import PROGRAMS, UserFile, UserFileError, load_saved_file
from rlstudio.core.episode import Thought

_LONGEST_NOTE = 200


class UserPolicy(Policy):
    """`file` was executed already; the policy executes the same bytes once more when it first acts, so that no two
    policies share what the file keeps in its variables.

    Raises, when it acts:
        UserFileError: naming file and line, where the file's code raised, or the action it returned, where that is
        none.
    """

    def __init__(self, file: UserFile, observation_space: gym.Space[Any], action_space: gym.Space[Any]) -> None:
        if not (file.has("act") or file.has("Policy")):
            file.function("act")  # says what is missing
        self._file = file
        self._observation_space, self._action_space = observation_space, action_space
        self._act: Callable[..., Any] | None = None
        self._reset: Callable[..., Any] | None = None

    def _begin(self) -> Callable[..., Any]:
        """The function that acts, from a module of this policy's own."""
        file = self._file.executed_again()
        if not file.has("Policy"):
            self._reset, act = file.function("reset", required=False), file.function("act")
        else:
            policy_class = file.module.Policy
            make = file.guarded(policy_class, "Policy")
            takes_spaces = _takes_two(policy_class)
            policy = make(self._observation_space, self._action_space) if takes_spaces else make()
            if not callable(getattr(policy, "act", None)):
                raise UserFileError(f"{file.path}: class Policy defines no method act(self, observation, info)")
            reset = getattr(policy, "reset", None)
            self._reset = file.guarded(reset, "Policy.reset") if callable(reset) else None
            act = file.guarded(policy.act, "Policy.act")
        assert act is not None
        self._act = act
        return act

    def start_episode(self, seed: int) -> None:
        if self._act is None:
            self._begin()
        if self._reset is not None:
            self._reset(acting_seed(seed) % 2**31)

    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        act = self._act or self._begin()
        answer, note = act(observation, info), f"as {self._file.name} says"
        if isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[1], str):
            answer, note = answer
        return self._action(answer), Thought(note=note[:_LONGEST_NOTE])

    def _action(self, answer: Any) -> Any:
        """The answer as an action of the environment's action space. Raises UserFileError."""
        space, action = self._action_space, answer
        try:
            if isinstance(space, gym.spaces.Discrete):
                number = np.asarray(answer).item()
                action = space.dtype.type(number) if number == int(number) else answer
            elif isinstance(space, gym.spaces.Box | gym.spaces.MultiDiscrete | gym.spaces.MultiBinary):
                action = np.asarray(answer).astype(space.dtype, casting="same_kind")
                action = action.reshape(space.shape) if action.size == 1 else action
        except (TypeError, ValueError, OverflowError):
            pass
        if not space.contains(action):
            shown = repr(answer)
            shown = shown if len(shown) <= 80 else shown[:79] + "…"
            raise UserFileError(f"{self._file.path}: act returned {shown}, which is no action here: {space} is needed")
        return action

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        return {}, {PROGRAMS: self._file.programs}

    @classmethod
    def from_state(
        cls, arrays: Arrays, settings: dict[str, Any], observation_space: gym.Space[Any], action_space: gym.Space[Any]
    ) -> Self:
        return cls(load_saved_file(settings), observation_space, action_space)


def _takes_two(policy_class: Any) -> bool:
    """Whether a class is made from the two spaces, rather than from nothing."""
    try:
        inspect.signature(policy_class).bind(None, None)
    except (TypeError, ValueError):
        return False
    return True

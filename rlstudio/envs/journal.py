"""Journal: what brings an environment back to where it stands: its random state at its last reset, the actions since.

Copying an environment is not an option (see jobs.replay), so it is led there once more. Whether it arrives is not
assumed but seen: what it shows there, and the random state it is left with, are compared to the bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]
Watch = Callable[[Any, dict[str, Any]], None]

_TAKEN = (gym.spaces.Discrete, gym.spaces.Box, gym.spaces.MultiDiscrete, gym.spaces.MultiBinary)


class CannotReturnError(ValueError):
    """The environment cannot be brought back to where it stood; the message says why."""


class Journal:
    """Of one environment: how its episode began, and the actions since. `note` is called with every action."""

    def __init__(self, action_space: gym.Space[Any]) -> None:
        self.began: dict[str, Any] | None = None
        self._actions: list[Any] = []
        self.first_observation: Any = None
        self._readable = isinstance(action_space, _TAKEN)
        # an array may be used again by who acts; a number is what it is
        self.note = self._actions.append if isinstance(action_space, gym.spaces.Discrete) else self._note_copy

    def _note_copy(self, action: Any) -> None:
        self._actions.append(np.array(action) if self._readable else None)

    def begin(self, inner: gym.Env[Any, Any], seed: int | None) -> None:
        """The environment is about to be reset; `inner` is unwrapped."""
        self._actions.clear()
        self.began = {"seed": seed} if seed is not None else {"random": random_state(inner)}

    def actions(self) -> NDArray[Any]:
        """The actions since the last reset, (T, …). Raises CannotReturnError."""
        if not self._readable:
            raise CannotReturnError("its actions are of several parts, which are not kept")
        return np.array(self._actions) if self._actions else np.zeros(0)


def random_state(inner: gym.Env[Any, Any]) -> dict[str, Any]:
    """The environment's random generator as plain numbers and text."""
    return dict(inner.np_random.bit_generator.state)


def standing(env: Any, actions: NDArray[Any]) -> dict[str, Any]:
    """What is kept of one copy, a StudioEnv, besides its `actions`. Raises CannotReturnError."""
    began, now = env.journal.began, random_state(env.unwrapped)
    seen = env.last_observation if len(actions) else env.journal.first_observation
    for state in (now, began.get("random", now)):
        if not _is_plain(state):
            raise CannotReturnError(f"its random generator, {state.get('bit_generator')}, is not kept as plain numbers")
    return {**began, "random_now": now, "shows": digest(seen), "steps": len(actions)}


def _is_plain(state: Any) -> bool:
    if isinstance(state, Mapping):
        return all(isinstance(name, str) and _is_plain(value) for name, value in state.items())
    return isinstance(state, int | str)


def lead_back(
    env: Any, kept: Mapping[str, Any], actions: NDArray[Any], watch: Watch
) -> tuple[Any, dict[str, Any], bool]:
    """Bring one copy, a StudioEnv with a journal, to where it stood; what it shows, and whether its episode ended.

    `watch` sees every state on the way, but not the last.

    Raises:
        CannotReturnError: it comes to another place, or what was kept does not fit it.
    """
    inner = env.unwrapped
    try:
        seed = kept.get("seed")
        if seed is None:
            inner.np_random.bit_generator.state = kept["random"]
        observation, info = env.reset(seed=seed)
        ended = False
        for action in actions:
            if ended:
                raise CannotReturnError("its episode ends sooner than it did")
            watch(observation, info)
            taken = int(action) if isinstance(env.action_space, gym.spaces.Discrete) else action
            observation, _, terminated, truncated, info = env.step(taken)
            ended = bool(terminated or truncated)
        if digest(observation) != kept["shows"]:
            raise CannotReturnError("with the same luck and the same actions it comes to another state")
        if random_state(inner) != kept["random_now"]:
            raise CannotReturnError("on its way there it draws other random numbers")
    except CannotReturnError:
        raise
    except Exception as error:  # whatever a stranger's environment raises, or a damaged file makes it raise
        raise CannotReturnError(f"the way there fails: {type(error).__name__}: {error}") from error
    return observation, info, ended


def digest(value: Any) -> str:
    """A fingerprint of an observation's every bit."""
    found = hashlib.sha256()
    _feed(found, value)
    return found.hexdigest()


def _feed(found: Any, value: Any) -> None:
    if isinstance(value, Mapping):
        for name in sorted(value, key=str):
            found.update(repr(name).encode())
            _feed(found, value[name])
    elif isinstance(value, tuple | list):
        found.update(f"{len(value)} parts".encode())
        for part in value:
            _feed(found, part)
    elif isinstance(value, str):
        found.update(value.encode())
    else:
        array = np.asarray(value)
        found.update(f"{array.dtype.str}{array.shape}".encode())
        found.update(array.tobytes())

"""Journal: what brings an environment back to where it stands: its random state at a reset, and what was done since.

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


_PAGE = 200
"""Actions after which the next reset begins a new page. To read a random state takes as long as two steps of CartPole,
so short episodes share a page."""


class Journal:
    """Of one environment: how the page began, and the actions and resets since. `note` is called with every action."""

    def __init__(self, action_space: gym.Space[Any]) -> None:
        self.began: dict[str, Any] | None = None
        self._actions: list[Any] = []
        self.resets: list[int] = []
        self.first_observation: Any = None
        self._kept = isinstance(action_space, _TAKEN)
        self._dtype: Any = None
        self._shape: tuple[int, ...] = ()
        # an array may be used again by who acts; a number is what it is
        self._numbers = isinstance(action_space, gym.spaces.Discrete)
        self.note = self._actions.append if self._numbers else self._note_bytes

    def _note_bytes(self, action: Any) -> None:
        """A third of the time that a copy takes."""
        if type(action) is not np.ndarray or action.dtype is not self._dtype or action.shape != self._shape:
            action = np.asarray(action)
            if self._actions and (action.dtype != self._dtype or action.shape != self._shape):
                self._kept = False
            self._dtype, self._shape = action.dtype, action.shape
        self._actions.append(action.tobytes())

    def begin(self, inner: gym.Env[Any, Any], seed: int | None) -> None:
        """The environment is about to be reset; `inner` is unwrapped."""
        if seed is None and self.began is not None and len(self._actions) < _PAGE:
            self.resets.append(len(self._actions))
            return
        self._actions.clear()
        self.resets.clear()
        self.began = {"seed": seed} if seed is not None else {"random": random_state(inner)}

    @property
    def amid_an_episode(self) -> bool:
        """Whether there was a step since the last reset."""
        return len(self._actions) > (self.resets[-1] if self.resets else 0)

    def actions(self) -> NDArray[Any]:
        """The actions on this page, (T, …); before `resets[i]` of them it was reset. Raises CannotReturnError."""
        if not self._kept:
            raise CannotReturnError("its actions are of several parts, or of changing kinds, which are not kept")
        if self._numbers or not self._actions:
            return np.array(self._actions, np.int64 if self._numbers else np.float64)
        return np.frombuffer(b"".join(self._actions), self._dtype).reshape(len(self._actions), *self._shape)


def random_state(inner: gym.Env[Any, Any]) -> dict[str, Any]:
    """The environment's random generator as plain numbers and text."""
    return dict(inner.np_random.bit_generator.state)


def standing(env: Any, actions: NDArray[Any]) -> dict[str, Any]:
    """What is kept of one copy, a StudioEnv, besides its `actions`. Raises CannotReturnError."""
    began, now = env.journal.began, random_state(env.unwrapped)
    seen = env.last_observation if env.journal.amid_an_episode else env.journal.first_observation
    for state in (now, began.get("random", now)):
        if not _is_plain(state):
            raise CannotReturnError(f"its random generator, {state.get('bit_generator')}, is not kept as plain numbers")
    resets = list(env.journal.resets)
    return {**began, "resets": resets, "random_now": now, "shows": digest(seen), "steps": len(actions)}


def _is_plain(state: Any) -> bool:
    if isinstance(state, Mapping):
        return all(isinstance(name, str) and _is_plain(value) for name, value in state.items())
    return isinstance(state, int | str)


def lead_back(
    env: Any, kept: Mapping[str, Any], actions: NDArray[Any], watch: Watch
) -> tuple[Any, dict[str, Any], bool]:
    """Bring one copy, a StudioEnv with a journal, to where it stood; what it shows, and whether its episode ended.

    `watch` sees every state of the last episode on the way, but not the last one.

    Raises:
        CannotReturnError: it comes to another place, or what was kept does not fit it.
    """
    inner = env.unwrapped
    try:
        seed = kept.get("seed")
        if seed is None:
            inner.np_random.bit_generator.state = kept["random"]
        observation, info = env.reset(seed=seed)
        ended, discrete = False, isinstance(env.action_space, gym.spaces.Discrete)
        resets = [int(index) for index in kept["resets"]]
        for index in range(len(actions) + 1):
            for _ in range(resets.count(index)):
                observation, info = env.reset()
                ended = False
            if index == len(actions):
                break
            if ended:
                raise CannotReturnError("its episode ends sooner than it did")
            if not resets or index >= resets[-1]:
                watch(observation, info)
            taken = int(actions[index]) if discrete else actions[index]
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

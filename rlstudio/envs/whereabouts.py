"""Whereabouts: where a training environment stands, single or in copies, kept as plain data and come back to.

Each copy is led back through its journal. Gymnasium's vector CartPole has no episodes of its own to lead through: its
copies share one random generator and reset one by one. It is four numbers a copy, and those are kept as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import numpy as np
from gymnasium.envs.classic_control.cartpole import CartPoleVectorEnv
from gymnasium.vector import SyncVectorEnv
from gymnasium.vector.utils import concatenate

from rlstudio.envs.journal import Arrays, CannotReturnError, Journal, Watch, lead_back, random_state, standing
from rlstudio.envs.studio_env import StudioEnv

_CART_POLES = ("state", "steps", "prev_done")


def follow(env: Any) -> None:
    """Keep, from the next reset on, what `whereabouts` will need. Costs a list's append a step."""
    for copy in _copies(env):
        copy.journal = Journal(copy.action_space)


def whereabouts(env: Any) -> tuple[Arrays, dict[str, Any]]:
    """Arrays and plain values that `come_back` needs. Raises CannotReturnError where there is no coming back."""
    if isinstance(env, CartPoleVectorEnv):
        if env.state is None:
            raise CannotReturnError("it was not reset yet")
        return {name: np.array(getattr(env, name)) for name in _CART_POLES}, {"random": random_state(env)}
    copies = _copies(env)
    if not copies:
        raise CannotReturnError("it is no environment that the studio steps itself")
    if any(copy.journal is None or copy.journal.began is None for copy in copies):
        raise CannotReturnError("it was not reset yet")
    arrays: Arrays = {}
    rows = []
    for index, copy in enumerate(copies):
        actions = arrays[f"actions.{index}"] = copy.journal.actions()
        rows.append(standing(copy, actions))
    return arrays, {"copies": rows}


def come_back(
    env: Any,
    arrays: Mapping[str, Any],
    values: Mapping[str, Any],
    tell: Callable[[int, int], None] = lambda n_copies, index: None,
    watch: Watch = lambda observation, info: None,
) -> None:
    """Bring `env` back to where `whereabouts` found it: its next reset, whatever the seed, gives what it shows there.

    `tell` is called with how many copies there are, and how many of them stand again; `watch`, where there is only
    one, with each observation and info on the way.

    Raises:
        CannotReturnError: in words; the environment then stands anywhere, and is to be reset.
    """
    if isinstance(env, CartPoleVectorEnv):
        _set_cart_poles(env, arrays, values)
        assert env.state is not None
        _show_at_next_reset(env, env.state.T.astype(np.float32), {})
        return
    copies, rows = _copies(env), values.get("copies")
    if not copies or not isinstance(rows, list) or len(rows) != len(copies):
        raise CannotReturnError("what was kept of it is of another number of copies")
    found = []
    for index, (copy, row) in enumerate(zip(copies, rows, strict=True)):
        tell(len(copies), index)
        actions = arrays.get(f"actions.{index}")
        if actions is None or not isinstance(row, Mapping) or len(actions) != row.get("steps"):
            raise CannotReturnError("what was kept of it is damaged")
        found.append(lead_back(copy, row, actions, watch))
    if isinstance(env, SyncVectorEnv):
        _show_at_next_reset(env, *_set_copies(env, found))
    else:
        _show_at_next_reset(env, found[0][0], found[0][1])


def _copies(env: Any) -> list[Any]:
    """The single environments inside; none where it is of another kind."""
    copies = env.envs if isinstance(env, SyncVectorEnv) else [env]
    return list(copies) if all(isinstance(copy, StudioEnv) for copy in copies) else []


def _set_copies(env: SyncVectorEnv, found: list[tuple[Any, dict[str, Any], bool]]) -> tuple[Any, dict[str, Any]]:
    """Let the vector environment know where its copies stand; the observations and infos of all."""
    inner: Any = env
    infos: dict[str, Any] = {}
    for index, (observation, info, _) in enumerate(found):
        inner._env_obs[index] = observation
        infos = inner._add_info(infos, info, index)
    inner._observations = concatenate(env.single_observation_space, inner._env_obs, inner._observations)
    inner._autoreset_envs = np.array([ended for _, _, ended in found], np.bool_)
    return deepcopy(inner._observations), infos


def _set_cart_poles(env: CartPoleVectorEnv, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    shapes = {"state": (4, env.num_envs), "steps": (env.num_envs,), "prev_done": (env.num_envs,)}
    kinds = {"state": np.float64, "steps": np.int32, "prev_done": np.bool_}
    for name, shape in shapes.items():
        if name not in arrays or arrays[name].shape != shape or arrays[name].dtype != kinds[name]:
            raise CannotReturnError("what was kept of it is damaged")
    try:
        env.reset(seed=0)  # for all else that a reset sets
        env.np_random.bit_generator.state = values["random"]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CannotReturnError(f"its random state is damaged ({error})") from error
    for name in shapes:
        setattr(env, name, np.array(arrays[name]))


def _show_at_next_reset(env: Any, observation: Any, info: dict[str, Any]) -> None:
    """A learner begins with a reset: once, that does nothing but show where the environment stands."""

    def reset(**_: Any) -> tuple[Any, dict[str, Any]]:
        del env.reset  # the class's own comes to light again
        return observation, info

    env.reset = reset

"""The only gym.make in the program: environments made, made in vectors, and looked at.

Ids come from registered names alone ("module:Env" would import what a file from a stranger says), faults come in words,
every episode has a time limit, and what Gymnasium's own environments need mending for is mended (see studio_env).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from inspect import signature
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec, load_env_creator
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv

from rlstudio.core.frame_store import Frame
from rlstudio.envs.endings import ending_words
from rlstudio.envs.ids import nearest_ids
from rlstudio.envs.own import register_ours
from rlstudio.envs.spaces import belongs_to
from rlstudio.envs.studio_env import StudioEnv
from rlstudio.envs.training_view import ending_of, training_frame
from rlstudio.envs.unavailable import explain

__all__ = [
    "OUR_STEP_LIMIT",
    "MakeError",
    "ending_of",
    "ending_words",
    "frame_of",
    "frame_rate",
    "load_entry_point",
    "make",
    "make_vector",
    "step_limit",
    "training_frame",
]

register_ours()

OUR_STEP_LIMIT = 1000
"""Steps after which an episode is cut off where the environment has no limit of its own: no policy runs for ever."""

DEFAULT_FPS = 30.0
_OURS = {
    "render_mode": "the studio sets it",
    "disable_env_checker": "the studio sets it",
    "id": "it is the environment's name",
    "num_envs": "set n_envs among the algorithm's parameters",
}


class MakeError(ValueError):
    """An environment that cannot be made, in words."""


def _spec_of(env_id: str) -> EnvSpec:
    if ":" in env_id:
        raise MakeError(
            f"env: {env_id!r} is not allowed; a name with a colon would import a Python module. "
            "Import the package that brings the environment, and give the name alone"
        )
    spec = gym.registry.get(env_id)
    if spec is None:
        near = nearest_ids(env_id, gym.registry)
        which = f"did you mean {', '.join(near)}?" if near else "see: rlstudio envs"
        raise MakeError(f"env: there is no environment {env_id!r}; {which}")
    return spec


def load_entry_point(entry_point: Any) -> Any:
    """The class behind an entry point, imported where it is text.

    Box2D's import warns from C code (builtin types without `__module__`), and where warnings are errors, as in the
    tests, that ends the process with a segmentation fault.
    """
    if not isinstance(entry_point, str):
        return entry_point
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return load_env_creator(entry_point)


def _options(spec: EnvSpec, env_kwargs: Mapping[str, Any] | None) -> tuple[dict[str, Any], int]:
    """The keyword arguments for the environment itself, and the episode's limit in steps."""
    kwargs = dict(env_kwargs or {})
    for name, reason in _OURS.items():
        if name in kwargs:
            raise MakeError(f"env_kwargs: {name!r} may not be given: {reason}")
    limit = kwargs.pop("max_episode_steps", None)
    if limit is None:
        return kwargs, spec.max_episode_steps or OUR_STEP_LIMIT
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise MakeError(f"env_kwargs: max_episode_steps {limit!r} is not allowed; it takes a whole number, at least 1")
    return kwargs, limit


def _in_words(spec: EnvSpec, kwargs: dict[str, Any], error: Exception) -> str:
    """What went wrong in the environment's constructor."""
    unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
    if unknown and unknown[1] in kwargs:
        known = [name for name in signature(load_entry_point(spec.entry_point)).parameters if name != "render_mode"]
        options = f"it takes {', '.join(known)}" if known else "it takes none"
        return f"env_kwargs: {spec.id} has no option {unknown[1]!r}; {options}"
    if kwargs and isinstance(error, TypeError | ValueError | AssertionError | KeyError):
        return f"env_kwargs: {spec.id} does not take {kwargs!r}: {error}"
    return f"{spec.id} cannot be made here: {explain(spec.id, error)}"


def make(env_id: str, env_kwargs: Mapping[str, Any] | None = None, *, render: bool = False) -> StudioEnv:
    """An environment, ready for reset.

    Args:
        env_id: a registered name, "CartPole-v1".
        env_kwargs: the environment's own options, and `max_episode_steps` for another time limit.
        render: whether pictures will be taken of it with `frame_of`.

    Raises:
        MakeError: in words; with the nearest right names where the name is wrong.
    """
    spec = _spec_of(env_id)
    kwargs, limit = _options(spec, env_kwargs)
    try:
        load_entry_point(spec.entry_point)
        # The spec rather than the id (no warning for an old version), no checker (it only slows and warns).
        inner = gym.make(
            spec,
            max_episode_steps=-1,
            disable_env_checker=True,
            **({"render_mode": "rgb_array"} if render else {}),
            **kwargs,
        )
    except Exception as error:
        raise MakeError(_in_words(spec, kwargs, error)) from error
    belongs_to(inner.observation_space, env_id)
    return StudioEnv(inner, limit)


def _has_own_vector(spec: EnvSpec) -> bool:
    """Whether Gymnasium brings a vector version of it that resets at the next step, as the studio expects."""
    if not str(spec.vector_entry_point).startswith("gymnasium.envs.classic_control"):
        return False
    metadata: dict[str, Any] = load_entry_point(spec.vector_entry_point).metadata
    return metadata.get("autoreset_mode") is AutoresetMode.NEXT_STEP


def make_vector(
    env_id: str, n_envs: int, env_kwargs: Mapping[str, Any] | None = None, *, separate: bool = False
) -> VectorEnv[Any, Any, Any]:
    """`n_envs` copies that step together: Gymnasium's own vector version where there is one, else one after the other.

    The step after an episode's end is a reset whose action is ignored (`AutoresetMode.NEXT_STEP`, asserted).
    `separate` asks for a SyncVectorEnv in any case, whose `envs` can be stepped and reset one by one.

    Raises:
        MakeError: in words.
    """
    if n_envs < 1:
        raise MakeError(f"n_envs: {n_envs!r} is not allowed; it takes a whole number, at least 1")
    spec = _spec_of(env_id)
    kwargs, limit = _options(spec, env_kwargs)
    venv: VectorEnv[Any, Any, Any]
    if _has_own_vector(spec) and not separate:
        try:
            venv = gym.make_vec(
                spec, n_envs, vectorization_mode="vector_entry_point", max_episode_steps=limit, **kwargs
            )
        except Exception as error:
            raise MakeError(_in_words(spec, kwargs, error)) from error
    else:
        venv = SyncVectorEnv([lambda: make(env_id, env_kwargs)] * n_envs, autoreset_mode=AutoresetMode.NEXT_STEP)
        venv.spec = spec
    assert venv.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    return venv


def frame_of(env: gym.Env[Any, Any]) -> Frame:
    """A picture of an environment made with `render=True`: contiguous (height, width, 3) uint8.

    Raises:
        ValueError: where it gives no such picture.
    """
    picture: Any = env.render()
    frame: Frame = np.ascontiguousarray(picture) if picture is not None else np.zeros(0, np.uint8)
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3:
        name = env.spec.id if env.spec else type(env.unwrapped).__name__
        raise ValueError(f"{name} gives no (height, width, 3) picture of bytes; was it made with render=True?")
    return frame


def frame_rate(env_or_id: gym.Env[Any, Any] | VectorEnv[Any, Any, Any] | str) -> float:
    """Frames a second at which an environment runs in real time; 30 where it does not say."""
    if isinstance(env_or_id, str):
        try:
            metadata = getattr(load_entry_point(_spec_of(env_or_id).entry_point), "metadata", {})
        except ImportError:
            return DEFAULT_FPS
    else:
        metadata = env_or_id.metadata
    return float(metadata.get("render_fps") or DEFAULT_FPS)


def step_limit(env: Any) -> int | None:
    """An episode's longest length in steps, of an environment or a vector of them; None where there is none."""
    if isinstance(env, SyncVectorEnv):
        return step_limit(env.envs[0])
    try:
        limit = env.get_wrapper_attr("max_episode_steps") if isinstance(env, gym.Env) else env.max_episode_steps
    except AttributeError:
        return None
    return int(limit)

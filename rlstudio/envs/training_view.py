"""A picture of an environment that is being trained in, and why an episode ended, without changing what training does.

Training environments are made without rendering, so a run that nobody watches pays nothing. When a picture is asked
for, rendering is switched on for that picture alone: LunarLander, for one, adds bodies to its world at every step while
it is on. The environment's random state is put back afterwards, so not even one that draws randomly could notice.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import gymnasium as gym
import numpy as np
from gymnasium.envs.classic_control.cartpole import CartPoleEnv, CartPoleVectorEnv
from gymnasium.vector import SyncVectorEnv, VectorEnv

from rlstudio.core.frame_store import Frame
from rlstudio.envs.endings import ending_words

_twins: WeakKeyDictionary[CartPoleVectorEnv, CartPoleEnv] = WeakKeyDictionary()


def training_frame(env: gym.Env[Any, Any] | VectorEnv[Any, Any, Any]) -> Frame | None:
    """A picture of (copy 0 of) a training environment, contiguous (height, width, 3) uint8.

    None where it cannot be rendered, or was not reset yet. Never raises, never changes the environment's course.
    """
    try:
        inner: Any = env.unwrapped
        if isinstance(inner, CartPoleVectorEnv):
            picture = _twin_picture(inner)
        elif isinstance(inner, SyncVectorEnv):
            return training_frame(inner.envs[0])
        else:
            picture = _picture_once(env, inner)
    except Exception:  # a picture is never worth a training run, whatever a stranger's render() raises
        return None
    if not isinstance(picture, np.ndarray) or picture.ndim != 3 or picture.shape[2] != 3:
        return None
    return np.ascontiguousarray(picture, np.uint8)


def ending_of(env: gym.Env[Any, Any] | VectorEnv[Any, Any, Any], terminated: bool, truncated: bool, reward: Any) -> str:
    """Why the episode of (copy 0 of) a training environment ended, in words; to be asked before it moves on.

    The environment itself is looked at, so that runs that nobody watches need to keep nothing for this.
    """
    inner: Any = env.unwrapped
    if isinstance(inner, SyncVectorEnv):
        return ending_of(inner.envs[0], terminated, truncated, reward)
    name = env.spec.id if env.spec else ""
    try:
        state = (
            np.asarray(inner.state)[:, 0]
            if isinstance(inner, CartPoleVectorEnv)
            else getattr(env, "last_observation", None)
        )
        return ending_words(name, state, terminated, truncated, float(reward))
    except (TypeError, ValueError, IndexError):  # an observation that is not what these words are about
        return ending_words("", None, terminated, truncated)


def _picture_once(env: Any, inner: Any) -> Any:
    """What `env.render()` gives with rendering switched on for this call alone."""
    if "rgb_array" not in inner.metadata.get("render_modes", ()):
        return None
    mode = inner.render_mode
    generator = getattr(inner, "_np_random", None)
    bits = generator.bit_generator if isinstance(generator, np.random.Generator) else None
    random_state: Any = bits.state if bits else None
    inner.render_mode = "rgb_array"
    try:
        return env.render()
    finally:
        inner.render_mode = mode
        if bits:
            bits.state = random_state


def _twin_picture(vector: CartPoleVectorEnv) -> Any:
    """Vector CartPole would draw every copy: a single CartPole in the first one's state is drawn instead."""
    if vector.state is None:
        return None
    if vector not in _twins:
        _twins[vector] = CartPoleEnv(render_mode="rgb_array")
    _twins[vector].state = np.array(vector.state[:, 0])
    return _twins[vector].render()

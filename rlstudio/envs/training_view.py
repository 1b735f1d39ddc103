"""training_frame: a picture of an environment that is being trained in, without changing what the training does.

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

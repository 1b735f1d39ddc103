"""A model from elsewhere in an environment: the policy that its tensors make there, if each of them has its place."""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from rlstudio.algorithms.sb3.foreign_model import ForeignModel
from rlstudio.algorithms.sb3.policy import TARGETS, SB3Policy, signatures
from rlstudio.algorithms.sb3.spaces import ActionBridge, ObservationBridge
from rlstudio.envs.encoder import is_picture


def fitted(model: ForeignModel, observation_space: gym.Space[Any], action_space: gym.Space[Any]) -> SB3Policy:
    """The policy. Raises ValueError where the networks are others than these spaces take, in words."""
    observations = ObservationBridge(observation_space, flat=model.algorithm == "ars")
    acting = ActionBridge(action_space).space
    pictures = is_picture(observation_space) or isinstance(observation_space, gym.spaces.Tuple)
    if pictures and not observations.is_picture:
        raise ValueError("Stable-Baselines3 sees such observations in another way than this program")
    if isinstance(acting, gym.spaces.Box) != model.needs.continuous:
        here = "numbers" if isinstance(acting, gym.spaces.Box) else "choices"
        raise ValueError(f"its actions are {'numbers' if model.needs.continuous else 'choices'}, there they are {here}")
    settings = {**model.settings, "made_for": signatures(observations.space, acting)}
    policy = SB3Policy.from_state(model.arrays, settings, observation_space, action_space)
    known = {name for name in policy.module.state_dict() if not name.startswith(TARGETS)}
    left = sorted(set(model.arrays) - known)
    if left:
        raise ValueError(f"it holds networks that have no place there ({left[0][:60]}, {len(left)} in all)")
    return policy

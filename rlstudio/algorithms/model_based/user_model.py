"""UserModel: the learned model with a user's own predictors in place of the learned ones."""

from __future__ import annotations

import numpy as np

from rlstudio.algorithms.blocks.action_codec import ActionCodec
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.user_parts import UserParts
from rlstudio.algorithms.model_based.imagination import Imagination, Imagined


class UserModel:
    """A `Model` step by step: what the file predicts counts, what it doesn't is the networks' business."""

    def __init__(self, learned: Imagination, parts: UserParts, codec: ActionCodec) -> None:
        self._learned = learned
        self._parts = parts
        self._codec = codec

    def start(self, observation: Array, n: int) -> Array:
        """See Model.start."""
        return self._learned.start(observation, n)

    def values(self, states: Array, inputs: Array) -> Array | None:
        """See Model.values."""
        return self._learned.values(states, inputs)

    def step(self, states: Array, inputs: Array) -> tuple[Array, Array, Array]:
        """See Model.step."""
        following, rewards, ending = self._learned.step(states, inputs)
        rows = np.concatenate([self._codec.from_inputs(inputs)] * len(states))
        flat = np.ascontiguousarray(states).reshape(-1, states.shape[-1])
        if self._parts.has("predict_next"):
            following = self._parts.following(flat, rows).reshape(states.shape)
        if self._parts.has("predict_reward"):
            rewards = self._parts.rewards(flat, rows).reshape(rewards.shape)
        return following, rewards, ending

    def rollout(self, observation: Array, inputs: Array, discount: float) -> Imagined:
        """See Model.rollout."""
        states = self.start(observation, inputs.shape[1])
        running: Array = np.ones(states.shape[:2], np.float32)
        total: Array = np.zeros(states.shape[:2], np.float32)
        gained = []
        for t in range(len(inputs)):
            value = self.values(states, inputs[t]) if t == len(inputs) - 1 else None
            states, rewards, ending = self.step(states, inputs[t])
            gained.append((running * rewards).mean(axis=0))
            total = total + np.float32(discount**t) * running * (rewards if value is None else value)
            running = running * (1.0 - ending)
        return Imagined(total.mean(axis=0), np.array(gained, np.float32), total.std(axis=0))

"""RewardPredictorPolicy: draws candidates, predicts what each would bring, and takes the best."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Self

import gymnasium as gym
import numpy as np

from rlstudio.algorithms.base import Arrays, Policy
from rlstudio.algorithms.blocks.action_codec import ActionCodec
from rlstudio.algorithms.blocks.ensemble import read_ensemble
from rlstudio.algorithms.blocks.randomness import acting_generator
from rlstudio.algorithms.blocks.user_code import PROGRAMS, load_saved_file
from rlstudio.algorithms.blocks.user_parts import UserParts
from rlstudio.algorithms.reward_predictor.predictor import Predictor
from rlstudio.algorithms.reward_predictor.spec import RewardPredictorParams
from rlstudio.core.episode import Thought
from rlstudio.core.params import validate
from rlstudio.envs.spaces import ObservationEncoder

SHOWN = 64
"""Candidates that a thought keeps: the best ones."""


class RewardPredictorPolicy(Policy):
    """The best candidate; when sampled, a random action with chance `epsilon`."""

    def __init__(
        self,
        predictor: Predictor,
        observation_space: gym.Space[Any],
        action_space: gym.Space[Any],
        candidates: int,
        epsilon: float,
    ) -> None:
        self._encoder = ObservationEncoder(observation_space)
        self._codec = ActionCodec(action_space)
        wanted = self._encoder.size + self._codec.n_inputs
        if predictor.spec.sizes[0] != wanted:
            raise ValueError(
                f"this policy was made for {predictor.spec.sizes[0]} numbers of observation and action together; the "
                f"environment has {wanted}"
            )
        self._predictor = predictor
        self._candidates = candidates
        self._epsilon = epsilon
        self._rng = np.random.default_rng(0)

    def start_episode(self, seed: int) -> None:
        self._rng = acting_generator(seed)

    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        seen = self._encoder.encode(observation)
        rows, scores = self._predictor.choose_among(seen, self._candidates, self._rng)
        order = np.argsort(-scores, kind="stable")[:SHOWN]
        row, note = rows[order[0]], f"best of {len(scores)} candidates"
        if not greedy and self._rng.random() < self._epsilon:
            row, note = self._codec.uniform((), self._rng), "explored: random action"
        thought = Thought(
            value=float(scores[order[0]]),
            candidates=self._codec.numbers(rows[order]),
            scores=scores[order],
            note=note,
        )
        return self._codec.action(row), thought

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        arrays: Arrays = {name: np.array(array) for name, array in self._predictor.arrays.items()}
        parts = self._predictor.parts
        return arrays, {
            **({PROGRAMS: parts.file.programs} if parts is not None else {}),
            "network": asdict(self._predictor.spec),
            "candidates": self._candidates,
            "epsilon": self._epsilon,
        }

    @classmethod
    def from_state(
        cls, arrays: Arrays, settings: dict[str, Any], observation_space: gym.Space[Any], action_space: gym.Space[Any]
    ) -> Self:
        spec = read_ensemble(settings["network"], arrays)
        asked = {"candidates": settings["candidates"], "epsilon": settings["epsilon"]}
        allowed = validate(RewardPredictorParams, asked)  # what a file asks for costs time and memory at every step
        codec = ActionCodec(action_space)
        parts = UserParts(load_saved_file(settings), codec) if settings.get(PROGRAMS) else None
        predictor = Predictor(spec, codec, parts)
        predictor.load(arrays)
        return cls(predictor, observation_space, action_space, allowed.candidates, allowed.epsilon)

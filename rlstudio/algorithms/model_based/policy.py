"""ModelBasedPolicy: plans each action in the learned model."""

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
from rlstudio.algorithms.model_based.imagination import Imagination, Model
from rlstudio.algorithms.model_based.planners import (
    CrossEntropyPlanner,
    Plan,
    Planner,
    PlannerSettings,
    ShootingPlanner,
)
from rlstudio.algorithms.model_based.spec import ModelBasedParams
from rlstudio.algorithms.model_based.tree import TreePlanner
from rlstudio.algorithms.model_based.user_model import UserModel
from rlstudio.core.episode import Thought
from rlstudio.core.params import validate
from rlstudio.envs.spaces import ObservationEncoder

PLANNERS: dict[str, type[Planner]] = {"cem": CrossEntropyPlanner, "shooting": ShootingPlanner, "tree": TreePlanner}


def thought_of(plan: Plan, codec: ActionCodec, note: str) -> Thought:
    """What a plan shows: candidates, their predicted returns, and the tree."""
    return Thought(
        value=plan.score,
        candidates=codec.numbers(plan.candidates),
        scores=plan.scores,
        tree=plan.tree,
        tree_actions=codec.numbers(plan.tree_actions),
        note=note,
    )


class ModelBasedPolicy(Policy):
    """The best plan's first action; when sampled, a random one with chance `epsilon`."""

    def __init__(
        self,
        imagination: Imagination,
        planner: str,
        settings: PlannerSettings,
        observation_space: gym.Space[Any],
        action_space: gym.Space[Any],
        epsilon: float,
        parts: UserParts | None = None,
    ) -> None:
        self._encoder = ObservationEncoder(observation_space)
        self._codec = ActionCodec(action_space)
        made_for = (imagination.observation_size, imagination.specs["dynamics"].sizes[0] - imagination.observation_size)
        if made_for != (self._encoder.size, self._codec.n_inputs):
            raise ValueError(
                f"this model was made for {made_for[0]} observed numbers and actions of {made_for[1]}; the environment "
                f"has {self._encoder.size} and {self._codec.n_inputs}"
            )
        self._imagination = imagination
        self._name = planner
        self._parts = parts
        self._model: Model = imagination if parts is None else UserModel(imagination, parts, self._codec)
        self._planner = PLANNERS[planner](self._codec, settings, parts)
        self._epsilon = epsilon
        self._rng = np.random.default_rng(0)

    def start_episode(self, seed: int) -> None:
        self._rng = acting_generator(seed)
        self._planner.forget()

    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        plan = self._planner.plan(self._model, self._encoder.encode(observation), self._rng)
        row, note = plan.action, f"best of {plan.searched:,} imagined"
        if not greedy and self._rng.random() < self._epsilon:
            row, note = self._codec.uniform((), self._rng), "explored: random action"
        return self._codec.action(row), thought_of(plan, self._codec, note)

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        arrays: Arrays = {name: np.array(array) for name, array in self._imagination.arrays.items()}
        specs = {name: asdict(spec) for name, spec in self._imagination.specs.items()}
        settings = {"planner": self._name, "search": asdict(self._planner.settings), "epsilon": self._epsilon}
        programs = {PROGRAMS: self._parts.file.programs} if self._parts is not None else {}
        settings["lowest_value"] = self._imagination.lowest_value
        return arrays, {**settings, "networks": specs, **programs}

    @classmethod
    def from_state(
        cls, arrays: Arrays, settings: dict[str, Any], observation_space: gym.Space[Any], action_space: gym.Space[Any]
    ) -> Self:
        specs = {name: read_ensemble(row, arrays) for name, row in settings["networks"].items()}
        imagination = Imagination(specs, bool(settings.get("lowest_value", False)))
        imagination.load(arrays)
        asked = asdict(PlannerSettings(**settings["search"]))
        allowed = validate(ModelBasedParams, asked)  # what a file asks for costs time and memory at every step
        search = PlannerSettings(**{name: getattr(allowed, name) for name in asked})
        parts = UserParts(load_saved_file(settings), ActionCodec(action_space)) if settings.get(PROGRAMS) else None
        epsilon = float(settings["epsilon"])
        return cls(imagination, settings["planner"], search, observation_space, action_space, epsilon, parts)

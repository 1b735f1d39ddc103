"""Model-based control in rounds: act by planning in the model, fit the model to all that was gathered, and again.

Source: Chua et al., "Deep Reinforcement Learning in a Handful of Trials using Probabilistic Dynamics Models" (2018),
algorithm 1. Differences: networks of plain predictions instead of distributions (each member of the ensemble imagines
every sequence), reward and episode's end are learned too, and rounds are steps rather than whole episodes.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np

from rlstudio.algorithms.base import Learner, LearnerState, Run
from rlstudio.algorithms.blocks.action_codec import ActionCodec
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.mean_metrics import MeanMetrics
from rlstudio.algorithms.blocks.randomness import (
    acting_generator,
    environment_seed,
    generator_state,
    load_generator,
)
from rlstudio.algorithms.blocks.transitions import Transitions
from rlstudio.algorithms.blocks.user_code import load_user_file
from rlstudio.algorithms.blocks.user_parts import UserParts
from rlstudio.algorithms.model_based.imagination import Model
from rlstudio.algorithms.model_based.planners import PlannerSettings
from rlstudio.algorithms.model_based.policy import PLANNERS, ModelBasedPolicy
from rlstudio.algorithms.model_based.spec import ModelBasedParams
from rlstudio.algorithms.model_based.user_model import UserModel
from rlstudio.algorithms.model_based.world_model import WorldModel
from rlstudio.envs.spaces import ObservationEncoder

_SAY_EVERY = 100
_PLAN = "plan"


def planner_settings(params: ModelBasedParams) -> PlannerSettings:
    """The part of the parameters that a search needs."""
    names = PlannerSettings.__dataclass_fields__
    return PlannerSettings(**{name: getattr(params, name) for name in names})


class ModelBasedLearner(Learner):
    """Learns on a single environment."""

    def __init__(self, env: gym.Env[Any, Any], params: ModelBasedParams, seed: int, device: str) -> None:
        self._env = env
        self._params = params.model_copy()
        self._seed = seed
        self._rng = acting_generator(seed)
        self._encoder = ObservationEncoder(env.observation_space)
        self._codec = ActionCodec(env.action_space)
        self._model = WorldModel(self._encoder.size, self._codec, params, self._rng)
        self._store = Transitions(params.buffer_size, self._encoder.size, self._codec.size)
        self._parts = UserParts(load_user_file(params.file), self._codec) if params.file else None
        self._planner = PLANNERS[params.planner](self._codec, planner_settings(params), self._parts)
        learned = self._model.imagination
        self._imagined: Model = learned if self._parts is None else UserModel(learned, self._parts, self._codec)
        self._metrics = MeanMetrics()
        self._round = self._fitted_at = 0
        self.resumes_midway = not params.file  # who knows what a file of the user's own remembers

    def learn(self, run: Run) -> None:
        env, encode, store = self._env, self._encoder.encode, self._store
        self._planner.breathe = run.breathe
        if not self.midway:
            store.break_off()
            self._planner.forget()  # the plan of the step before was for another episode
        first, _ = env.reset(seed=environment_seed(self._seed, store.total))
        observation = np.array(encode(first))  # own memory: an environment may hand out the same array again
        while True:
            row = self._act(observation, run)
            raw, reward, terminated, truncated, _ = env.step(self._codec.action(row))
            following = np.array(encode(raw))
            ended = bool(terminated or truncated)
            store.add(observation, self._codec.numbers(row), float(reward), following, bool(terminated), ended)
            run.record(reward, terminated, truncated)
            observation = following
            if ended:
                observation = np.array(encode(env.reset()[0]))
                self._planner.forget()
            if self._round_is_over():
                self._fit(run)
            run.tick(1)

    def _act(self, observation: Array, run: Run) -> Array:
        """The best plan's first action; a random one at first, and now and then."""
        params = self._params
        if self._round == 0:
            if self._store.total % _SAY_EVERY == 0:
                run.say(f"acting at random: {self._store.total:,} of {params.learning_starts:,} steps")
            return self._codec.uniform((), self._rng)
        plan = self._planner.plan(self._imagined, observation, self._rng)
        self._metrics.add(planned_return=plan.score)
        if self._rng.random() < params.epsilon:
            return self._codec.uniform((), self._rng)
        return plan.action

    def _round_is_over(self) -> bool:
        """Counted from the last fit that was finished: one that a stop cut short is made up for after a resume."""
        if self._round == 0:
            return self._store.total >= self._params.learning_starts
        return self._store.total - self._fitted_at >= self._params.round_steps

    def _fit(self, run: Run) -> None:
        """Fit the model, and see how well it predicts what was held out."""
        params = self._params.model_copy()  # a change that arrives meanwhile counts from the next fit on
        size = self._store.size
        run.say(f"round {self._round + 1}: fitting the model, {size:,} transitions")
        run.breathe()
        self._model.fit(self._store, params, params.updates_per_round, run.breathe)
        self._round, self._fitted_at = self._round + 1, self._store.total
        run.log(
            **self._model.check(self._store, params.reward_limit),
            **self._metrics.take(),
            transitions=float(size),
            learning_rate=params.learning_rate,
        )
        run.say(f"round {self._round + 1}: acting by plan, {size:,} transitions known")

    def policy(self) -> ModelBasedPolicy:
        return ModelBasedPolicy(
            self._model.imagination,
            self._params.planner,
            planner_settings(self._params),
            self._env.observation_space,
            self._env.action_space,
            self._params.epsilon,
            self._parts,
        )

    def set_param(self, name: str, value: Any) -> None:
        setattr(self._params, name, value)
        self._planner.settings = planner_settings(self._params)

    def state(self) -> LearnerState:
        arrays, values = self._model.state()
        arrays.update(self._store.arrays())
        if self._planner.remembered is not None:
            arrays[_PLAN] = self._planner.remembered
        counters = {
            "total": self._store.total,
            "round": self._round,
            "fitted_at": self._fitted_at,
            "metrics": self._metrics.state(),
            "rng": generator_state(self._rng),
        }
        return LearnerState(arrays, {**values, **counters})

    def load_state(self, state: LearnerState) -> None:
        values = state.values
        self._model.load_state(state.arrays, values)
        self._store.load(state.arrays, int(values["total"]))
        self._round, self._fitted_at = int(values["round"]), int(values["fitted_at"])
        self._metrics.load_state(values["metrics"])
        load_generator(self._rng, values["rng"])
        plan = state.arrays.get(_PLAN)
        self._planner.remembered = None if plan is None else np.array(plan)

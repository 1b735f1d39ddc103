"""Reward predictor in rounds: act on the best of some candidates, fit the predictions to what acting brought, again.

Sources: the demonstration's template predicts the very next reward; predicted returns with the maximum taken over
drawn candidates are those of Kalashnikov et al., "QT-Opt" (2018), section 4.2 (there by the cross-entropy method), with
the lower of two predictions as in Fujimoto et al., "Addressing Function Approximation Error in Actor-Critic Methods"
(2018), eq. 10, and several real rewards as in Watkins, "Learning from Delayed Rewards" (1989), chapter 7.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import Learner, LearnerState, Run
from rlstudio.algorithms.blocks.action_codec import ActionCodec
from rlstudio.algorithms.blocks.ensemble import Ensemble, EnsembleSpec
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.mean_metrics import MeanMetrics
from rlstudio.algorithms.blocks.randomness import (
    acting_generator,
    environment_seed,
    generator_state,
    load_generator,
)
from rlstudio.algorithms.blocks.scales import Scales, fold
from rlstudio.algorithms.blocks.transitions import Transitions
from rlstudio.algorithms.blocks.user_code import load_user_file
from rlstudio.algorithms.blocks.user_parts import UserParts
from rlstudio.algorithms.reward_predictor.policy import RewardPredictorPolicy
from rlstudio.algorithms.reward_predictor.predictor import NAME, Predictor
from rlstudio.algorithms.reward_predictor.spec import RewardPredictorParams
from rlstudio.envs.spaces import ObservationEncoder

_SAY_EVERY = 100
_NEXT_CANDIDATES = 24
"""Candidates that the best prediction of a next state is taken over, where not all actions are."""
_CHECKED_ROWS = 512


class RewardPredictorLearner(Learner):
    """Learns on a single environment."""

    def __init__(self, env: gym.Env[Any, Any], params: RewardPredictorParams, seed: int, device: str) -> None:
        self._env = env
        self._params = params.model_copy()
        self._seed = seed
        self._rng = acting_generator(seed)
        self._encoder = ObservationEncoder(env.observation_space)
        self._codec = ActionCodec(env.action_space)
        n_inputs = self._encoder.size + self._codec.n_inputs
        spec = EnsembleSpec((n_inputs, *params.hidden, 1), params.ensemble)
        self._network = Ensemble(NAME, spec, self._rng)
        self._scales = Scales({"inputs": n_inputs, "targets": 1})
        parts = UserParts(load_user_file(params.file), self._codec) if params.file else None
        self._predictor = Predictor(spec, self._codec, parts)
        self._store = Transitions(params.buffer_size, self._encoder.size, self._codec.size)
        self._metrics = MeanMetrics()
        self._round = self._fitted_at = 0
        self.resumes_midway = not params.file  # who knows what a file of the user's own remembers
        self._fold()

    def learn(self, run: Run) -> None:
        env, encode, store = self._env, self._encoder.encode, self._store
        if not self.midway:
            store.break_off()
        first, _ = env.reset(seed=environment_seed(self._seed, store.total))
        observation = np.array(encode(first))  # own memory: an environment may hand out the same array again
        while True:
            row = self._act(observation, run)
            raw, reward, terminated, truncated, _ = env.step(self._codec.action(row))
            following = np.array(encode(raw))
            ended = bool(terminated or truncated)
            store.add(observation, self._codec.numbers(row), float(reward), following, bool(terminated), ended)
            run.record(reward, terminated, truncated)
            observation = np.array(encode(env.reset()[0])) if ended else following
            if self._round_is_over():
                self._fit(run)
            run.tick(1)

    def _act(self, observation: Array, run: Run) -> Array:
        """The best candidate; a random action at first, and now and then."""
        params, rng = self._params, self._rng
        if self._round == 0 and self._store.total % _SAY_EVERY == 0:
            run.say(f"acting at random: {self._store.total:,} of {params.learning_starts:,} steps")
        if self._round == 0 or rng.random() < params.epsilon:
            return self._codec.uniform((), rng)
        rows, scores = self._predictor.choose_among(observation, params.candidates, rng)
        best = int(scores.argmax())
        self._metrics.add(predicted=float(scores[best]))
        chosen: Array = rows[best]
        return chosen

    def _round_is_over(self) -> bool:
        """Counted from the last fit that was finished: one that a stop cut short is made up for after a resume."""
        if self._round == 0:
            return self._store.total >= self._params.learning_starts
        return self._store.total - self._fitted_at >= self._params.round_steps

    # ------------------------------------------------------------ fitting

    def _fit(self, run: Run) -> None:
        """`updates_per_round` gradient steps on minibatches of what is not held out, then a look at what is."""
        params = self._params.model_copy()  # a change that arrives meanwhile counts from the next fit on
        store, size = self._store, self._store.size
        if self._round % 10 == 0:
            run.say(f"round {self._round + 1}: fitting the predictions, {size:,} transitions")
        run.breathe()
        if params.normalise:
            self._measure(params)
        inputs = self._inputs()
        rows = store.training_rows()
        self._descend(rows, inputs, params, run.breathe)
        checked = self._check(params)
        self._fold()
        self._round, self._fitted_at = self._round + 1, self._store.total
        run.log(
            **checked,
            **self._metrics.take(),
            transitions=float(size),
            learning_rate=params.learning_rate,
        )

    def _descend(
        self, rows: NDArray[np.int64], inputs: Array, params: RewardPredictorParams, breathe: Callable[[], None]
    ) -> None:
        members = self._network.spec.members
        for _ in range(params.updates_per_round):
            breathe()
            drawn = rows[self._rng.integers(0, len(rows), params.batch_size)]
            targets = self._scales.normalise("targets", self._targets(drawn, params)[:, None])
            error = self._network.mlp.forward(inputs[drawn]) - targets
            self._metrics.add(loss=float(np.mean(error * error)))
            self._network.step(error * np.float32(2.0 / (members * len(drawn))), params.learning_rate)

    def _measure(self, params: RewardPredictorParams) -> None:
        """Scales of what was gathered; of returns only once, since they are learned from themselves."""
        store, rewards = self._store, self._store.rewards(params.reward_limit)
        self._scales.measure("inputs", store["observations"], slice(self._encoder.size))
        if params.target == "reward":
            self._scales.measure("targets", rewards[:, None])
        elif self._round == 0:
            self._scales.guess_returns("targets", rewards, params.discount)

    def _inputs(self) -> Array:
        """Normalised inputs of all rows, (n, n_inputs)."""
        store = self._store
        actions = self._codec.inputs(self._codec.rows(store["actions"]))
        return self._scales.normalise("inputs", np.concatenate([store["observations"], actions], axis=1))

    def _targets(self, rows: NDArray[np.int64], params: RewardPredictorParams) -> Array:
        """What is to be predicted of those transitions, (n,)."""
        if params.target == "reward":
            return self._store.rewards(params.reward_limit)[rows]
        sums, last, weight = self._store.sums_ahead(rows, params.n_steps, params.discount, params.reward_limit)
        following = self._store["next_observations"][last]
        candidates = self._predictor.draw(_NEXT_CANDIDATES, self._rng, len(rows))
        best: Array = self._predictor.rate(following, candidates).min(axis=0).max(axis=1)
        return sums + weight * best

    def _check(self, params: RewardPredictorParams) -> dict[str, float]:
        """Error on the newest held-out transitions."""
        rows = self._store.held_out_rows()[-_CHECKED_ROWS:]
        if not len(rows):
            return {}
        targets = self._targets(rows, params)
        self._fold()
        taken = self._codec.rows(self._store["actions"][rows])[:, None]
        found = self._predictor.rate(self._store["observations"][rows], taken).mean(axis=0)[:, 0]
        squares, variance = float(np.mean((found - targets) ** 2)), float(np.var(targets))
        return {"prediction_error": squares**0.5, "explained": 1.0 - squares / variance if variance > 1e-12 else 0.0}

    def _fold(self) -> None:
        """Bring what acting uses up to date."""
        mean, std = self._scales.mean, self._scales.std
        fold(
            self._network,
            self._predictor.arrays,
            (mean["inputs"], std["inputs"]),
            (mean["targets"], std["targets"]),
        )

    # ------------------------------------------------------------ the rest of the contract

    def policy(self) -> RewardPredictorPolicy:
        return RewardPredictorPolicy(
            self._predictor,
            self._env.observation_space,
            self._env.action_space,
            self._params.candidates,
            self._params.epsilon,
        )

    def set_param(self, name: str, value: Any) -> None:
        setattr(self._params, name, value)

    def state(self) -> LearnerState:
        arrays, values = self._network.state()
        arrays.update(self._scales.arrays())
        arrays.update(self._store.arrays())
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
        self._network.load_state(state.arrays, values)
        self._scales.load(state.arrays)
        self._store.load(state.arrays, int(values["total"]))
        self._round, self._fitted_at = int(values["round"]), int(values["fitted_at"])
        self._metrics.load_state(values["metrics"])
        load_generator(self._rng, values["rng"])
        self._fold()

"""CandidateLearner: many linear policies tried at once, one in each copy of the environment; the best is kept.

A copy whose candidate has played its episodes gets the next candidate at once, so none waits for another's long
episode. Acting is one product a step for all copies.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import Learner, LearnerState, Run
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.linear_policy import LinearPolicy, LinearRule
from rlstudio.algorithms.blocks.randomness import acting_generator, environment_seed, generator_state, load_generator
from rlstudio.algorithms.blocks.running import RunningMeanStd
from rlstudio.algorithms.blocks.search_params import SearchParams
from rlstudio.envs.spaces import ObservationEncoder

_STANDS_STILL = 1e-6
"""A number that varies less than this has not moved yet: it is left as it is, or its weights would swamp the rest."""
_STATISTICS = "observations."


class CandidateLearner(Learner):
    """Learns on a vector environment with next-step autoreset.

    Attributes:
        best: weights of the best candidate so far, (observed numbers + 1, outputs), the constant last.
        best_return: its mean return; None before any was tried.
    """

    resumes_midway = True

    def __init__(self, env: gym.vector.VectorEnv[Any, Any, Any], params: SearchParams, seed: int, device: str) -> None:
        self._env = env
        self._params: Any = params.model_copy()
        self._seed = seed
        self._rng = acting_generator(seed)
        self._encoder = ObservationEncoder(env.single_observation_space)
        self._rule = LinearRule(env.single_action_space)
        self._statistics = RunningMeanStd(self._encoder.size) if params.normalise_observations else None
        n = env.num_envs
        self.best_return: float | None = None
        self.best: Array = self._first()
        self._weights: Array = np.stack([self.best] + [self.draw() for _ in range(n - 1)])
        self._sums: NDArray[np.float64] = np.zeros(n)
        self._played: NDArray[np.int64] = np.zeros(n, np.int64)
        self._returns: NDArray[np.float64] = np.zeros(n)  # of the episodes that are being played
        self._ended: NDArray[np.bool_] = np.zeros(n, np.bool_)
        self._tried = 0
        self._round: list[float] = []

    @abstractmethod
    def draw(self) -> Array:
        """The next candidate's weights, shaped as `best`."""

    @abstractmethod
    def judge(self, weights: Array, score: float) -> None:
        """A candidate had this mean return: keep it or not."""

    def diagnostics(self) -> dict[str, float]:
        """What else a subclass logs."""
        return {}

    def _first(self) -> Array:
        """What stands in as the best before any was tried, and is tried first."""
        self.best = np.zeros((self._encoder.size + 1, self._rule.n_outputs), np.float32)
        return self.draw()

    def noise(self, spread: float) -> Array:
        """Weights drawn from N(0, spread²), shaped as `best`; of normalised observations where those are asked for.

        With w·(s − mean)/sd = (w/sd)·s − (w/sd)·mean, a policy of normalised observations is one of raw ones too. So
        what was tried is what is kept, however the statistics move on.
        """
        drawn = self._rng.standard_normal(self.best.shape) * spread
        if not self._params.bias:
            drawn[-1] = 0.0
        if self._statistics is not None:
            spreads = np.sqrt(self._statistics.variance)
            drawn[:-1] /= np.where(spreads > _STANDS_STILL, spreads, 1.0)[:, None]
            drawn[-1] -= self._statistics.mean @ drawn[:-1]
        return drawn.astype(np.float32)

    def learn(self, run: Run) -> None:
        env, rule, encode, n_envs = self._env, self._rule, self._encoder.encode_batch, self._env.num_envs
        raw, _ = env.reset(seed=environment_seed(self._seed, self._tried))
        if not self.midway:  # candidates whose episodes were being played play them anew
            self._returns[:], self._ended = 0.0, np.zeros(n_envs, np.bool_)
        returns = self._returns
        while True:
            observations, ended = encode(raw), self._ended
            if self._statistics is not None:
                self._statistics.update(observations[~ended])
            sums = np.einsum("ij,ijk->ik", observations, self._weights[:, :-1])
            sums += self._weights[:, -1]
            raw, rewards, terminated, truncated, _ = env.step(rule.many(sums))
            n_real = n_envs - int(np.count_nonzero(ended))
            returns += rewards if n_real == n_envs else np.where(ended, 0.0, rewards)
            ended = self._ended = terminated | truncated
            run.record(rewards, terminated, truncated)
            if ended.any():
                for copy in np.flatnonzero(ended):
                    self._finish(int(copy), float(returns[copy]))
                returns[ended] = 0.0
                self._report(run)
            if n_real:
                run.tick(n_real)

    def _finish(self, copy: int, episode_return: float) -> None:
        """That copy's episode is over; after the candidate's last one the next candidate takes its place."""
        self._sums[copy] += episode_return
        self._played[copy] += 1
        if self._played[copy] < self._params.episodes_per_candidate:
            return
        score = float(self._sums[copy] / self._played[copy])
        self.judge(self._weights[copy], score)
        self._tried += 1
        self._round.append(score)
        self._weights[copy] = self.draw()
        self._sums[copy] = self._played[copy] = 0

    def _report(self, run: Run) -> None:
        """A row of diagnostics for as many candidates as there are copies."""
        if len(self._round) < len(self._played):
            return
        found = {
            "best_return": float(self.best_return or 0.0),
            "candidate_return": sum(self._round) / len(self._round),
            "weight_norm": float(np.linalg.norm(self.best)),
        }
        self._round.clear()
        run.say(f"{self._tried:,} candidates tried; the best had a return of {found['best_return']:.4g}")
        run.breathe()
        run.log(**found, **self.diagnostics())

    def policy(self) -> LinearPolicy:
        return LinearPolicy(self.best, self._env.single_observation_space, self._env.single_action_space)

    def set_param(self, name: str, value: Any) -> None:
        setattr(self._params, name, value)

    def state(self) -> LearnerState:
        arrays: dict[str, NDArray[Any]] = {
            "best": self.best,
            "candidates": self._weights,
            "sums": self._sums,
            "played": self._played,
            "returns": self._returns,
            "ended": self._ended,
        }
        if self._statistics is not None:
            arrays.update({_STATISTICS + name: array for name, array in self._statistics.arrays().items()})
        values = {
            "best_return": self.best_return,
            "tried": self._tried,
            "round": list(self._round),
            "rng": generator_state(self._rng),
        }
        return LearnerState(arrays, values)

    def load_state(self, state: LearnerState) -> None:
        own = {"best": self.best, "candidates": self._weights, "sums": self._sums, "played": self._played}
        for name, array in own.items():
            if name not in state.arrays or state.arrays[name].shape != array.shape:
                raise ValueError(f"the saved {name!r} do not fit here: shape {array.shape} is needed")
        if self._statistics is not None:
            saved = {n.removeprefix(_STATISTICS): a for n, a in state.arrays.items() if n.startswith(_STATISTICS)}
            self._statistics.load_arrays(saved)
        self.best = np.array(state.arrays["best"], np.float32)
        self._weights = np.array(state.arrays["candidates"], np.float32)
        self._sums = np.array(state.arrays["sums"], np.float64)
        self._played = np.array(state.arrays["played"], np.int64)
        self._returns[:] = state.arrays.get("returns", 0.0)
        self._ended[:] = state.arrays.get("ended", False)
        best_return = state.values["best_return"]
        self.best_return = None if best_return is None else float(best_return)
        self._tried = int(state.values["tried"])
        self._round = [float(score) for score in state.values["round"]]
        load_generator(self._rng, state.values["rng"])

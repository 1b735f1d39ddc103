"""HillClimbingLearner: candidates are the best policy with noise; its size follows from success and failure."""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from rlstudio.algorithms.base import LearnerState
from rlstudio.algorithms.blocks.candidates import CandidateLearner
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.hill_climbing.spec import HillClimbingParams


class HillClimbingLearner(CandidateLearner):
    """w = w* + noise · N(0, 1); the first w* is noise alone."""

    def __init__(
        self, env: gym.vector.VectorEnv[Any, Any, Any], params: HillClimbingParams, seed: int, device: str
    ) -> None:
        self._noise = params.noise_start
        super().__init__(env, params, seed, device)

    def draw(self) -> Array:
        moved: Array = self.best + self.noise(self._noise)
        return moved

    def judge(self, weights: Array, score: float) -> None:
        """A better candidate is kept and the noise shrinks; a worse one lets it grow; one as good is kept, as it is.

        To walk along a plateau rather than to stand on it finds its end, where there is one.
        """
        params = self._params
        if self.best_return is not None and score < self.best_return:
            self._noise = min(params.noise_highest, self._noise * params.noise_growth)
            return
        if self.best_return is None or score > self.best_return:
            self._noise = max(params.noise_lowest, self._noise * params.noise_shrink)
        self.best, self.best_return = weights.copy(), score

    def diagnostics(self) -> dict[str, float]:
        return {"noise": self._noise}

    def state(self) -> LearnerState:
        found = super().state()
        found.values["noise"] = self._noise
        return found

    def load_state(self, state: LearnerState) -> None:
        super().load_state(state)
        self._noise = float(state.values["noise"])

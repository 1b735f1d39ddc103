"""RandomSearchLearner: every candidate's weights are drawn anew, whatever the ones before reached."""

from __future__ import annotations

from rlstudio.algorithms.blocks.candidates import CandidateLearner
from rlstudio.algorithms.blocks.layout import Array


class RandomSearchLearner(CandidateLearner):
    """w ~ N(0, spread²); a candidate is kept where its mean return is above the best so far."""

    def draw(self) -> Array:
        return self.noise(self._params.weight_spread)

    def judge(self, weights: Array, score: float) -> None:
        if self.best_return is None or score > self.best_return:
            self.best, self.best_return = weights.copy(), score

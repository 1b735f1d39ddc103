"""Standing: all of a run besides its learner that going on from a checkpoint to the bit needs.

The environment's whereabouts, the counts of the episodes being played, the share of the budget that was used, and when
the next evaluation is due. It is kept beside the learner's own state, in the same files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from rlstudio.algorithms.base import Learner, LearnerState
from rlstudio.core.run_config import RunConfig
from rlstudio.envs.journal import CannotReturnError
from rlstudio.envs.whereabouts import come_back, follow, whereabouts
from rlstudio.jobs.episode_counter import EpisodeCounter
from rlstudio.jobs.evaluation_schedule import EvaluationSchedule

_KEY = "standing"
_ARRAYS = "standing."


class Progress(Protocol):
    """What is read of a TrainingRun."""

    config: RunConfig
    progress: float


class Standing:
    """Of one run: `taken` says where it stands, `resume` brings it there."""

    def __init__(self, env: Any, counter: EpisodeCounter, learner: Learner) -> None:
        self._env = env
        self._counter = counter
        self._learner = learner
        self.progress: float | None = None
        """Share of the budget that was used where the run goes on; None where that is to be reckoned anew."""
        if self.exact:
            follow(env)

    @property
    def exact(self) -> bool:
        """Whether this learner's runs go on as if they had never been stopped, where the environment lets them."""
        return self._learner.resumes_midway

    def taken(self, run: Progress, evaluations: EvaluationSchedule, *, whole: bool) -> LearnerState:
        """The learner's state and the run's, as one. It is `whole` unless the learner was stopped amid an update."""
        state, counter, config = self._learner.state(), self._counter, run.config
        values: dict[str, Any] = {
            "budget": [config.steps, config.episodes, config.eval_every],
            "progress": run.progress,
            "returns": counter.returns.tolist(),
            "lengths": counter.lengths.tolist(),
            "best_mean": counter.best_mean,
            "evaluations": evaluations.state(),
        }
        arrays: dict[str, Any] = {}
        try:
            if not whole:
                raise CannotReturnError("it was stopped in the middle of an update")
            if not self._learner.resumes_midway:
                raise CannotReturnError("this algorithm keeps nothing of unfinished episodes")
            arrays, values["environment"] = whereabouts(self._env)
        except CannotReturnError as error:
            values["why_not"] = str(error)
        own = {_ARRAYS + name: array for name, array in arrays.items()}
        return LearnerState({**state.arrays, **own}, {**state.values, _KEY: values})

    def resume(
        self,
        kept: LearnerState,
        config: RunConfig,
        evaluations: EvaluationSchedule,
        tell: Callable[[int, int], None],
    ) -> str:
        """Bring environment and counts to where `kept` says; "" or, in words, why the run begins new episodes instead.

        `tell` is called with the number of copies, and how many stand again.
        """
        values = kept.values.get(_KEY)
        if not isinstance(values, Mapping):
            return "this checkpoint is of an older version, which kept no unfinished episodes"
        same_budget = values.get("budget") == [config.steps, config.episodes, config.eval_every]
        try:
            if same_budget:
                evaluations.load_state(values["evaluations"])
            if "environment" not in values:
                return str(values.get("why_not", "the checkpoint does not say where it stood"))
            arrays = {n.removeprefix(_ARRAYS): a for n, a in kept.arrays.items() if n.startswith(_ARRAYS)}
            counter = self._counter
            returns, lengths = np.array(values["returns"], np.float64), np.array(values["lengths"], np.int64)
            if returns.shape != counter.returns.shape or lengths.shape != counter.lengths.shape:
                return "it had another number of copies"
            best = values["best_mean"]
            best_mean, progress = None if best is None else float(best), float(values["progress"])
            come_back(self._env, arrays, values["environment"], tell, self._learner.relive)
        except CannotReturnError as error:
            return str(error)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            return f"what was kept of it is damaged ({type(error).__name__}: {error})"
        counter.returns[:], counter.lengths[:], counter.best_mean = returns, lengths, best_mean
        self.progress = progress if same_budget else None
        self._learner.midway = True
        return ""


def learners_own(kept: LearnerState) -> LearnerState:
    """What of a saved state is the learner's."""
    return LearnerState(
        {name: array for name, array in kept.arrays.items() if not name.startswith(_ARRAYS)},
        {name: value for name, value in kept.values.items() if name != _KEY},
    )

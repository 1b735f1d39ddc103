"""RunRecord: what a training run leaves on disk, and when. The formats are storage's business."""

from __future__ import annotations

from typing import Any

from rlstudio.algorithms.base import Learner
from rlstudio.core.messages import Evaluation
from rlstudio.jobs.gathered import Gathered
from rlstudio.jobs.policies import policy_data
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.run_info import package_versions


class RunRecord:
    """The run folder as a training job uses it."""

    def __init__(self, folder: RunFolder, first_step: int = 0, first_seconds: float = 0.0) -> None:
        self._folder = folder
        self.first_step = first_step
        self.first_seconds = first_seconds
        self._live_params: dict[str, Any] = {}

    @property
    def run(self) -> str:
        """Path of the folder."""
        return str(self._folder.path)

    def begin(self, config: Any) -> None:
        """Say that the run runs."""
        self._folder.write_info(
            config=config.model_dump(mode="json"), status="running", versions=package_versions(), error=None
        )

    def note_event(self, kind: str, step: int, seconds: float, **fields: Any) -> None:
        """One thing a person did."""
        self._folder.append_event(kind, step, seconds, **fields)

    def write(self, gathered: Gathered, summary: dict[str, Any]) -> None:
        """Episodes, metrics, evaluations, changes, and where the run is."""
        if gathered.episodes:
            columns = gathered.episode_arrays()
            self._folder.append_episodes(
                columns["returns"], columns["lengths"], columns["end_steps"], columns["end_seconds"]
            )
        rows = gathered.metric_rows()
        rows += [(e.step, e.seconds, "evaluation_mean", e.mean) for e in gathered.evaluations]
        if rows:
            self._folder.append_metrics(rows)
        for change in gathered.changes:
            self._live_params[change.name] = change.new
            self.note_event("param", change.step, change.seconds, name=change.name, old=change.old, value=change.new)
        for evaluation in gathered.evaluations:
            self.note_event(
                "evaluation",
                evaluation.step,
                evaluation.seconds,
                returns=list(evaluation.returns),
                best=evaluation.best,
            )
        fields = {key: summary[key] for key in summary if key != "run"}
        self._folder.write_info(**fields, live_params=self._live_params)

    def evaluated(self, evaluation: Evaluation, learner: Learner, algorithm: str) -> None:
        """Keep the weights of the best evaluation so far: the policy alone, for a replay buffer may be large."""
        if evaluation.best:
            note = {"returns": list(evaluation.returns)}
            policy = policy_data(algorithm, learner.policy(), evaluation.step, self.run)
            self._folder.save_checkpoint(evaluation.step, policy, {}, {}, note=note)
            self._folder.mark_best(evaluation.step)

    def save_whole(self, learner: Learner, algorithm: str, step: int) -> None:
        """Policy and learner: everything that continuing from here needs."""
        state = learner.state()
        policy = policy_data(algorithm, learner.policy(), step, self.run)
        self._folder.save_checkpoint(step, policy, state.arrays, state.values, note={})

    def end(self, status: str, summary: dict[str, Any], error: str | None = None) -> None:
        """Say how the run ended and let go of the folder."""
        fields = {key: value for key, value in summary.items() if key not in ("run", "status")}
        self._folder.write_info(status=status, error=error, **fields)
        self._folder.close()

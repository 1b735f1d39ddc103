"""RunRecord: what a training run leaves on disk, and when. The formats are storage's business."""

from __future__ import annotations

from typing import Any

from rlstudio.algorithms.base import Learner, LearnerState
from rlstudio.core.messages import Change, Evaluation, PolicyData
from rlstudio.core.run_config import RunConfig
from rlstudio.jobs.gathered import Gathered
from rlstudio.jobs.live_tensorboard import LiveTensorBoard
from rlstudio.jobs.policies import policy_data
from rlstudio.storage.records import plain
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.run_info import package_versions


class RunRecord:
    """The run folder as a training job uses it."""

    def __init__(
        self,
        folder: RunFolder,
        first_step: int = 0,
        first_seconds: float = 0.0,
        first_evaluation_seconds: float = 0.0,
    ) -> None:
        self._folder = folder
        self.first_step = first_step
        self.first_seconds = first_seconds
        self.first_evaluation_seconds = first_evaluation_seconds
        self._live_params: dict[str, Any] = {}
        self._written = (first_step, first_seconds)
        self.tensorboard: LiveTensorBoard | None = None

    @property
    def run(self) -> str:
        """Path of the folder."""
        return str(self._folder.path)

    def begin(self, config: RunConfig, earlier: RunConfig | None = None) -> list[Change]:
        """Say that the run runs, or runs again after it ran as `earlier` says; returns what continuing changes.

        The parameters it first began with stay in run.json, whatever was changed since then: together with the changes
        in events.jsonl they say how to make the run again.
        """
        changes: list[Change] = []
        if earlier is not None:
            changes = self._note_changes_since(earlier, config)
            budgets = [{"steps": some.steps, "episodes": some.episodes} for some in (earlier, config)]
            if budgets[0] != budgets[1]:
                self.note_event("budget", self.first_step, self.first_seconds, old=budgets[0], value=budgets[1])
            lived = tuple(event for event in earlier.events if event.step <= self.first_step)
            config = config.model_copy(update={"params": earlier.params, "events": lived + config.events})
        self._folder.write_info(
            config=config.model_dump(mode="json"),
            live_params=self._live_params,
            status="running",
            versions=package_versions(),
            error=None,
        )
        return changes

    def _note_changes_since(self, earlier: RunConfig, config: RunConfig) -> list[Change]:
        """Take over the live changes of the earlier part; note as such, and return, those that continuing brings."""
        events = [e for e in self._folder.read_events() if e.get("kind") == "param" and {"name", "value"} <= e.keys()]
        self._live_params = {str(event["name"]): event["value"] for event in events}
        before = plain({**earlier.params, **self._live_params})
        changes = [
            Change(self.first_step, self.first_seconds, name, before[name], value)
            for name, value in plain(config.params).items()
            if name in before and value != before[name]
        ]
        for change in changes:
            self._note_change(change)
        return changes

    def _note_change(self, change: Change) -> None:
        self._live_params[change.name] = change.new
        self.note_event("param", change.step, change.seconds, name=change.name, old=change.old, value=change.new)

    def note_event(self, kind: str, step: int, seconds: float, **fields: Any) -> None:
        """One thing a person did."""
        self._folder.append_event(kind, step, seconds, **fields)

    def bring_back(self) -> bool:
        """Make the folder anew where somebody deleted or moved it; whether it was. Raises RunFolderError."""
        return self._folder.bring_back()

    def write(self, gathered: Gathered, summary: dict[str, Any]) -> None:
        """Episodes, metrics, evaluations, changes, other events, and where the run is.

        What is written is taken out of `gathered`. Raises RunFolderError, and then the rest is still in there.
        """
        written = Gathered()
        try:
            self._write_lines(gathered, written)
        finally:
            if self.tensorboard is not None:
                self.tensorboard.add(written)
        fields = {key: summary[key] for key in summary if key != "run"}
        self._folder.write_info(**fields, live_params=self._live_params, synced=False)
        self._written = (summary["steps"], summary["seconds"])

    def _write_lines(self, gathered: Gathered, written: Gathered) -> None:
        """Each part goes from `gathered` to `written` as soon as it is, so that none is written twice."""
        if gathered.episodes:
            columns = gathered.episode_arrays()
            self._folder.append_episodes(
                columns["returns"], columns["lengths"], columns["end_steps"], columns["end_seconds"]
            )
            written.episodes, gathered.episodes = gathered.episodes, []
        if gathered.metrics:
            self._folder.append_metrics(gathered.metric_rows())
            written.metrics, gathered.metrics = gathered.metrics, {}
        while gathered.changes:
            self._note_change(gathered.changes[0])
            written.changes.append(gathered.changes.pop(0))
        while gathered.evaluations:
            evaluation = gathered.evaluations[0]
            returns = list(evaluation.returns)
            self.note_event("evaluation", evaluation.step, evaluation.seconds, returns=returns, best=evaluation.best)
            gathered.means.append((evaluation.step, evaluation.seconds, "evaluation_mean", evaluation.mean))
            written.evaluations.append(gathered.evaluations.pop(0))
        if gathered.means:
            self._folder.append_metrics(gathered.means)
            gathered.means.clear()
        self.write_events(gathered)

    def write_events(self, gathered: Gathered) -> None:
        """What a person did, or what happened; taken out of `gathered` as `write` does."""
        while gathered.events:
            kind, step, seconds, fields = gathered.events[0]
            self.note_event(kind, step, seconds, **fields)
            del gathered.events[0]

    def save_snapshot(self, policy: PolicyData) -> None:
        """A policy to look back at."""
        self._folder.save_snapshot(policy)

    def evaluated(self, evaluation: Evaluation, policy: PolicyData) -> None:
        """Keep the weights of the best evaluation so far: the policy alone, for a replay buffer may be large."""
        note = {"returns": list(evaluation.returns)}
        self._folder.save_checkpoint(evaluation.step, policy, {}, {}, note=note, best=True)
        self._folder.mark_best(evaluation.step)

    def save_whole(self, learner: Learner, algorithm: str, step: int, state: LearnerState) -> None:
        """Policy and learner with its `state`: everything that continuing from here needs."""
        policy = policy_data(algorithm, learner.policy(), step, self.run)
        # an update at this very step that comes after it is told from one before it by the time
        note = {"seconds": self._written[1]} if self._written[0] == step else {}
        self._folder.save_checkpoint(step, policy, state.arrays, state.values, note=note, files=learner.files())
        self._folder.write_info()

    def end(self, status: str, summary: dict[str, Any], error: str | None = None) -> None:
        """Say how the run ended and let go of the folder."""
        fields = {key: value for key, value in summary.items() if key not in ("run", "status")}
        try:
            self._folder.write_info(status=status, error=error, **fields)
        finally:
            self._folder.close()

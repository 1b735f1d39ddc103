"""TrainingRun: the `Run` that learners get. It counts, paces, pauses, applies live changes, evaluates and reports.

`tick` is called at every environment step, so everything in it is either a comparison of numbers or done by the clock:
commands are looked for every few milliseconds, batches go out 30 times a second, the disk is written once a second.
"""

from __future__ import annotations

import math
import time
from typing import Any

from rlstudio.algorithms.base import AlgorithmSpec, Learner, StopTraining
from rlstudio.core import messages as m
from rlstudio.core.run_config import RunConfig
from rlstudio.jobs.autosave import Autosave
from rlstudio.jobs.clock import TrainingClock
from rlstudio.jobs.controls import Controls
from rlstudio.jobs.episode_counter import EpisodeCounter
from rlstudio.jobs.evaluation_schedule import EvaluationSchedule
from rlstudio.jobs.keeping import Keeping
from rlstudio.jobs.live_params import LiveParams
from rlstudio.jobs.policies import policy_data
from rlstudio.jobs.policy_snapshots import PolicySnapshots
from rlstudio.jobs.run_record import RunRecord
from rlstudio.jobs.screen_feed import ScreenFeed
from rlstudio.jobs.standing import Standing
from rlstudio.jobs.training_view import TrainingView
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

SERVICE_EVERY_SECONDS = 0.005
DISK_EVERY_SECONDS = 0.5  # a second late at most, also where the disk is slow to take it


class TrainingRun:
    """See `rlstudio.algorithms.base.Run`."""

    def __init__(
        self,
        config: RunConfig,
        spec: AlgorithmSpec,
        channel: Channel,
        record: RunRecord,
        counter: EpisodeCounter,
        view: TrainingView,
        evaluations: EvaluationSchedule,
        start: m.StartTraining,
    ) -> None:
        self.config = config
        self.spec = spec
        self.step = record.first_step
        self.episode = counter.episodes
        self.progress = 0.0
        self.learned = record.first_step > 0
        self.solved_at: dict[str, float] | None = None
        self.live = LiveParams(spec, config.params, config.events)
        self.counter = counter
        self._channel = channel
        self._record = record
        self._view = view
        self._evaluations = evaluations
        self._snapshots = PolicySnapshots(config, record.first_step, learns=spec.learns)
        self._learner: Learner
        self.standing: Standing | None = None
        self._words = "starting"
        self._episode_ended = False
        self._stop_requested = False
        self._warned_nan: set[str] = set()
        self._clock = TrainingClock(record.first_seconds, record.first_evaluation_seconds)
        now = time.perf_counter()
        self._next_service, self._next_disk = now, now + DISK_EVERY_SECONDS
        self._autosave = Autosave(start.autosave_seconds, start.autosave_steps, self.step, now)
        self._keeping = Keeping(record, channel, self._autosave)
        self._feed = ScreenFeed(channel, view, start.watch, now, (record.first_seconds, self.step))
        self._controls = Controls(start, channel, self.live, self._feed, self._note_pause)

    @property
    def seconds(self) -> float:
        """Training time so far, pauses and evaluations left out."""
        return self._clock.seconds

    def attach(self, learner: Learner) -> None:
        """The learner whose run this is; before the first tick. What it begins with is saved: a run that dies before
        its next checkpoint can be continued from there."""
        self._learner = learner
        self._update_progress()
        if self.standing is not None and self.standing.progress is not None:
            self.progress = self.standing.progress
        if self.step == 0:
            self._save_checkpoint()
        elif self.step >= self._evaluations.next_step:  # it was stopped before the one that was due at this step
            self._evaluate()
        self._service(time.perf_counter())
        self._channel.enter(Phase.STEPPING)

    def show_changes(self, changes: list[m.Change]) -> None:
        """Changes that are on disk already, for the screen: those that continuing brought."""
        self._feed.gathered.changes += changes

    # ------------------------------------------------------------ what learners call

    def tick(self, n_steps: int = 1) -> None:
        """See Run.tick."""
        controls = self._controls
        self.step += n_steps
        self._update_progress()
        if self._episode_ended:
            self._close_episodes()
        if self.config.steps is not None and self.step >= self.config.steps:
            self._stop_requested = True
        if (
            self.step >= self._evaluations.next_step
            and not controls.stopped
            and self._evaluations.take(self.step, self._clock.evaluation_share)
        ):
            self._evaluate()
        if self.live.pending or self.step >= self.live.next_scripted_step:
            self._apply_changes()
        if self.step >= self._snapshots.due_step and self._snapshots.updated:
            self._snapshots.take(self._learner, self.spec.key, self.step, self._record.run)
        if controls.step_once == "step":
            controls.pause_again()
        if self._stop_requested or controls.stopped:
            raise StopTraining
        now = time.perf_counter()
        if now >= self._autosave.due_second or self.step >= self._autosave.due_step:
            self._save_checkpoint()
        if controls.pace.limited:
            self._wait_for_pace(n_steps, now)
        elif now >= self._next_service or controls.paused:
            self._service(now)
        self._channel.enter(Phase.STEPPING)

    def breathe(self) -> None:
        """See Run.breathe."""
        self._channel.enter(Phase.UPDATING)
        now = time.perf_counter()
        if now >= self._next_service or self._controls.paused:
            with self._controls.stop_waits():
                self._service(now)
            self._channel.enter(Phase.UPDATING)
        self._controls.stop_if_overdue(now)

    def record(self, rewards: Any, terminated: Any, truncated: Any) -> None:
        """See Run.record."""
        self._view.last_rewards = rewards
        if self._feed.looking:
            self._feed.saw(self.counter, terminated, truncated, slow=self._controls.slow)
        if self.counter.add(rewards, terminated, truncated):
            self._episode_ended = True

    def log(self, **metrics: float) -> None:
        """See Run.log."""
        self.learned = self._snapshots.updated = True
        if metrics:  # a learner of tables updates at every step, and says something now and then
            self._keep(metrics)
        if self._controls.step_once == "update":
            self._controls.pause_again()
        self._channel.enter(Phase.STEPPING)

    def _keep(self, metrics: dict[str, float]) -> None:
        """For the screen and for the disk; a number that is none is told once."""
        seconds = self.seconds
        for gathered in (self._feed.gathered, self._keeping.gathered):
            gathered.add_metrics(self.step, seconds, metrics)
        for name, value in metrics.items():
            if not math.isfinite(value) and name not in self._warned_nan:
                self._warned_nan.add(name)
                words = f"{name} is no longer a finite number at step {self.step:,}: try a lower learning rate"
                self._channel.send(m.Warned(words))

    def say(self, words: str) -> None:
        """See Run.say."""
        self._words = words

    # ------------------------------------------------------------ counting

    def _update_progress(self) -> None:
        by_steps = self.step / self.config.steps if self.config.steps else 0.0
        by_episodes = self.episode / self.config.episodes if self.config.episodes else 0.0
        self.progress = min(1.0, max(by_steps, by_episodes))

    def _close_episodes(self) -> None:
        """Episodes that ended at this step: count them, and see whether the run is over."""
        self._episode_ended = False
        ended = self.counter.take_ended(self.step, self.seconds)
        self.episode = self.counter.episodes
        self._feed.gathered.episodes += ended
        self._keeping.gathered.episodes += ended
        config, mean = self.config, self.counter.mean
        if config.stop_at is not None and self.counter.window_full and mean is not None and mean >= config.stop_at:
            self.solved_at = self.solved_at or {"step": self.step, "episode": self.episode, "seconds": self.seconds}
            self._stop_requested = True
        if config.episodes is not None and self.episode >= config.episodes:
            self._stop_requested = True
        if self._controls.step_once == "episode":
            self._controls.pause_again()

    def _apply_changes(self) -> None:
        changes = self.live.apply(self._learner, self.step, self.seconds)
        for gathered in (self._feed.gathered, self._keeping.gathered):
            gathered.changes += changes

    def _evaluate(self) -> None:
        """Greedy episodes in an environment of their own: the run itself is not changed by them."""
        words, policy = self._words, self._learner.policy()
        with self._clock.evaluating():
            evaluation = self._evaluations.evaluate(policy, self.step, self.seconds, self._look_up, self.say)
        self._controls.pace.restart()
        self._words = words
        self._feed.gathered.evaluations.append(evaluation)
        self._channel.enter(Phase.SAVING)
        data = policy_data(self.spec.key, policy, self.step, self._record.run)
        self._keeping.evaluated(evaluation, data)

    def _look_up(self) -> None:
        """Called every so many steps of an evaluation."""
        if (now := time.perf_counter()) >= self._next_service:
            self._service(now)
        self._channel.enter(Phase.STEPPING)

    # ------------------------------------------------------------ by the clock

    def _service(self, now: float) -> None:
        """Commands, pause, frames, batches, disk: whatever is due. Raises StopTraining."""
        self._controls.read()
        if self._controls.paused:
            self._wait_while_paused()
            now = time.perf_counter()
        self._feed.show_frame(self.counter, self.step, now, slow=self._controls.slow)
        if self._feed.batch_due(now):
            self._send_batch(now)
        if self._feed.weights_due(now, self.step):
            self._send_weights(now)
        if now >= self._next_disk:
            self.write_disk()
            self._next_disk = now + DISK_EVERY_SECONDS
        self._next_service = time.perf_counter() + SERVICE_EVERY_SECONDS

    def _note_pause(self, kind: str) -> None:
        self._keeping.note(kind, self.step, self.seconds)

    def _wait_while_paused(self) -> None:
        """Stand still, yet answer: disk and screen are brought up to date once, then commands are waited for."""
        with self._clock.stopped():
            self.write_disk()
            shown = False
            while self._controls.paused:
                now = time.perf_counter()
                if not shown and self._feed.ready:
                    self._send_batch(now)
                    shown = True
                self._feed.show_standing(self.counter, self.step, now)
                if self._feed.weights_due(now, self.step, standing=True):
                    self._send_weights(now)
                self._channel.enter(Phase.WAITING)
                self._controls.read(timeout_seconds=0.05)
        self._controls.pace.restart()

    def _wait_for_pace(self, n_steps: int, now: float) -> None:
        """Slow down to the pace that was asked for, still answering."""
        pace = self._controls.pace
        pace.took(n_steps, now)
        while True:
            if now >= self._next_service or self._controls.paused:
                self._service(now)
                now = time.perf_counter()
            left = pace.seconds_left(now)
            if left <= 0.0:
                return
            self._channel.enter(Phase.WAITING)
            time.sleep(min(left, SERVICE_EVERY_SECONDS))
            now = time.perf_counter()

    def _send_batch(self, now: float) -> None:
        self._feed.send_batch(
            now,
            step=self.step,
            seconds=self.seconds,
            episode=self.episode,
            progress=self.progress,
            words=self._words,
            paused=self._controls.paused,
            mean_return=self.counter.mean,
            best_mean_return=self.counter.best_mean,
        )

    def _send_weights(self, now: float) -> None:
        step = self.step if self.learned else None  # before the first update it is the untrained policy, wherever
        policy = policy_data(self.spec.key, self._learner.policy(), step, self._record.run)
        self._feed.send_weights(now, policy, self.step)

    def write_disk(self) -> None:
        """Write what happened since the last time; what the disk refuses is kept for the next."""
        self._channel.enter(Phase.SAVING)
        self._keeping.write(self.summary(), self._snapshots.hand_over())

    def _save_checkpoint(self) -> None:
        """Everything that continuing from here needs: between two steps, when the learner is whole."""
        self.write_disk()  # saving may take seconds: what came before it is on disk meanwhile
        began = time.perf_counter()
        whole, standing = not self._controls.torn, self.standing
        state = standing.taken(self, self._evaluations, whole=whole) if standing else self._learner.state()
        self._keeping.save_whole(self._learner, self.spec.key, self.step, state, since=began)

    def _stand_by(self) -> None:
        """While the disk is waited for: show where the run is, look for commands. Raises StopTraining."""
        if self._feed.ready:
            self._send_batch(time.perf_counter())
        self._channel.enter(Phase.WAITING)
        self._controls.read(timeout_seconds=DISK_EVERY_SECONDS)

    # ------------------------------------------------------------ the end

    @property
    def came_to_its_end(self) -> bool:
        """Whether the budget was used up or the goal reached, rather than somebody saying stop."""
        return self._stop_requested and not self._controls.stopped

    def summary(self) -> dict[str, Any]:
        """What `rlstudio train --json` prints, but for the status."""
        seconds = self.seconds
        return {
            "run": self._record.run,
            "steps": self.step,
            "episodes": self.episode,
            "mean_return": self.counter.mean,
            "best_mean_return": self.counter.best_mean if self.counter.best_mean is not None else self.counter.mean,
            "solved_at": self.solved_at,
            "seconds": seconds,
            "evaluation_seconds": self._clock.evaluation_seconds,
            "steps_per_second": (self.step - self._record.first_step) / max(seconds - self._record.first_seconds, 1e-9),
        }

    def finish(self, status: m.Status) -> dict[str, Any]:
        """Evaluate a last time where the run came to its own end, save everything, bring the screen up to date."""
        if status == "finished" and self._evaluations.wanted and self._evaluations.last_step != self.step:
            try:
                self._evaluate()
            except StopTraining:
                status = "stopped"
        summary = self.summary()
        self._save_checkpoint()
        self._words = "waiting for the disk: what was learned is not saved yet"
        self._keeping.wait(self._stand_by, self._save_checkpoint)
        self._words = "saved"
        self._send_batch(time.perf_counter())
        self._send_weights(time.perf_counter())
        return {"status": status, **summary}

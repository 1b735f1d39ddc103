"""TrainedRun: one run of the window as a small state machine: its job, and all that came from it. No Qt at all."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.core import messages as m
from rlstudio.core.history import History
from rlstudio.core.run_config import RunConfig
from rlstudio.ui.job_desk import Job, JobDesk

State = Literal["idle", "starting", "running", "paused", "stopping"]
News = Literal[
    "stateChanged",
    "started",
    "batchCame",
    "policyCame",
    "paramRefused",
    "warned",
    "recovered",
    "failed",
    "finished",
]
"""What a run tells of; the signals of `ui.training.Training` have these names and say what comes with each."""

PATIENCE_WITH_STOP_SECONDS = 20.0
NO_ANSWER = "Training does not answer"
"""What the complaint about a silent child begins with."""
_numbers = itertools.count(1)


class TrainedRun:
    """What is being trained, was last, or is yet to be. `tell(run, news, *what)` hears of all that happens."""

    def __init__(self, desk: JobDesk, tell: Callable[..., None]) -> None:
        self.number = next(_numbers)
        """No two runs of a window have the same; the later has the larger one."""
        self._desk = desk
        self._tell = tell
        self._job: Job | None = None
        self._ended_in_order = False
        self._stop_asked = 0.0
        self._after: Callable[[], None] | None = None
        self.state: State = "idle"
        self.trouble = ""
        self.unsaved = ""
        """Why the disk refuses what it learns, in words; "" where all is saved."""
        self.preparing = ""
        self.device = "cpu"
        self.config: RunConfig | None = None
        self.spec: AlgorithmSpec | None = None
        self.history = History()
        self.ghost: History | None = None
        """The run before it, drawn behind it."""
        self.run: str | None = None
        self.policy: m.PolicyData | None = None
        self.last_batch: m.Batch | None = None
        self.status: m.Status | None = None
        self.live_params: dict[str, Any] = {}
        """Values that took the place of the config's while it trained in this window."""

    @property
    def name(self) -> str:
        """What a sentence calls it: "ppo on CartPole-v1, seed 0"."""
        config = self.config
        return "a run" if config is None else f"{config.algorithm} on {config.env}, seed {config.seed}"

    # ------------------------------------------------------------ wishes

    @property
    def active(self) -> bool:
        """Whether a job runs, or is about to."""
        return self.state != "idle"

    def start(self, command: m.StartTraining) -> None:
        """Train: afresh, or on from where it stood. Raises AssertionError while a job of its own still runs."""
        assert self._job is None, "one job a run"
        config = RunConfig.parse(command.config)
        if command.resume is None:
            self.history, self.policy, self.live_params = History(config.window), None, {}
        self.config, self.spec = config, get_algorithm(config.algorithm)
        self.run = command.resume
        self.last_batch, self.status, self.trouble, self.unsaved, self.preparing = None, None, "", "", ""
        self._ended_in_order = False
        self._job = self._desk.start(command, self._heard, self._ended)
        self._enter("starting")

    def adopt(self, config: RunConfig, history: History, run: str, policy: m.PolicyData | None) -> None:
        """Be a run of before: it can be looked at, recorded and continued."""
        self.config, self.spec, self.history = config, get_algorithm(config.algorithm), history
        self.run, self.policy, self.last_batch, self.status = run, policy, None, "finished"
        self._enter("idle")

    def pause(self) -> None:
        """Stand still before the next step."""
        if self.state == "running":
            self._post(m.Pause())
            self._enter("paused")

    def resume(self) -> None:
        """Go on."""
        if self.state == "paused":
            self._post(m.Resume())
            self._enter("running")

    def step_once(self, unit: m.StepUnit) -> None:
        """One step, update or episode, then stand still again."""
        if self.state == "running":
            self.pause()
        if self.state == "paused":
            self._post(m.StepOnce(unit))

    def stop(self) -> None:
        """Save and end. A child that no longer answers is ended at once."""
        if self._job is None:
            return
        if self.trouble or self.state == "stopping":
            self.drop("ended because it no longer answered" if self.trouble else "ended before it had saved")
            return
        self._post(m.Stop())
        self._stop_asked = time.monotonic()
        self._enter("stopping")

    def set_param(self, name: str, value: Any) -> None:
        """A live change."""
        self._post(m.SetParam(name, value))

    def set_pace(self, steps_per_second: float | None) -> None:
        """Training speed; None is full."""
        self._post(m.SetPace(steps_per_second))

    def set_watch(self, mode: m.WatchMode) -> None:
        """What is watched."""
        self._post(m.SetWatch(mode))

    def when_idle(self, then: Callable[[], None]) -> None:
        """Call `then` once no job runs any more."""
        if self._job is None:
            then()
        else:
            self._after = then

    def take_frame(self) -> tuple[Any, m.FrameNote] | None:
        """The newest frame of the training environment."""
        return None if self._job is None else self._job.take_frame()

    def check_health(self) -> None:
        """Look for signs of life; called a few times a second."""
        if self._job is None:
            return
        trouble = self._job.trouble()
        if bool(trouble) != bool(self.trouble):
            self.trouble = trouble
            self._tell(self, "stateChanged")
            if trouble:
                self._tell(self, "warned", f"{NO_ANSWER}: {trouble}. Stop ends it; Train starts anew.")
            else:
                self._tell(self, "recovered")
        self.trouble = trouble
        waited = time.monotonic() - self._stop_asked
        if self.state == "stopping" and waited > PATIENCE_WITH_STOP_SECONDS and not self.unsaved:
            self.drop(f"ended because it had not saved within {PATIENCE_WITH_STOP_SECONDS:.0f} s")

    # ------------------------------------------------------------ what the job says

    def _post(self, command: m.Command) -> None:
        if self._job is not None:
            self._job.post(command)

    def _enter(self, state: State) -> None:
        self.state = state
        self._tell(self, "stateChanged")

    def _heard(self, report: m.Report) -> None:
        match report:
            case m.Preparing(words):
                self.preparing = words
                self._tell(self, "stateChanged")
            case m.Started(run):
                self.run, self.device = run, report.device
                self.history.rewind(report.step)  # a continued run lives again what came after its checkpoint
                if self.state == "starting":
                    self._enter("running")
                self._tell(self, "started", report)
            case m.Batch():
                self._take_batch(report)
            case m.PolicyUpdate(policy):
                self.policy = policy
                self._tell(self, "policyCame", policy)
            case m.ParamRefused(name, value, reason):
                self._tell(self, "paramRefused", name, value, reason)
            case m.Warned(text):
                self._tell(self, "warned", text)
            case m.NotSaved(words):
                self._take_unsaved(words)
            case m.Failed(message, advice, traceback):
                self._ended_in_order = True
                self.status = "failed"
                self._tell(self, "failed", message, advice, traceback)
            case m.Finished(status, summary):
                self._ended_in_order = True
                self.status = status
                self._tell(self, "finished", status, summary)

    def _take_unsaved(self, words: str) -> None:
        """A disk that refuses is no end: the run goes on, and one that is over waits for it until it is stopped."""
        self.unsaved = words
        self._tell(self, "warned", words or "The disk takes what is saved again: nothing of the run is missing.")
        self._tell(self, "stateChanged")

    def _take_batch(self, batch: m.Batch) -> None:
        self._post(m.Took())
        self.history.add(batch)
        self.last_batch = batch
        self.live_params.update({change.name: change.new for change in batch.changes})
        self._tell(self, "batchCame", batch)

    def _ended(self, exitcode: int | None) -> None:
        self._job, self.unsaved = None, ""
        if self.trouble and self.status in ("finished", "stopped"):
            self._tell(self, "recovered")  # it came to its end after all: nothing is left to complain of
        self.trouble = ""
        if not self._ended_in_order:
            self.status = "interrupted"
            self._tell(
                self,
                "failed",
                f"The training process ended unexpectedly ({exit_words(exitcode)}).",
                "What was saved until then is in the run folder. Train starts anew, Continue goes on from there.",
                "",
            )
        self._enter("idle")
        self._call_after()

    def drop(self, why: str) -> None:
        """Kill the job and be idle at once; `why` completes "The training process was …"."""
        if self._job is not None:
            self._job.abandon()
            self._job = None
        self.status, self.trouble, self.unsaved = "interrupted", "", ""
        self._tell(self, "warned", f"The training process was {why}. What was saved until then is in the run folder.")
        self._enter("idle")
        self._call_after()

    def _call_after(self) -> None:
        after, self._after = self._after, None
        if after is not None:
            after()

    @property
    def can_continue(self) -> bool:
        """Whether the last run can go on: it has a folder with a checkpoint to go on from."""
        return self.state == "idle" and self.run is not None and any(Path(self.run).glob("checkpoints/*/learner.json"))


def exit_words(exitcode: int | None) -> str:
    """Why a process ended, in words."""
    if exitcode is None:
        return "no exit code"
    if exitcode < 0:
        try:
            return f"ended by signal {-exitcode}, {signal.Signals(-exitcode).name}"
        except ValueError:
            return f"ended by signal {-exitcode}"
    return f"exit code {exitcode}"

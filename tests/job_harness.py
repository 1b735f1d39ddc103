"""A channel, a learner and a clock that tests of jobs hold in their hands."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np
import pytest

from rlstudio.algorithms.base import AlgorithmSpec, Learner, LearnerState, MetricSpec, Run, StopTraining
from rlstudio.algorithms.random.policy import RandomPolicy
from rlstudio.algorithms.resolve import resolve
from rlstudio.core import messages as m
from rlstudio.core.params import Params, param
from rlstudio.core.run_config import RunConfig
from rlstudio.envs.make import make
from rlstudio.jobs import clock, keeping, pace, screen_feed, training_run
from rlstudio.jobs.episode_counter import EpisodeCounter
from rlstudio.jobs.evaluation_schedule import EvaluationSchedule
from rlstudio.jobs.run_record import RunRecord
from rlstudio.jobs.train import train
from rlstudio.jobs.training_run import TrainingRun
from rlstudio.jobs.training_view import TrainingView
from rlstudio.storage.run_folder import RunFolder
from rlstudio.workers.vitals import Phase

R = TypeVar("R")
Listen = Callable[["FakeChannel"], m.Command | None]


class FakeChannel:
    """Keeps what a job sends. `listen` is asked for a command whenever the job looks for one, after those in `inbox`.

    With `takes` every batch is answered with Took at once; with `watches` every frame is taken at once.
    """

    def __init__(self, listen: Listen | None = None, *, takes: bool = True, watches: bool = False) -> None:
        self.inbox: deque[m.Command] = deque()
        self.reports: list[m.Report] = []
        self.phases: list[Phase] = []
        self.frames: list[tuple[Any, dict[str, Any]]] = []
        self.takes, self.watches = takes, watches
        self._listen = listen

    def receive(self, timeout_seconds: float = 0.0) -> m.Command | None:
        if self.inbox:
            return self.inbox.popleft()
        return self._listen(self) if self._listen else None

    def send(self, report: m.Report) -> None:
        self.reports.append(report)
        if self.takes and isinstance(report, m.Batch):
            self.inbox.append(m.Took())

    def enter(self, phase: Phase) -> None:
        if not self.phases or self.phases[-1] is not phase:
            self.phases.append(phase)

    def wants_frame(self) -> bool:
        return self.watches

    def put_frame(self, frame: Any, note: dict[str, Any]) -> None:
        self.frames.append((frame, note))

    def of(self, kind: type[R]) -> list[R]:
        """The reports of one kind, in order."""
        return [report for report in self.reports if isinstance(report, kind)]

    @property
    def finished(self) -> m.Finished:
        """How the job ended."""
        (last,) = self.of(m.Finished)
        return last

    def joined(self, field: str) -> list[float]:
        """The values of one field of all batches, end to end."""
        return [value for batch in self.of(m.Batch) for value in getattr(batch, field).tolist()]


class FakeTime:
    """Time that passes by sleeping, and by a microsecond whenever somebody looks at it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def perf_counter(self) -> float:
        self.now += 1e-6
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def fake_time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """Time as training runs see it."""
    found = FakeTime()
    for module in (clock, keeping, pace, screen_feed, training_run):
        monkeypatch.setattr(module, "time", found)
    return found


@pytest.fixture
def attentive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training runs look for commands, send batches and write to disk at every step."""
    for module, name in (
        (training_run, "SERVICE"),
        (training_run, "DISK"),
        (screen_feed, "BATCH"),
        (screen_feed, "WEIGHTS"),
    ):
        monkeypatch.setattr(module, f"{name}_EVERY_SECONDS", 0.0)


class ToyParams(Params):
    """Three parameters: one for each moment at which a change may count."""

    learning_rate: float = param(0.1, help="Size of a step.", gt=0, le=1, live="update")
    exploration: float = param(0.5, help="Share of random actions.", ge=0, le=1, live="step")
    width: int = param(8, help="Hidden units.", ge=1)


Script = Callable[[Run, "ToyLearner"], None]


class ToyLearner(Learner):
    """Does what its script says, and remembers which parameters were set at which step."""

    def __init__(self, env: Any, params: Any, seed: int, device: str, script: Script | None = None) -> None:
        self.env, self.script = env, script
        self.set: list[tuple[int, str, Any]] = []
        self.run: Any = SimpleNamespace(step=0)

    def learn(self, run: Run) -> None:
        self.run = run
        if self.script is not None:
            self.script(run, self)

    def policy(self) -> RandomPolicy:
        return RandomPolicy(self.env.action_space)

    def set_param(self, name: str, value: Any) -> None:
        self.set.append((self.run.step, name, value))

    def state(self) -> LearnerState:
        return LearnerState({"steps": np.array([self.run.step])}, {"changes": len(self.set)})

    def load_state(self, state: LearnerState) -> None:
        self.run = SimpleNamespace(step=int(state.arrays["steps"][0]))


TOY = AlgorithmSpec(
    key="random",  # whose policy class reads the checkpoints
    title="Toy",
    family="Test",
    params=ToyParams,
    learner="job_harness:ToyLearner",
    policy="rlstudio.algorithms.random.policy:RandomPolicy",
    refuses=lambda card: None,
    metrics=(MetricSpec("loss", "Loss", "How wrong."),),
)


def play(*lengths: int, rewards: Callable[[int], float] = lambda t: 1.0) -> Script:
    """A script: episodes of these lengths in a single environment, then steps without an end."""

    def script(run: Run, learner: ToyLearner) -> None:
        for length in lengths:
            for t in range(length):
                run.record(rewards(t), t == length - 1, False)
                run.tick()
        while True:
            run.record(rewards(0), False, False)
            run.tick()

    return script


@dataclass
class Bench:
    """A TrainingRun with everything around it."""

    run: TrainingRun
    channel: FakeChannel
    folder: RunFolder
    learner: ToyLearner

    def learn(self) -> str:
        """Run the learner until the run ends it; the status that `train` would give it."""
        status: m.Status = "finished"
        try:
            self.run.attach(self.learner)
            self.learner.learn(self.run)
        except StopTraining:
            status = "finished" if self.run.came_to_its_end else "stopped"
        return str(self.run.finish(status)["status"])


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """`bench(script, channel, n_envs, start={…}, **config)` makes one."""
    with RunFolderKeeper(tmp_path) as keeper:
        yield keeper.bench


class RunFolderKeeper:
    """Makes benches and closes what they opened."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._open: list[Any] = []

    def __enter__(self) -> RunFolderKeeper:
        return self

    def __exit__(self, *_: object) -> None:
        for thing in self._open:
            thing.close()

    def bench(
        self,
        script: Script,
        channel: FakeChannel | None = None,
        *,
        n_envs: int = 1,
        autoreset: bool = False,
        start: dict[str, Any] | None = None,
        **config: Any,
    ) -> Bench:
        channel = channel or FakeChannel()
        full = RunConfig(**{"env": "CartPole-v1", "algorithm": "random", "params": {}, "window": 3, **config})
        folder = RunFolder.create(self._home / "runs", full)
        env = make(full.env)
        evaluations = EvaluationSchedule(full)
        self._open += [folder, env, evaluations]
        run = TrainingRun(
            full,
            TOY,
            channel,
            RunRecord(folder),
            EpisodeCounter(n_envs, full.window, autoreset=autoreset),
            TrainingView(env, n_envs),
            evaluations,
            m.StartTraining(full.model_dump(mode="json"), "", **{"watch": "off", **(start or {})}),
        )
        return Bench(run, channel, folder, ToyLearner(env, ToyParams(), 0, "cpu", script))


def in_turn(*steps: tuple[Callable[[m.Batch], object], m.Command]) -> Listen:
    """Each command once, in this order, when its condition holds of the newest batch."""
    left = list(steps)

    def listen(channel: FakeChannel) -> m.Command | None:
        batches = channel.of(m.Batch)
        return left.pop(0)[1] if left and batches and left[0][0](batches[-1]) else None

    return listen


def at_step(step: int, *commands: m.Command) -> Listen:
    """Commands that arrive once a batch has told that the run has come to `step`."""
    return in_turn(*((lambda batch: batch.step >= step, command) for command in commands))


def whenever_paused(*commands: m.Command) -> Listen:
    """One command after the other, each when the run has come to stand still again."""
    left = list(commands)

    def listen(channel: FakeChannel) -> m.Command | None:
        stops = sum(batch.paused for batch in channel.of(m.Batch))
        return left.pop(0) if left and stops > len(commands) - len(left) else None

    return listen


def train_inline(
    runs_dir: Path,
    channel: FakeChannel | None = None,
    *,
    resume: Path | None = None,
    watch: Any = "off",
    trusted_files: m.TrustedFiles = (),
    tensorboard: str | None = None,
    autosave_steps: int | None = None,
    **asked: Any,
) -> tuple[RunFolder, FakeChannel]:
    """Train in this process as `resolve(**asked)` says; the run's folder, open for reading, and the channel."""
    channel = channel or FakeChannel()
    config = resolve(**{"env": "CartPole-v1", **asked})
    start = m.StartTraining(
        config.model_dump(mode="json"),
        str(runs_dir),
        str(resume) if resume else None,
        watch,
        trusted_files=trusted_files,
        tensorboard=tensorboard,
        autosave_steps=autosave_steps,
    )
    with suppress(StopTraining):
        train(start, channel)
    (started,) = channel.of(m.Started)
    assert started.run is not None
    return RunFolder.open(Path(started.run)), channel


def story(folder: RunFolder) -> tuple[Any, ...]:
    """What happened in a run, but for when by the clock, and for its evaluations."""
    episodes, metrics = folder.read_monitor(), folder.read_metrics()
    values = {
        name: (series.steps.tolist(), series.values.tolist())
        for name, series in metrics.items()
        if name != "evaluation_mean"
    }
    return episodes.returns.tolist(), episodes.lengths.tolist(), episodes.end_steps.tolist(), values

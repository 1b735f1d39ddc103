"""Training: builds environment and learner from a RunConfig, lets it learn, and keeps the run folder whole."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from rlstudio.algorithms.base import LearnerState, StopTraining
from rlstudio.algorithms.blocks.devices import resolve_device
from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.core.messages import Evaluation, Finished, Started, StartTraining, Status
from rlstudio.core.params import ParamError, ParamFault, validate
from rlstudio.core.run_config import RunConfig
from rlstudio.envs.catalogue import card_for, check_id
from rlstudio.envs.make import make, make_vector
from rlstudio.jobs.episode_counter import EpisodeCounter
from rlstudio.jobs.evaluation_schedule import EvaluationSchedule
from rlstudio.jobs.run_record import RunRecord
from rlstudio.jobs.training_run import TrainingRun
from rlstudio.jobs.training_view import TrainingView
from rlstudio.storage.run_folder import RunFolder
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase


def check_config(config: RunConfig) -> None:
    """Everything about a config that can be refused before anything is started.

    Raises:
        ParamError: naming the field, the value and what is allowed.
    """
    spec = get_algorithm(config.algorithm)
    check_id(config.env)
    validate(spec.params, config.params)
    reason = spec.why_not(card_for(config.env, config.env_kwargs))
    if reason is not None:
        raise ParamError([ParamFault("algorithm", config.algorithm, f"one that can act here: {reason}")])


def train(start: StartTraining, channel: Channel) -> None:
    """The job. Reports Started, batches, and Finished; raises what the learner raised, the folder marked failed."""
    config = RunConfig.parse(start.config)
    check_config(config)
    spec = get_algorithm(config.algorithm)
    device = resolve_device(config.device)
    folder = (
        RunFolder.open(Path(start.resume), write=True)
        if start.resume
        else RunFolder.create(Path(start.runs_dir), config)
    )
    env: Any = None
    record, evaluations, run = RunRecord(folder), None, None
    try:
        params = validate(spec.params, config.params)
        n_envs = params.n_envs if spec.vector else 1  # type: ignore[attr-defined]
        counter = EpisodeCounter(n_envs, config.window, autoreset=spec.vector)
        best_evaluation, state = None, None
        if start.resume:
            record, best_evaluation, state = _restore(folder, counter)
        record.begin(config)
        channel.enter(Phase.STARTING)
        env = make_vector(config.env, n_envs, config.env_kwargs) if spec.vector else make(config.env, config.env_kwargs)
        learner = spec.load_learner()(env, params, config.seed, device)
        if state is not None:
            learner.load_state(state)
        evaluations = EvaluationSchedule(config, record.first_step, best_evaluation)
        run = TrainingRun(config, spec, channel, record, counter, TrainingView(env, n_envs), evaluations, start)
        channel.send(Started(record.run, config.model_dump(mode="json"), record.first_step, counter.episodes, device))
        status: Status = "finished"
        try:
            run.attach(learner)
            learner.learn(run)
        except StopTraining:
            status = "finished" if run.came_to_its_end else "stopped"
        summary = run.finish(status)
        record.end(summary["status"], summary)
        channel.send(Finished(summary["status"], summary))
    except BaseException as error:
        _fail(record, run, error)
        raise
    finally:
        if evaluations is not None:
            evaluations.close()
        if env is not None:
            env.close()


def _restore(folder: RunFolder, counter: EpisodeCounter) -> tuple[RunRecord, float | None, LearnerState]:
    """Where an earlier part of the run left off: counts, best evaluation, and the learner's state."""
    info = folder.read_info()
    arrays, values, step = folder.load_learner()
    folder.rewind(step)  # what a killed run did after its last checkpoint is lived again
    returns = folder.read_monitor().returns
    counter.restore(len(returns), returns, info.best_mean_return)
    evaluated = [
        Evaluation(row["step"], row["seconds"], tuple(row["returns"])).mean
        for row in folder.read_events()
        if row.get("kind") == "evaluation" and row.get("returns")
    ]
    record = RunRecord(folder, first_step=step, first_seconds=float(info.seconds or 0.0))
    return record, max(evaluated, default=None), LearnerState(arrays, values)


def _fail(record: RunRecord, run: TrainingRun | None, error: BaseException) -> None:
    """Leave the folder whole and marked failed, without hiding the fault that brought us here."""
    try:
        if run is not None:
            run.write_disk()
        words = "".join(traceback.format_exception_only(error)).strip()
        record.end("failed", run.summary() if run is not None else {}, error=words)
    except Exception:
        traceback.print_exc()

"""Training: builds environment and learner from a RunConfig, lets it learn, and keeps the run folder whole."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

from rlstudio.algorithms.base import Learner, LearnerState, StopTraining
from rlstudio.algorithms.blocks.devices import resolve_device
from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.programs import check_consent
from rlstudio.core.messages import Change, Evaluation, Finished, Preparing, Started, StartTraining, Status, Warned
from rlstudio.core.params import ParamError, ParamFault, describe, validate
from rlstudio.core.run_config import RunConfig
from rlstudio.core.stretched import stretched_words
from rlstudio.envs.catalogue import card_for, check_id
from rlstudio.envs.make import MakeError, make
from rlstudio.jobs.consent import with_its_consent
from rlstudio.jobs.episode_counter import EpisodeCounter
from rlstudio.jobs.evaluation_schedule import EvaluationSchedule
from rlstudio.jobs.forking import NothingKeptError, begin_fork
from rlstudio.jobs.live_params import check_script
from rlstudio.jobs.live_tensorboard import live_tensorboard
from rlstudio.jobs.no_episode import new_episodes_words, no_episode_words, no_update_words
from rlstudio.jobs.policies import make_training_env
from rlstudio.jobs.resuming import give_back
from rlstudio.jobs.run_record import RunRecord
from rlstudio.jobs.standing import Standing
from rlstudio.jobs.training_run import TrainingRun
from rlstudio.jobs.training_view import TrainingView
from rlstudio.jobs.until_step import UntilStep
from rlstudio.storage.errors import DiskError
from rlstudio.storage.run_folder import RunFolder, RunInfo
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

_HUNG_UP = (KeyboardInterrupt, EOFError, BrokenPipeError, ConnectionResetError)
"""Nobody is there any more, or nobody wants to wait: no fault of the run's."""


def check_config(config: RunConfig) -> None:
    """Everything about a config that can be refused before anything is started.

    Raises:
        ParamError: naming the field, the value and what is allowed.
    """
    spec = get_algorithm(config.algorithm)
    check_id(config.env)
    validate(spec.params, config.params)
    check_script(spec, config.params, config.events)
    card = card_for(config.env)
    if not card.available:
        allowed = f"an environment that can be made here: {card.why_not}" + (card.install and f" ({card.install})")
        raise ParamError([ParamFault("env", config.env, allowed)])
    if config.env_kwargs:
        try:
            make(config.env, config.env_kwargs).close()
        except MakeError as error:
            allowed = "options of the environment: " + str(error).removeprefix("env_kwargs: ")
            raise ParamError([ParamFault("env_kwargs", config.env_kwargs, allowed)]) from None
        card = card_for(config.env, config.env_kwargs)
    reason = spec.why_not(card)
    if reason is not None:
        raise ParamError([ParamFault("algorithm", config.algorithm, f"one that can act here: {reason}")])


@with_its_consent
def train(start: StartTraining, channel: Channel) -> None:
    """The job. Reports Started, batches, and Finished; raises what the learner raised, the folder marked failed."""
    config = RunConfig.parse(start.config)
    if config.parent is None or start.resume is not None:
        _learn(start, channel)
        return
    check_config(config)
    check_consent(config.algorithm, config.params)
    try:
        fork = begin_fork(config, start, channel, _learn)
    except NothingKeptError as error:
        channel.send(Finished("stopped", error.summary()))
        return
    try:
        _learn(fork.start, fork.channel, brought=fork.changes)
    except BaseException:
        fork.remove_unbegun()
        raise


def _learn(start: StartTraining, channel: Channel, *, brought: Sequence[Change] = (), until: int | None = None) -> None:
    """Train in a new folder, or in that of the run to resume, which `brought` changes if it is a fork that begins; or
    live a run again, `until` a step."""
    config = RunConfig.parse(start.config)
    check_config(config)
    check_consent(config.algorithm, config.params)
    spec = get_algorithm(config.algorithm)
    device = resolve_device(config.device)
    earlier = _to_continue(Path(start.resume), config) if start.resume else None
    params = validate(spec.params, config.params)
    n_envs = params.n_envs if spec.vector else 1  # type: ignore[attr-defined]
    counter = EpisodeCounter(n_envs, config.window, autoreset=spec.has_reset_steps)
    best_evaluation, solved_at = None, None
    channel.enter(Phase.STARTING)
    channel.send(Preparing(f"opening {config.env}"))
    env = make_training_env(spec, config.env, n_envs, config.env_kwargs)
    folder, evaluations, run, kept = None, None, None, None
    untouched = earlier is not None  # what cannot go on is left as it was
    try:
        channel.send(Preparing(f"loading {spec.full_title}"))
        learner = spec.load_learner()(env, params, config.seed, device)
        # Only now, for what cannot be made leaves no empty folder behind.
        folder = RunFolder.open(earlier.path, write=True) if earlier else RunFolder.create(Path(start.runs_dir), config)
        record = RunRecord(folder)
        if earlier is not None:
            channel.send(Preparing("reading what it had learned"))
            kept, step = _load_newest(learner, folder)
            untouched = False
            record, best_evaluation = _restore(folder, step, counter)
            solved_at = folder.read_info().solved_at
        continuing = record.begin(config, earlier.config if earlier else None)
        record.tensorboard = live_tensorboard(start, folder, record.first_step, continuing, channel)
        evaluations = EvaluationSchedule(config, record.first_step, best_evaluation, learns=spec.learns)
        run = TrainingRun(config, spec, channel, record, counter, TrainingView(env, n_envs), evaluations, start)
        run.solved_at, run.standing = solved_at, Standing(env, counter, learner)
        if kept is not None and record.first_step > 0:
            _bring_back(run.standing, kept, config, evaluations, channel)
            assert earlier is not None
            if words := stretched_words(earlier.config, config, record.first_step, counter.episodes):
                channel.send(Warned(words))
        run.show_changes([*brought, *continuing])
        channel.send(Started(record.run, config.model_dump(mode="json"), record.first_step, counter.episodes, device))
        status: Status = "finished"
        try:
            run.attach(learner)
            learner.learn(run if until is None else UntilStep(run, until))
        except StopTraining:
            status = "finished" if run.came_to_its_end and until is None else "stopped"
        summary = run.finish(status)
        if summary["status"] == "finished" and not summary["episodes"]:
            limit = card_for(config.env, config.env_kwargs).max_episode_steps
            channel.send(Warned(no_episode_words(run.step - record.first_step, n_envs, limit)))
        elif summary["status"] == "finished" and spec.learns and not run.learned:
            channel.send(Warned(no_update_words(run.step, n_envs, params.model_dump())))
        record.end(summary["status"], summary)
        channel.send(Finished(summary["status"], summary))
    except BaseException as error:
        if folder is not None and untouched:
            folder.close()
        elif folder is not None:
            _fail(record, run, error)
        raise
    finally:
        if evaluations is not None:
            evaluations.close()
        env.close()


def _to_continue(path: Path, config: RunConfig) -> RunInfo:
    """An earlier run that `config` can go on with.

    Raises:
        ParamError: where that was another environment or algorithm, or a parameter differs that is not live.
    """
    info = RunFolder.open(path).read_info()
    for field in ("env", "env_kwargs", "algorithm"):
        before, now = getattr(info.config, field), getattr(config, field)
        if before != now:
            raise ParamError([ParamFault(field, now, f"{before!r}, as in the run that is continued")])
    params = get_algorithm(config.algorithm).params
    had, wanted = (validate(params, some.params).model_dump() for some in (info.config, config))
    faults = [
        ParamFault(row.name, wanted[row.name], f"{had[row.name]!r}, as before: it counts for a new run only")
        for row in describe(params)
        if row.live == "no" and wanted[row.name] != had[row.name]
    ]
    if faults:
        raise ParamError(faults)
    return info


def _load_newest(learner: Learner, folder: RunFolder) -> tuple[LearnerState, int]:
    """Give the learner its newest state that was kept; all that was, and the step of it. Raises RunFolderError."""
    arrays, values, step = folder.load_learner()
    kept = LearnerState(arrays, values)
    give_back(learner, kept, folder.path, step)
    return kept, step


def _bring_back(
    standing: Standing, kept: LearnerState, config: RunConfig, evaluations: EvaluationSchedule, channel: Channel
) -> None:
    """Bring the environment back to where it stood; where that cannot be, say why: the run begins new episodes."""

    def tell(n_copies: int, index: int) -> None:
        which = f" (copy {index + 1} of {n_copies})" if n_copies > 1 else ""
        channel.send(Preparing(f"bringing {config.env} back to where it stood{which}"))

    reason = standing.resume(kept, config, evaluations, tell)
    if reason and standing.exact:
        words = f"{config.env} cannot be brought back to where it stood: {reason}. The run goes on from new episodes"
        channel.send(Warned(words))
    elif not standing.exact:
        channel.send(Warned(new_episodes_words(get_algorithm(config.algorithm).full_title)))


def _restore(folder: RunFolder, step: int, counter: EpisodeCounter) -> tuple[RunRecord, float | None]:
    """Where an earlier part of the run left off at `step`: the counts, and the best evaluation."""
    info = folder.read_info()
    folder.rewind(step)  # what a killed run did after its last checkpoint is lived again
    if info.solved_at is not None and info.solved_at["step"] > step:
        folder.write_info(solved_at=None)
    counter.restore(folder.read_monitor().returns)
    evaluated = [
        Evaluation(row["step"], row["seconds"], tuple(row["returns"]), row["best"])
        for row in folder.read_events()
        if row.get("kind") == "evaluation"
    ]
    best = max((evaluation.mean for evaluation in evaluated), default=None)
    marked = [evaluation.step for evaluation in evaluated if evaluation.best]
    if marked and marked[-1] in folder.checkpoints():  # the one that was marked may have been rewound
        folder.mark_best(marked[-1])
    return RunRecord(folder, step, info.seconds, info.evaluation_seconds), best


def _fail(record: RunRecord, run: TrainingRun | None, error: BaseException) -> None:
    """Leave the folder whole and marked as what became of it, without hiding the fault that brought us here."""
    status = "interrupted" if isinstance(error, _HUNG_UP) else "failed"
    try:
        if run is not None:
            run.write_disk()
        words = "".join(traceback.format_exception_only(error)).strip()
        record.end(status, run.summary() if run is not None else {}, error=words)
    except DiskError:
        pass  # as was said, while it trained
    except Exception:
        traceback.print_exc()

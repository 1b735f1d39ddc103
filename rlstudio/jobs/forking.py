"""Forking: a run that begins where another stood at one of its checkpoints, and goes its own way from there.

At a checkpoint that keeps the learner the fork begins at once. At one that keeps the policy alone the steps up to there
are lived once more, from the nearest before it that keeps the learner, or from the first: the same configuration makes
the same run. Whether it did is not assumed but seen: the policy has to be the one that was kept, to the bit.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from rlstudio.algorithms.base import AlgorithmSpec, LearnerState
from rlstudio.algorithms.blocks.devices import resolve_device
from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.resolve import in_force, resumed
from rlstudio.core.messages import Change, StartTraining
from rlstudio.core.params import ParamError, ParamFault, describe, validate
from rlstudio.core.run_config import ParamChange, RunConfig
from rlstudio.core.run_events import marks_of
from rlstudio.core.whole_file import TEMPORARY
from rlstudio.jobs.policies import make_training_env
from rlstudio.jobs.quiet_channel import QuietChannel
from rlstudio.jobs.standing import learners_own
from rlstudio.storage.checkpoint_notes import standing_at
from rlstudio.storage.errors import RunFolderError, disk_errors
from rlstudio.storage.forking import NOT_BEGUN, fork_folder
from rlstudio.storage.records import plain
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.run_info import read_run_file
from rlstudio.workers.channel import Channel

_HIDDEN = f"{TEMPORARY}fork-"
"""Where steps are lived again, beside the runs; what is left there by a run that was killed is cleared away."""


class NothingKeptError(RunFolderError):
    """It was stopped before there was anything to keep."""

    def summary(self) -> dict[str, Any]:
        """What `TrainingRun.summary` tells of a run, for one that there is not; `words` say so."""
        nothing = dict.fromkeys(("run", "mean_return", "best_mean_return", "solved_at"))
        zeros = dict.fromkeys(("steps", "episodes", "seconds", "evaluation_seconds", "steps_per_second"), 0)
        return {"status": "stopped", **nothing, **zeros, "words": str(self)}


class Learn(Protocol):
    """What trains; `until` a step, whatever the budget, where it is given."""

    def __call__(self, start: StartTraining, channel: Channel, *, until: int | None = None) -> None: ...


@dataclass(frozen=True)
class Fork:
    """A run folder that was made for a fork: how to go on with it, through which channel, and what it changes."""

    start: StartTraining
    channel: Channel
    changes: list[Change]

    def remove_unbegun(self) -> None:
        """Delete the folder where nothing but copies is in it yet."""
        path = Path(self.start.resume or "")
        with suppress(RunFolderError):
            if read_run_file(path).get("status") == NOT_BEGUN:
                shutil.rmtree(path, ignore_errors=True)


def begin_fork(config: RunConfig, start: StartTraining, channel: Channel, learn: Learn) -> Fork:
    """Make the run folder of the fork that `config` describes.

    Raises:
        ParamError: where the parent was another run than one that could go on so.
        RunFolderError: where it is gone, keeps no such checkpoint, or the disk refuses.
        NothingKeptError: where it was stopped while steps were lived once more.
    """
    assert config.parent is not None
    runs_dir, step = Path(start.runs_dir), config.parent.step
    path = runs_dir / config.parent.run
    if not (path / "run.json").is_file():
        raise RunFolderError(f"{config.parent.run}, which this is a fork of, is not in {runs_dir} any more")
    parent = RunFolder.open(path)
    spec, earlier = get_algorithm(config.algorithm), parent.read_info().config
    changes = marks_of(parent.read_events())[1]
    before = in_force(earlier, step, changes)
    changed = _check(spec, config, earlier, before)
    parent.check_learned_here()
    if step not in parent.checkpoints():
        parent.load_policy(step)  # says which there are
    quiet = QuietChannel(channel)
    with _learner_at(parent, step, changes, start, quiet, learn) as source:
        if changed:
            _check_fit(spec, config, source, step, changed)
        differs = _differences(spec, config, before)
        made, noted = fork_folder(source, step, config, runs_dir, differs)
    return Fork(replace(start, resume=str(made)), quiet.handed_back(), noted)


def _differences(spec: AlgorithmSpec, config: RunConfig, before: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """The live parameters that the fork changes: name, old value, new value."""
    had, wanted = plain(before), plain(config.params)
    names = [info.name for info in describe(spec.params) if info.live != "no"]
    return [(name, had[name], wanted[name]) for name in names if name in had and had[name] != wanted[name]]


def _check(spec: AlgorithmSpec, config: RunConfig, earlier: RunConfig, before: dict[str, Any]) -> list[str]:
    """Names of the parameters that are others than `before` and cannot change while a run trains. Raises ParamError."""
    assert config.parent is not None
    faults = [
        ParamFault(field, getattr(config, field), f"{getattr(earlier, field)!r}, as in the run that is forked")
        for field in ("env", "algorithm", "seed")
        if getattr(config, field) != getattr(earlier, field)
    ]
    if config.steps is not None and config.steps <= config.parent.step:
        faults.append(
            ParamFault("steps", config.steps, f"a number above {config.parent.step:,}, where the fork begins")
        )
    if faults:
        raise ParamError(faults)
    had, wanted = validate(spec.params, before).model_dump(), validate(spec.params, config.params).model_dump()
    return [info.name for info in describe(spec.params) if info.live == "no" and wanted[info.name] != had[info.name]]


def _check_fit(spec: AlgorithmSpec, config: RunConfig, source: RunFolder, step: int, changed: list[str]) -> None:
    """Refuse, before anything is made, what the learner of that checkpoint cannot take over. Raises ParamError."""
    arrays, values, _ = source.load_learner(step)
    params = validate(spec.params, config.params)
    n_envs = params.n_envs if spec.vector else 1  # type: ignore[attr-defined]
    env = make_training_env(spec, config.env, n_envs, config.env_kwargs)
    try:
        learner = spec.load_learner()(env, params, config.seed, resolve_device(config.device))
        learner.load_state(learners_own(LearnerState(arrays, values)))
    except (ValueError, KeyError, IndexError, TypeError, RuntimeError) as error:
        words = " ".join(str(error).split())[:200]
        allowed = f"its value in the run that is forked: what was learned by step {step:,} does not fit ({words})"
        raise ParamError([ParamFault(name, config.params.get(name), allowed) for name in changed]) from error
    finally:
        env.close()


@contextmanager
def _learner_at(
    parent: RunFolder, step: int, changes: list[Change], start: StartTraining, quiet: QuietChannel, learn: Learn
) -> Iterator[RunFolder]:
    """A run folder whose checkpoint at `step` keeps the learner: the parent's own, or one that lived it again."""
    if step in parent.forkable():
        yield parent
        return
    runs_dir = parent.path.parent
    for left in runs_dir.glob(f"{_HIDDEN}*"):
        shutil.rmtree(left, ignore_errors=True) if _is_old(left) else None
    with disk_errors("make a folder in", runs_dir):
        home = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=runs_dir))
    try:
        yield _lived_again(parent, step, changes, start, quiet, learn, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _is_old(path: Path) -> bool:
    """Whether nothing was written below that folder for a day: nobody lives there any more."""
    try:
        return all(time.time() - each.stat().st_mtime > 86_400 for each in (path, *path.rglob("*")))
    except OSError:
        return False


def _lived_again(
    parent: RunFolder,
    step: int,
    changes: list[Change],
    start: StartTraining,
    quiet: QuietChannel,
    learn: Learn,
    home: Path,
) -> RunFolder:
    config = parent.read_info().config
    exact = [known for known in parent.forkable() if 0 < known < step and "environment" in _standing(parent, known)]
    quiet.goal, quiet.first = step, exact[-1] if exact else 0
    again = replace(start, runs_dir=str(home), resume=None, watch="off", pace=None, paused=False, tensorboard=None)
    if exact:
        episode = int((parent.read_monitor().end_steps <= exact[-1]).sum())
        lived = resumed(config, step=exact[-1], episode=episode, changes=changes, solved=True)
        path, _ = fork_folder(parent, exact[-1], lived, home)
        learn(replace(again, config=lived.model_dump(mode="json"), resume=str(path)), quiet, until=step)
    elif config.parent is None:
        made = {(c.step, c.name): ParamChange(step=c.step, name=c.name, value=c.new) for c in changes}
        asked = {(c.step, c.name): c for c in config.events}
        events = tuple(sorted({**asked, **made}.values(), key=lambda change: change.step))
        lived = config.model_copy(update={"events": events, "stop_at": None})
        learn(replace(again, config=lived.model_dump(mode="json")), quiet, until=step)
    else:
        where = ", ".join(f"{known:,}" for known in parent.forkable()) or "none"
        raise RunFolderError(f"{parent.path.name} cannot be forked at step {step:,}; it can at: {where}")
    found = RunFolder.open(Path(quiet.run))
    if found.read_info().steps < step:
        raise NothingKeptError(f"stopped before it came to step {step:,}: nothing was kept of the fork")
    if step not in found.forkable() or not _same_policy(parent, found, step):
        where = ", ".join(f"{known:,}" for known in parent.forkable()) or "none"
        raise RunFolderError(
            f"{parent.path.name} cannot be forked at step {step:,}: lived once more, the steps up to there come to "
            f"another policy than it had. Where its learner is kept it can: {where}"
        )
    return found


def _standing(parent: RunFolder, step: int) -> dict[str, Any]:
    return standing_at(parent.path / "checkpoints" / str(step))


def _same_policy(one: RunFolder, other: RunFolder, step: int) -> bool:
    first, second = one.load_policy(step).arrays, other.load_policy(step).arrays
    return first.keys() == second.keys() and all(
        first[name].dtype == second[name].dtype and first[name].tobytes() == second[name].tobytes() for name in first
    )

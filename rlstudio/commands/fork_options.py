"""What `rlstudio train --fork RUN[@STEP]` is asked for, as a RunConfig: that run up to there, another from there on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rlstudio.algorithms.resolve import forked
from rlstudio.commands.find_run import find_run
from rlstudio.commands.train_options import nearest_names_first, pairs_of, params_of, stop_at_of
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.core.run_config import Parent, RunConfig
from rlstudio.core.run_events import marks_of
from rlstudio.storage.run_folder import RunFolder

_NOT_WITH_FORK = ("env", "algorithm", "seed", "seeds", "preset", "config", "events", "resume")
_NAMES = {"resume": "--continue"}
_PLAIN = ("device", "window", "eval_every", "eval_episodes")


def config_to_fork(options: argparse.Namespace) -> tuple[RunConfig, Path]:
    """The run that the options describe, and the folder it belongs into: that in which its parent is.

    Raises ParamError, RunFolderError.
    """
    given = [name for name in _NOT_WITH_FORK if getattr(options, name) not in (None, [])]
    if given:
        allowed = "no value beside --fork: all but what is changed is as in the run that is forked"
        names = {name: _NAMES.get(name, "--" + name.replace("_", "-")) for name in given}
        raise ParamError([ParamFault(names[name], getattr(options, name), allowed) for name in given])
    path, wanted = _run_and_step(options.fork, options.runs_dir)
    folder = RunFolder.open(path)
    step = _step_in(folder, wanted)
    info = folder.read_info()
    others: dict[str, Any] = {name: getattr(options, name) for name in _PLAIN if getattr(options, name) is not None}
    if options.stop_at is not None:
        others["stop_at"] = stop_at_of(options.stop_at)
    if options.env_set:
        others["env_kwargs"] = {**info.config.env_kwargs, **pairs_of(options.env_set, "--env-set")}
    if options.steps is not None or options.episodes is not None:
        others |= {"steps": options.steps, "episodes": options.episodes}
    with nearest_names_first(info.config.algorithm):
        config = forked(
            info.config,
            Parent(run=path.name, step=step),
            changes=marks_of(folder.read_events())[1],
            params=params_of(options.set, info.config.algorithm),
            later_changes=not options.drop_changes,
            solved=info.solved_at is not None and info.solved_at.get("step", 0) <= step,
            **others,
        )
    return config, path.parent


def _run_and_step(text: str, runs_dir: str | None) -> tuple[Path, str]:
    """The run's own folder, whatever the name or link that led there, and the step as it was written, "" for none."""
    name, at, step = text.rpartition("@")
    try:
        return find_run(text, runs_dir).resolve(), ""
    except ParamError:
        if not at:
            raise
    return find_run(name, runs_dir).resolve(), step


def _step_in(folder: RunFolder, wanted: str) -> int:
    """The step of a checkpoint: as named, the best, or the newest that training can go on from."""
    if wanted == "best":
        found = folder.load_policy("best").step
        assert found is not None
        return found
    if wanted:
        try:
            return int(wanted.replace("_", "").replace(",", ""))
        except ValueError:
            allowed = "RUN@STEP with the step of a checkpoint, or RUN@best"
            raise ParamError([ParamFault("--fork", f"{folder.path.name}@{wanted}", allowed)]) from None
    return folder.resume_point()[0]

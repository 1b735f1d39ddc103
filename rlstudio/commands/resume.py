"""`rlstudio resume`: an earlier run goes on where it stopped, as if it never had, or beyond its budget."""

from __future__ import annotations

import argparse
from pathlib import Path

from rlstudio.algorithms.resolve import continued, resumed
from rlstudio.commands.console import console, quiet_stdout
from rlstudio.commands.find_run import find_run
from rlstudio.commands.train import report, tensorboard_folder
from rlstudio.commands.trust import trusted_files
from rlstudio.core.messages import StartTraining
from rlstudio.core.run_config import RunConfig
from rlstudio.core.run_events import marks_of
from rlstudio.jobs.train import check_config, train
from rlstudio.storage.run_folder import RunFolder


def resume(options: argparse.Namespace) -> int:
    """Train on as the options say; 0 done, 130 interrupted."""
    with quiet_stdout():
        path = find_run(options.run, options.runs_dir)
        config = config_to_resume(path, options.steps, options.episodes)
        check_config(config)
        start = StartTraining(
            config.model_dump(mode="json"),
            str(path.parent),
            resume=str(path),
            watch="off",
            trusted_files=trusted_files(options),
            tensorboard=tensorboard_folder(options),
            autosave_seconds=options.autosave_seconds,
            autosave_steps=options.autosave_steps,
        )
        with console() as channel:
            train(start, channel)
    return report(channel, json=options.json)


def config_to_resume(path: Path, more_steps: int | None, more_episodes: int | None) -> RunConfig:
    """What a run goes on as: within its budget, or with so many more steps or episodes than it has made.

    Raises ParamError, RunFolderError.
    """
    folder = RunFolder.open(path)
    info, (step, episode) = folder.read_info(), folder.resume_point()
    solved = info.solved_at is not None and info.solved_at.get("step", 0) <= step
    if more_steps is None and more_episodes is None:
        changes = marks_of(folder.read_events())[1]
        return resumed(info.config, step=step, episode=episode, changes=changes, solved=solved)
    return continued(
        info.config,
        step=step,
        episode=episode,
        more_steps=more_steps,
        more_episodes=more_episodes,
        live_params=info.live_params,
        solved=solved,
    )

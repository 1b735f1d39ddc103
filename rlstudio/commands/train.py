"""`rlstudio train`: a training run without a window."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rlstudio.commands.console import ConsoleChannel, console, mean_words, print_json, quiet_stdout
from rlstudio.commands.find_run import find_run
from rlstudio.commands.fork_options import config_to_fork
from rlstudio.commands.train_options import config_of
from rlstudio.commands.trust import trusted_files
from rlstudio.core.messages import StartTraining
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.jobs.train import check_config, train
from rlstudio.storage.run_folder import default_runs_dir


def run(options: argparse.Namespace) -> int:
    """Train as the options say; 0 done, 130 interrupted."""
    with quiet_stdout():
        earlier, runs_dir = None, Path(options.runs_dir) if options.runs_dir else default_runs_dir()
        if options.fork is not None:
            config, runs_dir = config_to_fork(options)
        else:
            earlier = find_run(options.resume, options.runs_dir) if options.resume else None
            config = config_of(options, earlier)
        check_config(config)
        start = StartTraining(
            config.model_dump(mode="json"),
            str(runs_dir),
            resume=str(earlier) if earlier else None,
            watch="off",
            trusted_files=trusted_files(options),
            tensorboard=tensorboard_folder(options),
            autosave_seconds=options.autosave_seconds,
            autosave_steps=options.autosave_steps,
        )
        if options.seeds is None:
            with console() as channel:
                train(start, channel)
    if options.seeds is not None:
        return _train_seeds(options, start)
    return report(channel, json=options.json)


def tensorboard_folder(options: argparse.Namespace) -> str | None:
    """Where event files go as it trains: "" into the run's folder, None nowhere."""
    return str(Path(options.tensorboard).absolute()) if options.tensorboard else options.tensorboard


def report(channel: ConsoleChannel, *, json: bool) -> int:
    """Say on stdout how the run ended; the exit status."""
    assert channel.finished is not None
    summary = channel.finished.summary
    if json:
        print_json(summary)
    else:
        print(_words(summary))
    return 130 if channel.interrupted else 0


def _train_seeds(options: argparse.Namespace, start: StartTraining) -> int:
    from rlstudio.commands.train_seeds import MOST_SEEDS, train_seeds

    first, count = start.config["seed"], options.seeds
    if start.resume is not None:
        raise ParamError([ParamFault("--seeds", count, "no value beside --continue: a run has one seed")])
    if start.config["parent"] is not None:
        raise ParamError([ParamFault("--seeds", count, "no value beside a fork: it has the luck of its parent")])
    if not 1 <= count <= MOST_SEEDS:
        raise ParamError([ParamFault("--seeds", count, f"a whole number from 1 to {MOST_SEEDS:,}")])
    if first + count > 2**31:
        raise ParamError([ParamFault("--seeds", count, f"no more than {2**31 - first:,} from seed {first:,} on")])
    at_once = options.at_once
    if at_once is not None and at_once < 1:
        raise ParamError([ParamFault("--at-once", at_once, "a whole number from 1")])
    return train_seeds(start, range(first, first + count), at_once=at_once, json=options.json)


def _words(summary: dict[str, Any]) -> str:
    if summary["run"] is None:
        return str(summary["words"])
    mean, best = summary["mean_return"], summary["best_mean_return"]
    plural = "" if summary["episodes"] == 1 else "s"
    training = f"{_seconds(summary['seconds'])} of training ({summary['steps_per_second']:,.0f} steps/s)"
    evaluating = f", {_seconds(summary['evaluation_seconds'])} of evaluating" if summary["evaluation_seconds"] else ""
    lines = [
        f"{summary['status']}: {summary['steps']:,} steps, {summary['episodes']:,} episode{plural}, "
        f"{training}{evaluating}",
        "no episode ended" if mean is None else f"mean return {mean_words(mean)}, best mean {mean_words(best)}",
    ]
    if summary["solved_at"]:
        solved = summary["solved_at"]
        lines.append(
            f"goal reached at step {solved['step']:,}, episode {solved['episode']:,}, {solved['seconds']:.1f} s"
        )
    return "\n".join([*lines, summary["run"]])


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds:,.0f} s"

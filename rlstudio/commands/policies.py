"""`rlstudio evaluate`: a trained run's policy, scored."""

from __future__ import annotations

import argparse

from rlstudio.commands.console import console, print_json, quiet_stdout
from rlstudio.commands.find_run import find_run
from rlstudio.commands.trust import trusted_files
from rlstudio.core.messages import EvaluatePolicy, PolicyData
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.core.run_config import RunConfig
from rlstudio.jobs.evaluate import FIRST_SEED
from rlstudio.jobs.evaluate import evaluate as evaluate_job
from rlstudio.storage.run_folder import RunFolder


def load_run(options: argparse.Namespace) -> tuple[RunConfig, PolicyData]:
    """The run that is named, and the policy of the checkpoint that is asked for. Raises ParamError."""
    folder = RunFolder.open(find_run(options.run, options.runs_dir))
    step: int | str | None = options.checkpoint
    if isinstance(step, str) and step != "best":
        if not step.replace(",", "").replace("_", "").isdigit():
            raise ParamError([ParamFault("--checkpoint", step, "a training step, or best")])
        step = int(step.replace(",", ""))
    known = folder.checkpoints()
    if isinstance(step, int) and step not in known:
        raise ParamError([ParamFault("--checkpoint", step, "best, or one of " + ", ".join(map(str, known)))])
    return folder.read_info().config, folder.load_policy(step)  # type: ignore[arg-type]


def evaluate(options: argparse.Namespace) -> int:
    """`rlstudio evaluate`."""
    seed = FIRST_SEED if options.seed is None else options.seed
    with quiet_stdout():
        config, policy = load_run(options)
        command = EvaluatePolicy(
            config.env,
            config.env_kwargs,
            policy,
            options.episodes,
            seed,
            greedy=not options.sample,
            trusted_files=trusted_files(options),
        )
        with console() as channel:
            evaluate_job(command, channel)
    assert channel.finished is not None
    summary = {**channel.finished.summary, "checkpoint": policy.step, "greedy": not options.sample}
    if options.json:
        print_json(summary)
    else:
        for index, (total, length) in enumerate(zip(summary["returns"], summary["lengths"], strict=True)):
            print(f"episode {index + 1:3d}   return {total:10.2f}   {length:5d} steps")
        if summary["mean"] is not None:
            print(f"mean {summary['mean']:.2f} ± {summary['std']:.2f} over {summary['episodes']} episodes")
    return 130 if channel.interrupted else 0

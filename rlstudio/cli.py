"""The command line, and what a bare `rlstudio` opens.

Only the standard library at top level: a spawned child imports this again, and `--version` should answer at once.
"""

from __future__ import annotations

import argparse
import difflib
import math
import multiprocessing
import os
import re
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


class _Parser(argparse.ArgumentParser):
    """Names the nearest right word where a wrong one was given."""

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"invalid choice: '?([^' ]+)'? \(choose from (.*)\)", message)
        if wrong:
            known = re.findall(r"[\w-]+", wrong[2])
            near = difflib.get_close_matches(wrong[1], known, n=2)
            message = f"there is no {wrong[1]!r}" + (f"; did you mean {' or '.join(near)}?" if near else "")
            message += f" (there are: {', '.join(known)})"
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, f"rlstudio: {message}\n")


def _parser() -> argparse.ArgumentParser:
    from rlstudio import __version__

    parser = _Parser(prog="rlstudio", description="Watch an agent learn. Without a command, the studio opens.")
    parser.add_argument("--version", action="version", version=f"rlstudio {__version__}")
    parser.set_defaults(command="rlstudio.commands.window:open_studio")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)

    opening = _add(commands, "open", "window:open_studio", "the studio, showing recorded episodes or a run")
    opening.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="episode files (.rlepisode), data, a run bundle (.rlrun), a run folder or its name, a model (.zip)",
    )
    opening.add_argument("-e", "--env", help="of a model of Stable-Baselines3 (.zip): where it was trained")
    demo = _add(commands, "demo", "window:demo", "the studio, already training (without a display: pictures of it)")
    demo.add_argument("--output", metavar="DIR", help="where to save the picture and the GIF when there is no display")
    _add_train(commands)
    _add_resume(commands)
    _add_evaluate_and_record(commands)
    _add_samples(commands)
    _add_export(commands)
    _add_import(commands)
    _add_episodes(commands)
    envs = _add(commands, "envs", "listings:envs", "environments, and why some cannot be made here")
    listed = _add(
        commands, "algorithms", "listings:list_algorithms", "algorithms, their parameters, metrics and presets"
    )
    listed.add_argument(
        "key", nargs="?", metavar="KEY", help="all there is to say about one of them: its handbook page"
    )
    listed.add_argument("-e", "--env", help="say which of them can act in this environment, and why not")
    runs = _add_runs(commands)
    check = _add(commands, "doctor", "doctor:doctor", "check this machine and say what to do about each fault")
    for command in (envs, listed, runs, check):
        command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    return parser


def _add(commands: Any, name: str, target: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    command.set_defaults(command=f"rlstudio.commands.{target}")
    return command


def _add_runs(commands: Any) -> argparse.ArgumentParser:
    runs = _add(commands, "runs", "runs:runs", "the runs on disk, newest first")
    runs.add_argument("-e", "--env", help="those in this environment only")
    runs.add_argument("-a", "--algorithm", help="those of this algorithm only")
    statuses = ("running", "finished", "stopped", "failed", "interrupted")
    runs.add_argument("--status", choices=statuses, help="those that stand so only")
    runs.add_argument("--tag", action="append", default=[], metavar="TAG", help="those with this tag only")
    runs.add_argument("--search", metavar="WORDS", help="those in whose name, title, tags or note every word occurs")
    runs.add_argument("--tree", action="store_true", help="forks beneath the runs that they were forked from")
    runs.add_argument("--runs-dir", metavar="DIR", help="where the run folders are")
    return runs


def _add_train(commands: Any) -> None:
    train = _add(commands, "train", "train:run", "train without a window")
    train.add_argument("-e", "--env", help="environment id, CartPole-v1 (see: rlstudio envs)")
    train.add_argument("-a", "--algorithm", help="algorithm, ppo (see: rlstudio algorithms)")
    train.add_argument("--steps", type=_whole, metavar="N", help="budget in environment steps")
    train.add_argument("--episodes", type=_whole, metavar="N", help="budget in episodes")
    train.add_argument("--seed", type=_whole, metavar="S", help="seed of everything random (0)")
    train.add_argument("--seeds", type=_whole, metavar="N", help="train N runs, from that seed on, as the cores allow")
    train.add_argument("--at-once", type=_whole, metavar="N", help="with --seeds: how many at once (one a core)")
    train.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the algorithm")
    train.add_argument(
        "--env-set", action="append", default=[], metavar="NAME=VALUE", help="an option of the environment"
    )
    train.add_argument("--preset", metavar="NAME", help="tuned settings by name, or none (see: rlstudio algorithms)")
    train.add_argument("--stop-at", metavar="MEAN", help="stop when the mean return of the last episodes reaches this")
    train.add_argument("--window", type=_whole, metavar="N", help="how many last episodes that mean is over (25)")
    train.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), help="where the networks are (auto)")
    often = "greedy evaluations every N steps, 0 for none (by itself up to 20, fewer where they take long)"
    train.add_argument("--eval-every", type=_whole, metavar="N", help=often)
    train.add_argument("--eval-episodes", type=_whole, metavar="N", help="episodes in each of them (5)")
    train.add_argument("--config", metavar="FILE", help="a run configuration as JSON, or an earlier run's run.json")
    train.add_argument("--events", metavar="FILE", help="make the live changes of an events.jsonl again")
    train.add_argument("--continue", dest="resume", metavar="RUN", help="go on with an earlier run, in its folder")
    fork = "begin where an earlier run stood at a checkpoint (its newest, unless told), and change what --set says"
    train.add_argument("--fork", metavar="RUN[@STEP]", help=fork)
    later = "with --fork: do not make the live changes again that were made in that run after the step"
    train.add_argument("--drop-changes", action="store_true", help=later)
    train.add_argument("--runs-dir", metavar="DIR", help="where to put the run folder")
    _add_autosave(train)
    _add_tensorboard(train)
    _add_trust(train)
    train.add_argument("--json", action="store_true", help="one JSON object on stdout at the end")


def _add_tensorboard(command: argparse.ArgumentParser) -> None:
    live = "write TensorBoard's event files as it trains (into the run's folder, for: tensorboard --logdir RUNS)"
    command.add_argument("--tensorboard", nargs="?", const="", metavar="DIR", help=live)


def _add_autosave(command: argparse.ArgumentParser) -> None:
    clock = "save a checkpoint to go on from every S seconds (15; less often where saving takes long)"
    command.add_argument("--autosave-seconds", type=_above_0, metavar="S", help=clock)
    command.add_argument("--autosave-steps", type=_at_least_one, metavar="N", help="and every N steps (by time alone)")


def _add_resume(commands: Any) -> None:
    resume = _add(commands, "resume", "resume:resume", "go on with a run as if it had never stopped, or beyond its end")
    resume.add_argument("run", metavar="RUN", help="a run folder, or its name (see: rlstudio runs)")
    more = "more than it has made (without: up to the budget it has)"
    resume.add_argument("--steps", type=_at_least_one, metavar="N", help=f"so many environment steps {more}")
    resume.add_argument("--episodes", type=_at_least_one, metavar="N", help=f"so many episodes {more}")
    resume.add_argument("--runs-dir", metavar="DIR", help="where the run folders are")
    _add_autosave(resume)
    _add_tensorboard(resume)
    _add_trust(resume)
    resume.add_argument("--json", action="store_true", help="one JSON object on stdout at the end")


def _add_evaluate_and_record(commands: Any) -> None:
    evaluate = _add(commands, "evaluate", "policies:evaluate", "run episodes of a trained policy and list the scores")
    record = _add(commands, "record", "record:record", "save episodes of a trained policy as a film, picture or data")
    for command, episodes in ((evaluate, 20), (record, 1)):
        command.add_argument("run", metavar="RUN", help="a run folder, or its name (see: rlstudio runs)")
        command.add_argument(
            "--episodes", type=_at_least_one, default=episodes, metavar="N", help=f"how many ({episodes})"
        )
        command.add_argument("--seed", type=_seed, metavar="S", help="seed of the first episode (10000)")
        command.add_argument("--sample", action="store_true", help="act as in training rather than greedily")
        command.add_argument("--checkpoint", metavar="STEP", help="a training step, or best (newest unless told)")
        command.add_argument("--runs-dir", metavar="DIR", help="where the run folders are")
        _add_trust(command)
        command.add_argument("--json", action="store_true", help="one JSON object on stdout at the end")
    formats = ".gif, .mp4, .webm, .apng, .webp, .png for one frame, no ending for a folder of PNG files"
    data = "an episode file .rlepisode; .npz or .minari for its numbers alone"
    record.add_argument("-o", "--output", required=True, metavar="OUT", help=f"the file to write: {formats}; {data}")
    _add_picture_options(record)


def _add_picture_options(record: argparse.ArgumentParser) -> None:
    layouts = ("plain", "composed", "wide", "tall", "square")
    words = "the environment alone, or composed: beside it numbers, thoughts and curve (wide, tall for phones, square)"
    record.add_argument("--layout", choices=layouts, help=f"{words} (plain)")
    record.add_argument("--caption", metavar="TEXT", help="a line above a composed picture")
    record.add_argument("--theme", choices=("light", "dark"), default="light", help="of a composed picture (light)")
    record.add_argument("--width", type=_at_least_one, metavar="W", help="in pixels; the height follows")
    record.add_argument("--fps", type=_above_0, metavar="F", help="frames a second (the environment's own)")
    record.add_argument("--speed", type=_above_0, metavar="X", help="times as fast as the environment (1)")
    limit = "megabytes that the file may have: quality, then frames, then size are given up for it"
    record.add_argument("--size-limit", type=_above_0, metavar="MB", help=limit)
    record.add_argument("--frame", type=_whole, metavar="N", help="which frame of the episode an OUT.png is (the last)")
    film = "a film from untrained to trained: checkpoint after checkpoint, all from one seed"
    record.add_argument("--from-training", action="store_true", help=film)
    record.add_argument("--checkpoints", type=_at_least_one, default=8, metavar="N", help="how many of them (8)")
    each = "how long each of them is seen at most, the last three times as long (4)"
    record.add_argument("--seconds-each", type=_above_0, default=4.0, metavar="S", help=each)


def _add_trust(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--trust-file",
        action="append",
        default=[],
        metavar="FILE",
        help="run this Python file if the run names it: it can do anything you can",
    )


def _add_samples(commands: Any) -> None:
    command = _add(commands, "samples", "samples:samples", "save the transitions that a run's learner gathered")
    command.add_argument("run", metavar="RUN", help="a run folder, or its name (see: rlstudio runs)")
    command.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="the table (.csv) or arrays (.npz) to write"
    )
    command.add_argument("--runs-dir", metavar="DIR", help="where the run folders are")
    command.add_argument("--json", action="store_true", help="one JSON object on stdout at the end")


def _add_export(commands: Any) -> None:
    command = _add(commands, "export", "export:export", "write a run for other programs or people")
    command.add_argument("run", metavar="RUN", help="a run folder, or its name (see: rlstudio runs)")
    command.add_argument(
        "--to", required=True, metavar="FORMAT", help="csv, json, tensorboard, html, script, bundle or onnx"
    )
    command.add_argument("-o", "--output", required=True, metavar="PATH", help="the file, or folder, to write")
    command.add_argument("--checkpoint", metavar="STEP", help="whose policy: a training step, or best (the newest)")
    few = "which a bundle takes along; few: the first, the best and the newest (all)"
    command.add_argument("--checkpoints", choices=("all", "few", "none"), default="all", help=few)
    command.add_argument("--runs-dir", metavar="DIR", help="where the run folders are")
    command.add_argument("--json", action="store_true", help="one JSON object on stdout at the end")


def _add_import(commands: Any) -> None:
    text = "put run bundles and models from elsewhere among the runs"
    command = _add(commands, "import", "import_run:import_run", text)
    kinds = "run bundles (.rlrun), models of Stable-Baselines3 (.zip)"
    command.add_argument("files", nargs="+", metavar="FILE", help=kinds)
    command.add_argument("-e", "--env", help="of a model: the environment that it was trained in")
    command.add_argument("--runs-dir", metavar="DIR", help="where the run folders are")
    command.add_argument("--json", action="store_true", help="one JSON object on stdout at the end")


def _add_episodes(commands: Any) -> None:
    text = "list recorded episodes, write them for other programs, read them from those"
    command: argparse.ArgumentParser = commands.add_parser("episodes", help=text, description=text)
    ways = command.add_subparsers(title="what to do", metavar="COMMAND", required=True, parser_class=_Parser)
    listed = _add(ways, "list", "episodes:list_episodes", "what there is to say of each recorded episode")
    export = _add(ways, "export", "episodes:export", "write them as NumPy arrays or a Minari dataset")
    for each in (listed, export):
        each.add_argument("sources", nargs="+", metavar="RUN|FILE", help="a run, its name, or an episode file")
        each.add_argument("--runs-dir", metavar="DIR", help="where the run folders are")
    export.add_argument("-o", "--output", required=True, metavar="OUT", help="OUT.npz, or the folder OUT.minari")
    export.add_argument("--frames", action="store_true", help="with the picture of each step")
    import_ = _add(ways, "import", "episodes:import_", "make episode files of a .npz file or a Minari dataset")
    import_.add_argument("data", metavar="DATA", help="a .npz file, or the folder of a Minari dataset")
    import_.add_argument("-o", "--output", required=True, metavar="DIR", help="where to put them, one file each")
    import_.add_argument("--most", type=_at_least_one, metavar="N", help="the first N episodes only")
    for each in (listed, export, import_):
        each.add_argument("--json", action="store_true", help="one JSON object on stdout at the end")


def _whole(text: str) -> int:
    """A whole number, 100000 or 100_000."""
    try:
        return int(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def _at_least_one(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not allowed; it takes a whole number of at least 1")
    return number


def _seed(text: str) -> int:
    number = _whole(text)
    if not 0 <= number < 2**31:
        raise argparse.ArgumentTypeError(f"{number} is not allowed; it takes a whole number from 0 to {2**31 - 1}")
    return number


def _above_0(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not allowed; it takes a number above 0")
    return number


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit status. 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    multiprocessing.freeze_support()
    options = _parser().parse_args(_with_command(sys.argv[1:] if arguments is None else arguments))
    module, _, name = options.command.partition(":")
    try:
        command: Callable[[argparse.Namespace], int] = getattr(import_module(module), name)
        status = command(options)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # nobody reads on (`rlstudio envs | head`); the interpreter's own last flush would complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return FAILED
    except Exception as error:
        return _complain(error)


def _with_command(arguments: list[str]) -> list[str]:
    """`rlstudio FILE…`, as a file manager calls it, is `rlstudio open FILE…`."""
    first = arguments[0] if arguments else ""
    known = (".rlepisode", ".rlrun", ".minari", ".npz", ".zip")
    is_path = os.sep in first or first.endswith(known) or os.path.isfile(first)
    return ["open", *arguments] if is_path and not first.startswith("-") else arguments


def _complain(error: Exception) -> int:
    """Say what went wrong in words; with the traceback where it is none of the faults that the program foresaw."""
    from rlstudio.core.params import ParamError
    from rlstudio.core.whole_file import reason

    if isinstance(error, ParamError):
        for fault in error.faults:
            print(f"rlstudio: {fault}", file=sys.stderr)
        return WRONG_USAGE
    if type(error).__module__.startswith("rlstudio."):  # the program's own exceptions speak in words
        print(f"rlstudio: {error}", file=sys.stderr)
    elif isinstance(error, OSError) and error.filename is not None:
        print(f"rlstudio: {error.filename}: {reason(error)}", file=sys.stderr)
    else:
        import traceback

        traceback.print_exception(error)
        print(f"rlstudio: {type(error).__name__}: {error}", file=sys.stderr)
    return FAILED

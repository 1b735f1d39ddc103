"""`rlstudio train`: a training run without a window."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.resolve import resolve
from rlstudio.commands.console import console, print_json, quiet_stdout
from rlstudio.core.messages import StartTraining
from rlstudio.core.params import ParamError, ParamFault, describe
from rlstudio.core.run_config import ParamChange, RunConfig
from rlstudio.jobs.train import check_config, train
from rlstudio.storage.run_folder import RunFolder, default_runs_dir


def run(options: argparse.Namespace) -> int:
    """Train as the options say; 0 done, 130 interrupted."""
    with quiet_stdout():
        config = _config(options)
        check_config(config)
        runs_dir = Path(options.runs_dir) if options.runs_dir else default_runs_dir()
        start = StartTraining(config.model_dump(mode="json"), str(runs_dir), resume=options.resume or None, watch="off")
        with console() as channel:
            train(start, channel)
    assert channel.finished is not None
    summary = channel.finished.summary
    if options.json:
        print_json(summary)
    else:
        print(_words(summary))
    return 130 if channel.interrupted else 0


def _config(options: argparse.Namespace) -> RunConfig:
    """The run that the options describe: a file's, an earlier run's to continue, or one resolved from options."""
    if options.config:
        config = _from_file(Path(options.config))
    elif options.resume:
        config = _to_continue(options)
    else:
        if not options.env or not options.algorithm:
            raise ParamError([ParamFault("environment and algorithm", None, "both -e and -a, or --config FILE")])
        config = resolve(
            env=options.env,
            algorithm=options.algorithm,
            env_kwargs=_pairs(options.env_set, "--env-set"),
            preset=options.preset,
            params=_params(options),
            steps=options.steps,
            episodes=options.episodes,
            seed=options.seed,
            device=options.device,
            window=options.window,
            eval_every=options.eval_every,
            eval_episodes=options.eval_episodes,
            **({} if options.stop_at is None else {"stop_at": _stop_at(options.stop_at)}),
        )
    if options.events:
        config = RunConfig.parse({**config.model_dump(mode="json"), "events": _events(Path(options.events))})
    return config


def _from_file(path: Path) -> RunConfig:
    """A RunConfig from a JSON file: resolved like options, so that a short file will do."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ParamError([ParamFault("--config", str(path), f"a file that can be read ({error.strerror})")]) from None
    except json.JSONDecodeError as error:
        raise ParamError([ParamFault("--config", str(path), f"a JSON file ({error})")]) from None
    if isinstance(data, dict) and "config" in data:
        data = data["config"]
    if not isinstance(data, dict) or "env" not in data or "algorithm" not in data:
        raise ParamError([ParamFault("--config", str(path), 'an object with at least "env" and "algorithm"')])
    unknown = set(data) - set(RunConfig.model_fields)
    if unknown:
        RunConfig.parse(data)  # says which, and what there is
    data.pop("version", None)
    return resolve(**data)


def _to_continue(options: argparse.Namespace) -> RunConfig:
    """The config of the run to continue, with that much more budget."""
    info = RunFolder.open(Path(options.resume)).read_info()
    data = info.config.model_dump(mode="json")
    data["params"].update(_params(options, algorithm=info.config.algorithm))
    more_steps = options.steps or (None if options.episodes else info.config.steps)
    more_episodes = options.episodes or (None if options.steps else info.config.episodes)
    data["steps"] = (info.steps or 0) + more_steps if more_steps else None
    data["episodes"] = (info.episodes or 0) + more_episodes if more_episodes else None
    if options.stop_at is not None:
        data["stop_at"] = _stop_at(options.stop_at)
    data["events"] = []
    return RunConfig.parse(data)


def _stop_at(text: str) -> float | None:
    if text.lower() == "none":
        return None
    try:
        return float(text)
    except ValueError:
        raise ParamError([ParamFault("--stop-at", text, "a number, or none")]) from None


def _pairs(rows: list[str], option: str) -> dict[str, Any]:
    """`name=value` options; values are read as JSON where they are JSON, else as text."""
    found: dict[str, Any] = {}
    for row in rows:
        name, equals, text = row.partition("=")
        if not equals or not name:
            raise ParamError([ParamFault(option, row, "NAME=VALUE")])
        try:
            found[name.strip()] = json.loads(text)
        except json.JSONDecodeError:
            found[name.strip()] = text
    return found


def _params(options: argparse.Namespace, algorithm: str | None = None) -> dict[str, Any]:
    """The `--set` options, with lists also as plain "64,64"."""
    values = _pairs(options.set, "--set")
    kinds = {info.name: info.kind for info in describe(get_algorithm(algorithm or options.algorithm).params)}
    for name, value in values.items():
        if kinds.get(name) == "ints" and isinstance(value, str):
            values[name] = [part.strip() for part in value.split(",") if part.strip()]
        elif kinds.get(name) == "ints" and isinstance(value, int):
            values[name] = [value]
    return values


def _events(path: Path) -> list[dict[str, Any]]:
    """The live changes in an events.jsonl, to be made again at the same steps."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line.strip()]
    except (OSError, json.JSONDecodeError) as error:
        raise ParamError([ParamFault("--events", str(path), f"an events.jsonl of a run ({error})")]) from None
    return [
        ParamChange(step=row["step"], name=row["name"], value=row["value"]).model_dump()
        for row in rows
        if row.get("kind") == "param"
    ]


def _words(summary: dict[str, Any]) -> str:
    mean, best = summary["mean_return"], summary["best_mean_return"]
    lines = [
        f"{summary['status']} after {summary['steps']:,} steps and {summary['episodes']:,} episodes "
        f"in {summary['seconds']:.1f} s ({summary['steps_per_second']:,.0f} steps/s)",
        "no episode ended" if mean is None else f"mean return {mean:.1f}, best mean {best:.1f}",
    ]
    if summary["solved_at"]:
        solved = summary["solved_at"]
        lines.append(
            f"goal reached at step {solved['step']:,}, episode {solved['episode']:,}, {solved['seconds']:.1f} s"
        )
    return "\n".join([*lines, summary["run"]])

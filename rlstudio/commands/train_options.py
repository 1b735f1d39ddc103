"""What `rlstudio train` is asked for, as a RunConfig: from options, from a JSON file, or from a run to continue."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.resolve import continued, resolve
from rlstudio.core.params import ParamError, ParamFault, describe, nearest_names
from rlstudio.core.run_config import ParamChange, RunConfig
from rlstudio.storage.run_folder import RunFolder

_PLAIN = ("steps", "episodes", "seed", "device", "window", "eval_every", "eval_episodes")
_NOT_WITH_CONTINUE = ("env", "algorithm", "seed", "preset", "env_set", "config")


def config_of(options: argparse.Namespace, earlier: Path | None) -> RunConfig:
    """The run that the options describe; `earlier` is the folder of the run to continue. Raises ParamError."""
    if earlier is not None:
        config = _continued(options, earlier)
    else:
        request = _request(options)
        with nearest_names_first(request["algorithm"]):
            config = resolve(**request)
    if options.events:
        config = RunConfig.parse({**config.model_dump(mode="json"), "events": _events(Path(options.events))})
    return config


def _request(options: argparse.Namespace) -> dict[str, Any]:
    """What `resolve` takes: the file's fields where there is one, and over them what the options say."""
    request = _read_file(Path(options.config)) if options.config else {}
    for name in ("env", "algorithm", "preset", *_PLAIN):
        if getattr(options, name) is not None:
            request[name] = getattr(options, name)
    if options.stop_at is not None:
        request["stop_at"] = stop_at_of(options.stop_at)
    missing = [name for name in ("env", "algorithm") if name not in request]
    if missing:
        raise ParamError([ParamFault(name, None, f"a name (-{name[0]}), or --config FILE") for name in missing])
    request["env_kwargs"] = {**request.get("env_kwargs", {}), **pairs_of(options.env_set, "--env-set")}
    request["params"] = {**request.get("params", {}), **params_of(options.set, request["algorithm"])}
    return request


def _read_file(path: Path) -> dict[str, Any]:
    """The fields of a JSON file, a short one or a whole run.json; each of the right type."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ParamError([ParamFault("--config", str(path), f"a file that can be read ({error.strerror})")]) from None
    except (ValueError, RecursionError) as error:
        raise ParamError([ParamFault("--config", str(path), f"a JSON file ({error})")]) from None
    if isinstance(data, dict) and "config" in data:
        data = data["config"]
    if not isinstance(data, dict):
        raise ParamError(
            [ParamFault("--config", str(path), 'an object like {"env": "CartPole-v1", "algorithm": "ppo"}')]
        )
    no_budget = data.get("steps") is None and data.get("episodes") is None
    RunConfig.parse({"env": "-", "algorithm": "-", **data, **({"steps": 1} if no_budget else {})})
    if "preset" in data and data["preset"] is None:
        data["preset"] = "none"
    data.pop("version", None)
    return data


def _continued(options: argparse.Namespace, earlier: Path) -> RunConfig:
    """The config of the run to continue, with that much more budget."""
    given = [name for name in _NOT_WITH_CONTINUE if getattr(options, name) not in (None, [])]
    if given:
        allowed = "no value beside --continue: the run goes on as it was"
        raise ParamError([ParamFault("--" + n.replace("_", "-"), getattr(options, n), allowed) for n in given])
    folder = RunFolder.open(earlier)
    info, (step, episode) = folder.read_info(), folder.resume_point()
    with nearest_names_first(info.config.algorithm):
        config = continued(
            info.config,
            step=step,
            episode=episode,
            more_steps=options.steps,
            more_episodes=options.episodes,
            live_params={**info.live_params, **params_of(options.set, info.config.algorithm)},
            solved=info.solved_at is not None and info.solved_at.get("step", 0) <= step,
        )
    names = ("device", "window", "eval_every", "eval_episodes")
    changes = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if options.stop_at is not None:
        changes["stop_at"] = stop_at_of(options.stop_at)
    return RunConfig.parse({**config.model_dump(mode="json"), **changes})


@contextmanager
def nearest_names_first(algorithm: str) -> Iterator[None]:
    """Where a parameter is refused because there is none of that name: those like it, and what lists them all.

    An algorithm may have dozens; the one that was meant would not be seen among them.
    """
    try:
        yield
    except ParamError as error:
        known = [info.name for info in describe(get_algorithm(algorithm).params)]
        faults = [
            ParamFault(fault.field, fault.value, _no_such_parameter(fault.field, known, algorithm))
            if fault.allowed.startswith("no such parameter")
            else fault
            for fault in error.faults
        ]
        raise ParamError(faults) from None


def _no_such_parameter(name: str, known: list[str], algorithm: str) -> str:
    if not known:
        return f"no such parameter; {algorithm} has none"
    near = nearest_names(name, known)
    guess = f"did you mean {' or '.join(near)}? All" if near else "all"
    return f"no such parameter; {guess} {len(known)} are listed by rlstudio algorithms {algorithm}"


def stop_at_of(text: str) -> float | None:
    if text.lower() == "none":
        return None
    try:
        return float(text)
    except ValueError:
        raise ParamError([ParamFault("--stop-at", text, "a number, or none")]) from None


def pairs_of(rows: list[str], option: str) -> dict[str, Any]:
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


def params_of(rows: list[str], algorithm: str) -> dict[str, Any]:
    """The `--set` options, with lists also as plain "64,64" and no value also as "none"."""
    values = pairs_of(rows, "--set")
    infos = {info.name: info for info in describe(get_algorithm(algorithm).params)}
    for name, value in values.items():
        info = infos.get(name)
        if info is None:
            continue
        if info.optional and isinstance(value, str) and value.lower() == "none":
            values[name] = None
        elif info.kind == "ints" and isinstance(value, str):
            values[name] = [part.strip() for part in value.split(",") if part.strip()]
        elif info.kind == "ints" and isinstance(value, int):
            values[name] = [value]
    return values


def _events(path: Path) -> list[dict[str, Any]]:
    """The live changes in an events.jsonl, to be made again at the same steps."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [
            ParamChange(step=row["step"], name=row["name"], value=row["value"]).model_dump()
            for row in rows
            if row["kind"] == "param"
        ]
    except OSError as error:
        raise ParamError([ParamFault("--events", str(path), f"a file that can be read ({error.strerror})")]) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        allowed = (
            'the events.jsonl of a run: lines like {"kind": "param", "step": 1, "name": "learning_rate", "value": 1}'
        )
        raise ParamError([ParamFault("--events", str(path), allowed)]) from None

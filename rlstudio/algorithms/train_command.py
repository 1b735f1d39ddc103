"""The command line that trains what a RunConfig describes: as short as it can be and still resolve to the same."""

from __future__ import annotations

import json
import shlex
from typing import Any

from rlstudio.algorithms.resolve import resolve
from rlstudio.core.params import ParamError
from rlstudio.core.run_config import RunConfig

_OPTIONS = {
    "steps": "--steps",
    "episodes": "--episodes",
    "seed": "--seed",
    "window": "--window",
    "stop_at": "--stop-at",
    "device": "--device",
    "eval_every": "--eval-every",
    "eval_episodes": "--eval-episodes",
}
"""Fields of a RunConfig that have an option of their own."""


def train_command(config: RunConfig) -> list[str]:
    """`rlstudio train …` as words, without the live changes in `config.events`, which only a file can hold.

    Raises:
        ParamError: where the algorithm is not installed, or does not know the parameters.
    """
    if config.parent is not None:
        return _fork_command(config)
    words = ["rlstudio", "train", "-e", config.env, "-a", config.algorithm]
    usual, preset = _without_a_word(config)
    if preset is not None:
        words += ["--preset", preset]
    for field, option in _OPTIONS.items():
        value = getattr(config, field)
        if value != getattr(usual, field) or (field in ("steps", "episodes") and value is not None):
            words += [option, "none" if value is None else str(value)]
    for name, value in config.env_kwargs.items():
        words += ["--env-set", f"{name}={json.dumps(value)}"]
    for name, value in config.params.items():
        if name not in usual.params or not same(value, usual.params[name]):
            words += ["--set", f"{name}={json.dumps(value)}"]
    return words


def _fork_command(config: RunConfig) -> list[str]:
    """Of a fork all is said: what its parent was like by then is not known here."""
    assert config.parent is not None
    words = ["rlstudio", "train", "--fork", f"{config.parent.run}@{config.parent.step}"]
    for field, option in _OPTIONS.items():
        value = getattr(config, field)
        if field == "seed" or (field in ("steps", "episodes", "eval_every") and value is None):
            continue
        words += [option, "none" if value is None else str(value)]
    for name, value in config.env_kwargs.items():
        words += ["--env-set", f"{name}={json.dumps(value)}"]
    for name, value in config.params.items():
        words += ["--set", f"{name}={json.dumps(value)}"]
    return words


def shell_words(words: list[str]) -> str:
    """A command as it is typed."""
    return shlex.join(words)


def same(one: Any, other: Any) -> bool:
    """Whether two values of a parameter are one as JSON sees it: a tuple is a list, 1 is 1.0, but no number is True."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _without_a_word(config: RunConfig) -> tuple[RunConfig, str | None]:
    """What environment, algorithm and budget alone resolve to, and the preset that must be named for it, if any.

    A preset that there is no more is done without: then every parameter is named that is not the default.
    """
    budget = {"steps": config.steps, "episodes": config.episodes}
    for preset in (None, config.preset or "none"):
        try:
            found = resolve(env=config.env, algorithm=config.algorithm, preset=preset, **budget)  # type: ignore[arg-type]
        except ParamError:
            continue
        if found.preset == config.preset:
            return found, preset
    return resolve(env=config.env, algorithm=config.algorithm, preset="none", **budget), "none"  # type: ignore[arg-type]

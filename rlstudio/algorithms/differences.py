"""What sets a run apart from one that nobody tuned: its settings that are not the algorithm's defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rlstudio.algorithms.catalogue import algorithms, default_preset, presets_for
from rlstudio.core.params import describe
from rlstudio.core.run_config import RunConfig


@dataclass(frozen=True)
class Difference:
    """One setting. `usual` is what it would have been without a word: of the preset, if one was chosen, else of the
    algorithm. `later` is the value that live changes left behind, None where there were none."""

    name: str
    value: Any
    usual: Any = None
    later: Any = None


def differences(config: RunConfig, live_params: Mapping[str, Any] | None = None) -> list[Difference]:
    """The settings of a run that differ from its preset's, or else from the algorithm's defaults.

    First the preset, where it is another than nobody would have chosen, and the options of the environment, then the
    parameters in the order of the form. An algorithm that is not installed has no known defaults: then only the
    environment's options are named.
    """
    found = [Difference(name, value) for name, value in config.env_kwargs.items()]
    if config.algorithm in algorithms() and config.preset != (
        expected := _default_preset(config.algorithm, config.env)
    ):
        found.insert(0, Difference("preset", config.preset, expected))
    usual = {**_defaults(config.algorithm), **_preset(config.algorithm, config.env, config.preset)}
    later = live_params or {}
    for name, expected in usual.items():
        value = config.params.get(name, expected)
        changed = later.get(name, value)
        if not _same(value, expected) or not _same(changed, value):
            found.append(Difference(name, value, expected, None if _same(changed, value) else changed))
    return found


@cache
def _default_preset(algorithm: str, env: str) -> str | None:
    chosen = default_preset(algorithm, env)
    return chosen.name if chosen else None


@cache
def _defaults(algorithm: str) -> dict[str, Any]:
    spec = algorithms().get(algorithm)
    return {info.name: info.default for info in describe(spec.params)} if spec else {}


@cache
def _preset(algorithm: str, env: str, name: str | None) -> dict[str, Any]:
    known = _defaults(algorithm)
    chosen = next((preset for preset in presets_for(algorithm, env) if preset.name == name), None) if known else None
    return {key: value for key, value in chosen.params.items() if key in known} if chosen else {}


def _same(one: Any, other: Any) -> bool:
    """As JSON sees it: a tuple is a list, 1 is 1.0, but no number is True."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)

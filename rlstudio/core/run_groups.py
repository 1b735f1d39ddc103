"""Which runs are the same but for their seed, and what tells the others apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rlstudio.core.run_config import ParamChange, RunConfig

_OF_NO_MATTER = {"version", "seed"}
_MOST_CHANGES = 3


@dataclass(frozen=True)
class Difference:
    """One setting that is not the same in all.

    Attributes:
        name: a parameter's name, or the run's own field ("env", "steps").
        values: one each; None where a run's algorithm has no such parameter.
    """

    name: str
    values: tuple[Any, ...]


def same_but_for_seed(configs: Sequence[RunConfig], origins: Sequence[str] | None = None) -> list[list[int]]:
    """Indices of the runs in groups, in the order in which they come.

    `origins` says of each what it was forked from, whatever the seed (`kind_of` that run), "" where that is not known:
    forks of different runs of one kind are alike as those runs are.
    """
    groups: dict[str, list[int]] = {}
    for index, config in enumerate(configs):
        groups.setdefault(kind_of(config, origins[index] if origins is not None else ""), []).append(index)
    return list(groups.values())


def kind_of(config: RunConfig, origin: str = "") -> str:
    """A text that two runs have in common where they differ in their seeds alone; `origin` as `same_but_for_seed`."""
    data = {name: value for name, value in config.model_dump(mode="json").items() if name not in _OF_NO_MATTER}
    if config.parent is not None and origin:
        data["parent"] = {"step": config.parent.step, "kind": origin}
    return json.dumps(data, sort_keys=True)


def differences(configs: Sequence[RunConfig]) -> list[Difference]:
    """The settings that differ: environment and algorithm first, then parameters, then how long and how it was run.

    Seeds are left out; live changes are told in words.
    """
    rows = [_flat(config) for config in configs]
    names = list(dict.fromkeys(name for row in rows for name in row))
    found = [Difference(name, tuple(row.get(name) for row in rows)) for name in names]
    return [each for each in found if any(value != each.values[0] for value in each.values)]


def _flat(config: RunConfig) -> dict[str, Any]:
    data = config.model_dump(mode="json")
    params, env_kwargs, _ = data.pop("params"), data.pop("env_kwargs"), data.pop("events")
    first = {name: data.pop(name) for name in ("env", "algorithm", "preset")}
    rest = {name: value for name, value in data.items() if name not in _OF_NO_MATTER}
    parent = rest.pop("parent")
    forked = {"forked at step": parent["step"], "parent": parent["run"]} if parent else {}
    environment = {f"{first['env']}: {name}": value for name, value in env_kwargs.items()}
    return {**first, **environment, **params, **rest, "live changes": _changes(config.events), **forked}


def _changes(events: Sequence[ParamChange]) -> str:
    """What was changed while training: the first few."""
    told = [f"{each.name.replace('_', ' ')} → {each.value} at step {each.step:,}" for each in events[:_MOST_CHANGES]]
    more = [f"{len(events) - len(told):,} more"] if len(events) > len(told) else []
    return ", ".join([*told, *more]) or "none"

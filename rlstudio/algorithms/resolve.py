"""One function resolves every default of a run, for the window, the command line and JSON files alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from rlstudio.algorithms.base import Preset
from rlstudio.algorithms.catalogue import default_preset, get_algorithm, presets_for
from rlstudio.core.messages import Change
from rlstudio.core.params import ParamError, ParamFault, describe, no_such, validate
from rlstudio.core.run_config import ParamChange, Parent, RunConfig


def choose_preset(algorithm: str, env: str, name: str | None) -> Preset | None:
    """The preset of that name; None for "none"; the default one (if any) when no name is given. Raises ParamError."""
    if name is None:
        return default_preset(algorithm, env)
    if name == "none":
        return None
    known = {preset.name: preset for preset in presets_for(algorithm, env)}
    if name not in known:
        nearest_first = get_close_matches(name, known, n=max(1, len(known)), cutoff=0.0)
        allowed = (
            "none, or one of: " + ", ".join(nearest_first) if known else f"none ({algorithm} has no preset for {env})"
        )
        raise ParamError([ParamFault("preset", name, allowed)])
    return known[name]


def resolve(
    *,
    env: str,
    algorithm: str,
    preset: str | None = None,
    params: Mapping[str, Any] | None = None,
    steps: int | None = None,
    episodes: int | None = None,
    eval_every: int | None = None,
    **rest: Any,
) -> RunConfig:
    """A full RunConfig: the algorithm's defaults, the preset over them, the user's values over both.

    `preset` None means the default one for the pair, "none" means none. Without a budget the preset's is used, else
    the algorithm's. `eval_every` None leaves it to the program how often the run is evaluated.

    Raises:
        ParamError: naming each field, the value and what is allowed.
    """
    spec = get_algorithm(algorithm)
    chosen = choose_preset(algorithm, env, preset)
    merged = {**(chosen.params if chosen else {}), **(params or {})}
    values = validate(spec.params, merged)
    if steps is None and episodes is None:
        if chosen and (chosen.steps or chosen.episodes):
            steps, episodes = chosen.steps, chosen.episodes
        else:
            steps = spec.default_steps
    if chosen:
        if rest.get("window") is None and chosen.window:
            rest["window"] = chosen.window
        if "stop_at" not in rest and chosen.stop_at is not None:
            rest["stop_at"] = chosen.stop_at
    rest = {name: value for name, value in rest.items() if value is not None}
    return RunConfig.parse(
        {
            "env": env,
            "algorithm": algorithm,
            "preset": chosen.name if chosen else None,
            "params": values.model_dump(),
            "steps": steps,
            "episodes": episodes,
            "eval_every": eval_every,
            **rest,
        }
    )


def continued(
    config: RunConfig,
    *,
    step: int,
    episode: int,
    more_steps: int | None = None,
    more_episodes: int | None = None,
    live_params: Mapping[str, Any] | None = None,
    solved: bool = False,
) -> RunConfig:
    """The config of a run that goes on from `step` and `episode` (what `RunFolder.resume_point` returns).

    Args:
        more_steps, more_episodes: the budget on top of what is done; the config's own once more without either.
        live_params: laid over the parameters: what live changes left behind, and what somebody asks for now.
        solved: whether the goal was reached before. Who goes on past it wants more, so it is dropped.

    Raises:
        ParamError: naming each field, the value and what is allowed; a parameter that is not live cannot change.
    """
    spec = get_algorithm(config.algorithm)
    changes = dict(live_params or {})
    infos = {info.name: info for info in describe(spec.params)}
    faults = [
        ParamFault(name, value, "no other value in a run that goes on: it counts for a new run only")
        if name in infos
        else ParamFault(name, value, no_such("parameter", name, infos))
        for name, value in changes.items()
        if name not in infos or infos[name].live == "no"
    ]
    if faults:
        raise ParamError(faults)
    if more_steps is None and more_episodes is None:
        more_steps, more_episodes = config.steps, config.episodes
    return RunConfig.parse(
        {
            **config.model_dump(mode="json"),
            "params": validate(spec.params, {**config.params, **changes}).model_dump(),
            "steps": _on_top("steps", step, more_steps),
            "episodes": _on_top("episodes", episode, more_episodes),
            "stop_at": None if solved else config.stop_at,
            "events": [],
        }
    )


def resumed(
    config: RunConfig, *, step: int, episode: int, changes: Iterable[Change] = (), solved: bool = False
) -> RunConfig:
    """The config of a run that goes on from `step` and `episode` as if it had never been stopped: within its budget.

    Args:
        changes: all live changes that were made in it. Those up to `step` are in force; those after it are made again.
        solved: whether the goal was reached before: as for `continued`.

    Raises:
        ParamError: where the budget is used up.
    """
    if (config.steps is not None and step >= config.steps) or (
        config.episodes is not None and episode >= config.episodes
    ):
        spent = [
            f"{n:,} {name}" for n, name in ((config.steps, "steps"), (config.episodes, "episodes")) if n is not None
        ]
        allowed = (
            f"a number above 0: the run has used its budget of {' and '.join(spent)}; say how many more it may have"
        )
        raise ParamError([ParamFault("steps" if config.steps is not None else "episodes", 0, allowed)])
    changes = sorted(changes, key=lambda change: change.step)
    made = [ParamChange(step=c.step, name=c.name, value=c.new) for c in changes]
    live = in_force(config, step, changes)
    later = {(change.step, change.name): change for change in (*config.events, *made) if change.step > step}
    return RunConfig.parse(
        {
            **config.model_dump(mode="json"),
            "params": validate(get_algorithm(config.algorithm).params, live).model_dump(),
            "stop_at": None if solved else config.stop_at,
            "events": [change.model_dump() for change in later.values()],
        }
    )


def in_force(config: RunConfig, step: int, changes: Iterable[Change] = ()) -> dict[str, Any]:
    """The parameters of a run as they are at `step`, after those of its live `changes` that were made by then."""
    made = sorted(changes, key=lambda change: change.step)
    return {**config.params, **{change.name: change.new for change in made if change.step <= step}}


def forked(
    config: RunConfig,
    parent: Parent,
    *,
    changes: Iterable[Change] = (),
    params: Mapping[str, Any] | None = None,
    later_changes: bool = True,
    solved: bool = False,
    **others: Any,
) -> RunConfig:
    """The config of a run that begins where the run of `config` stood at `parent.step`, and goes on its own way.

    Args:
        changes: all live changes that were made in the earlier run. Those up to that step are in force.
        params: what is different from there on.
        later_changes: whether those changes that the earlier run saw after that step are made again, but for those of
            parameters that are different now.
        solved: whether its goal was reached by then: the fork has none, unless `others` say so.
        others: further fields of the config that are different: the budget, which counts from the very first step, the
            goal, the environment's options.

    Raises:
        ParamError: naming each field, the value and what is allowed.
    """
    spec, step, made = get_algorithm(config.algorithm), parent.step, list(changes)
    infos, wanted = {info.name: info for info in describe(spec.params)}, dict(params or {})
    unknown = [ParamFault(n, value, no_such("parameter", n, infos)) for n, value in wanted.items() if n not in infos]
    if unknown:
        raise ParamError(unknown)
    again = [ParamChange(step=c.step, name=c.name, value=c.new) for c in sorted(made, key=lambda change: change.step)]
    later = {(c.step, c.name): c for c in (*config.events, *again) if c.step > step and c.name not in wanted}
    plain = {
        **config.model_dump(mode="json"),
        "params": validate(spec.params, {**in_force(config, step, made), **wanted}).model_dump(),
        "stop_at": None if solved else config.stop_at,
        "events": [change.model_dump() for change in later.values()] if later_changes else [],
        "parent": parent.model_dump(),
        **others,
    }
    if plain["steps"] is not None and plain["steps"] <= step:
        allowed = f"a number above {step:,}, where the fork begins: the budget counts from the very first step"
        raise ParamError([ParamFault("steps", plain["steps"], allowed)])
    return RunConfig.parse(plain)


def _on_top(field: str, done: int, more: int | None) -> int | None:
    if more is not None and more < 1:
        raise ParamError([ParamFault(field, more, "a whole number of at least 1")])
    return None if more is None else done + more

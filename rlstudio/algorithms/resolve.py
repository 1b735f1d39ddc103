"""One function resolves every default of a run, for the window, the command line and JSON files alike."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from rlstudio.algorithms.base import Preset
from rlstudio.algorithms.catalogue import default_preset, get_algorithm, presets_for
from rlstudio.core.params import ParamError, ParamFault, validate
from rlstudio.core.run_config import RunConfig

EVALUATIONS_PER_RUN = 20
EVAL_EVERY_WITHOUT_STEPS = 5_000


def choose_preset(algorithm: str, env: str, name: str | None) -> Preset | None:
    """The preset of that name; None for "none"; the default one (if any) when no name is given. Raises ParamError."""
    if name is None:
        return default_preset(algorithm, env)
    if name == "none":
        return None
    known = {preset.name: preset for preset in presets_for(algorithm, env)}
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.3) or list(known)
        allowed = "none, or one of: " + ", ".join(near) if known else f"none ({algorithm} has no preset for {env})"
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
    the algorithm's. `eval_every` None means twenty evaluations over the run.

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
    if eval_every is None:
        eval_every = max(1, steps // EVALUATIONS_PER_RUN) if isinstance(steps, int) else EVAL_EVERY_WITHOUT_STEPS
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

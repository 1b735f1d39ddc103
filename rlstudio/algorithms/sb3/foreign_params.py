"""The hyperparameters that a model file of plain Stable-Baselines3 tells, as those of this program."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.sb3.names import ARGUMENTS
from rlstudio.core.params import ParamError, Params, validate


def told_params(
    key: str, settings: Mapping[str, Any], data: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """All hyperparameters, and the names of those that the file does not tell (or that are not allowed here)."""
    fields = get_algorithm(key).params
    told = {name: value for name in fields.model_fields if (value := _told(name, data)) is not None}
    arguments = settings["arguments"]
    hidden = arguments.get("net_arch", ())
    told["hidden"] = list(hidden["pi"] if isinstance(hidden, dict) else hidden)
    told |= {
        name: arguments[argument]
        for name, argument in (
            ("activation", "activation_fn"),
            ("n_critics", "n_critics"),
            ("lstm_size", "lstm_hidden_size"),
            ("n_quantiles", "n_quantiles"),
        )
        if argument in arguments
    }
    told |= {"lstm_layers": arguments.get("n_lstm_layers", 1), "state_dependent_noise": bool(arguments.get("use_sde"))}
    if key == "recurrent_ppo":
        told["critic_lstm"] = (
            "own" if arguments["enable_critic_lstm"] else "shared" if arguments["shared_lstm"] else "none"
        )
    told = {name: value for name, value in told.items() if name in fields.model_fields}
    values = _allowed(fields, told)
    return values.model_dump(mode="json"), tuple(name for name in fields.model_fields if name not in told)


def _allowed(fields: type[Params], told: dict[str, Any]) -> Params:
    """The parameters, those that are refused left at their defaults (and no longer `told`)."""
    for _ in range(len(told) + 1):
        try:
            return validate(fields, told)
        except ParamError as error:
            wrong = [fault.field for fault in error.faults if fault.field in told]
            for name in wrong or list(told):
                del told[name]
    return fields()


def _told(name: str, data: Mapping[str, Any]) -> Any:
    """A hyperparameter of this name in a model's fields; None where it does not stand there as plain data."""
    if name == "n_envs":
        return data.get("n_envs")
    if name == "entropy_auto":
        return isinstance(data.get("ent_coef"), str)
    value = data.get(ARGUMENTS.get(name, ""))
    if name == "entropy_weight" and isinstance(value, str):
        found = re.fullmatch(r"auto(?:_([0-9.e-]{1,20}))?", value)
        return (found[1] or 1.0) if found else None
    if isinstance(value, dict):  # a schedule: its words tell of a constant one
        found = re.fullmatch(r"ConstantSchedule\(val=([0-9.e+-]{1,30})\)", str(value.get("value_schedule", ""))[:60])
        return float(found[1]) if found and _is_number(found[1]) else None
    return value if type(value) in (bool, int) or (type(value) is float and math.isfinite(value)) else None


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False

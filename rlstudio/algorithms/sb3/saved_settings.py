"""What a policy's saved settings may say: they come from a file, and decide how large the networks are that are built.

Only the arguments that are known here are taken, each of its own kind and within bounds, and no network is built that
has many more numbers than were saved for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from gymnasium import spaces
from numpy.typing import NDArray

from rlstudio.algorithms.sb3.build import ACTIVATIONS, MODELS

_MOST_UNITS, _MOST_LAYERS, _MOST_NETWORKS = 65_536, 16, 64
_FREE_NUMBERS = 20_000_000
"""Numbers of a policy's networks beyond those that were saved: what learns only, and what sees a picture."""


def _switch(value: Any) -> bool:
    return isinstance(value, bool)


def _between(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _finite(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) < 1e6


def _sizes(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) in ({"pi", "vf"}, {"pi", "qf"}) and all(_sizes(list(part)) for part in value.values())
    return (
        isinstance(value, list | tuple)
        and len(value) <= _MOST_LAYERS
        and all(type(units) is int and 1 <= units <= _MOST_UNITS for units in value)
    )


def _features(value: Any) -> bool:
    return (
        isinstance(value, dict) and set(value) == {"features_dim"} and _between(1, _MOST_UNITS)(value["features_dim"])
    )


_ARGUMENTS: dict[str, Callable[[Any], bool]] = {
    "net_arch": _sizes,
    "activation_fn": lambda value: isinstance(value, str) and value in ACTIVATIONS,
    "log_std_init": _finite,
    "ortho_init": _switch,
    "n_critics": _between(1, _MOST_NETWORKS),
    "n_quantiles": _between(1, 10_000),
    "lstm_hidden_size": _between(1, _MOST_UNITS),
    "n_lstm_layers": _between(1, _MOST_LAYERS),
    "use_expln": _switch,
    "enable_critic_lstm": _switch,
    "shared_lstm": _switch,
    "use_sde": _switch,
    "share_features_extractor": _switch,
    "normalize_images": _switch,
    "features_extractor_kwargs": _features,
}


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raise ValueError unless a policy can be built of these settings."""
    key, policy, arguments = (settings.get(name) for name in ("algorithm", "policy", "arguments"))
    if not isinstance(key, str) or key not in MODELS:
        raise ValueError(f"there is no algorithm {str(key)[:40]!r} of Stable-Baselines3 here")
    if not isinstance(policy, str) or policy not in MODELS[key].policy_aliases:
        known = ", ".join(MODELS[key].policy_aliases)
        raise ValueError(f"there is no policy {str(policy)[:40]!r} of that algorithm; there are {known}")
    if not isinstance(arguments, dict):
        raise ValueError("the saved policy's arguments are no object with named values")
    for name, value in arguments.items():
        if name not in _ARGUMENTS or not _ARGUMENTS[name](value):
            raise ValueError(f"the saved policy's {str(name)[:40]} is {str(value)[:40]!r}, which is not allowed")
    for name in ("epsilon", "noise"):
        if not _finite(settings.get(name, 0.0)):
            raise ValueError(f"the saved policy's {name} is no number")


def check_size(settings: Mapping[str, Any], seen: Any, acting: Any, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Raise ValueError where the networks would have far more numbers than `arrays`: they cannot be these.

    `settings` were checked; `seen` and `acting` are the spaces as Stable-Baselines3 takes them.
    """
    there = sum(array.size for array in arrays.values())
    arguments = settings["arguments"]
    inputs, wanted = _n_features(seen, arguments), 0
    if "lstm" in settings["policy"].lower():
        units, layers = arguments.get("lstm_hidden_size", 256), arguments.get("n_lstm_layers", 1)
        wanted += 8 * units * (inputs + (2 * layers - 1) * units)
        inputs = units
    outputs = spaces.flatdim(acting) * arguments.get("n_quantiles", 1)
    sizes = arguments.get("net_arch", ())
    for hidden in sizes.values() if isinstance(sizes, dict) else [sizes]:
        chain = [inputs, *hidden, outputs]
        wanted += arguments.get("n_critics", 1) * sum(a * b for a, b in pairwise(chain))
    if wanted > 2 * there + _FREE_NUMBERS:
        raise ValueError(f"the saved arrays do not fit: the networks have {wanted:,} numbers, {there:,} are there")


def _n_features(seen: Any, arguments: Mapping[str, Any]) -> int:
    """How many numbers the first layer sees, where a picture has been through its convolutions."""
    if isinstance(seen, spaces.Dict):
        return sum(_n_features(part, arguments) for part in seen.spaces.values())
    if isinstance(seen, spaces.Box) and len(seen.shape) == 3:
        return int(arguments.get("features_extractor_kwargs", {}).get("features_dim", 512))
    return int(spaces.flatdim(seen))

"""An environment's registration as Gymnasium's JSON, from which other programs can make it again."""

from __future__ import annotations

import copy
from typing import Any

import gymnasium as gym


def registration_json(env_id: str, env_kwargs: dict[str, Any]) -> str | None:
    """The registration with these options; None for an environment that is not registered here, or not as data.

    Nothing is imported or made: an id that names a module is not looked up.
    """
    known = gym.registry.get(env_id)
    if known is None:
        return None
    spec = copy.deepcopy(known)
    spec.kwargs.update(env_kwargs)
    try:
        return spec.to_json()
    except (TypeError, ValueError):  # an option, or an entry point, that JSON does not know
        return None

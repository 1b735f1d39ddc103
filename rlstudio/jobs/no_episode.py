"""Why a run ended before any of its episodes did or it learned, or goes on from new ones, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def no_episode_words(steps: int, n_envs: int, limit: int | None) -> str:
    """What to say of a run of `steps` environment steps in all, over `n_envs` copies whose episodes may last `limit`.

    Copies share the budget: what sixteen of them need, until the first episode surely ends, is sixteen times as much.
    """
    each = steps // n_envs
    took = f"{n_envs} environments side by side took {each:,} steps each" if n_envs > 1 else f"it took {each:,} steps"
    if limit is None or each >= limit:
        return f"no episode ended: {took}. Train for longer."
    words = f"no episode ended: {took}, and an episode may last {limit:,}. Train for {n_envs * limit:,} steps or more"
    if n_envs > 1 and steps >= limit:
        words += f", or with n_envs={steps // limit}"
    return words + "."


def no_update_words(steps: int, n_envs: int, params: Mapping[str, Any]) -> str:
    """What to say of a run of `steps` environment steps in all that was over before its first update."""
    words = f"nothing was learned: the run was over after {steps:,} steps, before its first update"
    first, waits = params.get("n_steps", 0) * n_envs, params.get("learning_starts", 0)
    if first > steps:
        fewer = "n_steps or n_envs" if n_envs > 1 else "n_steps"
        return f"{words} at step {first:,}. Train for more steps than that, or with a smaller {fewer}."
    if waits >= steps:
        return f"{words}: learning_starts is {waits:,}. Train for more steps than that, or with a smaller one."
    return f"{words}. Train for longer."


def new_episodes_words(title: str) -> str:
    """What to say where the algorithm itself cannot go on amid an episode."""
    return (
        f"{title} keeps nothing of unfinished episodes: the run goes on with all it has learned, from new episodes. "
        "Step by step it is not the run that was never stopped"
    )

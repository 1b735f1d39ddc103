"""What becomes of schedules that are functions of the budget when the budget of a run changes, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rlstudio.core.run_config import RunConfig


def stretched_words(before: RunConfig, now: RunConfig, step: int, episode: int) -> str:
    """That schedules jump at `step`, and from where to where; "" where none does."""
    old, new = progress(before, step, episode), progress(now, step, episode)
    names = [name for name in scheduled(now.params) if name in scheduled(before.params)]
    if old == new or not names:
        return ""
    which = " and ".join(name.removesuffix("_schedule") for name in names)
    return (
        f"what falls linearly with the budget ({which}) now does so over {_budget(now)} instead of {_budget(before)}: "
        f"at step {step:,} it has come {new:.0%} of its way instead of {old:.0%}"
    )


def progress(config: RunConfig, step: int, episode: int) -> float:
    """Share of the budget that is used."""
    by_steps = step / config.steps if config.steps else 0.0
    by_episodes = episode / config.episodes if config.episodes else 0.0
    return min(1.0, max(by_steps, by_episodes))


def scheduled(params: Mapping[str, Any]) -> list[str]:
    """The parameters that say that something falls with the budget that is used."""
    return [name for name, value in params.items() if name.endswith("_schedule") and value == "linear"]


def _budget(config: RunConfig) -> str:
    parts = [f"{config.steps:,} steps"] if config.steps is not None else []
    parts += [f"{config.episodes:,} episodes"] if config.episodes is not None else []
    return " or ".join(parts)

"""Values that change over a run: linear over its share, exponential over its steps."""

from __future__ import annotations

from math import exp


def falling(initial: float, progress: float) -> float:
    """From `initial` linearly to 0 as `progress` goes from 0 to 1 (the "lin_" schedules of RL Baselines3 Zoo)."""
    return initial * max(0.0, 1.0 - progress)


def linear(start: float, end: float, fraction: float, progress: float) -> float:
    """From `start` to `end` over the first `fraction` of the run, then `end`.

    Source: Mnih et al., "Human-level control through deep reinforcement learning" (2015), Methods: ε annealed linearly.
    """
    if progress >= fraction:
        return end
    return start + (end - start) * progress / fraction


def exponential(start: float, end: float, decay_steps: float, step: int) -> float:
    """From `start` towards `end`, the distance shrinking by e every `decay_steps` steps."""
    return end + (start - end) * exp(-step / decay_steps)

"""Trials of the searches among linear policies, and of the policy gradient by hand."""

from __future__ import annotations

from trial import Trial

SEARCH = {
    "random_search": Trial(
        {"n_envs": 2, "bias": True},
        kinds=("discrete", "shifted", "multi_binary", "box"),  # of multi_discrete one in 6,000 draws is right
        learns=True,
        learning={"n_envs": 8, "episodes_per_candidate": 4},  # seven steps alone may not show every choice
        steps=14_000,
        exact=True,
        rate=None,
        misfit={"n_envs": 3},
    ),
    "hill_climbing": Trial(
        {"n_envs": 2, "normalise_observations": True, "bias": True},
        learns=True,
        learning={"episodes_per_candidate": 4, "noise_highest": 0.5},
        steps=8_000,
        exact=True,
        rate=None,
        misfit={"n_envs": 3},
    ),
    "reinforce_numpy": Trial(
        {"hidden": (16,), "learning_rate": 0.2, "discount": 0.0, "n_envs": 2},
        kinds=("discrete", "shifted"),
        learns=True,
        steps=6_000,
        exact=True,
        moving=("layer",),
    ),
}

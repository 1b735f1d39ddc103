"""How the contract tests try the learners that compare candidate actions."""

from __future__ import annotations

from identity_env import LENGTH
from trial import Trial

_FITTING = {
    "learning_starts": 70,  # two thirds of a round that is held out, and whole episodes
    "updates_per_round": 20,
    "batch_size": 16,
    "buffer_size": 1000,
    "learning_rate": 0.01,
    "discount": 0.0,
}
PLANNING = {
    "reward_predictor": Trial(
        {**_FITTING, "round_steps": 2 * LENGTH, "hidden": (16,), "candidates": 16, "n_steps": 2},
        learns=True,
        learning={"candidates": 40, "hidden": (32,)},
        steps=800,
        exact=True,
        moving=("reward",),
    ),
    "model_based": Trial(
        {
            **_FITTING,
            "round_steps": 4 * LENGTH,
            "hidden": (16,),
            "reward_hidden": (16,),
            "candidates": 16,
            "horizon": 3,
            "iterations": 2,
            "ensemble": 2,
            "leaf_value": True,
        },
        learns=True,
        learning={"candidates": 40, "reward_hidden": (32,), "updates_per_round": 60},
        steps=800,
        exact=True,
        moving=("reward", "dynamics"),
    ),
}

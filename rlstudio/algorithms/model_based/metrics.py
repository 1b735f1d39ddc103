"""What model-based control logs."""

from __future__ import annotations

from rlstudio.algorithms.base import MetricSpec

CHECKED_STEPS = 10
"""How many steps ahead predictions are checked."""

METRICS = (
    MetricSpec(
        "model_error",
        "model error, 1 step",
        "How far the predicted next state lies from the real one on held-out transitions (root of the mean square), in "
        "standard deviations of the change from one step to the next.",
        healthy="falls well below 1, which is what predicting the mean change would give",
        log=True,
    ),
    MetricSpec(
        "model_error_far",
        f"model error, {CHECKED_STEPS} steps",
        f"The same {CHECKED_STEPS} steps ahead, each prediction fed back into the model, in standard deviations of the "
        "states.",
        healthy="falls; while it is near 1, plans beyond that many steps are guesses",
        log=True,
        when=f"episodes of at least {CHECKED_STEPS} steps",
    ),
    MetricSpec(
        "reward_error",
        "reward error",
        "Distance of the predicted from the real (cut) reward on held-out transitions (root of the mean square).",
        healthy="falls to a small part of the rewards' own spread; it may rise for a while where new places are seen",
        log=True,
    ),
    MetricSpec(
        "ending_error",
        "ending error",
        "Distance between the predicted chance that the episode ends and whether it did; mean over held-out "
        "transitions.",
        healthy="near 0; the share of steps that end an episode is what always saying no would give",
    ),
    MetricSpec(
        "disagreement",
        "disagreement",
        "Standard deviation of the ensemble's predicted next states, as the model error is measured.",
        healthy="falls with experience; below the model error",
        log=True,
    ),
    MetricSpec(
        "planned_return",
        "planned return",
        "The discounted return over the horizon that the chosen plans promised, mean over the round.",
        healthy="rises as the agent gets better; higher than what comes true means the model is exploited",
    ),
    MetricSpec("transitions", "transitions", "Transitions gathered and kept.", unit="transitions"),
    MetricSpec("learning_rate", "learning rate", "The learning rate.", log=True),
)

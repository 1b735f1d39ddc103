"""Reward predictor: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from typing import Literal

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.blocks.planning_fields import OptionalFile, no_candidates
from rlstudio.core.params import Params, param
from rlstudio.envs.card import EnvironmentCard


class RewardPredictorParams(Params):
    """Hyperparameters of the reward predictor."""

    target: Literal["reward", "return"] = param(
        "return",
        group="prediction",
        essential=True,
        help="What is predicted of an action: the reward of that very step (the demonstration's), or the discounted "
        "return from there on, without which it cannot plan for later.",
    )
    candidates: int = param(
        64,
        ge=1,
        le=20_000,
        group="acting",
        live="step",
        essential=True,
        help="Actions drawn and compared before each step; all actions where there are no more.",
        higher="finer choices, each step costs more",
        lower="quicker, coarser choices",
        usual="10 to 200",
    )
    epsilon: float = param(
        0.1,
        ge=0,
        le=1,
        group="acting",
        live="step",
        essential=True,
        title="ε",
        help="Chance of a random action while learning.",
        higher="explores more, and loses return by it",
        lower="acts on its predictions",
        usual="0.02 to 0.3",
    )
    reward_limit: float | None = param(
        None,
        gt=0,
        le=1e9,
        group="prediction",
        help="Rewards are cut to ± this before anything is learned from them; nothing: not at all.",
        higher="the rare large reward counts as it is, and drowns the small ones",
        lower="small rewards are told apart; all large ones look alike",
        usual="1 to 10 times the usual reward, or nothing",
    )
    discount: float = param(
        0.98,
        ge=0,
        le=1,
        group="prediction",
        live="update",
        title="discount γ",
        help="How much a reward one step later counts in the return.",
        higher="looks further ahead; returns grow and are harder to predict",
        lower="short-sighted, quicker to learn",
        usual="0.9 to 0.99",
    )
    n_steps: int = param(
        3,
        ge=1,
        le=1000,
        unit="steps",
        group="prediction",
        live="update",
        help="Real rewards in a target for the return, before its rest is predicted by the network itself.",
        higher="leans on what really happened, noise of old behaviour included",
        lower="leans on its own predictions",
        usual="1 to 20",
    )
    learning_starts: int = param(
        500,
        ge=1,
        le=1_000_000,
        unit="steps",
        group="experience",
        help="Steps of random action before the first fit.",
        higher="a broader first experience",
        lower="acts on its predictions sooner",
        usual="200 to 5000",
    )
    round_steps: int = param(
        100,
        ge=1,
        le=1_000_000,
        unit="steps",
        group="experience",
        live="step",
        help="Steps acted in one round; then the network is fitted to all that was gathered. Within a round the "
        "predictions that targets lean on hold still.",
        higher="steadier targets, fewer fits",
        lower="learns sooner from what it saw",
        usual="50 to 1000",
    )
    buffer_size: int = param(
        100_000,
        ge=1000,
        le=5_000_000,
        unit="transitions",
        group="experience",
        help="Transitions kept; the oldest are overwritten.",
        higher="learns from all its life",
        lower="keeps to what is recent",
        usual="1e4 to 1e6",
    )
    updates_per_round: int = param(
        100,
        ge=0,
        le=100_000,
        group="update",
        live="update",
        essential=True,
        title="gradient steps per round",
        help="Gradient steps in each fit; 0 leaves the network as it was drawn, untrained.",
        higher="fits more closely, takes longer",
        lower="quicker, may lag behind the experience",
        usual="50 to 1000",
    )
    learning_rate: float = param(
        1e-3,
        gt=0,
        le=1,
        log=True,
        group="update",
        live="update",
        essential=True,
        help="Size of each gradient step (Adam).",
        higher="faster, until the predictions swing",
        lower="steadier and slower",
        usual="3e-4 to 1e-2",
    )
    batch_size: int = param(
        128,
        ge=1,
        le=65_536,
        group="update",
        live="update",
        title="minibatch size",
        help="Transitions in one gradient step.",
        higher="smoother gradients, each step costs more",
        lower="cheaper, noisier steps",
        usual="32 to 256",
    )
    ensemble: int = param(
        2,
        ge=1,
        le=10,
        group="network",
        title="networks in the ensemble",
        help="Networks that are trained apart; it acts on their mean, and targets lean on the lowest of them, since "
        "the best of many predictions is too high.",
        higher="more careful, costs more",
        lower="quicker; one alone tends to overrate",
        usual="1 or 2",
    )
    hidden: HiddenSizes = param(
        (64, 64),
        group="network",
        title="hidden layers",
        help="Sizes of the hidden layers.",
        higher="can express more, costs more",
        lower="faster, may be too simple",
        usual="16, 4 (the demonstration) to 128, 128",
    )
    normalise: bool = param(
        True,
        group="network",
        help="Bring observations and targets to mean 0 and spread 1 before the network sees them.",
    )
    file: OptionalFile = param(
        "",
        group="your own",
        title="file with your own parts",
        program=True,
        help="A Python file that defines any of candidates(observation, n, rng) and predict_reward(observations, "
        "actions), which then take the place of ours.",
    )


METRICS = (
    MetricSpec(
        "prediction_error",
        "prediction error",
        "Distance of the prediction from its target, a reward or a return, on held-out transitions (root of the mean "
        "square).",
        healthy="falls well below the spread of the targets; of returns it grows again as they grow",
        log=True,
    ),
    MetricSpec(
        "explained",
        "explained variance",
        "How much of the held-out targets' variance is predicted: 1 all, 0 none, below 0 worse than their mean.",
        healthy="rises towards 1",
    ),
    MetricSpec(
        "loss",
        "loss",
        "Squared error of the minibatches, in normalised units.",
        healthy="falls, then swings where targets move",
        log=True,
    ),
    MetricSpec(
        "predicted",
        "predicted for the choice",
        "What was predicted of the chosen actions, mean over the round.",
        healthy="rises as the agent gets better; far above what the episodes bring means it overrates",
    ),
    MetricSpec("transitions", "transitions", "Transitions gathered and kept.", unit="transitions"),
    MetricSpec("learning_rate", "learning rate", "The learning rate.", log=True),
)


def refuses(card: EnvironmentCard) -> str | None:
    """Why the reward predictor cannot learn there."""
    return no_candidates(card, "The reward predictor")


SPEC = AlgorithmSpec(
    key="reward_predictor",
    title="Reward predictor",
    family="model based",
    params=RewardPredictorParams,
    learner="rlstudio.algorithms.reward_predictor.learner:RewardPredictorLearner",
    policy="rlstudio.algorithms.reward_predictor.policy:RewardPredictorPolicy",
    refuses=refuses,
    metrics=METRICS,
    tags=("off-policy", "model-free", "candidates"),
    paper="Kalashnikov et al., QT-Opt: Scalable Deep Reinforcement Learning for Vision-Based Robotic Manipulation "
    "(2018)",
    paper_url="https://arxiv.org/abs/1806.10293",
    idea=(
        "Before each step it draws a handful of candidate actions, asks a small network what each of them would bring "
        "in this state, and takes the best. The network learns by regression from what acting really brought. "
        "Predicting the very next reward makes it greedy and near-sighted; predicting the return lets it wait."
    ),
    update_rule="a = argmax over drawn aᵢ of r̂(s,aᵢ);  r̂(s,a) ← least squares to r, or to "
    "r₀ + γ·r₁ + … + γⁿ·maxᵢ r̂(sₙ,aᵢ)",
    default_steps=30_000,
)

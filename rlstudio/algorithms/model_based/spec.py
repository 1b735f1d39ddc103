"""Model-based control: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from typing import Literal

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.blocks.planning_fields import OptionalFile, no_candidates
from rlstudio.algorithms.model_based.metrics import METRICS
from rlstudio.core.params import Params, param
from rlstudio.envs.card import EnvironmentCard


class ModelBasedParams(Params):
    """Hyperparameters of model-based control."""

    planner: Literal["cem", "shooting", "tree"] = param(
        "cem",
        group="search",
        essential=True,
        help="How it searches: the cross-entropy method draws action sequences and again near the best of them, random "
        "shooting draws them once, a tree branches at each step.",
    )
    horizon: int = param(
        20,
        ge=1,
        le=200,
        unit="steps",
        group="search",
        live="step",
        essential=True,
        help="How many steps ahead it imagines; the depth of the tree.",
        higher="sees further, on predictions that grow worse; each plan costs more",
        lower="quick and near-sighted",
        usual="10 to 40; 3 for a tree",
    )
    candidates: int = param(
        128,
        ge=2,
        le=20_000,
        group="search",
        live="step",
        essential=True,
        help="Action sequences imagined at once; of a tree, how many nodes of each level are kept.",
        higher="better plans, each costs more",
        lower="quicker, worse plans",
        usual="50 to 1000",
    )
    discount: float = param(
        0.99,
        ge=0,
        le=1,
        group="search",
        live="step",
        title="discount γ",
        help="How much a predicted reward one step later counts.",
        higher="looks further ahead, trusts far predictions more",
        lower="short-sighted, leans on near predictions",
        usual="0.95 to 1; 0.5 in the demonstration's tree",
    )
    iterations: int = param(
        3,
        ge=1,
        le=20,
        group="search",
        live="step",
        help="How often the cross-entropy method draws anew around the best.",
        higher="finer plans, each costs more",
        lower="quicker, coarser",
        usual="2 to 5",
    )
    elite_share: float = param(
        0.1,
        gt=0,
        le=1,
        group="search",
        live="step",
        help="Share of the sequences that the cross-entropy method calls the best.",
        higher="narrows down slowly, forgives wrong predictions",
        lower="narrows down at once",
        usual="0.05 to 0.2",
    )
    spread: float = param(
        0.5,
        gt=0,
        le=1,
        group="search",
        live="step",
        help="How widely the cross-entropy method first draws around the plan of the step before, as a share of half "
        "the action's range; of choices, the chance that any is drawn instead.",
        higher="searches widely at each step",
        lower="stays with its plan",
        usual="0.2 to 0.7",
    )
    smoothness: float = param(
        0.5,
        ge=0,
        lt=1,
        group="search",
        live="step",
        help="How alike the actions of neighbouring steps are drawn.",
        higher="long pushes that get somewhere",
        lower="jitter whose pushes cancel out",
        usual="0 to 0.9",
    )
    branching: int = param(
        8,
        ge=1,
        le=500,
        group="search",
        live="step",
        help="Candidate actions drawn at each node of a tree; all actions where there are no more.",
        higher="a broader tree",
        lower="a narrower, quicker one",
        usual="4 to 30",
    )
    caution: float = param(
        0.0,
        ge=0,
        le=100,
        group="search",
        live="step",
        help="How much a plan loses for each standard deviation by which the members of the ensemble disagree on it.",
        higher="keeps to what it knows",
        lower="trusts the mean prediction",
        usual="0 to 1",
    )
    leaf_value: bool = param(
        False,
        group="search",
        title="value at the horizon",
        help="Learn the return to be had from a state and action on, too, and count it instead of the reward at the "
        "last imagined step.",
    )
    value_networks: int = param(
        2,
        ge=1,
        le=20,
        group="model",
        title="value networks",
        help="How many networks learn the value at the horizon; the lowest of them counts in what they learn from.",
        higher="more careful of states it has not seen, costs more",
        lower="quicker, values what it has not seen too highly",
        usual="2 to 5",
    )
    horizon_value: Literal["mean", "lowest"] = param(
        "mean",
        group="search",
        title="value that a plan counts",
        help="Which of the value networks' opinions a plan counts at its horizon: their mean, or the lowest. A search "
        "finds just the states that a network overrates; of several, the lowest rarely errs the same way.",
    )
    n_steps: int = param(
        3,
        ge=1,
        le=1000,
        unit="steps",
        group="search",
        live="update",
        help="Real rewards in a target for the value at the horizon, before the network itself predicts the rest.",
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
        lower="plans sooner",
        usual="200 to 5000",
    )
    round_steps: int = param(
        500,
        ge=1,
        le=1_000_000,
        unit="steps",
        group="experience",
        live="step",
        essential=True,
        help="Steps acted in one round; then the networks are fitted to all that was gathered.",
        higher="fewer fits",
        lower="the model learns of its mistakes sooner, at more cost",
        usual="200 to 2000",
    )
    epsilon: float = param(
        0.05,
        ge=0,
        le=1,
        group="experience",
        live="step",
        title="ε",
        help="Chance of a random action while learning, so that the model sees more than its own plans.",
        higher="more varied experience, lower returns while learning",
        lower="acts as planned",
        usual="0 to 0.2",
    )
    buffer_size: int = param(
        200_000,
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
        300,
        ge=0,
        le=100_000,
        group="model",
        live="update",
        essential=True,
        title="gradient steps per round",
        help="Gradient steps in each fit; 0 leaves the networks as they were drawn, untrained.",
        higher="fits more closely, takes longer",
        lower="quicker, may lag behind the experience",
        usual="100 to 2000",
    )
    learning_rate: float = param(
        1e-3,
        gt=0,
        le=1,
        log=True,
        group="model",
        live="update",
        help="Size of each gradient step (Adam).",
        higher="faster, until the losses swing",
        lower="steadier and slower",
        usual="3e-4 to 1e-2",
    )
    batch_size: int = param(
        256,
        ge=1,
        le=65_536,
        group="model",
        live="update",
        title="minibatch size",
        help="Transitions in one gradient step.",
        higher="smoother gradients, each step costs more",
        lower="cheaper, noisier steps",
        usual="64 to 512",
    )
    ensemble: int = param(
        3,
        ge=1,
        le=20,
        group="model",
        title="models in the ensemble",
        help="Dynamics networks that are trained apart and asked together.",
        higher="plans exploit the errors of a single one less; each plan costs more",
        lower="quicker",
        usual="1 to 7",
    )
    hidden: HiddenSizes = param(
        (64, 64),
        group="model",
        title="hidden layers",
        help="Sizes of the dynamics networks' hidden layers.",
        higher="can express more, costs more",
        lower="faster, may be too simple",
        usual="64, 64 to 200, 200, 200",
    )
    reward_hidden: HiddenSizes = param(
        (32, 32),
        group="model",
        title="hidden layers, reward",
        help="Sizes of the reward network's hidden layers.",
        higher="can express more, costs more",
        lower="faster, may be too simple",
        usual="16, 4 (the demonstration) to 64, 64",
    )
    activation: Literal["relu", "tanh"] = param(
        "relu",
        group="model",
        help="What bends the hidden layers' outputs: relu cuts negative ones; tanh saturates, smoother and slower.",
    )
    reward_limit: float | None = param(
        None,
        gt=0,
        le=1e9,
        group="model",
        help="Rewards are cut to ± this before anything is learned from them; nothing: not at all.",
        higher="the rare large reward counts as it is, and drowns the small ones",
        lower="small rewards are told apart; all large ones look alike",
        usual="1 to 10 times the usual reward, or nothing",
    )
    weight_decay: float = param(
        1e-5,
        ge=0,
        le=1,
        group="model",
        help="Share of each weight taken away per step, times the learning rate (AdamW).",
        higher="smoother predictions",
        lower="free weights",
        usual="0 to 1e-2",
    )
    file: OptionalFile = param(
        "",
        group="your own",
        title="file with your own parts",
        program=True,
        help="A Python file that defines any of candidates(observation, n, rng), predict_reward(observations, "
        "actions) and predict_next(observations, actions), which then take the place of ours.",
    )


def refuses(card: EnvironmentCard) -> str | None:
    """Why model-based control cannot learn there."""
    return no_candidates(card, "Model-based control")


SPEC = AlgorithmSpec(
    key="model_based",
    title="Model-based control",
    family="model based",
    params=ModelBasedParams,
    learner="rlstudio.algorithms.model_based.learner:ModelBasedLearner",
    policy="rlstudio.algorithms.model_based.policy:ModelBasedPolicy",
    refuses=refuses,
    metrics=METRICS,
    tags=("off-policy", "model-based", "planning"),
    paper="Chua et al., Deep Reinforcement Learning in a Handful of Trials using Probabilistic Dynamics Models (2018)",
    paper_url="https://arxiv.org/abs/1805.12114",
    idea=(
        "It learns what its actions lead to: networks predict the next state, the reward and the episode's end from "
        "state and action. Before each step it imagines many sequences of actions in that model, takes the first of "
        "the best one, and plans again from where it really arrives. Acting and fitting take turns in rounds, so that "
        "the model becomes good where the plans lead."
    ),
    update_rule="a = first of argmax over a₀…a_{H−1} of Σₜ γᵗ·Pₜ·r̂(ŝₜ,aₜ),  ŝₜ₊₁ = ŝₜ + f̂(ŝₜ,aₜ),  Pₜ: chance that it "
    "still runs;  f̂, r̂ ← least squares on all transitions",
    default_steps=20_000,
)
